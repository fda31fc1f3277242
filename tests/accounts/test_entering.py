"""Registering, confirming, signing in and out, a forgotten password, over the pages."""

from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session, select

from app.accounts import entering, passwords, throttle, tickets, tidying
from app.accounts.models import Person, Purpose, SignIn
from app.accounts.sessions import Browser
from app.core import db as core_db
from app.core.audit import AuditEntry
from app.core.db import now
from tests.accounts.journey import (
    EMAIL,
    PASSWORD,
    an_account,
    link,
    register,
    sign_in,
    subjects,
    token,
)

NEW = "four loud mountains"
SOMEWHERE = Browser("203.0.113.9", "")


def acts(db: Session) -> list[str]:
    return [one.action for one in db.exec(select(AuditEntry).order_by(AuditEntry.at))]


def test_somebody_registers_confirms_and_comes_back_to_where_they_were(
    browser: TestClient, db: Session
) -> None:
    answer = register(browser, next="/search?q=mes")
    assert answer.url.path == "/mail-sent"
    page = browser.get(link(db, "/confirm"))
    assert page.status_code == 200
    assert page.headers["cache-control"] == "no-store"
    form = {"token": token(db, "/confirm"), "password": PASSWORD, "next": "/search?q=mes"}
    answer = browser.post("/confirm", data=form, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/search?q=mes")
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Path=/" in cookie
    assert "Lin" in browser.get("/account").text
    assert acts(db) == ["person.registered", "person.verified", "session.begun"]
    again = browser.post("/confirm", data=form, follow_redirects=False)
    assert again.status_code == 422


def test_what_is_typed_wrong_is_said_beside_the_field_and_kept(browser: TestClient) -> None:
    answer = register(browser, email="nobody", password="lin", terms="")
    assert answer.status_code == 422
    for said in ("like name@example.com", "at least 10 characters", "Promise this", 'value="Lin"'):
        assert said in answer.text


def test_a_known_address_is_answered_like_a_new_one_and_its_owner_is_told(
    browser: TestClient, db: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    hashed: list[str] = []
    hash_password = passwords.hash_password
    monkeypatch.setattr(passwords, "hash_password", lambda p: hashed.append(p) or hash_password(p))
    new = register(browser, email="new@example.com")
    work = (len(hashed), len(subjects(db)), len(acts(db)))
    an_account(db, language="en")
    hashed.clear()
    known = register(browser)
    assert (known.url, known.text) == (new.url, new.text)
    assert (len(hashed), len(subjects(db)) - work[1], len(acts(db)) - work[2]) == work
    assert subjects(db)[-1] == "Yuegonghui: you have an account already"


def test_nobody_plants_a_password_of_theirs_in_an_account_that_waits(
    browser: TestClient, db: Session
) -> None:
    register(browser, password="the intruder's own")
    planted = token(db, "/confirm")
    register(browser)
    for said in (PASSWORD, "the intruder's own"):
        form = {"token": planted, "password": said}
        assert browser.post("/confirm", data=form).status_code == 422
    form = {"token": token(db, "/confirm"), "password": "the intruder's own"}
    assert browser.post("/confirm", data=form).status_code == 422
    form = {**form, "password": PASSWORD}
    assert browser.post("/confirm", data=form, follow_redirects=False).status_code == 303


def test_a_wrong_password_no_account_and_an_unconfirmed_one_are_answered_alike(
    browser: TestClient, db: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[bool] = []
    is_right = passwords.is_right

    def look(person: Person | None, password: str) -> bool:
        looked.append(person is not None)
        return is_right(person, password)

    monkeypatch.setattr(passwords, "is_right", look)
    nobody = sign_in(browser)
    an_account(db)
    wrong = sign_in(browser, "not the right one")
    register(browser, email="new@example.com")
    sent = len(subjects(db))
    unconfirmed = sign_in(browser, email="new@example.com")
    assert looked == [False, True, True]
    assert {nobody.status_code, wrong.status_code, unconfirmed.status_code} == {422}
    assert nobody.text == wrong.text == unconfirmed.text.replace("new@example.com", EMAIL)
    assert len(subjects(db)) == sent + 1
    assert not db.exec(select(SignIn)).all()


@pytest.mark.parametrize(
    "said",
    ["//evil.example", "/\\evil.example", "https://evil.example", "/a\\b", "javascript:0", "/\t/e"],
)
def test_nobody_is_sent_to_another_site(browser: TestClient, db: Session, said: str) -> None:
    an_account(db)
    answer = browser.post(
        "/sign-in",
        data={"email": EMAIL, "password": PASSWORD, "next": said},
        follow_redirects=False,
    )
    assert answer.headers["location"] == "/account"


def test_every_sign_in_has_a_token_of_its_own_and_signing_out_ends_it(
    browser: TestClient, db: Session
) -> None:
    an_account(db)
    sign_in(browser)
    first = browser.cookies["pool"]
    sign_in(browser)
    assert browser.cookies["pool"] != first
    ended = [one.ended_at is not None for one in db.exec(select(SignIn)).all()]
    assert sorted(ended) == [False, True]
    last = browser.cookies["pool"]
    browser.post("/sign-out")
    assert "pool" not in browser.cookies
    browser.cookies["pool"] = last
    assert browser.get("/account").url.path == "/sign-in"


def test_a_forgotten_password_is_set_anew_once_and_ends_every_session(
    browser: TestClient, db: Session
) -> None:
    an_account(db)
    sign_in(browser)
    asked = browser.post("/forgotten", data={"email": f" {EMAIL.upper()} "})
    assert browser.get(link(db, "/reset")).status_code == 200
    form = {"token": token(db, "/reset"), "password": "short"}
    assert browser.post("/reset", data=form).status_code == 422
    answer = browser.post("/reset", data={**form, "password": NEW})
    assert answer.url.path == "/sign-in"
    assert all(one.ended_at for one in db.exec(select(SignIn)).all())
    assert "too old" in browser.post("/reset", data={**form, "password": NEW}).text
    assert sign_in(browser).status_code == 422
    assert sign_in(browser, NEW).url.path == "/account"
    unknown = browser.post("/forgotten", data={"email": "nobody@example.com"})
    assert unknown.url == asked.url
    assert len(subjects(db)) == 3


def test_a_link_is_good_for_its_time_only(db: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    an_account(db)
    said = tickets.issue(db, Purpose.RESET, EMAIL)
    db.flush()
    assert tickets.find(db, Purpose.VERIFY, said) is None
    later = core_db.now() + timedelta(hours=1)
    monkeypatch.setattr(tickets, "now", lambda: later)
    assert not entering.reset(db, said, NEW)


def test_after_ten_tries_even_the_right_password_has_to_wait(
    browser: TestClient, db: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    an_account(db)
    for _try in range(throttle.PASSWORDS.tries):
        assert sign_in(browser, "not the right one").status_code == 422
    answer = sign_in(browser)
    assert answer.status_code == 429
    assert 0 < int(answer.headers["retry-after"]) <= 15 * 60
    assert "Try again after" in answer.text
    later = now() + throttle.PASSWORDS.within
    monkeypatch.setattr(throttle, "now", lambda: later)
    assert sign_in(browser).url.path == "/account"


def test_a_right_password_makes_the_count_begin_again(db: Session) -> None:
    an_account(db)
    for _round in range(3):
        for _try in range(throttle.PASSWORDS.tries - 1):
            assert entering.sign_in(db, EMAIL, "not the right one", SOMEWHERE) is None
        assert entering.sign_in(db, EMAIL, PASSWORD, SOMEWHERE)


def test_one_address_of_the_network_cannot_try_many_accounts(db: Session) -> None:
    for number in range(throttle.PASSWORDS_FROM.tries):
        assert entering.sign_in(db, f"{number}@example.com", PASSWORD, SOMEWHERE) is None
    with pytest.raises(throttle.TooMany):
        entering.sign_in(db, EMAIL, PASSWORD, SOMEWHERE)


def test_nobody_floods_an_address_with_mails(db: Session) -> None:
    for _try in range(throttle.MAILS.tries + 3):
        entering.forget(db, EMAIL, SOMEWHERE)
    assert len(subjects(db)) == throttle.MAILS.tries


def test_a_closed_account_lets_nobody_in(db: Session) -> None:
    an_account(db, disabled_at=now())
    assert entering.sign_in(db, EMAIL, PASSWORD, SOMEWHERE) is None


def test_an_account_that_nobody_confirms_goes_a_week_after_its_last_link(
    browser: TestClient, db: Session
) -> None:
    begun, kept = now(), an_account(db, "kept@example.com").id
    register(browser)
    waits = entering.find_by_email(db, EMAIL)
    with core_db.at(begun + timedelta(days=5)):
        register(browser)
    for days, there in ((9, True), (12, True), (14, False)):
        with core_db.at(begun + timedelta(days=days)):
            tidying.sweep(db)
        assert (entering.find_by_email(db, EMAIL) is not None) is there, days
    assert db.get(Person, kept)
    entry = db.exec(select(AuditEntry).where(AuditEntry.action == "person.forgotten")).one()
    assert entry.subject_id == str(waits.id)
    register(browser)
    form = {"token": token(db, "/confirm"), "password": PASSWORD}
    assert browser.post("/confirm", data=form, follow_redirects=False).status_code == 303
