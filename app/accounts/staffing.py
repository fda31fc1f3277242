"""Who of the staff has which role where; administrators decide it inside their own region."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import delete, update
from sqlmodel import Session, col, func, select

from app.accounts import entering, invitations, second_factor, sessions
from app.accounts.models import Appointment, Person, Purpose, SignIn, StaffRole, Ticket
from app.accounts.scope import Scope
from app.accounts.visitor import Visitor
from app.catalogue import labels
from app.catalogue.index import get_vocabulary
from app.catalogue.reading import Page
from app.core import audit
from app.core.db import lock, now
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.core.i18n import mark

ROLE_NAMES = {
    StaffRole.REVIEWER: mark("Reviewer"),
    StaffRole.INSPECTOR: mark("Inspector"),
    StaffRole.PUBLISHER: mark("Publisher"),
    StaffRole.AUDITOR: mark("Auditor"),
    StaffRole.ADMINISTRATOR: mark("Administrator"),
}
ROLE_RIGHTS = {
    StaffRole.REVIEWER: mark("recommends and reviews, certifies manufacturers, decides on claims"),
    StaffRole.INSPECTOR: mark("assesses security and makes spot checks"),
    StaffRole.PUBLISHER: mark("publishes, removes, decides on appeals, draws spot checks"),
    StaffRole.AUDITOR: mark("reads the audit trail"),
    StaffRole.ADMINISTRATOR: mark("keeps the criteria and decides who belongs to the staff"),
}
SIZE = 30
STAFFING = 4_402_271  # the number of a lock; it means nothing


@dataclass(frozen=True, slots=True)
class Official:
    """Somebody of the staff: their roles, and the region inside which they have them."""

    person: Person
    roles: frozenset[StaffRole]
    region: str


def regions_for(visitor: Visitor) -> list[tuple[str, str]]:
    """The regions that an administrator may give, with their names: their own and those inside."""
    codes = sorted(code for code in get_vocabulary().regions if _may_give(visitor, code))
    return [(code, labels.region_label(code)) for code in codes]


def listed(db: Session, visitor: Visitor, number: int, size: int = SIZE) -> Page:
    """A page of the staff inside a region, from the largest region to the smallest."""
    inside = visitor.scope.inside(Appointment.region)
    counted = select(func.count(col(Appointment.person_id).distinct())).where(inside)
    chosen = (
        select(Person, func.min(Appointment.region).label("place"))
        .join(Appointment, col(Appointment.person_id) == col(Person.id))
        .where(inside)
        .group_by(*Person.__table__.columns)  # type: ignore[attr-defined]
        .order_by("place", col(Person.name), col(Person.id))
    )
    people = db.exec(chosen.offset((number - 1) * size).limit(size)).all()
    roles = _roles(db, [person.id for person, _region in people])
    rows = [Official(person, roles[person.id], region) for person, region in people]
    return Page(items=rows, total=db.exec(counted).one(), number=number, size=size)


def find_for(db: Session, visitor: Visitor, person_id: UUID) -> Official:
    """Somebody of the staff inside the visitor's region."""
    chosen = (
        select(Person, Appointment.region)
        .join(Appointment, col(Appointment.person_id) == col(Person.id))
        .where(Person.id == person_id, visitor.scope.inside(Appointment.region))
    )
    found = db.exec(chosen).first()
    if found is None:
        raise NotFound("There is nobody of the staff here.")
    return Official(found[0], _roles(db, [person_id])[person_id], found[1])


def invited(db: Session, visitor: Visitor) -> list[Ticket]:
    """The open invitations into the staff of a region."""
    return invitations.open_ones(db, *_invitations_in(visitor))


def invite(
    db: Session, email: str, roles: Iterable[StaffRole], region: str, *, by: Visitor
) -> None:
    """Mail somebody a link that makes them one of the staff."""
    given = _ranked(roles)
    _hold(db, by)
    _check(given, region, by)
    theirs = select(Person).join(Appointment, col(Appointment.person_id) == col(Person.id))
    theirs = theirs.where(Person.email == email, by.scope.inside(Appointment.region))
    if db.exec(theirs).first():
        raise Conflict("Whoever has this address belongs to the staff already; change their roles.")
    if email == by.email:
        raise Forbidden("Nobody gives roles to themselves.")
    ticket = invitations.new(Purpose.APPOINT, email, role=",".join(given), region=region)
    named = {"roles": [ROLE_NAMES[role] for role in roles_of(ticket)], "region": region}
    invitations.send(db, ticket, "appointment", by=by, region_label=labels.region_label, **named)
    after = {"roles": given, "region": region}
    audit.record(db, by, "appointment.invited", f"ticket:{ticket.id}", after=after, email=email)


def take_back(db: Session, ticket_id: UUID, *, by: Visitor) -> None:
    """End an open invitation into the staff."""
    ticket = invitations.find_open(db, ticket_id, *_invitations_in(by))
    invitations.end_all(db, Ticket.id == ticket.id)
    audit.record(db, by, "appointment.invitation_ended", f"ticket:{ticket.id}", email=ticket.email)


