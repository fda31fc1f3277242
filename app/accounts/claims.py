"""Claims: somebody says that they belong to an organisation that the pool knows already."""

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, exists
from sqlmodel import Session, col, func, select

from app.accounts import members, organisations
from app.accounts.models import Claim, ClaimStage, MemberRole, Membership, Person
from app.accounts.organisations import Addition
from app.accounts.visitor import Visitor
from app.catalogue.models import Organisation
from app.catalogue.reading import Page
from app.core import audit, mail
from app.core.db import now
from app.core.errors import Conflict, Forbidden, NotFound
from app.core.i18n import mark

STAGE_NAMES = {
    ClaimStage.WAITING: mark("Waiting for a decision"),
    ClaimStage.ACCEPTED: mark("Accepted"),
    ClaimStage.REFUSED: mark("Refused"),
}
SIZE = 20
Row = tuple[Claim, Organisation, Person]


def add(db: Session, addition: Addition, *, by: Visitor) -> Claim | None:
    """Take in a new organisation, or claim the one that the pool knows: never a second record."""
    known = organisations.find_known(db, addition.code, addition.name)
    if known is not None:
        return make(db, known, addition, by=by)
    organisations.act_for(db, organisations.create(db, addition, by=by).id, by=by)
    return None


def make(db: Session, organisation: Organisation, addition: Addition, *, by: Visitor) -> Claim:
    """Ask to belong to an organisation; its owners are told, or else its region's staff see it."""
    members.hold(db, organisation.id)
    if organisations.role_in(db, organisation.id, by.person_id):
        raise Conflict("You belong to {name} already.", name=organisation.name)
    waits = select(Claim.id).where(
        Claim.organisation_id == organisation.id,
        Claim.person_id == by.person_id,
        Claim.stage == ClaimStage.WAITING,
    )
    if db.exec(waits).first():
        raise Conflict(
            "You have asked {name} already; wait for the answer.", name=organisation.name
        )
    said = f"{addition.name} {addition.code}\n{addition.message}".strip()
    claim = Claim(organisation_id=organisation.id, person_id=by.person_id, message=said)
    db.add(claim)
    audit.record(db, by, "claim.made", claim, organisation=str(organisation.id))
    for owner in members.owners(db, organisation.id):
        known = {"claimant": by.name, "email": by.email, "organisation": organisation}
        mail.write(db, owner.email, "claim_made", language=owner.language, **known)
    return claim


def of_organisation(db: Session, organisation_id: UUID) -> list[tuple[Claim, Person]]:
    """What waits for an organisation's owners, oldest first."""
    chosen = _claims().where(
        Claim.organisation_id == organisation_id, Claim.stage == ClaimStage.WAITING
    )
    return [(claim, person) for claim, _organisation, person in db.exec(chosen)]


def for_staff(db: Session, visitor: Visitor, number: int, size: int = SIZE) -> Page:
    """A page of what waits for the staff of a region: organisations without an owner."""
    chosen = _claims().where(*_for_staff(visitor)).offset((number - 1) * size).limit(size)
    rows = [tuple(row) for row in db.exec(chosen)]
    total = db.exec(counting_for_staff(visitor)).one()
    return Page(items=rows, total=total, number=number, size=size)


def counting_for_staff(visitor: Visitor) -> Any:
    """A query for how many there are."""
    return select(func.count()).select_from(Claim).join(Organisation).where(*_for_staff(visitor))


def find_for_staff(db: Session, visitor: Visitor, claim_id: UUID) -> Row:
    """One of them, held until this transaction ends."""
    chosen = _claims().where(Claim.id == claim_id, *_for_staff(visitor))
    return _held(db, db.exec(chosen).first())


def find_for_owner(db: Session, visitor: Visitor, organisation_id: UUID, claim_id: UUID) -> Row:
    """One of an organisation that the visitor owns, held until this transaction ends."""
    members.find_owned(db, visitor, organisation_id)
    chosen = _claims().where(Claim.id == claim_id, Claim.organisation_id == organisation_id)
    return _held(db, db.exec(chosen).first())


def accept(db: Session, row: Row, role: MemberRole, why: str, *, by: Visitor) -> None:
    """Make the claimant a member; the first one of an organisation becomes its owner."""
    claim, organisation, person = row
    _decide(db, row, ClaimStage.ACCEPTED, why, by=by)
    if organisations.role_in(db, organisation.id, person.id) is None:
        members.join(db, organisation.id, person.id, role, by=by)
    _tell(db, "claim_accepted", row, role=organisations.ROLE_NAMES[role])
    audit.record(db, by, "claim.accepted", claim, after={"role": role.value}, why=why or None)


def refuse(db: Session, row: Row, why: str, *, by: Visitor) -> None:
    """Say no, and why."""
    _decide(db, row, ClaimStage.REFUSED, why, by=by)
    _tell(db, "claim_refused", row)
    audit.record(db, by, "claim.refused", row[0], why=why)


def _decide(db: Session, row: Row, stage: ClaimStage, why: str, *, by: Visitor) -> None:
    claim, organisation, person = row
    if claim.stage != ClaimStage.WAITING:
        raise Conflict("This was decided already.")
    if person.id == by.person_id:
        raise Forbidden("Somebody else has to decide about what you asked.")
    is_owner = organisations.role_in(db, organisation.id, by.person_id) is MemberRole.OWNER
    if not is_owner and members.owners(db, organisation.id):
        raise Conflict("The organisation has an owner by now, who decides.")
    claim.stage, claim.decided_by, claim.decided_at, claim.reason = stage, by.person_id, now(), why


def _tell(db: Session, template: str, row: Row, **said: Any) -> None:
    claim, organisation, person = row
    known = {"organisation": organisation.name, "reason": claim.reason, **said}
    mail.write(db, person.email, template, language=person.language, **known)


def _held(db: Session, row: Any) -> Row:
    """The row once nobody else decides about the same organisation, as it then stands."""
    if row is None:
        raise NotFound("There is no such claim.")
    claim, organisation, person = row
    members.hold(db, organisation.id)
    db.refresh(claim)
    return claim, organisation, person


def _claims() -> Any:
    return (
        select(Claim, Organisation, Person)
        .join(Organisation, col(Organisation.id) == col(Claim.organisation_id))
        .join(Person, col(Person.id) == col(Claim.person_id))
        .order_by(col(Claim.created_at), col(Claim.id))
    )


def _for_staff(visitor: Visitor) -> tuple[ColumnElement[bool], ...]:
    has_owner = exists().where(
        col(Membership.organisation_id) == col(Organisation.id),
        col(Membership.role) == MemberRole.OWNER,
    )
    return (
        visitor.scope.inside(Organisation.region),
        col(Claim.stage) == ClaimStage.WAITING,
        ~has_owner,
    )
