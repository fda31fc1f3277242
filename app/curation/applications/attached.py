"""The files of a listing that everybody may see."""

from collections.abc import Sequence

from sqlmodel import Session, col, select

from app.catalogue.models import Record
from app.catalogue.stages import Stage
from app.core.files import Attachment
from app.curation.applications.models import Application

MOST = 50


def public_of(db: Session, record: Record) -> Sequence[Attachment]:
    """Those that came with its applications and that the staff checked and found public."""
    chosen = select(Application.id).where(
        Application.record_id == record.id, Application.stage == Stage.PUBLISHED
    )
    subjects = [f"application:{id_}" for id_ in db.exec(chosen)]
    if not subjects:
        return []
    public = select(Attachment).where(
        col(Attachment.subject).in_(subjects),
        col(Attachment.is_public),
        col(Attachment.checked_at).is_not(None),
    )
    return db.exec(public.order_by(col(Attachment.at), col(Attachment.id)).limit(MOST)).all()
