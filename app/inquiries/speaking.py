"""What is said in a thread: messages of the two sides, and what the pool tells both."""

from typing import Any
from uuid import UUID

from sqlmodel import Session, select

from app.accounts.visitor import Visitor
from app.core.db import now
from app.core.errors import Conflict, Invalid
from app.inquiries import due, limits, moving, telling
from app.inquiries.models import ENDED, Inquiry, InquiryStage, Message, Side

LONGEST = 4000
KEY_MOST = 64


def say(
    db: Session, inquiry: Inquiry, side: Side, text: str, *, sent_key: str, by: Visitor
) -> Message:
    """Write into a thread that is held (`seeing.take`); the same `sent_key` writes once.

    Raises `Conflict` where it has ended, `Invalid` for a text that is empty or too long.
    """
    if sent_before := find_sent(db, inquiry, side, sent_key[:KEY_MOST]):
        return sent_before
    check_text(text)
    check_goes_on(inquiry)
    limits.check_message(db, by, inquiry)
    known = {"text": text, "sent_key": sent_key[:KEY_MOST] or None}
    message = add(db, inquiry, side, by=by.person_id, **known)
    spoke(db, inquiry, side, message, by=by)
    return message


def spoke(db: Session, inquiry: Inquiry, side: Side, message: Message, *, by: Visitor) -> None:
    """A side said something: a vendor's first word answers, the clock turns, the other is told."""
    if side is Side.ASKER:
        due.asker_spoke(db, inquiry)
    else:
        if inquiry.stage in moving.UNANSWERED:
            moving.note(db, inquiry, side, InquiryStage.ANSWERED, by=by)
        due.vendor_spoke(db, inquiry)
    telling.of_message(db, inquiry, side, message)


def tell(
    db: Session,
    inquiry: Inquiry,
    event: str,
    /,
    *,
    side: Side = Side.POOL,
    by: UUID | None = None,
    **said: Any,
) -> Message:
    """Let both sides read in their thread what happened; `said` fills the event's sentence.

    `events.SENTENCES` has one for each event; `side` is who did it.
    """
    return add(db, inquiry, side, by=by, event=event, said=said)


def check_text(text: str) -> None:
    """Raises `Invalid` for a message that is empty or too long."""
    if not text:
        raise Invalid("Write a message.")
    if len(text) > LONGEST:
        raise Invalid("Say it in at most {most} characters.", most=LONGEST)


def check_goes_on(inquiry: Inquiry) -> None:
    """Raises `Conflict` where nothing more can be said or done."""
    if inquiry.stage in ENDED:
        raise Conflict("This inquiry has ended. Ask anew if you want to go on.")


def add(db: Session, inquiry: Inquiry, side: Side, /, **fields: Any) -> Message:
    """Add a message to a thread that is held, and note for whom it is news."""
    message = Message(inquiry_id=inquiry.id, side=side, **fields)
    db.add(message)
    db.flush()  # its number says for whom it is news
    number = message.id or 0
    if side is not Side.ASKER:
        inquiry.news_for_asker = number
    if side is not Side.VENDOR:
        inquiry.news_for_vendor = number
    inquiry.updated_at = now()
    return message


def find_sent(db: Session, inquiry: Inquiry, side: Side, sent_key: str) -> Message | None:
    """What a side sent with this key before."""
    same = select(Message).where(
        Message.inquiry_id == inquiry.id, Message.side == side, Message.sent_key == sent_key
    )
    return db.exec(same).first() if sent_key else None
