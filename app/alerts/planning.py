"""Boiling a saved search down, when it was saved and again each week, as the pool changes."""

from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import numpy as np
from sqlalchemy import delete, or_
from sqlmodel import Session, col, select
from starlette.datastructures import QueryParams

from app.alerts.models import Watch, WatchKey, WatchPlan
from app.alerts.saving import PLAN_JOB
from app.catalogue.index import get_searcher
from app.core.db import now, transaction
from app.core.outbox import Later, enqueue_all, job
from app.core.schedule import recurring
from app.discovery import browsing
from app.discovery.browsing import Browsing
from app.discovery.results import query_of
from search.engine import EngineAway, Kind, Vector
from search.searcher import Query, Searcher, Waiting

ANYTHING = "*"  # the key of a search without any condition that could be looked up
STALE = timedelta(days=7)
BATCH = 50


def key(kind: Kind, said: str) -> str:
    """How one key is written; those of different kinds never meet."""
    return f"{kind}:{said}"


def facet_key(facet: str, code: str) -> str:
    """The key of a code."""
    return f"f:{facet}={code}"


@dataclass(frozen=True, slots=True)
class Planned:
    """The plan of a search, and the keys under which it is looked up."""

    plan: WatchPlan
    keys: Sequence[str]


@job(PLAN_JOB, batch=BATCH, writes=False)
def plan(db: Session, payloads: list[dict[str, Any]]) -> None:
    """Boil these searches down as the pool stands now; safe to repeat."""
    planned = boiled_down(db, {UUID(payload["id"]) for payload in payloads})
    with transaction() as own:  # nobody waits for the index and the model
        keep(own, planned)


def boiled_down(db: Session, ids: Iterable[UUID]) -> list[Planned]:
    """The plans of these searches; nothing is written. Raises `Later` while the index is away."""
    chosen = select(Watch).where(col(Watch.id).in_(ids), col(Watch.need_id).is_(None))
    searcher = get_searcher()
    try:
        return [_plan(watch, searcher) for watch in db.exec(chosen)]
    except EngineAway as away:
        raise Later(str(away)) from away


def keep(db: Session, planned: Sequence[Planned]) -> None:
    """Put plans in the place of earlier ones, for searches that are still there."""
    ids = [one.plan.watch_id for one in planned]
    for model in (WatchPlan, WatchKey):
        db.execute(delete(model).where(col(model.watch_id).in_(ids)))
    left = set(db.exec(select(Watch.id).where(col(Watch.id).in_(ids)).with_for_update()))
    for one in planned:
        if one.plan.watch_id in left:
            db.add(one.plan)
            db.add_all(WatchKey(watch_id=one.plan.watch_id, key=said) for said in one.keys)


def _plan(watch: Watch, searcher: Searcher) -> Planned:
    asked, problems = browsing.read(QueryParams(watch.query))
    has_words = bool(asked.text) and not problems
    waiting = searcher.waiting(query_of(asked), asked.kind) if has_words else Waiting()
    made = WatchPlan(
        watch_id=watch.id,
        kind=asked.kind,
        words=dict(waiting.words),
        total=waiting.total,
        names=list(waiting.names),
        scenarios=list(waiting.scenarios),
        space=waiting.space,
        vector="" if waiting.vector is None else written(waiting.vector),
        bar=waiting.bar,
    )
    keys = waiting.keys if asked.text else list(_facet_keys(asked, searcher))
    # With a code that is known no more it would find more than was meant: it finds nothing.
    return Planned(made, [] if problems else [key(asked.kind, said) for said in keys])


def _facet_keys(asked: Browsing, searcher: Searcher) -> Iterator[str]:
    """The codes of that facet of a search without words which the fewest listings meet."""
    counts = searcher.search(Query(kinds=(asked.kind,), limit=0)).facets
    chosen = {facet: codes for facet, codes in asked.filters.items() if codes}
    if not chosen:
        yield ANYTHING
        return
    facet = min(chosen, key=lambda one: (_met(counts, one, chosen[one]), one))
    yield from (facet_key(facet, code) for code in chosen[facet])


def _met(counts: Mapping[str, Mapping[str, int]], facet: str, codes: tuple[str, ...]) -> int:
    return sum(counts.get(facet, {}).get(code, 0) for code in codes)


def written(vector: Vector) -> str:
    """A vector as it is kept."""
    return b64encode(np.ascontiguousarray(vector, "<f4").tobytes()).decode()


def waiting_of(plan: WatchPlan) -> Waiting:
    """What a plan says, as search understands it."""
    return Waiting(
        words=plan.words,
        total=plan.total,
        names=tuple(plan.names),
        scenarios=tuple(plan.scenarios),
        vector=np.frombuffer(b64decode(plan.vector), "<f4") if plan.vector else None,
        space=plan.space,
        bar=plan.bar,
    )


@recurring("alerts.plan_again", every=timedelta(hours=6))
def plan_again(db: Session) -> None:
    """Have those planned anew whose plan is old, was made with another model, or is missing."""
    embedder = get_searcher().embedder
    space = embedder.name if embedder else ""
    has_words = col(WatchPlan.total) > 0
    old = or_(
        col(WatchPlan.at) < now() - STALE,
        col(WatchPlan.id).is_(None),
        has_words & (col(WatchPlan.space) != space),
    )
    chosen = select(Watch.id).outerjoin(WatchPlan, col(WatchPlan.watch_id) == col(Watch.id))
    ids = db.exec(chosen.where(col(Watch.need_id).is_(None), old)).all()
    enqueue_all(db, PLAN_JOB, ({"id": str(id_)} for id_ in ids))
