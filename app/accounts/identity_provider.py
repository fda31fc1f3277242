"""Whom a government identity provider (OpenID Connect) vouches for, where one is set."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session, select

from app.accounts import entering, sessions
from app.accounts.models import Person
from app.accounts.sessions import Begun, Browser, oneself
from app.core import audit
from app.core.db import now
from app.core.i18n import current_language
from app.core.settings import get_settings


@dataclass(frozen=True, slots=True)
class Vouched:
    """What the provider says of somebody; `email` is empty unless it says that it checked it."""

    subject: str
    email: str
    name: str


def is_set() -> bool:
    """Whether people may sign in with an identity provider."""
    return bool(get_settings().oidc_url)


def read(claims: Mapping[str, Any]) -> Vouched:
    """What matters of a checked ID token."""
    is_checked = claims.get("email_verified") is True
    email = entering.read_email(str(claims.get("email", ""))) if is_checked else ""
    name = entering.read_name(str(claims.get("name") or ""))
    return Vouched(f"{claims['iss']} {claims['sub']}", email, name or email.partition("@")[0])


def enter(db: Session, vouched: Vouched, browser: Browser) -> Begun | None:
    """Sign in whom the provider knows; None for a closed account, or one that is another's.

    Somebody new gets an account of their own, never a role. The second factor stays with us.
    """
    person = _known(db, vouched) or _newcomer(db, vouched)
    return None if person is None or person.disabled_at else sessions.begin(db, person, browser)


def _known(db: Session, vouched: Vouched) -> Person | None:
    return db.exec(select(Person).where(Person.subject == vouched.subject)).first()


def _newcomer(db: Session, vouched: Vouched) -> Person | None:
    """The account with an address that the provider checked, a new one where there is none."""
    if not vouched.email:
        return None
    person = entering.find_by_email(db, vouched.email)
    if person is None:
        person = Person(email=vouched.email, name=vouched.name, language=current_language())
        db.add(person)
        db.flush()  # the trail refers to it
        audit.record(db, oneself(person), "person.registered", person, provider=True)
    return _tie(db, person, vouched)


def _tie(db: Session, person: Person, vouched: Vouched) -> Person | None:
    if person.subject or person.disabled_at:
        return None
    if not person.verified_at:  # whoever chose the password did not show that it is theirs
        person.verified_at, person.password = now(), None
        audit.record(db, oneself(person), "person.verified", person, provider=True)
    person.subject = vouched.subject
    audit.record(db, oneself(person), "provider.tied", person)
    entering.warn(db, person, "provider_tied")
    return person
