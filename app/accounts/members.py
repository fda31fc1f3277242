"""Who belongs to an organisation: roles, invitations, leaving; it always keeps an owner."""

from typing import Any
from uuid import UUID

from sqlalchemy import update
from sqlmodel import Session, col, select

from app.accounts import invitations, organisations
from app.accounts.models import MemberRole, Membership, Person, Purpose, SignIn, Ticket
from app.accounts.visitor import Visitor
from app.catalogue.models import Organisation
from app.core import audit
from app.core.db import now
from app.core.errors import Conflict, NotFound
from app.core.i18n import mark
from app.core.outbox import enqueue


def find_for(
    db: Session, visitor: Visitor, organisation_id: UUID
) -> tuple[Organisation, MemberRole]:
    """An organisation that the visitor belongs to, and what they are in it."""
    chosen = (
        select(Organisation, Membership.role)
        .join(Membership, col(Membership.organisation_id) == col(Organisation.id))
        .where(Organisation.id == organisation_id, Membership.person_id == visitor.person_id)
    )
    found = db.exec(chosen).first()
    if found is None:
        raise NotFound("There is no such organisation, or you do not belong to it.")
    return found[0], MemberRole(found[1])


def find_owned(db: Session, visitor: Visitor, organisation_id: UUID) -> Organisation:
    """The same, where the visitor is an owner."""
    organisation, role = find_for(db, visitor, organisation_id)
    if role is not MemberRole.OWNER:
        raise NotFound("There is no such organisation, or you do not belong to it.")
    return organisation


def of(db: Session, organisation_id: UUID) -> list[tuple[Membership, Person]]:
    """Everybody who belongs to an organisation, owners first, then by name."""
    chosen = (
        select(Membership, Person)
        .join(Person, col(Person.id) == col(Membership.person_id))
        .where(Membership.organisation_id == organisation_id)
        .order_by(col(Person.name), col(Person.id))
    )
    ranks = list(MemberRole)
    return sorted(db.exec(chosen), key=lambda row: ranks.index(MemberRole(row[0].role)))


def owners(db: Session, organisation_id: UUID) -> list[Person]:
    """Whoever decides for an organisation."""
    chosen = (
        select(Person)
        .join(Membership, col(Membership.person_id) == col(Person.id))
        .where(Membership.organisation_id == organisation_id, Membership.role == MemberRole.OWNER)
    )
    return list(db.exec(chosen))


def change_role(
    db: Session, organisation: Organisation, person_id: UUID, role: MemberRole, *, by: Visitor
) -> None:
    """Give a member another role; the last owner stays one."""
    members = _locked(db, organisation.id, owner=by.person_id)
    membership = _membership(members, person_id)
    before = MemberRole(membership.role)
    if before is role:
        return
    if before is MemberRole.OWNER:
        _give_up_ownership(db, members, membership)
    membership.role = role
    audit.record(
        db,
        by,
        "member.role_changed",
        organisation,
        before={"role": before.value},
        after={"role": role.value},
        person=str(person_id),
    )


def remove(db: Session, organisation: Organisation, person_id: UUID, *, by: Visitor) -> None:
    """End somebody's membership with every right and session that rests on it, at once."""
    membership = _end(db, _locked(db, organisation.id, owner=by.person_id), person_id)
    _sessions(db, membership, ended_at=now())
    before = {"role": MemberRole(membership.role).value}
    audit.record(db, by, "member.removed", organisation, before=before, person=str(person_id))


def leave(db: Session, organisation: Organisation, *, by: Visitor) -> None:
    """End one's own membership; one's sessions act for nobody from then on."""
    membership = _end(db, _locked(db, organisation.id), by.person_id)
    _sessions(db, membership, organisation_id=None)
    before = {"role": MemberRole(membership.role).value}
    audit.record(db, by, "member.left", organisation, before=before, person=str(by.person_id))


def invite(
    db: Session, organisation: Organisation, email: str, role: MemberRole, *, by: Visitor
) -> None:
    """Mail somebody a link that makes them a member."""
    _locked(db, organisation.id, owner=by.person_id)
    if why := why_not_invite(db, organisation, email):
        raise Conflict(why)
    ticket = invitations.new(
        Purpose.INVITE, email, role=role.value, organisation_id=organisation.id
    )
    invitations.send(db, ticket, "invitation", by=by, organisation=organisation.name)
    audit.record(db, by, "member.invited", organisation, email=email, role=role.value)


def why_not_invite(db: Session, organisation: Organisation, email: str) -> str:
    """Why nobody with this address can be invited, as a msgid; empty when they can."""
    chosen = (
        select(Membership.id)
        .join(Person, col(Person.id) == col(Membership.person_id))
        .where(Membership.organisation_id == organisation.id, Person.email == email)
    )
    if db.exec(chosen).first():
        return mark("Whoever has this address belongs to the organisation already.")
    return ""


