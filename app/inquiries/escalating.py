"""An answer is overdue: the asker calls the staff, who write to both sides, pass on or close."""

from collections.abc import Collection

from sqlmodel import Session, select

from app.accounts import responsible
from app.accounts.models import Person
from app.accounts.visitor import Visitor
from app.catalogue.models import Vendor
from app.core import audit
from app.core.access import Can
from app.core.db import now
from app.core.errors import Conflict, Forbidden
from app.inquiries import due, speaking, telling
from app.inquiries.announcing import BOTH, announce, check_sentence, inform, tell_staff
from app.inquiries.models import ENDED, Inquiry, Side

LONGEST = 500


def may_escalate(inquiry: Inquiry, side: Side) -> bool:
    """Whether the asker may call the staff: once for each due day that has passed."""
    return side is Side.ASKER and due.is_overdue(inquiry) and inquiry.escalated_at is None


def is_open(inquiry: Inquiry) -> bool:
    """Whether the asker called the staff and they have not closed it."""
    return inquiry.escalated_at is not None and inquiry.escalation_closed_at is None


def escalate(db: Session, inquiry: Inquiry, side: Side, why: str, *, by: Visitor) -> None:
    """Call the staff nearest to the vendor, who read `why`.

    Raises `Conflict` while the answer is not overdue, and the second time.
    """
    if side is not Side.ASKER:
        raise Forbidden("This step is not yours to take.")
    if inquiry.escalated_at:
        raise Conflict("You have called the staff already.")
    if not due.is_overdue(inquiry):
        raise Conflict("You can call the staff once the answer is overdue.")
    check_sentence(why, LONGEST)
    inquiry.escalated_at, inquiry.escalated_why = now(), why
    speaking.tell(db, inquiry, "overdue.escalated", side=side, by=by.person_id, why=why)
    telling.to_side(
        db,
        inquiry,
        Side.VENDOR,
        "inquiry_escalated",
        days=due.days_late(inquiry),
        due=inquiry.due_on,
    )
    _tell_staff(db, inquiry, responsible.nearest(db, inquiry.region, Can.OVERSEE_INQUIRIES))
    audit.record(db, by, "inquiry.escalated", inquiry, why=why)


def write(db: Session, inquiry: Inquiry, text: str, *, by: Visitor) -> None:
    """Write to both sides as the staff; they read it in the thread, which the staff do not."""
    speaking.check_text(text)
    speaking.check_goes_on(inquiry)
    if not (is_open(inquiry) or due.is_overdue(inquiry)):
        raise Conflict("The staff write where an answer is overdue or the asker called them.")
    speaking.add(db, inquiry, Side.STAFF, by=by.person_id, text=text)
    inform(db, inquiry, "staff.wrote", to=BOTH, side=Side.STAFF)
    audit.record(db, by, "inquiry.staff_wrote", inquiry)


def pass_on(db: Session, inquiry: Inquiry, why: str, *, by: Visitor) -> None:
    """Pass an escalation on to the province's staff, who see it anyway and are told now."""
    check_sentence(why, LONGEST)
    _check_open(inquiry)
    if by.scope.is_province:
        raise Forbidden("You are the province's staff yourself.")
    if inquiry.escalation_passed_on_at:
        raise Conflict("This was passed on to the province already.")
    inquiry.escalation_passed_on_at = now()
    announce(db, inquiry, "escalation.passed_on", to=(Side.ASKER,), by=by, why=why)
    _tell_staff(db, inquiry, responsible.of_province(db, Can.OVERSEE_INQUIRIES))
    audit.record(db, by, "inquiry.escalation_passed_on", inquiry, why=why)


def close(db: Session, inquiry: Inquiry, why: str, *, by: Visitor) -> None:
    """End an escalation with a sentence that both sides read."""
    check_sentence(why, LONGEST)
    _check_open(inquiry)
    inquiry.escalation_closed_at = now()
    announce(db, inquiry, "escalation.closed", to=BOTH, by=by, why=why)
    audit.record(db, by, "inquiry.escalation_closed", inquiry, why=why)


def _check_open(inquiry: Inquiry) -> None:
    if not is_open(inquiry) or inquiry.stage in ENDED:
        raise Conflict("The asker does not wait for the staff here.")


def _tell_staff(db: Session, inquiry: Inquiry, people: Collection[Person]) -> None:
    vendor = db.exec(select(Vendor.name).where(Vendor.id == inquiry.vendor_id)).one()
    tell_staff(db, people, "inquiry_escalated_staff", vendor=vendor, id=inquiry.id)
