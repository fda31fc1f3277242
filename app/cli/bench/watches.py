"""What publishing one listing costs while saved searches wait: the request, and the job after."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from uuid import UUID, uuid4

import numpy as np
from sqlalchemy import event, insert
from sqlmodel import Session, col, select

import app.shortlists.models  # noqa: F401  a saved search may belong to a list
from app.accounts.models import Person
from app.alerts import planning
from app.alerts.models import Watch, WatchKey, WatchPlan
from app.alerts.percolating import waiting_for
from app.catalogue import service
from app.catalogue.documents import document_of
from app.catalogue.index import get_searcher, get_vocabulary
from app.catalogue.models import Solution
from app.catalogue.reading import SOLUTION
from app.catalogue.stages import Stage
from app.cli.bench import child
from app.cli.bench.embedders import NOISE
from app.cli.bench.matching import filled
from app.cli.bench.questions import needs
from app.cli.bench.timing import percentiles, ratio, timed
from app.core.db import get_engine, transaction

PLANNED = 100  # searches that are really boiled down; the others are copies, moved by some noise
TIMES = 30  # listings published while so many wait
WARM_UP = 2


def measure(home: Path, *, listings: int, waiting: Sequence[int]) -> list[dict[str, Any]]:
    """One row a number of waiting searches, with ratios to the first of p50."""
    times = min(TIMES, listings // len(waiting) - WARM_UP)
    drafts = len(waiting) * (times + WARM_UP)
    setting = filled(home / "watches", listings, drafts=drafts)
    rows: list[dict[str, Any]] = child.run("watches.ask", setting, waiting=waiting, times=times)
    for row in rows:
        for name in ("request", "looked_up"):
            row[f"{name}_ratio"] = ratio(row[f"{name}_p50"], rows[0][f"{name}_p50"])
    return rows


def ask(waiting: list[int], times: int) -> list[dict[str, Any]]:
    """Publish other listings at each number of waiting searches, which must rise."""
    with transaction(writes=False) as db:
        drafts = iter(db.exec(select(Solution.id).where(Solution.stage != Stage.PUBLISHED)).all())
    rows, before = [], 0
    for count in waiting:
        wait(count - before)
        before = count
        rows.append(
            {"waiting": count, **_published([next(drafts) for _ in range(times + WARM_UP)])}
        )
    return rows


def wait(count: int) -> None:
    """Have so many more searches wait, as their owners saved and the job planned them."""
    with transaction() as db:
        person = Person(email=f"{uuid4().hex}@example.com", name="pool bench")
        db.add(person)
        texts = needs(get_vocabulary(), PLANNED, min(count, PLANNED))
        watches = [
            Watch(person_id=person.id, title=text[:20], query=urlencode({"q": text}))
            for text in texts
        ]
        db.add_all(watches)
        db.flush()  # the plans refer to them
        planned = planning.boiled_down(db, [watch.id for watch in watches])
        queries = {watch.id: watch.query for watch in watches}
        copies = [
            _copy(planned[number % len(planned)], queries, person.id, number)
            for number in range(count - len(planned))
        ]
        planning.keep(db, planned)
        db.flush()  # what is published refers to it
        for model, rows in zip((Watch, WatchPlan, WatchKey), _columns(copies), strict=True):
            if rows:
                db.execute(insert(model), rows)


_Rows = tuple[dict[str, Any], dict[str, Any], list[dict[str, Any]]]


def _copy(one: planning.Planned, queries: dict[UUID, str], person_id: UUID, number: int) -> _Rows:
    query = queries[one.plan.watch_id]
    watch = Watch(person_id=person_id, title=f"{number}", query=query)
    plan = one.plan.model_dump() | {"id": uuid4(), "watch_id": watch.id}
    vector = planning.waiting_of(one.plan).vector
    if vector is not None:
        noise = np.random.default_rng(number).standard_normal(len(vector), np.float32)
        moved = vector + noise * NOISE / len(vector) ** 0.5
        plan["vector"] = planning.written(moved / np.linalg.norm(moved))
    return watch.model_dump(), plan, [{"watch_id": watch.id, "key": key} for key in one.keys]


def _columns(copies: Sequence[_Rows]) -> tuple[list[dict[str, Any]], ...]:
    return (
        [watch for watch, _plan, _keys in copies],
        [plan for _watch, plan, _keys in copies],
        [key for _watch, _plan, keys in copies for key in keys],
    )


def _published(ids: Sequence[UUID]) -> dict[str, Any]:
    spent: dict[str, list[float]] = defaultdict(list)
    found, statements = [], []
    for number, id_ in enumerate(ids):
        with _watched() as said:
            request, _ = timed(partial(_publish, id_))
        with transaction(writes=False) as db:
            document = document_of(_solution(db, id_), get_vocabulary())
            prepared, _ = timed(partial(get_searcher().prepared, [document]))
            looked_up, waiting = timed(partial(waiting_for, db, [document]))
        if number >= WARM_UP:
            spent["request"].append(request)
            spent["prepared"].append(prepared)
            spent["looked_up"].append(looked_up)
            found.append(len(waiting))
            statements.append(said)
    return {
        **percentiles(spent),
        "found": round(sum(found) / len(found), 1),
        "statements": max(len(said) for said in statements),
        "on_searches": sum("watch" in one for said in statements for one in said),
    }


def _publish(id_: UUID) -> None:
    """What a request does, with its commit."""
    with transaction() as db, service.changing(db, by="pool bench") as changes:
        service.publish(changes, _solution(db, id_), admitted_whole=True)


def _solution(db: Session, id_: UUID) -> Solution:
    return db.exec(select(Solution).where(col(Solution.id) == id_).options(SOLUTION)).one()


@contextmanager
def _watched() -> Iterator[list[str]]:
    """The statements that the block sends."""
    said: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_others: object) -> None:
        said.append(statement.lower())

    engine = get_engine()
    event.listen(engine, "before_cursor_execute", note)
    yield said
    event.remove(engine, "before_cursor_execute", note)
