"""First answers that a vendor keeps, to start from."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import Session, col, func, select

from app.accounts.visitor import Visitor
from app.core.db import now
from app.core.errors import Conflict, NotFound
from app.core.forms import text_errors
from app.core.i18n import _
from app.inquiries.models import AnswerTemplate
from app.inquiries.speaking import LONGEST

MOST = 20
TITLE_MOST = 60


def own(db: Session, visitor: Visitor) -> Sequence[AnswerTemplate]:
    """Those of the organisation, by title."""
    mine = AnswerTemplate.organisation_id == visitor.organisation_id
    return db.exec(select(AnswerTemplate).where(mine).order_by(col(AnswerTemplate.title))).all()


def find(db: Session, visitor: Visitor, answer_id: UUID) -> AnswerTemplate:
    """One of the organisation; raises `NotFound` for those of others and missing ones alike."""
    chosen = select(AnswerTemplate).where(
        AnswerTemplate.id == answer_id, AnswerTemplate.organisation_id == visitor.organisation_id
    )
    found = db.exec(chosen).first()
    if found is None:
        raise NotFound("There is no such first answer.")
    return found


def read(posted: dict[str, str]) -> dict[str, str]:
    """What is wrong with what was typed, by field."""
    errors = text_errors(posted, "title", _("Give it a title to choose it by."), TITLE_MOST)
    return errors | text_errors(posted, "text", _("Write a message."), LONGEST)


def keep(db: Session, title: str, text: str, *, by: Visitor) -> AnswerTemplate:
    """Add one; raises `Conflict` when there are too many."""
    assert by.organisation_id is not None  # noqa: S101  the permission needs one
    counted = select(func.count()).where(AnswerTemplate.organisation_id == by.organisation_id)
    if db.exec(counted).one() >= MOST:
        raise Conflict("There are {most} first answers already.", most=MOST)
    kept = AnswerTemplate(
        organisation_id=by.organisation_id, title=title, text=text, by=by.person_id
    )
    db.add(kept)
    return kept


def change(answer: AnswerTemplate, title: str, text: str, *, by: Visitor) -> None:
    """Write it anew."""
    answer.title, answer.text = title, text
    answer.by, answer.at = by.person_id, now()


def drop(db: Session, answer: AnswerTemplate) -> None:
    """Take it away; what was sent with it stays."""
    db.delete(answer)
