"""What a vendor does instead of answering: it asks back first, or says that nothing is asked.

Both let the clock stand; the asker reads it and has the next word.
"""

from sqlmodel import Session

from app.accounts.visitor import Visitor
from app.core import audit
from app.core.errors import Conflict, Forbidden
from app.inquiries import due, limits, moving, speaking, telling
from app.inquiries.models import Inquiry, Side


def may_ask_back(inquiry: Inquiry, side: Side) -> bool:
    """Whether the vendor may ask something before its first answer."""
    is_unanswered = inquiry.stage in moving.UNANSWERED
    return side is Side.VENDOR and is_unanswered and due.is_running(inquiry)


def ask_back(
    db: Session, inquiry: Inquiry, side: Side, text: str, *, sent_key: str, by: Visitor
) -> None:
    """Ask the asker something first; the days that are left wait for the reply.

    This is no answer yet: the inquiry stays unanswered. Raises `Conflict` after the first
    answer, when every message passes the word anyway.
    """
    key = sent_key[: speaking.KEY_MOST]
    if speaking.find_sent(db, inquiry, side, key):
        return
    speaking.check_text(text)
    speaking.check_goes_on(inquiry)
    if not may_ask_back(inquiry, side):
        raise Conflict(
            "Only a vendor that has the next word can ask back, before its first answer."
        )
    limits.check_message(db, by, inquiry)
    known = {"text": text, "sent_key": key or None}
    message = speaking.add(db, inquiry, side, by=by.person_id, **known)
    due.vendor_spoke(db, inquiry)
    telling.of_message(db, inquiry, side, message)


def may_leave(inquiry: Inquiry, side: Side) -> bool:
    """Whether the vendor may say that the asker's last message needs no answer."""
    is_answered = inquiry.stage not in moving.UNANSWERED
    return side is Side.VENDOR and is_answered and due.is_running(inquiry)


def leave(db: Session, inquiry: Inquiry, side: Side, *, by: Visitor) -> None:
    """Say that a “thank you” needs no answer; the asker sees it and may write again."""
    if side is not Side.VENDOR:
        raise Forbidden("This step is not yours to take.")
    if not may_leave(inquiry, side):
        raise Conflict("Nothing waits for an answer here.")
    speaking.tell(db, inquiry, "clock.left", side=side, by=by.person_id)
    due.vendor_spoke(db, inquiry)
    audit.record(db, by, "inquiry.left_unanswered", inquiry)
