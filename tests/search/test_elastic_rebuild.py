"""Building a new index beside the live one: what is written meanwhile, what fails half-way."""

import multiprocessing
import os
import signal
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import urlsplit

import pytest

from search.elastic import Connection, ElasticEngine, filling
from search.elastic.indices import Index, Indices
from search.elastic.layout import source
from search.engine import EngineAway, EngineBusy, EngineUnusable, Entry
from tests.search.elastic_servers import wire
from tests.search.test_elastic import prefix_of
from tests.search.test_engine_contract import an_entry, asking, found, unit

pytestmark = pytest.mark.elasticsearch
ROWS = 400
SECONDS = 120


@pytest.fixture
def engine(elastic_url: str, unhurried: None) -> Iterator[ElasticEngine]:
    engine = ElasticEngine(Connection(elastic_url))
    yield engine
    engine.close()


@pytest.fixture
def client(elastic_url: str) -> Iterator[Any]:
    connection = Connection(elastic_url)
    with connection.writing() as client:
        yield client
    connection.close()


def entries(count: int, version: int = 1) -> Iterator[Entry]:
    for number in range(count):
        yield an_entry(f"e{number}", "one", version=version, vector=unit(1, number))


# What stands for the database: rows with a version that each change raises, public or not.


def make_database(path: Path) -> None:
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("CREATE TABLE record (id TEXT PRIMARY KEY, version INT, is_public INT)")
        rows = [(f"r{number:04}", 1, number % 3 > 0) for number in range(ROWS)]
        db.executemany("INSERT INTO record VALUES (?, ?, ?)", rows)


def row_entry(id_: str, version: int) -> Entry:
    return an_entry(id_, f"all v{version}", version=version, texts={"summary": f"v{version}"})


def public_rows(db: sqlite3.Connection, after: str = "", limit: int = -1) -> list[Any]:
    chosen = "SELECT id, version FROM record WHERE is_public AND id > ? ORDER BY id LIMIT ?"
    return db.execute(chosen, (after, limit)).fetchall()


def public_entries(path: Path) -> Iterator[Entry]:
    """In chunks, as the pool reads them, and slowly, so that much happens in between."""
    with closing(sqlite3.connect(path)) as db:
        rows = public_rows(db, "", 20)
        while rows:
            time.sleep(0.02)
            yield from (row_entry(*row) for row in rows)
            rows = public_rows(db, rows[-1][0], 20)


def change(db: sqlite3.Connection, random: Random) -> list[str]:
    """Some rows changed, published or withdrawn, and committed."""
    ids = random.sample([f"r{number:04}" for number in range(ROWS)], 4)
    with db:
        for id_ in ids:
            flip = random.random() < 0.4
            db.execute(
                "UPDATE record SET version = version + 1, is_public = is_public <> ? WHERE id = ?",
                (flip, id_),
            )
    return ids


def follow(db: sqlite3.Connection, engine: ElasticEngine, ids: list[str]) -> None:
    """The job that follows a change: it reads afresh, and is repeated until it is done."""
    while True:
        marks = ",".join("?" * len(ids))
        rows = db.execute(f"SELECT * FROM record WHERE id IN ({marks})", ids).fetchall()  # noqa: S608
        upserts = [row_entry(id_, version) for id_, version, is_public in rows if is_public]
        deletes = {id_: version for id_, version, is_public in rows if not is_public}
        try:
            if not engine.apply(upserts, deletes).postponed:
                return
        except EngineAway:
            time.sleep(0.1)


