"""Several real processes at once: workers that share, web processes that see each other's work."""

import os
import signal
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import quote

import psycopg
import pytest
from sqlalchemy import make_url, text
from sqlmodel import col, select

from app.catalogue.service import INDEX_JOB
from app.core.db import get_engine, transaction
from app.core.outbox import Job, enqueue
from app.core.settings import Settings
from ingest import pipeline
from search.vocabulary import load_vocabulary
from tests.processes import POOL, SECONDS, Started, free_port, started, wait_for

pytestmark = pytest.mark.alone

READY = "worker.started"
SERVING = "The pool is at"


class Trace:
    """What the slow job noted: (what, number, process)."""

    def __init__(self, path: Path) -> None:
        self._path = path
        path.touch()

    def of(self, what: str) -> list[tuple[int, int]]:
        rows = [line.split() for line in self._path.read_text().splitlines()]
        return [(int(number), int(process)) for kind, number, process in rows if kind == what]


@pytest.fixture
def trace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Trace:
    monkeypatch.setenv("TRACE", str(tmp_path / "trace"))
    return Trace(tmp_path / "trace")


def put(how_many: int, seconds: float) -> None:
    with transaction() as db:
        for number in range(how_many):
            enqueue(db, "test.slow", number=number, seconds=seconds)


def waiting() -> int:
    with transaction(writes=False) as db:
        ours = select(Job.id).where(
            col(Job.name).in_(("test.slow", INDEX_JOB)), col(Job.dead_at).is_(None)
        )
        return len(db.exec(ours).all())


@contextmanager
def a_worker() -> Iterator[Started]:
    with started("-m", "tests.slow_worker", ready=READY) as worker:
        yield worker


def test_workers_share_what_there_is_and_do_nothing_twice(
    own_database: Settings, trace: Trace
) -> None:
    with a_worker(), a_worker():
        put(40, 0.05)
        wait_for(lambda: waiting() == 0)
    done = trace.of("done")
    assert sorted(number for number, _ in done) == list(range(40))
    assert len({process for _, process in done}) == 2


def test_what_a_killed_worker_held_is_done_by_another_after_its_lease(
    own_database: Settings, trace: Trace
) -> None:
    put(1, 2.0)
    with a_worker() as killed:
        wait_for(lambda: bool(trace.of("begin")))
        killed.stop(signal.SIGKILL)
    assert waiting() == 1
    with a_worker() as other:
        wait_for(lambda: waiting() == 0)
        assert trace.of("done") == [(0, other.process.pid)]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_worker_that_is_told_to_stop_finishes_what_runs_and_begins_no_more(
    own_database: Settings, trace: Trace, number: signal.Signals
) -> None:
    put(2, 4.0)  # longer than a lease, which is renewed meanwhile
    with a_worker() as worker:
        wait_for(lambda: bool(trace.of("begin")))
        assert worker.stop(number) == 0
        assert worker.says("worker.stopped")
    assert (len(trace.of("begin")), len(trace.of("done")), waiting()) == (1, 1, 1)


def test_a_worker_outlives_a_database_that_is_away(own_database: Settings, trace: Trace) -> None:
    if get_engine().dialect.name != "postgresql":
        pytest.skip("only a server can be away")
    with a_worker() as worker, a_closed_database(own_database):
        wait_for(lambda: worker.says("outbox.unreachable"))
        again(own_database)
        put(1, 0.0)
        wait_for(lambda: waiting() == 0)
        assert worker.process.poll() is None


@contextmanager
def a_closed_database(settings: Settings) -> Iterator[None]:
    """Nobody is let in, and whoever was in is put out."""
    get_engine().dispose()
    name = make_url(settings.database_url).database
    allow(settings, is_open=False)
    out = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s"
    with psycopg.connect(beside(settings), autocommit=True) as connection:
        connection.execute(out, [name])
    try:
        yield
    finally:
        again(settings)


def again(settings: Settings) -> None:
    allow(settings, is_open=True)


def allow(settings: Settings, *, is_open: bool) -> None:
    name = make_url(settings.database_url).database
    with psycopg.connect(beside(settings), autocommit=True) as connection:
        connection.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS {is_open}'.encode())


