"""Until when a vendor should answer, in working days, and when that clock stands.

The clock runs while the vendor has the next word. Before its first answer the vendor may ask
back; then the days that were left are still there when the asker has replied. After it, whatever
the asker writes gives the vendor new days. A contract or an end stops the clock for good.
"""

from collections.abc import Collection
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_
from sqlmodel import Session, col

from app.core.db import now
from app.core.formats import CHINA, today
from app.curation.working_days import (
    add_working_days,
    given_back,
    next_working_day,
    working_days_between,
)
from app.inquiries.models import Inquiry, InquiryStage

ANSWER_WITHIN = 3
"""Working days for the first answer: who asks several vendors compares them in the same week."""

LATER_WITHIN = 5
"""Working days for later ones: offers and dates take longer than a first word."""

RUNS: Collection[InquiryStage] = frozenset(
    {
        InquiryStage.SENT,
        InquiryStage.READ,
        InquiryStage.ANSWERED,
        InquiryStage.MEETING,
        InquiryStage.OFFER,
    }
)
"""The stages in which somebody may still wait for the vendor."""


def first_due(day: date) -> date:
    """The day on which an inquiry that was sent on `day` should have an answer."""
    return add_working_days(day, ANSWER_WITHIN)


def begin(inquiry: Inquiry) -> None:
    """Let the clock for the first answer begin today."""
    _give_until(inquiry, first_due(today()))


def answered(inquiry: Inquiry) -> None:
    """The vendor gave its first answer: keep how long that took and whether it was in time."""
    if inquiry.answered_on is not None or inquiry.due_on is None:
        return
    day, due = today(), inquiry.due_on
    inquiry.answered_on, inquiry.answered_in_time = day, day <= due
    left = working_days_between(day, due) - working_days_between(due, day)
    inquiry.answered_after = max(0, ANSWER_WITHIN - left)


def vendor_spoke(db: Session, inquiry: Inquiry) -> None:  # noqa: ARG001
    """The vendor wrote: the asker has the next word, so the clock stands."""
    inquiry.clock_stopped_at = inquiry.clock_stopped_at or now()


def asker_spoke(db: Session, inquiry: Inquiry) -> None:  # noqa: ARG001
    """The asker wrote: the vendor has the next word, so the clock goes on.

    Nothing changes while it runs already; whoever writes twice gives the vendor no more days.
    """
    stopped, due = inquiry.clock_stopped_at, inquiry.due_on
    if stopped is None or due is None:
        return
    if inquiry.answered_on is not None:
        _give_until(inquiry, add_working_days(today(), LATER_WITHIN))
        return
    rest = given_back(due, day_of(stopped), today())
    _give_until(inquiry, max(rest, next_working_day(today())))  # nobody is late at once


def is_running(inquiry: Inquiry) -> bool:
    """Whether the vendor has the next word."""
    is_open = inquiry.stage in RUNS and not inquiry.waits_for_account
    return is_open and inquiry.due_on is not None and inquiry.clock_stopped_at is None


def is_overdue(inquiry: Inquiry) -> bool:
    """Whether the due day is over and the vendor still has the next word."""
    return is_running(inquiry) and inquiry.due_on is not None and inquiry.due_on < today()


def days_late(inquiry: Inquiry) -> int:
    """By how many working days an answer is overdue; 0 for one that is not."""
    due = inquiry.due_on
    return working_days_between(due, today()) if due and is_overdue(inquiry) else 0


def running() -> ColumnElement[bool]:
    """The same as `is_running`, as a condition."""
    return and_(
        col(Inquiry.stage).in_(RUNS),
        col(Inquiry.waits_for_account).is_(False),
        col(Inquiry.due_on).is_not(None),
        col(Inquiry.clock_stopped_at).is_(None),
    )


def overdue() -> ColumnElement[bool]:
    """The same as `is_overdue`, as a condition."""
    return and_(running(), col(Inquiry.due_on) < today())


def day_of(moment: datetime) -> date:
    """The day in China on which a moment lies."""
    return moment.astimezone(CHINA).date()


def _give_until(inquiry: Inquiry, day: date) -> None:
    """A new due day, with reminders of its own; what staff have settled lies behind it."""
    inquiry.due_on, inquiry.clock_stopped_at = day, None
    inquiry.reminded_at = inquiry.overdue_told_at = None
    if inquiry.escalation_closed_at:
        inquiry.escalated_at = inquiry.escalated_why = None
        inquiry.escalation_closed_at = inquiry.escalation_passed_on_at = None
