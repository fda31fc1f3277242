"""Sessions: listed in words, ended one by one or all at once, never longer than they may be."""

from datetime import timedelta

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlmodel import Session, col, select

from app.accounts import sessions, visitor
from app.accounts.models import Person, SignIn, StaffRole
from app.accounts.sessions import Browser
from app.core.db import now
from app.core.i18n import use_locale
from tests import people
from tests.accounts.journey import PASSWORD, an_account, sign_in, subjects

CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/126.0.0.0 Safari/537.36"
)
WECHAT = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Mobile/15E148 MicroMessenger/8.0.49"
)


@pytest.mark.parametrize(
    ("agent", "said"),
    [
        (CHROME, "Chrome on Windows"),
        (CHROME + " Edg/126.0", "Edge on Windows"),
        (WECHAT, "WeChat on iPhone"),
        ("", "A device that does not say what it is"),
    ],
)
def test_a_device_is_named_in_words(agent: str, said: str) -> None:
    with use_locale("en"):
        assert sessions.device(agent) == said


def test_addresses_are_kept_without_the_part_that_tells_households_apart() -> None:
    assert sessions.shorten("203.0.113.9") == "203.0.…"
    assert sessions.shorten("2001:db8:1:2::3") == "2001:0db8:0001:…"
    assert sessions.shorten("::ffff:203.0.113.9") == "203.0.…"
    assert sessions.network("2001:db8:1:2::3") == "2001:db8:1:2::/64"


def test_other_sessions_are_seen_and_ended(site: FastAPI, browser: TestClient, db: Session) -> None:
    an_account(db)
    phone = TestClient(site, cookies={"lang": "en"}, headers={"User-Agent": WECHAT})
    sign_in(phone)
    sign_in(browser)
    page = browser.get("/account").text
    assert "WeChat on iPhone" in page
    assert "This session" in page
    other = db.exec(select(SignIn).where(SignIn.agent == WECHAT)).one()
    browser.post(f"/account/sessions/{other.id}/end")
    assert phone.get("/account").url.path == "/sign-in"
    assert "WeChat on iPhone" not in browser.get("/account").text
    assert browser.post(f"/account/sessions/{other.id}/end").status_code == 404


def test_sessions_of_others_look_missing(client: TestClient, db: Session) -> None:
    mine, other = people.a_person(db), people.a_person(db)
    begun = sessions.begin(db, other, Browser("", ""))
    people.sign_in(client, db, mine)
    assert client.post(f"/account/sessions/{begun.sign_in.id}/end").status_code == 404


def test_a_new_password_ends_every_other_session(
    site: FastAPI, browser: TestClient, db: Session
) -> None:
    an_account(db)
    elsewhere = TestClient(site)
    sign_in(elsewhere)
    sign_in(browser)
    wrong = {"current": "not the right one", "password": "four loud mountains"}
    assert browser.post("/account/password", data=wrong).status_code == 422
    answer = browser.post("/account/password", data={**wrong, "current": PASSWORD})
    assert answer.url.path == "/account"
    assert elsewhere.get("/account").url.path == "/sign-in"
    assert len(subjects(db)) == 1


def test_staff_sign_in_each_day_and_others_every_two_weeks(db: Session) -> None:
    person, official = people.a_person(db), people.staff(db, StaffRole.REVIEWER)
    lasts = [
        sessions.begin(db, one, Browser("", "")).sign_in.ends_at - now()
        for one in (person, official)
    ]
    assert timedelta(days=13, hours=23) < lasts[0] <= timedelta(days=14)
    assert timedelta(hours=11) < lasts[1] <= timedelta(hours=12)


def test_a_session_of_somebody_appointed_meanwhile_ends_like_any_of_the_staff(
    client: TestClient, db: Session
) -> None:
    person = people.a_person(db)
    people.sign_in(client, db, person)
    begun = db.exec(select(SignIn)).one()
    begun.created_at = now() - timedelta(hours=13)
    assert client.get("/account").url.path == "/account"
    db.add(people.Appointment(person_id=person.id, role="auditor", region=people.PROVINCE))
    assert client.get("/account").url.path == "/sign-in"


def test_a_session_ends_by_silence_and_by_its_longest_time(
    browser: TestClient, db: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    an_account(db)
    sign_in(browser)
    with monkeypatch.context() as later:
        later.setattr(visitor, "now", lambda: now() + visitor.IDLE)
        assert browser.get("/account").url.path == "/sign-in"
    sign_in(browser)
    sign_in_row = db.exec(select(SignIn).where(col(SignIn.ended_at).is_(None))).first()
    assert sign_in_row
    sign_in_row.ends_at = sign_in_row.seen_at = now()
    db.flush()
    assert browser.get("/account").url.path == "/sign-in"


def test_somebody_acts_at_once_for_the_organisation_that_they_last_acted_for(db: Session) -> None:
    first, second = people.an_organisation(db), people.an_organisation(db, "另一家公司")
    person = people.a_member(db, first.id)
    assert sessions.begin(db, person, Browser("", "")).sign_in.organisation_id == first.id
    db.add(people.Membership(organisation_id=second.id, person_id=person.id, role="editor"))
    sessions.begin(db, person, Browser("", "")).sign_in.organisation_id = second.id
    db.flush()
    assert sessions.begin(db, person, Browser("", "")).sign_in.organisation_id == second.id


def test_name_and_language_can_be_changed(browser: TestClient, db: Session) -> None:
    person = an_account(db)
    sign_in(browser)
    assert browser.post("/account", data={"name": "", "language": "de"}).status_code == 422
    answer = browser.post("/account", data={"name": " 林  美华 ", "language": "zh-Hans"})
    assert 'lang="zh-Hans"' in answer.text
    person = db.get_one(Person, person.id)
    assert (person.name, person.language) == ("林 美华", "zh-Hans")
