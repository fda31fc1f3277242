"""Entering: registering, confirming one's address, signing in, a forgotten password.

Whether an address has an account can be told neither from an answer nor from how long it takes:
each way below hashes once and writes one mail, whoever asks.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from sqlmodel import Session, select

from app.accounts import passwords, sessions, throttle, tickets
from app.accounts.models import Person, Purpose
from app.accounts.sessions import Begun, Browser, oneself
from app.accounts.visitor import Visitor
from app.core import audit, mail
from app.core.db import now
from app.core.i18n import _, current_language

EMAIL = re.compile(
    r"[a-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[a-z0-9](?:[a-z0-9-]*[a-z0-9])?"
    r"(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)+"
)
LONGEST_EMAIL, LONGEST_NAME = 254, 60  # characters


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody gives who wants an account; all of it was looked at before."""

    email: str
    name: str
    password: str
    language: str


def read_email(said: str) -> str:
    """An address as it is kept, in lower case; empty for what cannot be one."""
    folded = said.strip().lower()
    return folded if len(folded) <= LONGEST_EMAIL and EMAIL.fullmatch(folded) else ""


def read_name(said: str) -> str:
    """A name on one line; empty for what cannot be one."""
    name = " ".join(said.split())
    return name if len(name) <= LONGEST_NAME and name.isprintable() else ""


def read_wish(posted: Mapping[str, Any]) -> tuple[Wish | None, dict[str, str]]:
    """What was typed to get an account, or what is wrong with it by field."""
    email, name = read_email(str(posted["email"])), read_name(str(posted["name"]))
    password = str(posted["password"])
    errors = {
        "email": "" if email else _("Type an e-mail address, like name@example.com."),
        "name": "" if name else _("Type your name, at most {n} characters.", n=LONGEST_NAME),
        "password": passwords.fault_of(password, str(posted["name"]), str(posted["email"])),
        "terms": "" if posted["terms"] else _("Promise this, or there can be no account."),
    }
    errors = {field: said for field, said in errors.items() if said}
    return (None if errors else Wish(email, name, password, current_language())), errors


def find_by_email(db: Session, email: str) -> Person | None:
    """The person with an address, confirmed or not."""
    return db.exec(select(Person).where(Person.email == email)).first() if email else None


def register(db: Session, wish: Wish, browser: Browser, *, then: str = "") -> None:
    """Make an account that waits for its address to be confirmed; `then` is where to go after.

    An address that has one gets a mail that says so. One that still waits takes the newest name
    and password, and only the newest link: nobody can plant a password of theirs.
    """
    throttle.count(db, throttle.ASKING_FROM, sessions.network(browser.address))
    # Whoever registers the same address at the same moment waits here for the first to end.
    is_told = throttle.allows(db, throttle.MAILS, wish.email)
    hashed = passwords.hash_password(wish.password)
    person = find_by_email(db, wish.email)
    if person is None:
        person = Person(email=wish.email, name=wish.name, language=wish.language)
        db.add(person)
    if person.verified_at:
        audit.record(db, oneself(person), "person.registered_again", person)
    else:
        person.name, person.language, person.password = wish.name, wish.language, hashed
        db.flush()  # the trail refers to it
        audit.record(db, oneself(person), "person.registered", person)
    if is_told:
        _tell(db, person, then)


def _tell(db: Session, person: Person, then: str) -> None:
    """Send the link that confirms an address, or say that there is an account already."""
    purpose = Purpose.RESET if person.verified_at else Purpose.VERIFY
    tickets.void(db, Purpose.VERIFY, person.email)
    token = tickets.issue(db, purpose, person.email)
    if person.verified_at:
        template, path = "account_exists", f"/reset?{urlencode({'token': token})}"
    else:
        query = {"token": token, **({"next": then} if then else {})}
        template, path = "confirm_address", f"/confirm?{urlencode(query)}"
    mail.write(db, person.email, template, language=person.language, path=path)


def confirm(db: Session, token: str, password: str, browser: Browser) -> Begun | None:
    """Confirm an address by its link together with the password, and sign in.

    None where they do not fit together: whoever reads the mail must also be who registered.
    """
    ticket = tickets.find(db, Purpose.VERIFY, token)
    person = _right(db, ticket.email, password, browser) if ticket else None
    if person is None or tickets.use(db, Purpose.VERIFY, token) is None:
        return None
    _verify(db, person)
    return sessions.begin(db, person, browser)