def accept(db: Session, ticket: Ticket, *, by: Visitor) -> None:
    """Become one of the staff by an invitation."""
    assert ticket.region  # noqa: S101  every invitation of this purpose has one
    invitations.use(db, ticket, by=by)
    if _roles(db, [by.person_id])[by.person_id]:
        raise Conflict("You belong to the staff already. An administrator can change your roles.")
    roles = roles_of(ticket)
    for role in roles:
        db.add(Appointment(person_id=by.person_id, role=role, region=ticket.region))
    after = {"roles": _ranked(roles), "region": ticket.region}
    audit.record(db, by, "appointment.made", f"person:{by.person_id}", after=after)


def change(
    db: Session, official: Official, roles: Iterable[StaffRole], region: str, *, by: Visitor
) -> None:
    """Give somebody of the staff other roles or another region; it holds from their next step."""
    given = _ranked(roles)
    _hold(db, by)
    _check(given, region, by)
    official = find_for(db, by, official.person.id)  # as it stands now that nobody else decides
    if by.person_id == official.person.id:
        _check_own(official, given, region)
    if StaffRole.ADMINISTRATOR not in given or region != official.region:
        _give_up_administration(db, official)
    db.execute(delete(Appointment).where(col(Appointment.person_id) == official.person.id))
    for role in given:
        db.add(Appointment(person_id=official.person.id, role=StaffRole(role), region=region))
    before = {"roles": _ranked(official.roles), "region": official.region}
    after = {"roles": given, "region": region}
    subject = f"person:{official.person.id}"
    audit.record(db, by, "appointment.changed", subject, before=before, after=after)


def end(db: Session, official: Official, *, by: Visitor) -> None:
    """End somebody's appointment, and every session they have, at once."""
    _hold(db, by)
    official = find_for(db, by, official.person.id)
    _give_up_administration(db, official)
    person_id = official.person.id
    db.execute(delete(Appointment).where(col(Appointment.person_id) == person_id))
    theirs = update(SignIn).where(col(SignIn.person_id) == person_id)
    db.execute(theirs.where(col(SignIn.ended_at).is_(None)).values(ended_at=now()))
    before = {"roles": _ranked(official.roles), "region": official.region}
    audit.record(db, by, "appointment.ended", f"person:{person_id}", before=before)


def remove_second_factor(db: Session, official: Official, *, by: Visitor) -> None:
    """Help somebody who lost theirs: they set up another one when they sign in next."""
    _hold(db, by)
    person = find_for(db, by, official.person.id).person
    if person.id == by.person_id:
        raise Forbidden("Your own second factor you replace on your account's page.")
    if person.totp_since is None:
        raise Conflict("{name} has no second factor.", name=person.name)
    second_factor.remove(db, person)
    audit.record(db, by, "second_factor.taken_away", person)
    sessions.end_all(db, person.id, by=by)
    entering.warn(db, person, "second_factor_removed")


def roles_of(ticket: Ticket) -> list[StaffRole]:
    """The roles that an invitation into the staff gives."""
    return [StaffRole(role) for role in (ticket.role or "").split(",") if role]


def _ranked(roles: Iterable[StaffRole]) -> list[str]:
    return [role.value for role in StaffRole if role in set(roles)]


def _roles(db: Session, people: list[UUID]) -> dict[UUID, frozenset[StaffRole]]:
    chosen = select(Appointment.person_id, Appointment.role)
    found: dict[UUID, set[StaffRole]] = {person_id: set() for person_id in people}
    for person_id, role in db.exec(chosen.where(col(Appointment.person_id).in_(people))):
        found[person_id].add(StaffRole(role))
    return {person_id: frozenset(roles) for person_id, roles in found.items()}


def _hold(db: Session, by: Visitor) -> None:
    """Nobody else decides about the staff meanwhile, and the actor still is an administrator."""
    lock(db, STAFFING)
    own = select(Appointment.region).where(
        Appointment.person_id == by.person_id, Appointment.role == StaffRole.ADMINISTRATOR
    )
    if db.exec(own).first() != by.scope.region:
        raise Forbidden("You are no administrator of this region any more.")


def _check(roles: list[str], region: str, by: Visitor) -> None:
    if not roles:
        raise Invalid("Choose at least one role, or end the appointment.")
    if region not in get_vocabulary().regions or not _may_give(by, region):
        raise Forbidden("You can give your own region or one inside it, no other.")


def _may_give(visitor: Visitor, region: str) -> bool:
    return bool(visitor.scope.prefix) and region.startswith(visitor.scope.prefix)


def _check_own(official: Official, roles: list[str], region: str) -> None:
    if region != official.region or set(roles) - {role.value for role in official.roles}:
        raise Forbidden("Nobody gives roles to themselves.")


def _give_up_administration(db: Session, official: Official) -> None:
    """Another administrator stays whose region reaches as far; open invitations end."""
    if StaffRole.ADMINISTRATOR not in official.roles:
        return
    others = select(Appointment.region).where(
        Appointment.role == StaffRole.ADMINISTRATOR,
        Appointment.person_id != official.person.id,
    )
    if not any(Scope(region).covers(official.region) for region in db.exec(others)):
        raise Conflict("This region keeps at least one administrator. Appoint another one first.")
    sent = (Ticket.purpose == Purpose.APPOINT, Ticket.created_by == official.person.id)
    invitations.end_all(db, *sent)


def _invitations_in(visitor: Visitor) -> tuple[Any, ...]:
    return Ticket.purpose == Purpose.APPOINT, visitor.scope.inside(Ticket.region)
