"""Inquiries to vendors for whom nobody acts yet: they wait, and the staff help.

The staff nearest to the vendor invite somebody of it, pass the inquiry on by other means, or say
that the vendor cannot be reached; the asker is told each step. When somebody joins the vendor's
organisation, everything that waits becomes theirs and its clock begins.
"""

from typing import Any
from uuid import UUID

from sqlmodel import Session, col, func, select

from app.accounts import first_owners, responsible
from app.accounts.visitor import Visitor
from app.catalogue.models import Vendor
from app.core import audit
from app.core.access import Can
from app.core.errors import Conflict
from app.core.outbox import job
from app.inquiries import due, speaking, telling
from app.inquiries.announcing import announce, check_sentence, tell_staff
from app.inquiries.models import ENDED, Inquiry, Side


def begin(db: Session, inquiry: Inquiry) -> None:
    """An inquiry was sent to a vendor that has no member: let it wait and tell who can help.

    The staff are mailed for the first one that waits; later ones stand beside it in their list.
    """
    others = select(func.count()).where(*_waiting(), Inquiry.vendor_id == inquiry.vendor_id)
    is_first = not db.exec(others).one()
    inquiry.waits_for_account, inquiry.due_on = True, None
    speaking.tell(db, inquiry, "account.missing")
    if is_first:
        people = responsible.nearest(db, inquiry.region, Can.OVERSEE_INQUIRIES)
        vendor = db.exec(select(Vendor.name).where(Vendor.id == inquiry.vendor_id)).one()
        tell_staff(db, people, "inquiry_waits", vendor=vendor)


def invite(db: Session, inquiry: Inquiry, email: str, *, by: Visitor) -> None:
    """Invite somebody as the owner of the vendor's organisation; the asker reads that, not whom."""
    _check_waits(inquiry)
    first_owners.invite(db, inquiry.vendor_organisation_id, email, by=by)
    announce(db, inquiry, "account.invited", to=(Side.ASKER,), by=by)
    audit.record(db, by, "inquiry.vendor_invited", inquiry)


def pass_on(db: Session, inquiry: Inquiry, means: str, why: str, *, by: Visitor) -> None:
    """Note that the vendor was told of the inquiry in another way, and what came of it."""
    _check_waits(inquiry)
    check_sentence(why)
    announce(db, inquiry, "account.passed_on", to=(Side.ASKER,), by=by, means=means, why=why)
    audit.record(db, by, "inquiry.passed_on", inquiry, why=why, means=means)


def give_up(db: Session, inquiry: Inquiry, why: str, *, by: Visitor) -> None:
    """Tell the asker that the vendor cannot be reached; the inquiry goes on waiting."""
    _check_waits(inquiry)
    check_sentence(why)
    announce(db, inquiry, "account.unreachable", to=(Side.ASKER,), by=by, why=why)
    audit.record(db, by, "inquiry.unreachable", inquiry, why=why)


@job("inquiries.first_member")
def first_member(db: Session, payloads: list[dict[str, Any]]) -> None:
    """Somebody joined an organisation for whom nobody acted: what waits for it becomes theirs."""
    hand_over(db, UUID(payloads[0]["organisation_id"]))


def hand_over(db: Session, organisation_id: UUID) -> None:
    """Let the clock of everything that waits for an organisation begin, and tell both sides."""
    chosen = select(Vendor).where(Vendor.organisation_id == organisation_id)
    vendor = db.exec(chosen).first()
    if vendor is None:
        return
    waits = select(Inquiry).where(
        *_waiting(),
        col(Inquiry.vendor_id).in_(_with_merged(db, vendor.id)),
        col(Inquiry.organisation_id) != organisation_id,
    )
    for inquiry in db.exec(waits.with_for_update().execution_options(populate_existing=True)):
        inquiry.waits_for_account = False
        inquiry.vendor_id, inquiry.vendor_organisation_id = vendor.id, organisation_id
        due.begin(inquiry)
        announce(db, inquiry, "account.joined", to=(Side.ASKER,))
        telling.of_inquiry(db, inquiry)


def _with_merged(db: Session, vendor_id: UUID) -> set[UUID]:
    """A vendor and all that were merged into it: their inquiries are its own."""
    known, newest = {vendor_id}, {vendor_id}
    while newest:
        merged = select(Vendor.id).where(col(Vendor.merged_into).in_(newest))
        newest = set(db.exec(merged)) - known
        known |= newest
    return known


def _waiting() -> tuple[Any, Any]:
    return col(Inquiry.waits_for_account), col(Inquiry.stage).not_in(ENDED)


def _check_waits(inquiry: Inquiry) -> None:
    if not inquiry.waits_for_account or inquiry.stage in ENDED:
        raise Conflict("This inquiry does not wait for an account of the vendor any more.")
