"""Files of an application: private until the staff have looked at them."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import Session, col, func, select

from app.accounts.visitor import Visitor
from app.catalogue.stages import Stage
from app.core import files
from app.core.access import Can
from app.core.errors import Conflict, NotFound
from app.core.files import Attachment
from app.curation.applications import drafts
from app.curation.applications.models import Application

MOST_FILES = 10
SUBJECT = "application"


def files_of(db: Session, application: Application) -> Sequence[Attachment]:
    """The files of an application, in the order in which they were sent."""
    chosen = select(Attachment).where(Attachment.subject == _subject(application))
    return db.exec(chosen.order_by(col(Attachment.at), col(Attachment.name))).all()


def attach(
    db: Session, application: Application, content: bytes, name: str, *, by: Visitor
) -> Attachment:
    """Keep a file with a draft. Raises `Invalid` for one not taken, `Conflict` when it is full."""
    drafts.check_editable(application)
    counted = select(func.count()).where(Attachment.subject == _subject(application))
    if db.exec(counted).one() >= MOST_FILES:
        raise Conflict("There are {most} files already. Take one away first.", most=MOST_FILES)
    return files.keep(
        db,
        content,
        name,
        subject=_subject(application),
        organisation_id=application.organisation_id,
        by=by.person_id,
    )


def take_away(db: Session, application: Application, attachment_id: UUID) -> None:
    """Remove a file of a draft; raises `NotFound` for a file of something else."""
    drafts.check_editable(application)
    chosen = select(Attachment).where(
        Attachment.id == attachment_id, Attachment.subject == _subject(application)
    )
    attachment = db.exec(chosen).first()
    if attachment is None:
        raise NotFound("There is no such file.")
    files.remove(db, attachment)


def find_for(db: Session, visitor: Visitor, attachment_id: UUID) -> Attachment:
    """A file of an application that the visitor may see: as a member, or as staff in its region.

    Raises `NotFound` for those of others and for what does not exist alike.
    """
    attachment = db.get(Attachment, attachment_id)
    application = _application_of(db, attachment) if attachment else None
    if attachment is None or application is None or not _may_see(visitor, application):
        raise NotFound("There is no such file.")
    return attachment


def find_public(db: Session, attachment_id: UUID) -> Attachment:
    """A file that the staff have checked and made public with its listing, while that is public."""
    attachment = db.get(Attachment, attachment_id)
    is_checked = attachment and attachment.is_public and attachment.checked_at
    if attachment is None or not is_checked or not _is_published(db, attachment):
        raise NotFound("There is no such file.")
    return attachment


def _is_published(db: Session, attachment: Attachment) -> bool:
    application = _application_of(db, attachment)
    if application is None or application.stage != Stage.PUBLISHED:
        return False
    record = drafts.live(db, application)
    return record is not None and record.stage == Stage.PUBLISHED


def _application_of(db: Session, attachment: Attachment) -> Application | None:
    kind, _, subject_id = attachment.subject.partition(":")
    return db.get(Application, UUID(subject_id)) if kind == SUBJECT else None


def _may_see(visitor: Visitor, application: Application) -> bool:
    if visitor.may(Can.READ_WORKSPACE) and application.organisation_id == visitor.organisation_id:
        return True
    was_handed_in = application.stage != Stage.DRAFT and application.submitted_at is not None
    return visitor.may(Can.READ_DESK) and was_handed_in and visitor.scope.covers(application.region)


def _subject(application: Application) -> str:
    return f"{SUBJECT}:{application.id}"
