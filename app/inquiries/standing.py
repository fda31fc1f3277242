"""How a thread stands beside what is said in it: its clock, the staff's part, rating, block."""

from dataclasses import dataclass

from sqlmodel import Session

from app.accounts.visitor import Visitor
from app.core.access import Can
from app.inquiries import blocking, due, escalating, pausing, ratings, reporting
from app.inquiries.models import Block, Inquiry, Rating, Side


@dataclass(frozen=True, slots=True)
class Standing:
    """What a side sees of it, and what it may do; `days_late` in working days."""

    is_running: bool
    days_late: int
    is_escalated: bool
    may_escalate: bool
    may_ask_back: bool
    may_leave: bool
    may_rate: bool
    may_reply: bool
    may_report: bool
    rating: Rating | None
    block: Block | None


def look(db: Session, visitor: Visitor, inquiry: Inquiry, side: Side) -> Standing:
    """The standing of a thread that was found for the visitor; who only reads may do nothing."""
    talks = visitor.may(Can.TALK)
    return Standing(
        is_running=due.is_running(inquiry),
        days_late=due.days_late(inquiry),
        is_escalated=escalating.is_open(inquiry),
        may_escalate=talks and escalating.may_escalate(inquiry, side),
        may_ask_back=talks and pausing.may_ask_back(inquiry, side),
        may_leave=talks and pausing.may_leave(inquiry, side),
        may_rate=talks and ratings.may_rate(db, inquiry, side),
        may_reply=talks and ratings.may_reply(db, inquiry, side),
        may_report=talks and reporting.open_one(db, inquiry, side) is None,
        rating=ratings.find(db, inquiry),
        block=blocking.of_thread(db, inquiry, side),
    )
