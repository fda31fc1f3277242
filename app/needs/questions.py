"""Questions about a need: asked by vendors, shown with their answer to everybody at once.

Nobody sees who asked, its author included.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col, func, select

from app.accounts.visitor import Visitor
from app.catalogue.models import Organisation, Vendor
from app.catalogue.stages import Stage
from app.core import audit
from app.core.access import Can
from app.core.db import now
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.curation.applications.drafts import vendor_of
from app.curation.telling import tell
from app.needs.models import Confidentiality, Need, NeedQuestion, NeedStage
from app.needs.publishing import identity_fault
from app.needs.seeing import is_own

LONGEST = 1000
MOST_OPEN = 3  # of one organisation about one need without an answer
MOST = 100  # about one need
ANSWERABLE = frozenset({NeedStage.PUBLISHED, NeedStage.CLOSED})


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as pages show it: without who asked."""

    id: UUID
    text: str
    at: datetime
    answer: str | None
    answered_at: datetime | None


def answered(db: Session, need: Need) -> list[Asked]:
    """What everybody who sees the need may read, in the order of the answers."""
    has_answer = col(NeedQuestion.answer).is_not(None)
    chosen = select(NeedQuestion).where(NeedQuestion.need_id == need.id, has_answer)
    return _shown(db.exec(chosen.order_by(col(NeedQuestion.answered_at))).all())


def waiting(db: Session, need: Need) -> list[Asked]:
    """What its author has yet to answer, the oldest first."""
    chosen = select(NeedQuestion).where(
        NeedQuestion.need_id == need.id, col(NeedQuestion.answer).is_(None)
    )
    return _shown(db.exec(chosen.order_by(col(NeedQuestion.at))).all())


def own_waiting(db: Session, need: Need, visitor: Visitor | None) -> list[Asked]:
    """What the visitor's organisation asked and waits for."""
    if visitor is None or visitor.organisation_id is None or not visitor.may(Can.READ_MARKET):
        return []
    chosen = select(NeedQuestion).where(
        NeedQuestion.need_id == need.id,
        NeedQuestion.organisation_id == visitor.organisation_id,
        col(NeedQuestion.answer).is_(None),
    )
    return _shown(db.exec(chosen.order_by(col(NeedQuestion.at))).all())


def _shown(found: Sequence[NeedQuestion]) -> list[Asked]:
    return [Asked(one.id, one.text, one.at, one.answer, one.answered_at) for one in found]


def until(need: Need) -> datetime | None:
    """Until when questions are taken."""
    return need.questions_until or need.closes_at


def takes_questions(need: Need) -> bool:
    """Whether questions are taken at this moment."""
    end = until(need)
    return need.is_open and (end is None or now() < end)


def may_ask(db: Session, need: Need, visitor: Visitor | None) -> bool:
    """Whether to offer it: to vendors of the pool, about needs of others, in time."""
    if visitor is None or not visitor.may(Can.TALK) or is_own(need, visitor):
        return False
    return takes_questions(need) and _vendor(db, visitor) is not None


def _vendor(db: Session, visitor: Visitor) -> Vendor | None:
    vendor = vendor_of(db, visitor.organisation_id) if visitor.organisation_id else None
    return vendor if vendor and vendor.stage == Stage.PUBLISHED else None


def ask(db: Session, need: Need, text: str, *, by: Visitor) -> NeedQuestion:
    """Put a question to the author of a need that the visitor may see.

    Raises `Forbidden` for who is no vendor or its author, `Conflict` after the time for questions
    or when too many wait, `Invalid` for no text or too long a one.
    """
    if by.organisation_id is None or is_own(need, by) or _vendor(db, by) is None:
        raise Forbidden("Only vendors of the pool may ask about the needs of others.")
    held = select(Need).where(Need.id == need.id).with_for_update()
    need = db.exec(held.execution_options(populate_existing=True)).one()
    if not takes_questions(need):
        raise Conflict("The time for questions is over.")
    _check_text(text)
    _check_number(db, need, by.organisation_id)
    question = NeedQuestion(
        need_id=need.id, organisation_id=by.organisation_id, asked_by=by.person_id, text=text
    )
    db.add(question)
    tell(db, need.organisation_id, "need_asked", need=need, question=text)
    return question


def _check_text(text: str) -> None:
    if not text:
        raise Invalid("Write your question first.")
    if len(text) > LONGEST:
        raise Invalid("Say it in at most {most} characters.", most=LONGEST)


def _check_number(db: Session, need: Need, organisation_id: UUID) -> None:
    about = select(func.count()).where(NeedQuestion.need_id == need.id)
    own = about.where(
        NeedQuestion.organisation_id == organisation_id, col(NeedQuestion.answer).is_(None)
    )
    if db.exec(own).one() >= MOST_OPEN:
        raise Conflict("Wait for the answers to what you have asked.")
    if db.exec(about).one() >= MOST:
        raise Conflict("So much has been asked about this need that no more is taken.")


def answer(db: Session, need: Need, question_id: UUID, text: str, *, by: Visitor) -> None:
    """Answer a question for everybody who sees the need, once.

    Raises `NotFound` for a question about something else, `Conflict` where it has its answer,
    `Invalid` for no text, too long a one, or one that gives away who is to stay hidden.
    """
    held = select(NeedQuestion).where(
        NeedQuestion.id == question_id, NeedQuestion.need_id == need.id
    )
    question = db.exec(held.with_for_update().execution_options(populate_existing=True)).first()
    if question is None:
        raise NotFound("There is no such question.")
    if question.answer is not None:
        raise Conflict("It was answered already.")
    if need.stage not in ANSWERABLE:
        raise Conflict("This need takes no answers any more.")
    _check_answer(db, need, text)
    question.answer, question.answered_by, question.answered_at = text, by.person_id, now()
    db.add(question)
    audit.record(db, by, "need.answered", need)
    tell(
        db,
        question.organisation_id,
        "need_answered",
        need=need,
        question=question.text,
        answer=text,
    )


def _check_answer(db: Session, need: Need, text: str) -> None:
    if not text:
        raise Invalid("Write your answer first.")
    if len(text) > LONGEST:
        raise Invalid("Say it in at most {most} characters.", most=LONGEST)
    if need.confidentiality == Confidentiality.HIDDEN:
        organisation = db.get_one(Organisation, need.organisation_id)
        if fault := identity_fault(organisation, text):
            raise Invalid(fault)
