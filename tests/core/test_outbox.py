"""Jobs ride on the change, survive crashes, are tried again and are given up with a reason."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text, update
from sqlmodel import Session, col, select

from app.core import outbox, schedule, worker
from app.core.db import get_engine, is_postgres, now, transaction
from app.core.outbox import (
    HANDLERS,
    Counts,
    Job,
    Later,
    SomeFailed,
    counts,
    enqueue,
    enqueue_all,
    job,
    retry,
    troubled,
)
from app.core.settings import Settings
from app.core.worker import MOST_ATTEMPTS, Drained, Worker, drain


@pytest.fixture(autouse=True)
def _handlers() -> Iterator[None]:
    """Each test declares its own."""
    declared = dict(HANDLERS)
    HANDLERS.clear()
    outbox.work_waits.clear()
    yield
    worker._resting.clear()
    HANDLERS.clear()
    HANDLERS.update(declared)


@pytest.fixture
def ran(own_database: Settings) -> list[list[dict[str, Any]]]:
    """The calls of the handler of `note`, which fails for payloads that say so."""
    calls: list[list[dict[str, Any]]] = []

    @job("note", batch=3)
    def note(db: Session, payloads: list[dict[str, Any]]) -> None:
        calls.append(payloads)
        if any(payload.get("bad") for payload in payloads):
            raise ValueError("cannot read 坏")

    return calls


def put(*payloads: dict[str, Any], **options: Any) -> None:
    with transaction() as db:
        for payload in payloads:
            enqueue(db, "note", **options, **payload)


def jobs() -> list[Job]:
    with transaction(writes=False) as db:
        return list(db.exec(select(Job).order_by(col(Job.id))))


def make_due() -> None:
    with transaction() as db:
        db.execute(update(Job).values(run_after=now() - timedelta(seconds=1)))


def test_a_job_of_a_change_that_failed_does_not_exist(ran: list[Any]) -> None:
    with transaction() as db:
        enqueue(db, "note", number=1)
        db.rollback()
    assert drain() == Drained(0, 0)
    assert ran == []


def test_jobs_run_in_batches_in_the_order_they_were_written(ran: list[Any]) -> None:
    put(*({"number": n} for n in range(5)))
    seen: list[tuple[int, int]] = []
    assert drain(lambda done, left: seen.append((done, left))) == Drained(done=5, failed=0)
    assert [[p["number"] for p in call] for call in ran] == [[0, 1, 2], [3, 4]]
    assert seen == [(3, 2), (5, 0)]
    assert jobs() == []


def test_a_failed_job_is_put_off_and_its_neighbours_are_not_held_up_for_long(
    ran: list[Any],
) -> None:
    put({"number": 1}, {"bad": True}, {"number": 2})
    assert drain() == Drained(done=0, failed=3)
    waiting = jobs()
    assert all(1 <= (one.run_after - now()).total_seconds() + 1 < 4 for one in waiting)
    assert {one.error for one in waiting} == {"ValueError: cannot read 坏"}
    make_due()
    assert drain() == Drained(done=2, failed=1)
    assert [one.payload for one in jobs()] == [{"bad": True}]


def test_a_job_that_never_works_is_given_up_with_its_reason(ran: list[Any]) -> None:
    put({"bad": True})
    for _ in range(MOST_ATTEMPTS + 3):
        drain()
        make_due()
    (given_up,) = jobs()
    assert given_up.attempts == MOST_ATTEMPTS == len(ran)
    assert given_up.dead_at
    assert given_up.error == "ValueError: cannot read 坏"
    with transaction(writes=False) as db:
        assert counts(db) == Counts(waiting=0, dead=1)


@pytest.fixture
def away(own_database: Settings) -> list[int]:
    """The calls of the handler of `note`, by their length; what it needs is away until told."""
    calls: list[int] = []

    @job("note", batch=500)
    def note(db: Session, payloads: list[dict[str, Any]]) -> None:
        calls.append(len(payloads))
        if len(calls) <= MOST_ATTEMPTS + 3:
            raise Later("nobody answers at 索引")

    return calls


def end_the_pause() -> None:
    make_due()
    worker._resting["note"] = now() - timedelta(seconds=1)


def test_jobs_whose_need_is_away_wait_however_long_and_lose_nothing(away: list[int]) -> None:
    put({"number": 1}, {"number": 2})
    for _ in range(MOST_ATTEMPTS + 3):
        assert drain() == Drained(0, 0, later=2)
        assert drain() == Drained(0, 0)
        end_the_pause()
    assert [(one.attempts, one.error) for one in jobs()] == [(0, "nobody answers at 索引")] * 2
    with transaction(writes=False) as db:
        assert counts(db) == Counts(waiting=2, dead=0, put_off=2)
    assert drain() == Drained(done=2, failed=0)
    assert jobs() == []


def test_what_is_away_is_looked_for_again_after_a_few_seconds(away: list[int]) -> None:
    put({"number": 1})
    drain()
    (waiting,) = jobs()
    assert 2 < (waiting.run_after - now()).total_seconds() <= 1.5 * worker.PAUSE
    assert worker._resting["note"] == waiting.run_after


def test_a_long_backlog_is_not_claimed_for_what_is_away(away: list[int]) -> None:
    with transaction() as db:
        enqueue_all(db, "note", ({"number": n} for n in range(10_000)))
    assert drain() == Drained(0, 0, later=500)
    thread = Worker(poll=0.01)
    assert thread._run_one() is False
    thread.start()
    put({"number": 10_000})
    thread.stop()
    assert away == [500]


def test_what_is_away_for_some_jobs_holds_up_no_others(away: list[int]) -> None:
    @job("other")
    def other(db: Session, payloads: list[dict[str, Any]]) -> None:
        pass

    put({"number": 1})
    with transaction() as db:
        enqueue(db, "other")
        enqueue(db, "other")
    assert drain() == Drained(done=2, failed=0, later=1)


def test_a_job_that_failed_before_keeps_its_attempts_while_its_need_is_away(
    away: list[int],
) -> None:
    put({"number": 1})
    with transaction() as db:
        db.execute(update(Job).values(attempts=MOST_ATTEMPTS - 1))
    drain()
    (waiting,) = jobs()
    assert (waiting.attempts, waiting.dead_at) == (MOST_ATTEMPTS - 1, None)


@pytest.mark.parametrize("writes", [True, False])
def test_each_job_of_a_call_has_its_own_end(own_database: Settings, *, writes: bool) -> None:
    @job("mixed", batch=4, writes=writes)
    def mixed(db: Session, payloads: list[dict[str, Any]]) -> None:
        if writes:
            enqueue(db, "next")
        raise SomeFailed({1: "queue is full"}, {3: "cannot be read" * 100})

    with transaction() as db:
        enqueue_all(db, "mixed", ({"number": n} for n in range(4)))
    assert drain() == Drained(done=2, failed=2)
    postponed, hopeless, *written = jobs()
    assert (postponed.payload, postponed.attempts) == ({"number": 1}, 1)
    assert (postponed.error, postponed.dead_at) == ("queue is full", None)
    assert postponed.run_after > now()
    assert hopeless.payload == {"number": 3}
    assert hopeless.dead_at
    assert str(hopeless.error).startswith("cannot be read")
    assert [one.name for one in written] == ["next"] * writes


def test_a_job_postponed_too_often_is_given_up(own_database: Settings) -> None:
    @job("mixed")
    def mixed(db: Session, payloads: list[dict[str, Any]]) -> None:
        raise SomeFailed({0: "queue is full"}, {})

    with transaction() as db:
        enqueue(db, "mixed")
    for _ in range(MOST_ATTEMPTS):
        drain()
        make_due()
    (given_up,) = jobs()
    assert (given_up.attempts, given_up.error) == (MOST_ATTEMPTS, "queue is full")
    assert given_up.dead_at


def test_what_was_given_up_or_put_off_can_be_tried_again(ran: list[Any]) -> None:
    put({"bad": True}, {"bad": True, "number": 2})
    drain()
    with transaction() as db:
        dead = {"dead_at": now(), "attempts": MOST_ATTEMPTS}
        db.execute(update(Job).where(col(Job.id) == jobs()[1].id).values(**dead))
        enqueue(db, "note", number=3)
    with transaction(writes=False) as db:
        first, second = troubled(db, 9)
        assert (first.payload.get("number"), second.payload.get("number")) == (2, None)
        assert len(troubled(db, 1)) == 1
    outbox.work_waits.clear()
    with transaction() as db:
        assert retry(db) == 2
    assert outbox.work_waits.is_set()
    assert [(one.attempts, one.error, one.dead_at) for one in jobs()] == [(0, None, None)] * 3
    assert drain() == Drained(done=0, failed=3)


def test_what_somebody_runs_just_now_is_not_tried_again(ran: list[Any]) -> None:
    put({"bad": True})
    drain()
    make_due()
    assert worker._claim()
    with transaction() as db:
        assert retry(db) == 0


def test_jobs_without_a_handler_here_are_left_for_who_has_one(ran: list[Any]) -> None:
    with transaction() as db:
        enqueue(db, "of.tomorrow")
    assert drain() == Drained(0, 0)
    with transaction(writes=False) as db:
        assert counts(db) == Counts(waiting=1, dead=0)


def test_waiting_jobs_under_one_key_are_one_job(ran: list[Any]) -> None:
    put({"number": 1}, key="a")
    put({"number": 1}, key="a")
    put({"number": 2}, key="b")
    assert [one.payload["number"] for one in jobs()] == [1, 2]


def test_a_change_made_while_its_job_runs_gets_a_job_of_its_own(ran: list[Any]) -> None:
    put({"number": 1}, key="a")
    assert worker._claim()
    put({"number": 1}, key="a")
    assert len(jobs()) == 2


def test_a_job_that_also_stands_for_a_second_change_waits_until_that_is_committed(
    ran: list[Any],
) -> None:
    put({"number": 1}, key="a")
    with transaction() as db:
        if not is_postgres(db):
            pytest.skip("only PostgreSQL has two writers at a time")
        enqueue(db, "note", key="a", number=1)
        assert worker._claim() is None
    assert worker._claim()


def test_what_a_handler_wrote_and_the_end_of_its_job_are_kept_together(
    own_database: Settings,
) -> None:
    @job("write")
    def write(db: Session, payloads: list[dict[str, Any]]) -> None:
        enqueue(db, "next", **payloads[0])
        if payloads[0]["bad"]:
            raise ValueError

    with transaction() as db:
        enqueue(db, "write", bad=False)
        enqueue(db, "write", bad=True)
    assert drain() == Drained(done=1, failed=1)
    assert [(one.name, one.payload) for one in jobs()] == [
        ("write", {"bad": True}),
        ("next", {"bad": False}),
    ]


def test_a_handler_that_only_reads_lets_others_write_meanwhile(own_database: Settings) -> None:
    @job("read", writes=False)
    def read(db: Session, payloads: list[dict[str, Any]]) -> None:
        with transaction() as other:
            enqueue(other, "unhandled")

    with transaction() as db:
        enqueue(db, "read")
    assert drain() == Drained(done=1, failed=0)
    assert [one.name for one in jobs()] == ["unhandled"]


def test_a_long_run_keeps_its_lease(
    own_database: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "LEASE", timedelta(seconds=0.3))

    @job("long", writes=False)
    def long(db: Session, payloads: list[dict[str, Any]]) -> None:
        first = jobs()[0].leased_until
        while jobs()[0].leased_until == first:
            renewed.wait(0.05)
        assert worker._claim() is None

    renewed = threading.Event()
    with transaction() as db:
        enqueue(db, "long")
    assert drain() == Drained(done=1, failed=0)


CRASH = """
import os
from app.core.outbox import job
from app.core.worker import drain