def sign_in(db: Session, email: str, password: str, browser: Browser) -> Begun | None:
    """Begin a session; None for a wrong password, no account and an unconfirmed address alike."""
    person = _right(db, email.strip().lower(), password, browser)
    if person is None:
        return None
    if not person.verified_at:
        if throttle.allows(db, throttle.MAILS, person.email):
            _tell(db, person, "")
        return None
    return sessions.begin(db, person, browser)


def _right(db: Session, email: str, password: str, browser: Browser) -> Person | None:
    """The person whose password this is, counted before it is looked at."""
    throttle.count(db, throttle.PASSWORDS, email)
    throttle.count(db, throttle.PASSWORDS_FROM, sessions.network(browser.address))
    person = find_by_email(db, read_email(email))
    if not passwords.is_right(person, password) or person is None or person.disabled_at:
        return None
    throttle.forgive(db, throttle.PASSWORDS, email)
    return person


def is_own(db: Session, password: str, *, by: Visitor) -> bool:
    """Whether a signed-in person knows their password; counted like signing in."""
    throttle.count(db, throttle.PASSWORDS, by.email)
    person = db.get_one(Person, by.person_id)
    if not passwords.is_right(person, password):
        return False
    throttle.forgive(db, throttle.PASSWORDS, by.email)
    return True


def forget(db: Session, email: str, browser: Browser) -> None:
    """Send a link to set a new password, or to an address without an account word of that."""
    throttle.count(db, throttle.ASKING_FROM, sessions.network(browser.address))
    is_told = throttle.allows(db, throttle.MAILS, email)
    person = find_by_email(db, email)
    if not is_told:
        return
    token = tickets.issue(db, Purpose.RESET, email)
    if person is None or person.disabled_at:
        mail.write(db, email, "no_account", language=current_language())
    else:
        path = f"/reset?{urlencode({'token': token})}"
        mail.write(db, email, "reset_password", language=person.language, path=path)


def owner_of(db: Session, token: str) -> Person | None:
    """Who may set a new password with a link, while it is good."""
    ticket = tickets.find(db, Purpose.RESET, token)
    person = find_by_email(db, ticket.email) if ticket else None
    return None if person is None or person.disabled_at else person


def reset(db: Session, token: str, password: str) -> bool:
    """Set a new password with a link that was sent, and end every session; False for an old link.

    The link also proves the address.
    """
    person = owner_of(db, token)
    if person is None or tickets.use(db, Purpose.RESET, token) is None:
        return False
    throttle.forgive(db, throttle.PASSWORDS, person.email)
    tickets.void(db, Purpose.RESET, person.email)
    if not person.verified_at:
        _verify(db, person)
    _set_password(db, person, password, by=oneself(person))
    sessions.end_all(db, person.id, by=oneself(person))
    return True


def change_password(db: Session, password: str, *, by: Visitor) -> None:
    """Set a new password and end every other session."""
    person = db.get_one(Person, by.person_id)
    tickets.void(db, Purpose.RESET, person.email)
    _set_password(db, person, password, by=by)
    sessions.end_others(db, by=by)


def _set_password(db: Session, person: Person, password: str, *, by: audit.Actor) -> None:
    person.password = passwords.hash_password(password)
    tickets.void_of(db, Purpose.MOVE, person.id)  # whoever asked may not have been them
    audit.record(db, by, "password.changed", person)
    warn(db, person, "password_changed")


def warn(db: Session, person: Person, what: str) -> None:
    """Tell somebody by mail what was done to their account, in case it was not them."""
    mail.write(db, person.email, "account_changed", language=person.language, what=what)


def change_profile(db: Session, name: str, language: str, *, by: Visitor) -> None:
    """Change what one is called and in which language one gets mail."""
    person = db.get_one(Person, by.person_id)
    before = {"name": person.name, "language": person.language}
    after = {"name": name, "language": language}
    if before != after:
        person.name, person.language = name, language
        audit.record(db, by, "person.changed", person, before=before, after=after)


def _verify(db: Session, person: Person) -> None:
    person.verified_at = person.verified_at or now()
    tickets.void(db, Purpose.VERIFY, person.email)
    audit.record(db, oneself(person), "person.verified", person)