def write_on(url: str, path: Path, seed: int, ready: Any, stop: Any, *, is_single: bool) -> None:
    """Two threads of a process that change and follow until told to stop."""
    if is_single:
        write_into_the_live_index_only()

    def one(number: int) -> None:
        random = Random(number)  # noqa: S311 (repeatable on purpose)
        engine = ElasticEngine(Connection(url))
        with closing(sqlite3.connect(path, timeout=60)) as db:
            follow(db, engine, change(db, random))
            ready.release()
            while not stop.is_set():
                follow(db, engine, change(db, random))
        engine.close()

    threads = [threading.Thread(target=one, args=(10 * seed + n,)) for n in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def write_into_the_live_index_only() -> None:
    every = Indices.targets

    def only_live(self: Indices, client: Any) -> list[Index]:
        return [index for index in every(self, client) if self.live_alias in index.aliases]

    Indices.targets = only_live  # type: ignore[method-assign]


def search_on(url: str, stop: threading.Event, totals: list[int], faults: list[str]) -> None:
    engine = ElasticEngine(Connection(url))
    while not stop.is_set():
        try:
            totals.append(engine.candidates(asking("all", facets=("kind",))).total)
        except Exception as error:
            faults.append(repr(error))
        time.sleep(0.01)
    engine.close()


@pytest.fixture
def busy(tmp_path: Path, elastic_url: str, request: pytest.FixtureRequest) -> Iterator[Path]:
    """A filled index and its database, which two processes of two threads change all the time.

    The writers are done when the test has set `busy_stop`; parametrised to be careless ones.
    """
    path = tmp_path / "rows.db"
    make_database(path)
    engine = ElasticEngine(Connection(elastic_url))
    engine.rebuild(public_entries(path))
    engine.discard()
    engine.close()
    context = multiprocessing.get_context("spawn")
    stop, ready = context.Event(), context.Semaphore(0)
    careless = getattr(request, "param", False)
    writers = [
        context.Process(
            target=write_on,
            args=(elastic_url, path, seed, ready, stop),
            kwargs={"is_single": careless},
        )
        for seed in range(2)
    ]
    for writer in writers:
        writer.start()
    for _ in range(4):
        assert ready.acquire(timeout=SECONDS)

    def end() -> None:
        stop.set()
        for writer in writers:
            writer.join(SECONDS)
            assert writer.exitcode == 0

    request.node.end_writing = end
    yield path
    stop.set()
    for writer in writers:
        writer.join(SECONDS)


def expected(path: Path) -> dict[str, int]:
    with closing(sqlite3.connect(path)) as db:
        return dict(public_rows(db))


def test_a_rebuild_under_writers_loses_nothing_and_brings_nothing_back(
    engine: ElasticEngine, busy: Path, elastic_url: str, request: pytest.FixtureRequest
) -> None:
    stop = threading.Event()
    totals: list[int] = []
    faults: list[str] = []
    reader = threading.Thread(target=search_on, args=(elastic_url, stop, totals, faults))
    reader.start()
    for _ in range(4):
        engine.rebuild(public_entries(busy))
    request.node.end_writing()
    stop.set()
    reader.join()
    wanted = expected(busy)
    assert engine.versions() == wanted
    documents = engine.documents(list(wanted))
    assert {d.id: d.texts["summary"] for d in documents} == {i: f"v{v}" for i, v in wanted.items()}
    assert max(wanted.values()) > 5  # much was written meanwhile
    assert faults == []
    assert len(totals) > 20
    assert min(totals) > ROWS / 4
    assert engine.candidates(asking("all")).total == len(wanted)


@pytest.mark.parametrize("busy", [True], indirect=True)
@pytest.mark.parametrize("is_checked", [True, False])
def test_writers_that_forget_the_new_index_are_found_out(
    engine: ElasticEngine,
    busy: Path,
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
    *,
    is_checked: bool,
) -> None:
    """The same run with that one thing missing: so the test above would see it, and so does
    the check before the switch."""
    if is_checked:
        with pytest.raises(EngineUnusable, match="the new index lacks"):
            engine.rebuild(public_entries(busy))
        assert engine.kept() == []
    else:
        monkeypatch.setattr(filling, "_compare", lambda *_args: None)
        engine.rebuild(public_entries(busy))
    request.node.end_writing()
    assert (engine.versions() == expected(busy)) is is_checked


def leftovers(client: Any, url: str) -> list[str]:
    every = client.indices.get(index=f"{prefix_of(url)}-*").body
    return [name for name, said in every.items() if f"{prefix_of(url)}-next" in said["aliases"]]


def test_a_rebuild_that_fails_half_way_leaves_no_trace(
    engine: ElasticEngine, client: Any, elastic_url: str
) -> None:
    def broken() -> Iterator[Entry]:
        yield from entries(700, version=2)
        raise OSError("the database went away")

    engine.apply(list(entries(3)))
    with pytest.raises(OSError, match="went away"):
        engine.rebuild(broken())
    assert leftovers(client, elastic_url) == []
    assert engine.kept() == []
    assert engine.versions() == {"e0": 1, "e1": 1, "e2": 1}


def _build_and_wait(url: str, half_way: Any) -> None:
    def slowly() -> Iterator[Entry]:
        yield from entries(700, version=2)
        half_way.set()
        time.sleep(SECONDS)

    ElasticEngine(Connection(url)).rebuild(slowly())


def test_a_killed_rebuild_is_cleaned_up_by_the_next(
    engine: ElasticEngine, client: Any, elastic_url: str
) -> None:
    engine.apply(list(entries(3)))
    context = multiprocessing.get_context("spawn")
    half_way = context.Event()
    process = context.Process(target=_build_and_wait, args=(elastic_url, half_way))
    process.start()
    assert half_way.wait(SECONDS)
    os.kill(process.pid or 0, signal.SIGKILL)
    process.join(SECONDS)
    prefix = prefix_of(elastic_url)
    assert leftovers(client, elastic_url) == [f"{prefix}-000002"]
    assert engine.apply([an_entry("later", "one")]).applied == 1
    assert engine.versions() == {"e0": 1, "e1": 1, "e2": 1, "later": 1}
    assert found(engine, asking("one")) == {"e0", "e1", "e2", "later"}
    assert engine.kept() == []
    engine.discard()  # removes neither the live one nor one that may be under way
    assert leftovers(client, elastic_url) == [f"{prefix}-000002"]
    engine.rebuild(entries(2, version=3))
    assert leftovers(client, elastic_url) == []
    assert engine.kept() == [f"{prefix}-000001"]
    assert engine.versions() == {"e0": 3, "e1": 3}
    engine.discard()
    assert engine.kept() == []
    assert sorted(client.indices.get(index=f"{prefix}-*").body) == [f"{prefix}-000003"]
    assert engine.versions() == {"e0": 3, "e1": 3}


@pytest.mark.parametrize("harm", ["other", "lost", "back"])
def test_a_new_index_that_is_not_what_was_written_never_goes_live(
    engine: ElasticEngine, client: Any, elastic_url: str, harm: str
) -> None:
    engine.apply(list(entries(600)))
    following = f"{prefix_of(elastic_url)}-next"
    at = {"index": following, "version": 1, "version_type": "external_gte"}

    def harmed() -> Iterator[Entry]:
        yield from (entry for entry in entries(600) if entry.document.id != "e7")
        if harm == "other":
            other = an_entry("e0", "one", name="somebody else")
            client.index(id="e0", document=source(other, ""), **at)
        elif harm == "lost":
            client.delete(id="e1", **at)
        else:
            engine.apply([], {"e7": 2})
            later = an_entry("e7", "one", version=3)
            client.index(id="e7", document=source(later, ""), **{**at, "version": 3})
        yield an_entry("last", "one")

    with pytest.raises(EngineUnusable, match="the new index"):
        engine.rebuild(harmed())
    assert leftovers(client, elastic_url) == []
    assert engine.versions().keys() >= {"e0", "e1"}
    assert "last" not in engine.versions()


def test_of_two_rebuilds_the_later_one_goes_through(engine: ElasticEngine) -> None:
    engine.apply(list(entries(3)))

    def overtaken() -> Iterator[Entry]:
        yield from entries(600)
        engine.rebuild(entries(2, version=5))
        yield from entries(3, version=2)

    with pytest.raises(EngineBusy):
        engine.rebuild(overtaken())
    assert engine.versions() == {"e0": 5, "e1": 5}


def test_a_switch_without_an_answer_costs_neither_index(
    engine: ElasticEngine, elastic_url: str
) -> None:
    engine.apply(list(entries(3)))
    at = urlsplit(elastic_url)
    with wire(at.hostname or "", at.port or 0) as line:
        login, _, _ = at.netloc.rpartition("@")
        line.cut = b"POST /_aliases"
        other = ElasticEngine(Connection(f"http://{login}@127.0.0.1:{line.port}{at.path}"))
        with pytest.raises(EngineAway):
            other.rebuild(entries(2, version=2))
        other.close()
    assert engine.versions() in ({"e0": 2, "e1": 2}, {"e0": 1, "e1": 1, "e2": 1})
    engine.rebuild(entries(4, version=3))
    assert engine.versions() == {f"e{n}": 3 for n in range(4)}


def test_what_was_acknowledged_is_visible_on_both_sides_of_a_switch(
    engine: ElasticEngine, elastic_url: str
) -> None:
    engine.apply(list(entries(3)))
    other = ElasticEngine(Connection(elastic_url))

    def meanwhile() -> Iterator[Entry]:
        yield from entries(3)
        other.apply([an_entry("new", "fresh")], {"e0": 2})

    engine.rebuild(meanwhile())
    assert found(other, asking("fresh")) == {"new"}
    assert found(engine, asking("one")) == {"e1", "e2"}
    other.close()
