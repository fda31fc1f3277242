"""Trainings beside what somebody looks at: of its scenario or meaning, with a date to come."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session, col, select

from app.bookings.models import Sitting
from app.bookings.stages import SittingStage
from app.catalogue.asking import ask
from app.catalogue.models import Record, Solution, Training
from app.catalogue.pages import beside
from app.catalogue.stages import Stage
from app.core.db import now
from search.engine import Kind
from search.searcher import Query, Searcher

SHOWN = 3
NEAR = 20  # of the trainings, by meaning
MOST = 500  # with a date to come that are looked at
SCENARIO, INDUSTRY = 2, 1  # what sharing one counts


@dataclass(frozen=True, slots=True)
class Suggested:
    """A training with its next date."""

    training: Training
    next: Sitting


@dataclass(frozen=True, slots=True)
class Topic:
    """What somebody is interested in: its words, or a listing like it, and its codes."""

    scenarios: Collection[str]
    industries: Collection[str]
    text: str = ""
    like: str = ""  # the identifier of a listing


@beside
def beside_solution(db: Session, record: Record) -> dict[str, Any]:
    """On the page of a solution: what teaches to do the same."""
    if not isinstance(record, Solution):
        return {"suggested": []}
    topic = Topic(record.scenarios, record.industries, like=record.identifier)
    return {"suggested": suggest(db, topic)}


def suggest(db: Session, topic: Topic) -> list[Suggested]:
    """The trainings that fit best, best first; nothing where none with a date to come fits.

    One fits that shares a scenario, or is near by meaning and shares more. The search engine is
    asked only where there is anything to suggest.
    """
    ahead = upcoming(db)
    if not ahead:
        return []
    near = ask(lambda searcher: _near(searcher, topic), list[str])
    ranked = sorted(
        (one for one in ahead if _fits(one.training, topic, near)),
        key=lambda one: (-_shared(one.training, topic), _place(one, near), one.next.starts_at),
    )
    return ranked[:SHOWN]


def upcoming(db: Session) -> list[Suggested]:
    """Published trainings with the next of their dates that has not begun, the next first."""
    chosen = (
        select(Training, Sitting)
        .join(Sitting, col(Sitting.training_id) == col(Training.id))
        .where(
            Training.stage == Stage.PUBLISHED,
            Sitting.stage == SittingStage.PLANNED,
            col(Sitting.starts_at) > now(),
        )
        .order_by(col(Sitting.starts_at), col(Sitting.identifier))
        .limit(MOST)
    )
    found: dict[Any, Suggested] = {}
    for training, sitting in db.exec(chosen):
        found.setdefault(training.id, Suggested(training, sitting))
    return list(found.values())


def _near(searcher: Searcher, topic: Topic) -> list[str]:
    if topic.like:
        return [hit.id for hit in searcher.similar(topic.like, (Kind.TRAINING,), NEAR)]
    if not topic.text.strip():
        return []
    asked = Query(text=topic.text, kinds=(Kind.TRAINING,), limit=NEAR)
    return [hit.id for hit in searcher.search(asked).hits]


def _fits(training: Training, topic: Topic, near: Sequence[str]) -> bool:
    """Meaning alone is enough where the topic names no scenario, else an industry is shared too."""
    if set(training.scenarios) & set(topic.scenarios):
        return True
    has_industry = bool(set(training.industries) & set(topic.industries))
    return training.identifier in near and (has_industry or not topic.scenarios)


def _shared(training: Training, topic: Topic) -> int:
    scenarios = len(set(training.scenarios) & set(topic.scenarios))
    industries = len(set(training.industries) & set(topic.industries))
    return SCENARIO * scenarios + INDUSTRY * industries


def _place(one: Suggested, near: Sequence[str]) -> int:
    identifier = one.training.identifier
    return near.index(identifier) if identifier in near else len(near)
