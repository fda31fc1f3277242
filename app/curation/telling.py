"""Mail to the members of an organisation, and who of the staff of a region is written to."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_
from sqlmodel import Session, col, select

from app.accounts.models import Appointment, MemberRole, Membership, Person, StaffRole
from app.accounts.scope import Scope
from app.core import mail

OWNERS = frozenset({MemberRole.OWNER})
WRITERS = frozenset({MemberRole.OWNER, MemberRole.EDITOR})


def reachable(roles: Collection[MemberRole]) -> ColumnElement[bool]:
    """That a member has one of the roles, a confirmed address, and may sign in."""
    return and_(
        col(Membership.role).in_(roles),
        col(Person.verified_at).is_not(None),
        col(Person.disabled_at).is_(None),
    )


def members(db: Session, organisation_id: UUID, roles: Collection[MemberRole]) -> list[Person]:
    """Those who can be reached, by address."""
    chosen = (
        select(Person)
        .join(Membership, col(Membership.person_id) == col(Person.id))
        .where(Membership.organisation_id == organisation_id, reachable(roles))
    )
    return list(db.exec(chosen.order_by(col(Person.email))))


def tell(
    db: Session,
    organisation_id: UUID,
    template: str,
    roles: Collection[MemberRole] = WRITERS,
    **said: Any,
) -> None:
    """Write to each of them in their own language."""
    for person in members(db, organisation_id, roles):
        mail.write(db, person.email, template, language=person.language, **said)


def staff_of(db: Session, role: StaffRole, region: str | None) -> list[Person]:
    """Those of the staff with a role inside whose region a place lies, by address."""
    chosen = (
        select(Person, Appointment.region)
        .join(Appointment, col(Appointment.person_id) == col(Person.id))
        .where(Appointment.role == role, col(Person.disabled_at).is_(None))
    )
    rows = db.exec(chosen.order_by(col(Person.email)))
    return [person for person, place in rows if Scope(place).covers(region)]