def invited(db: Session, organisation_id: UUID) -> list[Ticket]:
    """The open invitations of an organisation."""
    return invitations.open_ones(db, *_invitations_of(organisation_id))


def take_back(db: Session, organisation: Organisation, ticket_id: UUID, *, by: Visitor) -> None:
    """End an open invitation."""
    ticket = invitations.find_open(db, ticket_id, *_invitations_of(organisation.id))
    invitations.end_all(db, Ticket.id == ticket.id)
    audit.record(db, by, "member.invitation_ended", organisation, email=ticket.email)


def accept(db: Session, ticket: Ticket, *, by: Visitor) -> Organisation:
    """Become a member by an invitation, and act for the organisation from now on."""
    assert ticket.organisation_id  # noqa: S101  every invitation of this purpose has one
    members = _locked(db, ticket.organisation_id)
    invitations.use(db, ticket, by=by)
    if by.person_id in members:
        raise Conflict("You belong to this organisation already.")
    role = MemberRole(ticket.role or MemberRole.VIEWER)
    return join(db, ticket.organisation_id, by.person_id, role, by=by)


def join(
    db: Session, organisation_id: UUID, person_id: UUID, role: MemberRole, *, by: Visitor
) -> Organisation:
    """Make somebody a member who is none; if it is the actor, they act for it from now on.

    The first one ends every invitation that is still open: from now on the organisation invites.
    """
    organisation = db.get_one(Organisation, organisation_id)
    if not of(db, organisation_id):
        invitations.end_all(db, *_invitations_of(organisation_id))
        enqueue(db, "inquiries.first_member", organisation_id=str(organisation_id))
    db.add(Membership(organisation_id=organisation_id, person_id=person_id, role=role))
    after = {"role": role.value}
    audit.record(db, by, "member.joined", organisation, after=after, person=str(person_id))
    if by.person_id == person_id:
        organisations.act_for(db, organisation_id, by=by)
    return organisation


def hold(db: Session, organisation_id: UUID) -> None:
    """Wait until nobody else changes who belongs to an organisation, and keep it so."""
    row = select(Organisation.id).where(Organisation.id == organisation_id)
    db.exec(row.with_for_update(key_share=True)).one()


def _locked(
    db: Session, organisation_id: UUID, *, owner: UUID | None = None
) -> dict[UUID, Membership]:
    """The memberships as they stand once nobody else changes them; `owner` still is one.

    The row of the organisation stands for them all: where two of them were changed at once,
    each could take the other for the owner who stays.
    """
    hold(db, organisation_id)
    chosen = select(Membership).where(Membership.organisation_id == organisation_id)
    rows = db.exec(chosen.execution_options(populate_existing=True)).all()
    members = {row.person_id: row for row in rows}
    if owner and (owner not in members or members[owner].role != MemberRole.OWNER):
        raise NotFound("There is no such organisation, or you do not belong to it.")
    return members


def _membership(members: dict[UUID, Membership], person_id: UUID) -> Membership:
    if person_id not in members:
        raise NotFound("This person does not belong to the organisation.")
    return members[person_id]


def _keep_an_owner(members: dict[UUID, Membership], person_id: UUID) -> None:
    if not any(one.role == MemberRole.OWNER for id_, one in members.items() if id_ != person_id):
        raise Conflict(
            "An organisation keeps at least one owner. Make somebody else an owner first."
        )


def _end(db: Session, members: dict[UUID, Membership], person_id: UUID) -> Membership:
    membership = _membership(members, person_id)
    if membership.role == MemberRole.OWNER:
        _give_up_ownership(db, members, membership)
    db.delete(membership)
    return membership


def _give_up_ownership(
    db: Session, members: dict[UUID, Membership], membership: Membership
) -> None:
    """Others stay owners; open invitations end too, so that nobody comes back by their own."""
    _keep_an_owner(members, membership.person_id)
    sent = Ticket.created_by == membership.person_id
    invitations.end_all(db, *_invitations_of(membership.organisation_id), sent)


def _sessions(db: Session, membership: Membership, **values: Any) -> None:
    theirs = update(SignIn).where(
        col(SignIn.person_id) == membership.person_id,
        col(SignIn.organisation_id) == membership.organisation_id,
        col(SignIn.ended_at).is_(None),
    )
    db.execute(theirs.values(**values))


def _invitations_of(organisation_id: UUID) -> tuple[Any, Any]:
    return Ticket.purpose == Purpose.INVITE, Ticket.organisation_id == organisation_id
