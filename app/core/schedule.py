"""What is due again and again: each run puts the next one into the outbox."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session, col, select

from app.core.db import lock, now, transaction
from app.core.outbox import Job, job

Run = Callable[[Session], None]
RECURRING: dict[str, timedelta] = {}
BEGINS = 4_402_264  # the number of a lock; it means nothing


def recurring(name: str, every: timedelta) -> Callable[[Run], Run]:
    """Declare what runs again and again: `(db) -> None`, safe to run twice.

    The next run is written in the transaction of this one, so there is always exactly one.
    """

    def declare(run: Run) -> Run:
        RECURRING[name] = every

        def once(db: Session, _payloads: list[dict[str, Any]]) -> None:
            run(db)
            _write(db, name, now() + every)

        job(name)(once)
        return run

    return declare


def begin() -> None:
    """See to it that each recurring job waits; called where the outbox is worked."""
    with transaction(writes=False) as db:
        missing = [name for name in RECURRING if not _waits(db, name)]
    if missing:
        with transaction() as db:
            lock(db, BEGINS)
            for name in missing:
                if not _waits(db, name):
                    _write(db, name, now())


def _waits(db: Session, name: str) -> bool:
    chosen = select(Job.id).where(Job.name == name, col(Job.dead_at).is_(None)).limit(1)
    return db.exec(chosen).first() is not None


def _write(db: Session, name: str, at: datetime) -> None:
    db.add(Job(name=name, key=name, created_at=at, run_after=at))  # its age counts from then
    db.info["enqueued"] = True
