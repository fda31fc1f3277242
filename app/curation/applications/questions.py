"""Questions to the vendor while an application is on the desk, notes among staff, checked files."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

from app.accounts.organisations import must_not_belong
from app.accounts.visitor import Visitor
from app.core import audit
from app.core.db import now
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.core.files import Attachment
from app.curation.applications.deciding import ACTS, may_act
from app.curation.applications.models import Application, Note, Question
from app.curation.telling import tell

LONGEST = 2000


def ask(db: Session, application: Application, text: str, *, by: Visitor) -> Question:
    """Ask the vendor one thing; the clock stands until every question is answered."""
    if application.stage not in ACTS:
        raise Conflict("Questions are asked while an application is on the desk.")
    _must_have_the_turn(db, application, by=by)
    question = Question(application_id=application.id, text=_said(text), by=by.person_id)
    db.add(question)
    application.clock_stopped_at = application.clock_stopped_at or now()
    audit.record(db, by, "application.asked", application, question=question.text)
    tell(
        db,
        application.organisation_id,
        "application_question",
        application=application,
        question=question.text,
    )
    return question


def questions_of(db: Session, application_id: UUID) -> Sequence[Question]:
    """Every question with its answer, in the order in which they were asked."""
    asked = select(Question).where(Question.application_id == application_id)
    return db.exec(asked.order_by(col(Question.id))).all()


def note(db: Session, application: Application, text: str, *, by: Visitor) -> None:
    """Write something that only staff read."""
    db.add(Note(application_id=application.id, text=_said(text), by=by.person_id))
    audit.record(db, by, "application.noted", application)


def notes_of(db: Session, application_id: UUID) -> Sequence[Note]:
    """What staff wrote, in the order in which they did."""
    written = select(Note).where(Note.application_id == application_id)
    return db.exec(written.order_by(col(Note.id))).all()


def attachments_of(db: Session, application_id: UUID) -> Sequence[Attachment]:
    """The files that came with an application, the oldest first."""
    sent = select(Attachment).where(Attachment.subject == f"application:{application_id}")
    return db.exec(sent.order_by(col(Attachment.at), col(Attachment.id))).all()


def find_attachment(db: Session, application: Application, attachment_id: UUID) -> Attachment:
    """Raises `NotFound` for a file of anything else."""
    found = db.get(Attachment, attachment_id)
    if found is None or found.subject != f"application:{application.id}":
        raise NotFound("There is no such file here.")
    return found


def check_attachment(
    db: Session, application: Application, attachment: Attachment, *, is_public: bool, by: Visitor
) -> None:
    """Somebody of the staff looked at a file and found in it what it says it is.

    It stays private unless they find that everybody may see it with the listing.
    """
    _must_have_the_turn(db, application, by=by)
    attachment.checked_by, attachment.checked_at = by.person_id, now()
    attachment.is_public = is_public
    said: dict[str, Any] = {"file": attachment.name, "public": is_public}
    audit.record(db, by, "application.file_checked", application, **said)


def _must_have_the_turn(db: Session, application: Application, *, by: Visitor) -> None:
    if not may_act(application, by):
        raise Forbidden("This is done by whoever takes the next step.")
    must_not_belong(db, application.organisation_id, by=by)


def _said(text: str) -> str:
    said = text.strip()
    if not said:
        raise Invalid("Write something first.")
    if len(said) > LONGEST:
        raise Invalid("Say it in at most {most} characters.", most=LONGEST)
    return said
