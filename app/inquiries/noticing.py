"""How far somebody has read a thread, and the vendor's first look at it.

A page that shows a thread only reads; what it has shown is noted after the answer has left, in
a transaction of its own.
"""

from contextlib import suppress
from typing import Any
from uuid import UUID

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session, col, select

from app.accounts.visitor import Visitor
from app.core.db import beside, is_postgres, now
from app.inquiries import moving
from app.inquiries.models import Inquiry, InquiryReading, InquiryStage, Side
from app.inquiries.seeing import mine, side_of


def shown(bind: Any, visitor: Visitor, inquiry_id: UUID, number: int) -> None:
    """Note what the visitor was shown, unless they may not see the thread any more."""
    with suppress(SQLAlchemyError), beside(bind, writes=True) as db:  # else the next page does
        note(db, visitor, inquiry_id, number)


def note(db: Session, visitor: Visitor, inquiry_id: UUID, number: int) -> None:
    """Somebody has read a thread up to a message; a vendor's first look moves the inquiry."""
    own = select(Inquiry).where(Inquiry.id == inquiry_id, mine(visitor)).with_for_update()
    inquiry = db.exec(own).first()
    if inquiry is None:
        return
    side = side_of(inquiry, visitor)
    if side is Side.VENDOR and inquiry.stage == InquiryStage.SENT:
        moving.note(db, inquiry, side, InquiryStage.READ, by=visitor)
    _read_up_to(db, visitor.person_id, inquiry_id, number)


def _read_up_to(db: Session, person_id: UUID, inquiry_id: UUID, number: int) -> None:
    """Never back: an older page may arrive later."""
    insert: Any = postgresql.insert if is_postgres(db) else sqlite.insert
    known = {"inquiry_id": inquiry_id, "person_id": person_id}
    row = insert(InquiryReading).values(**known, message_id=number, at=now())
    further = {"message_id": row.excluded.message_id, "at": row.excluded.at}
    is_further = col(InquiryReading.message_id) < row.excluded.message_id
    db.execute(
        row.on_conflict_do_update(index_elements=list(known), set_=further, where=is_further)
    )