@job("note")
def note(db, payloads):
    os.kill(os.getpid(), 9)

drain()
"""


def test_a_job_survives_the_death_of_its_process_and_runs_when_the_lease_ends(
    ran: list[Any], own_database: Settings
) -> None:
    put({"number": 7})
    environment = {**os.environ, "POOL_DATABASE_URL": own_database.database_url}
    died = subprocess.run([sys.executable, "-c", CRASH], env=environment, check=False)
    assert died.returncode == -9
    assert drain() == Drained(0, 0)
    with transaction() as db:
        db.execute(update(Job).values(leased_until=now() - timedelta(seconds=1)))
    assert drain() == Drained(done=1, failed=0)
    assert ran == [[{"number": 7}]]


def test_a_job_that_kills_every_process_is_given_up(ran: list[Any]) -> None:
    put({"number": 1})
    with transaction() as db:
        past = now() - timedelta(seconds=1)
        db.execute(update(Job).values(attempts=MOST_ATTEMPTS, leased_until=past))
    assert drain() == Drained(0, 0)
    assert jobs()[0].error == "The process ended each time it ran."


def test_two_workers_share_the_jobs_and_run_none_twice(own_database: Settings) -> None:
    ran: list[int] = []

    @job("count", batch=2)
    def count(db: Session, payloads: list[dict[str, Any]]) -> None:
        ran.extend(payload["number"] for payload in payloads)

    with transaction() as db:
        for n in range(30):
            enqueue(db, "count", number=n)
    threads = [threading.Thread(target=drain) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    drain()
    assert sorted(ran) == list(range(30))


def test_the_worker_runs_a_job_as_soon_as_it_is_committed(
    own_database: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schedule, "RECURRING", {})  # nothing else waits
    done = threading.Event()

    @job("ring")
    def ring(db: Session, payloads: list[dict[str, Any]]) -> None:
        done.set()

    thread = Worker(poll=3600)
    thread.start()
    with transaction() as db:
        enqueue(db, "ring")
    done.wait()
    thread.stop()
    assert jobs() == []


def test_the_worker_outlives_a_database_that_is_away(own_database: Settings) -> None:
    done = threading.Event()

    @job("ring")
    def ring(db: Session, payloads: list[dict[str, Any]]) -> None:
        done.set()

    with transaction() as db:
        enqueue(db, "ring")
    with get_engine().begin() as connection:
        connection.execute(text("ALTER TABLE job RENAME TO elsewhere"))
    unreachable = Worker(poll=0.05)
    assert unreachable._run_one() is False
    unreachable.start()
    with get_engine().begin() as connection:
        connection.execute(text("ALTER TABLE elsewhere RENAME TO job"))
    done.wait()
    unreachable.stop()
