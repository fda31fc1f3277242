"""Another e-mail address for an account, over the pages."""

from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session, select

from app.accounts import entering, moving
from app.accounts.models import Person, SignIn
from app.accounts.sessions import Browser
from app.core import mail
from app.core.audit import AuditEntry
from app.core.db import at, now
from tests.accounts.journey import EMAIL, PASSWORD, an_account, register, sign_in, subjects, token
from tests.people import visitor

NEW = "lin@elsewhere.example"
CONFIRM = "/account/address/confirm"


@pytest.fixture
def lin(browser: TestClient, db: Session) -> Person:
    """Somebody who has just signed in."""
    person = an_account(db, language="en")
    sign_in(browser)
    return person


def ask(browser: TestClient, email: str = NEW) -> str:
    """Ask for another address; what the page then says."""
    answer = browser.post("/account/address", data={"email": email})
    assert answer.url.path == "/account"
    return answer.text


def follow(browser: TestClient, link: str) -> str:
    return browser.post(CONFIRM, data={"token": link}).text


def mailed_to(db: Session, email: str) -> list[str]:
    return [one.subject for one in reversed(mail.latest(db)) if one.to == email]


def test_an_account_moves_to_the_address_whose_mail_was_read(
    browser: TestClient, db: Session, lin: Person
) -> None:
    assert "A link was sent" in ask(browser, " Lin@Elsewhere.example ")
    link = token(db, CONFIRM)
    page = browser.get(CONFIRM, params={"token": link})
    assert NEW in page.text
    assert page.headers["cache-control"] == "no-store"
    assert db.get_one(Person, lin.id).email == EMAIL
    assert "has its new address" in follow(browser, link)
    assert db.get_one(Person, lin.id).email == NEW
    assert [said[12:] for said in mailed_to(db, EMAIL)] == [
        "somebody asked for another e-mail address for your account",
        "your account has another e-mail address now",
    ]
    assert browser.get("/account").status_code == 200
    assert not db.exec(select(SignIn).where(SignIn.ended_at.is_not(None))).all()
    entry = db.exec(select(AuditEntry).where(AuditEntry.action == "person.address_changed")).one()
    assert (entry.before, entry.after) == ({"email": EMAIL}, {"email": NEW})
    assert sign_in(browser, email=NEW).url.path == "/account"


def test_a_link_works_once_for_a_day_and_only_the_newest(
    browser: TestClient, db: Session, lin: Person
) -> None:
    ask(browser)
    first = token(db, CONFIRM)
    ask(browser, "lin@third.example")
    newest = token(db, CONFIRM)
    by = visitor(db, lin)
    assert moving.find(db, first, by=by) is None
    with at(now() + timedelta(hours=25)):
        assert not moving.move(db, newest, by=by)
    assert moving.move(db, newest, by=by)
    assert not moving.move(db, newest, by=by)
    assert "too old" in follow(browser, newest)


def test_it_takes_a_fresh_password(browser: TestClient, db: Session, lin: Person) -> None:
    session = db.exec(select(SignIn).where(SignIn.person_id == lin.id)).one()
    session.fresh_at = now() - timedelta(hours=1)
    db.flush()
    for answer in (browser.get("/account/address"), browser.post("/account/address")):
        assert answer.url.path == "/sign-in/again"


@pytest.mark.parametrize("typed", ["", "lin", "a@b", EMAIL.upper(), "x" * 300 + "@example.com"])
def test_what_cannot_be_a_new_address_is_said_beside_the_field(
    browser: TestClient, lin: Person, typed: str
) -> None:
    answer = browser.post("/account/address", data={"email": typed})
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text


def test_an_address_with_an_account_is_answered_like_a_free_one_and_its_owner_is_told(
    browser: TestClient, db: Session, lin: Person
) -> None:
    free = ask(browser)
    work = (len(subjects(db)), len(db.exec(select(AuditEntry)).all()))
    an_account(db, "taken@example.com", language="en")
    assert ask(browser, "taken@example.com") == free
    assert len(subjects(db)) == 2 * work[0]
    assert mailed_to(db, "taken@example.com") == ["Yuegonghui: you have an account already"]
    assert "token=" not in mail.latest(db)[0].text


def test_an_address_that_got_an_account_meanwhile_stays_with_it(
    browser: TestClient, db: Session, lin: Person
) -> None:
    ask(browser)
    an_account(db, NEW)
    assert "too old" in follow(browser, token(db, CONFIRM))
    assert db.get_one(Person, lin.id).email == EMAIL


def test_an_account_that_nobody_confirmed_gives_way(
    browser: TestClient, db: Session, lin: Person
) -> None:
    ask(browser)
    moves = token(db, CONFIRM)
    register(browser, NEW, password="the squatter's own")
    planted = token(db, "/confirm")
    assert "has its new address" in follow(browser, moves)
    assert entering.find_by_email(db, NEW).id == lin.id
    form = {"token": planted, "password": "the squatter's own"}
    assert browser.post("/confirm", data=form).status_code == 422


def test_nobody_elses_link_moves_an_account_and_a_new_password_ends_ones_own(
    browser: TestClient, db: Session, lin: Person
) -> None:
    ask(browser)
    link = token(db, CONFIRM)
    other = visitor(db, an_account(db, "other@example.com"))
    assert moving.find(db, link, by=other) is None
    assert not moving.move(db, link, by=other)
    form = {"current": PASSWORD, "password": "four loud mountains"}
    assert browser.post("/account/password", data=form).url.path == "/account"
    assert not moving.move(db, link, by=visitor(db, lin))


def test_links_that_went_to_the_old_address_work_no_more(
    browser: TestClient, db: Session, lin: Person
) -> None:
    entering.forget(db, EMAIL, Browser("203.0.113.9", ""))
    reset = token(db, "/reset")
    ask(browser)
    follow(browser, token(db, CONFIRM))
    an_account(db, EMAIL)  # somebody else has the old address now
    assert entering.owner_of(db, reset) is None
