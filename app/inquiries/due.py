"""Until when a vendor should answer, in working days, and when that clock stands."""

from datetime import date

from sqlmodel import Session

from app.core.db import now
from app.curation.working_days import add_working_days
from app.inquiries.models import Inquiry

ANSWER_WITHIN = 3  # working days


def first_due(day: date) -> date:
    """The day on which an inquiry that was sent on `day` should have an answer."""
    return add_working_days(day, ANSWER_WITHIN)


def vendor_spoke(db: Session, inquiry: Inquiry) -> None:  # noqa: ARG001
    """The vendor wrote: the asker has the next word, so the clock stands."""
    inquiry.clock_stopped_at = inquiry.clock_stopped_at or now()


def asker_spoke(db: Session, inquiry: Inquiry) -> None:  # noqa: ARG001
    """The asker wrote: the vendor has the next word, so the clock goes on."""
    inquiry.clock_stopped_at = None
