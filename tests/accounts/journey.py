"""What people do one after the other, for tests: register, follow a link, show a code."""

import re

import pyotp
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlmodel import Session

from app.accounts import passwords, second_factor
from app.accounts.models import Person
from app.core import mail
from tests.people import a_person

EMAIL, PASSWORD = "lin@example.com", "three quiet rivers"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def an_account(db: Session, email: str = EMAIL, **values: object) -> Person:
    """Somebody who can sign in with PASSWORD."""
    return a_person(db, email=email, password=passwords.hash_password(PASSWORD), **values)


def with_app(db: Session, person: Person) -> Person:
    """The person with a second factor whose secret is SECRET."""
    second_factor.keep(person, SECRET)
    db.add(person)
    db.flush()
    return person


def code(steps: int = 0) -> str:
    """What the app shows, or so many half minutes later."""
    moment = int(second_factor.now().timestamp()) + steps * second_factor.STEP
    return pyotp.TOTP(SECRET).at(moment)


def register(browser: TestClient, email: str = EMAIL, **given: str) -> Response:
    form = {"email": email, "name": "Lin", "password": PASSWORD, "terms": "yes", **given}
    return browser.post("/register", data=form)


def sign_in(browser: TestClient, password: str = PASSWORD, **given: str) -> Response:
    return browser.post("/sign-in", data={"email": EMAIL, "password": password, **given})


def subjects(db: Session) -> list[str]:
    """The subjects of all mails, the oldest first."""
    return [one.subject for one in reversed(mail.latest(db))]


def link(db: Session, path: str) -> str:
    """The last link of a mail to this path."""
    found = [re.findall(rf"https?://[^/\s]+({path}\S*)", one.text) for one in mail.latest(db)]
    return next(links[-1] for links in found if links)


def token(db: Session, path: str) -> str:
    """The token in the last link of a mail to this path."""
    return re.findall(r"token=([\w-]+)", link(db, path))[0]
