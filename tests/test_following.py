"""The index follows the database item by item, waits for an engine that is away, and gives up
what never works; `pool outbox` shows what is left and tries it again."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest
from sqlmodel import col, select
from typer.testing import CliRunner

from app.catalogue import following, index
from app.catalogue.models import Record
from app.cli import app
from app.core import worker
from app.core.db import transaction
from app.core.i18n import use_locale
from app.core.outbox import HANDLERS, Handler, Job, enqueue
from app.core.settings import Settings
from app.core.worker import Drained, drain
from search.embedded import EmbeddedEngine
from search.engine import NOTHING, EngineAway, EngineUnusable, Entry, Kind, WriteResult
from search.searcher import Searcher
from tests.factories import a_record


class Troubled(EmbeddedEngine):
    """A real index whose next writes fail as told."""

    failure: Exception | None = None
    postponed: Mapping[str, str] = {}
    refused: Mapping[str, str] = {}

    def apply(self, upserts: Sequence[Entry], deletes: Mapping[str, int] = NOTHING) -> WriteResult:
        if self.failure:
            raise self.failure
        bad = {**self.postponed, **self.refused}
        good = [entry for entry in upserts if entry.document.id not in bad]
        done = super().apply(good, deletes)
        return WriteResult(done.applied, done.outdated, self.postponed, self.refused)


@pytest.fixture
def engine(own_database: Settings, monkeypatch: pytest.MonkeyPatch) -> Troubled:
    engine = Troubled(own_database.home / "index")
    searcher = Searcher(engine, None, index.get_vocabulary())
    monkeypatch.setattr(index, "get_searcher", lambda: searcher)
    monkeypatch.setattr(worker, "_resting", {})
    monkeypatch.setattr(following, "FOLLOWERS", {})
    return engine


def add(kind: Kind, **values: object) -> Record:
    with transaction() as db:
        return a_record(db, kind, **values)


def left() -> list[Job]:
    with transaction(writes=False) as db:
        return list(db.exec(select(Job).order_by(col(Job.id))))


def test_an_engine_that_is_away_is_waited_for(engine: Troubled) -> None:
    engine.failure = EngineAway("the search engine cannot be reached")
    vendor = add(Kind.VENDOR)
    assert drain() == Drained(0, 0, later=1)
    (waiting,) = left()
    assert (waiting.attempts, waiting.error) == (0, "the search engine cannot be reached")
    engine.failure = None
    worker._resting.clear()
    with transaction() as db:
        waiting = db.merge(waiting)
        waiting.run_after = waiting.created_at
    assert drain() == Drained(done=1, failed=0)
    assert list(engine.versions()) == [vendor.identifier]


def test_an_engine_that_cannot_be_used_is_an_ordinary_failure(engine: Troubled) -> None:
    engine.failure = EngineUnusable("refuses this user")
    add(Kind.VENDOR)
    assert drain() == Drained(done=0, failed=1)
    (put_off,) = left()
    assert (put_off.attempts, put_off.error) == (1, "EngineUnusable: refuses this user")


def test_each_document_that_fails_leads_back_to_the_jobs_that_brought_it(engine: Troubled) -> None:
    vendor, other = add(Kind.VENDOR, name="甲"), add(Kind.VENDOR, name="乙")
    good = add(Kind.SOLUTION, name="好方案", vendor_id=other.id)
    full = add(Kind.SOLUTION, name="忙方案", vendor_id=vendor.id)
    poisonous = add(Kind.CASE, name="坏案例", vendor_id=vendor.id)
    engine.postponed = {full.identifier: "queue is full"}
    engine.refused = {poisonous.identifier: "text too long"}
    assert drain() == Drained(done=2, failed=3)
    said = {one.payload["id"]: (one.error, one.dead_at is not None) for one in left()}
    assert said == {
        str(vendor.id): ("queue is full", False),  # may yet work, so it goes on trying
        str(full.id): ("queue is full", False),
        str(poisonous.id): ("text too long", True),
    }
    assert good.identifier in engine.versions()


def test_what_the_index_holds_in_a_newer_version_is_done(engine: Troubled) -> None:
    vendor = add(Kind.VENDOR)
    drain()
    with transaction() as db:
        record = db.merge(vendor)
        record.version -= 1
        enqueue(db, "catalogue.index", kind="vendor", id=str(vendor.id))
    assert drain() == Drained(done=1, failed=0)


def test_followers_are_told_of_what_can_be_found_and_of_nothing_else(
    engine: Troubled, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[dict[str, Any]] = []
    handler = Handler(lambda _db, new: told.extend(new), batch=10, writes=True)
    monkeypatch.setitem(HANDLERS, "test.told", handler)
    monkeypatch.setitem(following.FOLLOWERS, "test.told", frozenset({Kind.SOLUTION}))
    vendor = add(Kind.VENDOR, name="甲")
    found = add(Kind.SOLUTION, name="好方案", vendor_id=vendor.id)
    refused = add(Kind.SOLUTION, name="坏方案", vendor_id=vendor.id)
    engine.refused = {refused.identifier: "text too long"}
    drain()
    assert told == [{"kind": "solution", "id": str(found.id)}]


def test_followers_are_not_told_while_the_index_is_away(
    engine: Troubled, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(following.FOLLOWERS, "test.told", frozenset({Kind.SOLUTION}))
    engine.failure = EngineAway("the search engine cannot be reached")
    add(Kind.SOLUTION)
    drain()
    assert {job.name for job in left()} == {"catalogue.index"}


@pytest.fixture
def pool() -> Callable[..., str]:
    def run(*words: str) -> str:
        with use_locale("en"):
            done = CliRunner().invoke(app, ["outbox", *words])
        assert done.exit_code == 0, done.output
        return done.output

    return run


def test_the_command_shows_what_is_left_and_tries_it_again(
    engine: Troubled, pool: Callable[..., str]
) -> None:
    vendor = add(Kind.VENDOR, name="甲")
    poisonous = add(Kind.CASE, name="坏案例", vendor_id=vendor.id)
    engine.refused = {poisonous.identifier: "text\ntoo long"}
    drain()
    text = pool()
    assert "0 waiting, 0 of them put off; 2 given up." in text
    assert f"catalogue.index  id={poisonous.id} kind=case  given up 2" in text
    assert text.endswith("text too long\n")
    found = json.loads(pool("--json", "--limit", "1"))
    assert (found["dead"], found["waiting"], found["retried"]) == (2, 0, 0)
    (first,) = found["jobs"]
    assert (first["state"], first["next_at"]) == ("dead", None)
    assert first["payload"] == {"kind": "vendor", "id": str(vendor.id)}

    engine.refused = {}
    assert pool("--retry").startswith("2 jobs are tried again.\n2 waiting, 0 of them put off")
    assert drain() == Drained(done=2, failed=0)
    assert json.loads(pool("--json")) == {
        "waiting": 0,
        "put_off": 0,
        "dead": 0,
        "retried": 0,
        "jobs": [],
    }


def test_the_command_says_when_what_was_put_off_is_tried_again(
    engine: Troubled, pool: Callable[..., str]
) -> None:
    engine.failure = EngineAway("the search engine cannot be reached")
    add(Kind.VENDOR)
    drain()
    assert "1 waiting, 1 of them put off; 0 given up." in pool()
    assert ":" in pool().split("  again 2")[1][:20]
    (job,) = json.loads(pool("--json"))["jobs"]
    assert job["state"] == "put_off"
    assert job["next_at"] > job["created_at"]
    assert job["reason"] == "the search engine cannot be reached"