def beside(settings: Settings) -> str:
    url = make_url(settings.database_url).set(database="postgres")
    return url.render_as_string(hide_password=False)


def test_a_worker_loads_neither_the_model_nor_the_pages_before_it_needs_them() -> None:
    unneeded = {"torch", "sentence_transformers", "app.main", "app.discovery.routes"}
    code = f"import sys, app.cli; print(sorted({unneeded} & set(sys.modules)))"
    with started("-c", code, ready="[") as said:
        assert said.lines == ["[]"]


@contextmanager
def a_site(processes: int, **more: str) -> Iterator[tuple[Started, str]]:
    port = free_port()
    given = {"POOL_PORT": str(port), "POOL_PROCESSES": str(processes), **more}
    with started(*POOL, "serve", ready=SERVING, **given) as site:
        yield site, f"http://127.0.0.1:{port}"


def page(address: str) -> str:
    with urllib.request.urlopen(address, timeout=SECONDS) as answer:  # noqa: S310
        return str(answer.read().decode())


VENDORS = "企业名称,所在地市,简介\n深圳市甲乙工业软件有限公司,深圳市,注塑车间生产执行系统\n"


def test_every_web_process_finds_what_a_worker_has_indexed(
    own_database: Settings, tmp_path: Path
) -> None:
    path = tmp_path / "vendors.csv"
    path.write_text(VENDORS, encoding="utf-8")
    metrics = free_port()
    with a_site(2, POOL_METRICS_PORT=str(metrics)) as (site, address):
        question = f"{address}/search?kind=vendor&q={quote('甲乙工业软件')}&lang=en"
        found = "有限公司"  # what was asked for is marked, so that the name is not in one piece
        assert not any(found in page(question) for _ in range(8))
        pipeline.run(path, vocabulary=load_vocabulary(), by="op", accept=True)
        assert waiting() > 0  # the web processes leave it alone
        with started(*POOL, "worker", ready=READY):
            wait_for(lambda: waiting() == 0)
        for _ in range(12):
            assert found in page(question)
        shown = page(f"http://127.0.0.1:{metrics}/metrics")
        line = next(x for x in shown.splitlines() if "_count" in x and '"/search"' in x)
        assert float(line.split()[-1]) == 20  # of both processes together
        assert site.says("pool worker")
        assert site.stop() == 0
    assert not list(own_database.home.glob("metrics-*"))


def test_a_web_process_that_dies_is_replaced(own_database: Settings) -> None:
    with a_site(2) as (site, address):
        first = children(site)
        os.kill(first[-1], signal.SIGKILL)
        wait_for(lambda: len(children(site)) == len(first) and children(site) != first)
        assert page(f"{address}/healthz")


def children(site: Started) -> list[int]:
    path = Path(f"/proc/{site.process.pid}/task/{site.process.pid}/children")
    return sorted(map(int, path.read_text().split()))


@pytest.mark.parametrize("processes", [1, 2])
def test_a_site_that_is_told_to_stop_answers_who_already_asked(
    own_database: Settings, processes: int
) -> None:
    if get_engine().dialect.name != "postgresql":
        pytest.skip("only a server lets a test hold up a page")
    answers: list[int] = []

    def ask(address: str) -> None:
        try:
            page(f"{address}/vendors/nobody")
        except HTTPError as answer:
            answers.append(answer.code)
            answer.close()

    with a_site(processes) as (site, address):
        with transaction() as db:
            db.connection().execute(text("LOCK TABLE vendor IN ACCESS EXCLUSIVE MODE"))
            asker = threading.Thread(target=ask, args=[address])
            asker.start()
            wait_for(lambda: is_held_up(own_database))
            site.process.send_signal(signal.SIGTERM)
            wait_for(lambda: any("Shutting down" in line for line in site.lines))
            assert not answers
        asker.join(SECONDS)
        site.process.wait(SECONDS)
    assert answers == [404]


def is_held_up(settings: Settings) -> bool:
    with psycopg.connect(beside(settings)) as connection:
        held = "SELECT count(*) FROM pg_locks WHERE NOT granted"
        (number,) = connection.execute(held).fetchone() or (0,)
        return bool(number)
