"""What is due again and again waits in the outbox, once."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlmodel import Session, select

from app.core import schedule, worker
from app.core.db import now, transaction
from app.core.outbox import HANDLERS, Job
from app.core.settings import Settings

NAME = "test.recurring"


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    runs: list[int] = []
    for table in (schedule.RECURRING, HANDLERS):
        for name in list(table):
            monkeypatch.delitem(table, name)
    schedule.recurring(NAME, timedelta(hours=1))(lambda _db: runs.append(1))
    yield runs
    for table in (schedule.RECURRING, HANDLERS):
        table.pop(NAME, None)


def jobs() -> list[Job]:
    with transaction(writes=False) as db:
        return list(db.exec(select(Job).where(Job.name == NAME)))


def test_each_run_writes_the_next(own_database: Settings, ran: list[int]) -> None:
    schedule.begin()
    schedule.begin()
    assert len(jobs()) == 1
    worker.drain()
    assert ran == [1]
    (following,) = jobs()
    assert following.run_after > now() + timedelta(minutes=59)
    worker.drain()
    assert ran == [1]


def test_a_run_that_fails_is_put_off_and_not_lost(
    own_database: Settings, ran: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_db: Session) -> None:
        raise ValueError

    schedule.recurring(NAME, timedelta(hours=1))(fail)
    schedule.begin()
    worker.drain()
    (waiting,) = jobs()
    assert waiting.attempts == 1
    assert waiting.run_after < now() + timedelta(minutes=1)
