"""Files of a thread: whoever reads the thread reads them, and nobody else."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import Session, col, func, select

from app.accounts.visitor import Visitor
from app.core import files
from app.core.errors import Conflict, NotFound
from app.core.files import Attachment
from app.inquiries import limits, speaking
from app.inquiries.models import Inquiry, Side

MOST_FILES = 20


def attach(
    db: Session, inquiry: Inquiry, side: Side, content: bytes, name: str, *, by: Visitor
) -> Attachment:
    """Send a file into a thread that is held.

    Raises `Invalid` for a file that is not taken, `Conflict` when there are too many or the
    thread has ended.
    """
    speaking.check_goes_on(inquiry)
    limits.check_message(db, by, inquiry)
    counted = select(func.count()).where(Attachment.subject == _subject(inquiry))
    if db.exec(counted).one() >= MOST_FILES:
        raise Conflict("There are {most} files in this thread already.", most=MOST_FILES)
    attachment = files.keep(
        db,
        content,
        name,
        subject=_subject(inquiry),
        organisation_id=by.organisation_id,
        by=by.person_id,
    )
    said = {"file": str(attachment.id), "name": attachment.name, "size": attachment.size}
    message = speaking.tell(db, inquiry, "file.sent", side=side, by=by.person_id, **said)
    speaking.spoke(db, inquiry, side, message, by=by)
    return attachment


def find(db: Session, inquiry: Inquiry, attachment_id: UUID) -> Attachment:
    """A file of this thread; raises `NotFound` for one of something else."""
    chosen = select(Attachment).where(
        Attachment.id == attachment_id, Attachment.subject == _subject(inquiry)
    )
    found = db.exec(chosen).first()
    if found is None:
        raise NotFound("There is no such file.")
    return found


def files_of(db: Session, inquiry: Inquiry) -> Sequence[Attachment]:
    """The files of a thread, in the order in which they were sent."""
    chosen = select(Attachment).where(Attachment.subject == _subject(inquiry))
    return db.exec(chosen.order_by(col(Attachment.at), col(Attachment.name))).all()


def _subject(inquiry: Inquiry) -> str:
    return f"inquiry:{inquiry.id}"
