"""What whoever runs the installation may do for people: how the first administrator comes to be."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import update
from sqlmodel import Session, col, select

from app.accounts import entering, passwords, sessions
from app.accounts.entering import Wish
from app.accounts.models import Appointment, Person, StaffRole
from app.catalogue.index import get_vocabulary
from app.core import audit
from app.core.db import now
from app.core.errors import Conflict, Invalid, NotFound


def add(db: Session, email: str, name: str, password: str, *, by: str) -> Person:
    """Make an account whose address the operator vouches for."""
    wish = _read(email, name, password)
    if entering.find_by_email(db, wish.email):
        raise Conflict("There is an account with this address already.")
    person = Person(
        email=wish.email,
        name=wish.name,
        language=wish.language,
        password=passwords.hash_password(wish.password),
        verified_at=now(),
    )
    db.add(person)
    db.flush()  # the trail refers to it
    audit.record(db, by, "person.added", person)
    return person


def _read(email: str, name: str, password: str) -> Wish:
    typed = {"email": email, "name": name, "password": password, "terms": "yes"}
    wish, errors = entering.read_wish(typed)
    if wish is None:
        said = " ".join(errors.values())  # in the operator's language already
        raise Invalid(said)
    return wish


def appoint(
    db: Session, person: Person, roles: Collection[StaffRole], region: str, *, by: str
) -> list[StaffRole]:
    """Add roles of the staff in a region; all that the person then has.

    Somebody has one region: another one takes the place of the first for every role. Their
    sessions end, since those of the staff are shorter.
    """
    if region not in get_vocabulary().regions:
        raise Invalid("There is no region “{code}”; 440000 is the province.", code=region)
    before, present = _appointments(db, person)
    for role in set(roles) - set(present):
        db.add(Appointment(person_id=person.id, role=role, region=region))
    theirs = update(Appointment).where(col(Appointment.person_id) == person.id)
    db.execute(theirs.values(region=region))
    given = [role for role in StaffRole if role in {*present, *roles}]
    after = {"roles": [str(role) for role in given], "region": region}
    audit.record(db, by, "appointment.made", person, before=before, after=after)
    sessions.end_all(db, person.id, by=by)
    return given


def _appointments(db: Session, person: Person) -> tuple[dict[str, Any], list[StaffRole]]:
    rows = db.exec(select(Appointment).where(Appointment.person_id == person.id)).all()
    present = [StaffRole(one.role) for one in rows]
    known: dict[str, Any] = {
        "roles": sorted(map(str, present)),
        "region": rows[0].region if rows else None,
    }
    return known, present


def find(db: Session, email: str) -> Person:
    """Somebody with a confirmed account."""
    person = entering.find_by_email(db, entering.read_email(email))
    if person is None or not person.verified_at:
        raise NotFound("There is no confirmed account with this address.")
    return person
