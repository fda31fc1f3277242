"""Sessions: begun by signing in, listed, and ended by hand, by time or by a new password."""

import ipaddress
import re
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, update
from sqlmodel import Session, col, select

from app.accounts.models import Appointment, Membership, Person, SignIn
from app.accounts.visitor import IDLE, LONGEST_OF_STAFF, Visitor, hash_token
from app.core import audit
from app.core.db import now
from app.core.errors import NotFound
from app.core.i18n import _

LONGEST = timedelta(days=14)
KEPT = timedelta(days=90)  # after they ended
LONGEST_AGENT = 300  # characters
BROWSERS = {  # the first that is named; many also name those that they resemble
    "MicroMessenger": "WeChat",
    "DingTalk": "DingTalk",
    r"Edg(e|A|iOS)?/": "Edge",
    r"OPR/": "Opera",
    "QQBrowser": "QQ Browser",
    "UCBrowser": "UC Browser",
    "HuaweiBrowser": "Huawei Browser",
    "Firefox|FxiOS": "Firefox",
    "Chrome|CriOS": "Chrome",
    "Safari": "Safari",
}
SYSTEMS = {
    "HarmonyOS|OpenHarmony": "HarmonyOS",
    "Android": "Android",
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Windows": "Windows",
    "Mac OS X|Macintosh": "macOS",
    "Linux": "Linux",
}


@dataclass(frozen=True, slots=True)
class Browser:
    """From where somebody asks: the address of the network and what the browser says it is."""

    address: str
    agent: str


@dataclass(frozen=True, slots=True)
class Begun:
    """A session whose token the browser has yet to be given; it is kept nowhere else."""

    token: str
    sign_in: SignIn
    person: Person


@dataclass(frozen=True, slots=True)
class Oneself:
    """Somebody as the actor of what they do before a session says so."""

    person_id: UUID
    name: str
    acts_for: UUID | None = None


def oneself(person: Person) -> Oneself:
    return Oneself(person.id, person.name)


def begin(db: Session, person: Person, browser: Browser, *, second_factor: bool = False) -> Begun:
    """Sign a person in, for the organisation that they last acted for; always a new token."""
    token = secrets.token_urlsafe(32)
    moment = now()
    is_staff = db.exec(select(Appointment.id).where(Appointment.person_id == person.id)).first()
    sign_in = SignIn(
        token=hash_token(token),
        person_id=person.id,
        organisation_id=_last_acted_for(db, person),
        created_at=moment,
        seen_at=moment,
        fresh_at=moment,
        ends_at=moment + (LONGEST_OF_STAFF if is_staff else LONGEST),
        second_factor_at=moment if second_factor else None,
        address=shorten(browser.address),
        agent=browser.agent[:LONGEST_AGENT],
    )
    db.add(sign_in)
    audit.record(db, oneself(person), "session.begun", sign_in)
    return Begun(token, sign_in, person)


def _last_acted_for(db: Session, person: Person) -> UUID | None:
    mine = db.exec(
        select(Membership.organisation_id)
        .where(Membership.person_id == person.id)
        .order_by(col(Membership.since))
    ).all()
    if not mine:
        return None
    last = db.exec(
        select(SignIn.organisation_id)
        .where(SignIn.person_id == person.id, col(SignIn.organisation_id).in_(mine))
        .order_by(col(SignIn.seen_at).desc())
    ).first()
    return last or mine[0]


def renew(db: Session, *, by: Visitor, second_factor: bool = False) -> Begun:
    """Give this session a new token, and note that the password or the second factor was right."""
    token = secrets.token_urlsafe(32)
    sign_in = db.get_one(SignIn, by.sign_in_id)
    sign_in.token = hash_token(token)
    if second_factor:
        sign_in.second_factor_at = now()
    else:
        sign_in.fresh_at = now()
    return Begun(token, sign_in, db.get_one(Person, by.person_id))


def living(db: Session, visitor: Visitor) -> list[SignIn]:
    """The visitor's sessions that have not ended, the one last used first."""
    mine = select(SignIn).where(*_living(visitor.person_id), col(SignIn.seen_at) > now() - IDLE)
    return list(db.exec(mine.order_by(col(SignIn.seen_at).desc())))


def end(db: Session, sign_in_id: UUID, *, by: Visitor) -> None:
    """End one of one's own sessions; those of others look missing."""
    chosen = select(SignIn).where(SignIn.id == sign_in_id, *_living(by.person_id))
    found = db.exec(chosen).first()
    if found is None:
        raise NotFound("This session has ended already.")
    found.ended_at = now()
    audit.record(db, by, "session.ended", found)


def end_others(db: Session, *, by: Visitor) -> None:
    """End every session of the visitor but the one that they are in."""
    others = (*_living(by.person_id), col(SignIn.id) != by.sign_in_id)
    ended = db.execute(
        update(SignIn).where(*others).values(ended_at=now()).returning(col(SignIn.id))
    )
    for (sign_in_id,) in ended:
        audit.record(db, by, "session.ended", f"signin:{sign_in_id}")


def end_all(db: Session, person_id: UUID, *, by: audit.Actor | str) -> None:
    """End every session of a person, at once."""
    living = (
        update(SignIn).where(*_living(person_id)).values(ended_at=now()).returning(col(SignIn.id))
    )
    for (sign_in_id,) in db.execute(living):
        audit.record(db, by, "session.ended", f"signin:{sign_in_id}")


def _living(person_id: UUID) -> tuple[Any, ...]:
    return (
        col(SignIn.person_id) == person_id,
        col(SignIn.ended_at).is_(None),
        col(SignIn.ends_at) > now(),
    )


def sweep(db: Session) -> None:
    """Forget sessions that ended long ago."""
    db.execute(delete(SignIn).where(col(SignIn.ends_at) < now() - KEPT))


def device(agent: str) -> str:
    """What somebody uses, in words: Chrome on Windows."""
    browser = _named(BROWSERS, agent)
    system = _named(SYSTEMS, agent)
    if browser and system:
        return _("{browser} on {system}", browser=browser, system=system)
    return browser or system or _("A device that does not say what it is")


def _named(names: dict[str, str], agent: str) -> str:
    return next((name for said, name in names.items() if re.search(said, agent)), "")


def shorten(address: str) -> str:
    """An address of the network without the part that tells one household from another."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return ""
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped:
            return shorten(str(parsed.ipv4_mapped))
        return ":".join(parsed.exploded.split(":")[:3]) + ":…"
    return ".".join(str(parsed).split(".")[:2]) + ".…"


def network(address: str) -> str:
    """What counts as one address: a network of IPv6 belongs to one household."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)
