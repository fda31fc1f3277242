"""Jobs that match needs again: for a listing that is new or says something new, and each week."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

from app.catalogue.following import follows
from app.catalogue.index import get_searcher
from app.catalogue.models import MODELS, Case, Solution
from app.catalogue.reading import OPTIONS
from app.catalogue.stages import Stage
from app.core.outbox import Later, enqueue, job
from app.core.schedule import recurring
from app.matching import keeping, ordering, waiting
from app.matching.models import Match, MatchRun
from app.matching.wanted import Wanted
from search.engine import EngineAway, Kind

PUBLISHED_JOB = "matching.listing_published"
AGAIN_JOB = "matching.again"
NEWS_JOB = "alerts.need_news"  # need_id, match_ids: what is new for the need, at first nothing


@follows(PUBLISHED_JOB, Kind.SOLUTION, Kind.CASE, batch=20)
def listings_published(db: Session, payloads: list[dict[str, Any]]) -> None:
    """Have the needs matched again that these listings may fit; the others cost nothing."""
    ids: dict[Kind, set[UUID]] = {Kind.SOLUTION: set(), Kind.CASE: set()}
    for payload in payloads:
        ids[Kind(payload["kind"])].add(UUID(payload["id"]))
    listings: list[Solution | Case] = []
    for kind, wanted in ids.items():
        model = MODELS[kind]
        chosen = select(model).where(col(model.id).in_(wanted), model.stage == Stage.PUBLISHED)
        found: Any = db.exec(chosen.options(*OPTIONS[kind]))
        listings.extend(found)
    try:
        fitting = waiting.may_fit(db, listings)
    except EngineAway as away:
        raise Later(str(away)) from away
    for need_id in sorted(fitting):
        match_again(db, need_id)


def match_again(db: Session, need_id: UUID) -> None:
    """Have a need that waits matched again; asked for twice it happens once."""
    enqueue(db, AGAIN_JOB, key=str(need_id), need_id=str(need_id))


@job(AGAIN_JOB)
def again(db: Session, payloads: list[dict[str, Any]]) -> None:
    """Keep matches anew, and leave word of those that the need never had."""
    for payload in payloads:
        need_id = UUID(payload["need_id"])
        last = keeping.newest(db, need_id)
        if last is not None and waiting.waits(db, need_id):
            _again(db, last)


def _again(db: Session, last: MatchRun) -> None:
    if get_searcher().is_warming:
        raise Later("the language model is being loaded")
    before = set(db.exec(select(Match.solution_id).where(Match.need_id == last.need_id).distinct()))
    try:
        run = keeping.keep(
            db,
            need_id=last.need_id,
            need_version=last.need_version,
            wanted=Wanted.from_json(last.wanted),
        )
    except EngineAway as away:
        raise Later(str(away)) from away
    matches = db.exec(select(Match).where(Match.run_id == run.id).order_by(col(Match.rank)))
    news = [str(match.id) for match in matches if match.solution_id not in before]
    if news:
        enqueue(db, NEWS_JOB, need_id=str(last.need_id), match_ids=news)


@recurring("matching.weekly", every=timedelta(days=7))
def weekly(db: Session) -> None:
    """Each week's salt puts equals in another order, and what listings missed is found."""
    salt = ordering.salt_of_week()
    for need_id in waiting.needs(db):
        last = keeping.newest(db, need_id)
        if last is not None and last.salt != salt:
            match_again(db, need_id)
