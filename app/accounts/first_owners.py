"""Inviting the first owner of an organisation that the pool knows and nobody acts for yet."""

from uuid import UUID

from sqlmodel import Session

from app.accounts import invitations, members
from app.accounts.models import MemberRole, Purpose
from app.accounts.visitor import Visitor
from app.catalogue.models import Organisation
from app.core import audit
from app.core.errors import Conflict, Forbidden, NotFound


def invite(db: Session, organisation_id: UUID, email: str, *, by: Visitor) -> Organisation:
    """Mail somebody of an organisation inside the region of `by` a link that makes them its owner.

    Staff answer for the address, as they do for whom they accept as owner. Once anybody belongs
    to the organisation, its owners invite; invitations that staff sent before end then. Raises
    `NotFound` outside the region, `Conflict` where somebody belongs to it, and `Forbidden` for
    one's own address.
    """
    members.hold(db, organisation_id)
    organisation = db.get_one(Organisation, organisation_id)
    if not by.scope.covers(organisation.region):
        raise NotFound("There is no such organisation in your region.")
    if members.of(db, organisation_id):
        raise Conflict("Somebody acts for this organisation by now and invites the others.")
    if email == by.email:
        raise Forbidden("Invite somebody of the organisation, not yourself.")
    ticket = invitations.new(
        Purpose.INVITE, email, role=MemberRole.OWNER.value, organisation_id=organisation_id
    )
    invitations.send(db, ticket, "invitation", by=by, organisation=organisation.name)
    audit.record(db, by, "organisation.owner_invited", organisation, email=email)
    return organisation
