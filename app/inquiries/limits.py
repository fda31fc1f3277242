"""What keeps inquiries from being abused: how many in a day, who is blocked, who is suspended."""

from datetime import timedelta
from uuid import UUID

from sqlmodel import Session, col, func, select

from app.accounts.throttle import Limit, count
from app.accounts.visitor import Visitor
from app.catalogue.models import Organisation, Vendor
from app.core.db import now
from app.core.errors import Forbidden
from app.core.formats import format_date, today
from app.core.i18n import mark
from app.inquiries import blocking
from app.inquiries.models import Inquiry, InquiryReport

DAY = timedelta(days=1)
NEW = timedelta(days=30)
"""How long an organisation counts as new: one made only to advertise is found out by then."""

INQUIRIES = Limit("inquiries", 20, DAY)  # of an organisation: as many vendors as anybody compares
INQUIRIES_OF_NEW = Limit("inquiries", 5, DAY)
INQUIRIES_OF_ONE = Limit("inquiries-of-person", 15, DAY)  # whomever they act for
MESSAGES = Limit("messages", 200, DAY)  # files count too
MESSAGES_OF_NEW = Limit("messages", 50, DAY)
MESSAGES_OF_ONE = Limit("messages-of-person", 120, DAY)

TOO_MANY_INQUIRIES = mark(
    "Your organisation has sent as many inquiries as it may within a day. "
    "The next one can go out after {moment}."
)
TOO_MANY_MESSAGES = mark(
    "Your organisation has sent as many messages as it may within a day. "
    "The next one can go out after {moment}."
)
YOU_TOO_MANY = mark(
    "You have sent as much as one person may within a day. You can go on after {moment}."
)


def check(db: Session, visitor: Visitor, vendor: Vendor, *, hides_asker: bool = False) -> None:
    """Before an inquiry is sent; raises a `Refusal` where it may not be.

    What is sent counts; what is refused, here or later in the same request, does not.
    """
    own = _own(visitor)
    _check_suspended(db, own)
    blocking.check(db, own, vendor.organisation_id, hides_sender=hides_asker)
    limit = INQUIRIES_OF_NEW if _is_new(db, own) else INQUIRIES
    count(db, limit, own, TOO_MANY_INQUIRIES)
    count(db, INQUIRIES_OF_ONE, visitor.person_id, YOU_TOO_MANY)


def check_message(db: Session, visitor: Visitor, inquiry: Inquiry) -> None:
    """Before something is said in a thread; raises a `Refusal` where it may not be."""
    own = _own(visitor)
    blocking.check_in_thread(db, own, inquiry)
    limit = MESSAGES_OF_NEW if _is_new(db, own) else MESSAGES
    count(db, limit, own, TOO_MANY_MESSAGES)
    count(db, MESSAGES_OF_ONE, visitor.person_id, YOU_TOO_MANY)


def _own(visitor: Visitor) -> UUID:
    assert visitor.organisation_id is not None  # noqa: S101  the permission needs one
    return visitor.organisation_id


def _is_new(db: Session, organisation_id: UUID) -> bool:
    chosen = select(Organisation.created_at).where(Organisation.id == organisation_id)
    return db.exec(chosen).one() > now() - NEW


def _check_suspended(db: Session, organisation_id: UUID) -> None:
    chosen = select(func.max(InquiryReport.suspended_until)).where(
        InquiryReport.against_id == organisation_id,
        col(InquiryReport.suspended_until) >= today(),
    )
    until = db.exec(chosen).one()
    if until:
        raise Forbidden(
            "Your organisation can send no inquiries until the end of {date}: the staff upheld "
            "a report about it.",
            date=format_date(until),
        )
