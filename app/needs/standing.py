"""How an own need stands: what is missing, its matches, its questions, what came of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, func, select

from app.catalogue.models import Organisation, Vendor
from app.matching.models import Match, MatchRun
from app.needs import outcomes, publishing, questions
from app.needs.models import Need, NeedStage, NeedTold, Outcome
from app.needs.questions import Asked
from app.needs.reading import Found


@dataclass(frozen=True, slots=True)
class Matched:
    """The newest matching of a need, in figures."""

    run: MatchRun | None
    vendors: int
    told: int


@dataclass(frozen=True, slots=True)
class Standing:
    """Everything that the page of an own need shows."""

    found: Found
    lacking: Mapping[str, str]
    matched: Matched
    answered: Sequence[Asked]
    waiting: Sequence[Asked]
    outcome: Outcome | None
    winner: Vendor | None
    offered: Sequence[tuple[str, str]]  # vendors that may have won: identifier, name

    @property
    def is_settled(self) -> bool:
        return self.found.need.stage == NeedStage.SETTLED


def look(db: Session, need: Need) -> Standing:
    """An own need with everything around it."""
    outcome = outcomes.of(db, need)
    is_closed = need.stands is NeedStage.CLOSED
    is_draft = need.stage == NeedStage.DRAFT
    return Standing(
        found=Found(need, db.get_one(Organisation, need.organisation_id)),
        lacking=publishing.lacking(db, need) if is_draft else {},
        matched=_matched(db, need),
        answered=questions.answered(db, need),
        waiting=questions.waiting(db, need),
        outcome=outcome,
        winner=outcomes.winner(db, outcome),
        offered=outcomes.offered(db, need) if is_closed else (),
    )


def _matched(db: Session, need: Need) -> Matched:
    newest = select(MatchRun).where(MatchRun.need_id == need.id)
    current = select(func.count(func.distinct(col(Match.vendor_id)))).where(
        Match.need_id == need.id, col(Match.is_current)
    )
    told = select(func.count()).where(NeedTold.need_id == need.id)
    return Matched(
        db.exec(newest.order_by(col(MatchRun.at).desc()).limit(1)).first(),
        db.exec(current).one(),
        db.exec(told).one(),
    )
