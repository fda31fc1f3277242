"""Questions of the staff to the vendor: each answered for itself; the clock stands meanwhile."""

from collections.abc import Sequence

from sqlmodel import Session, col, select

from app.accounts.visitor import Visitor
from app.core import audit
from app.core.db import now
from app.core.errors import Conflict, Invalid, NotFound
from app.core.formats import CHINA, today
from app.curation.applications.forms import clean
from app.curation.applications.models import Application, Question
from app.curation.working_days import given_back

LONGEST = 2000


def questions_of(db: Session, application: Application) -> Sequence[Question]:
    """What the staff asked about an application, oldest first."""
    chosen = select(Question).where(Question.application_id == application.id)
    return db.exec(chosen.order_by(col(Question.id))).all()


def answer(
    db: Session, application: Application, question_id: int, text: str, *, by: Visitor
) -> Question:
    """Answer one question; the last answer lets the clock go on.

    Raises `NotFound` for a question of another application, `Conflict` for one that is
    answered, `Invalid` for an empty answer or one that is too long.
    """
    chosen = select(Question).where(
        Question.id == question_id, Question.application_id == application.id
    )
    question = db.exec(chosen.with_for_update()).first()
    if question is None:
        raise NotFound("There is no such question.")
    if question.answered_at:
        raise Conflict("This question has its answer already.")
    if application.open_for is None:
        raise Conflict("“{name}” is not on its way any more.", name=application.name)
    text = clean(text)
    if not text:
        raise Invalid("Write an answer first.")
    if len(text) > LONGEST:
        raise Invalid("The answer is longer than {most} characters.", most=LONGEST)
    question.answer, question.answered_by, question.answered_at = text, by.person_id, now()
    audit.record(db, by, "application.answered", application, question=question.id)
    db.flush()  # the count of open ones below must see it
    if not is_waiting_for_answers(db, application):
        start_clock(application)
    return question


def is_waiting_for_answers(db: Session, application: Application) -> bool:
    """Whether any question has no answer yet."""
    chosen = select(Question.id).where(
        Question.application_id == application.id, col(Question.answered_at).is_(None)
    )
    return db.exec(chosen.limit(1)).first() is not None


def start_clock(application: Application) -> None:
    """Give back the working days that the clock stood, and let it go on."""
    if application.clock_stopped_at is None:
        return
    if application.due_on:
        stopped = application.clock_stopped_at.astimezone(CHINA).date()
        application.due_on = given_back(application.due_on, stopped, today())
    application.clock_stopped_at = None
