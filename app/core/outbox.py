"""The outbox: what must follow a change is written with it, and tried until it has happened.

A job survives `kill -9` because it is a row. Whoever runs it holds a lease; one that runs out
lets somebody else try. So a job may run twice: handlers take identifiers, load afresh and are
safe to repeat. A handler that raises `Later` or `SomeFailed` says more of its jobs than that
they failed. `worker.py` runs what is written here.
"""

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Index, event, func, insert, or_, update
from sqlmodel import Field, Session, SQLModel, col, select

from app.core.db import json_column, now

Run = Callable[[Session, list[dict[str, Any]]], None]

work_waits = threading.Event()
"""Set when this process has committed a job; its worker thread waits for it."""


class Job(SQLModel, table=True):
    """One thing to do. A finished job is deleted; a dead one keeps its reason."""

    __tablename__ = "job"
    __table_args__ = (Index("ix_job_due", "dead_at", "run_after"),)

    id: int | None = Field(default=None, primary_key=True)
    name: str
    key: str | None = Field(default=None, index=True)
    payload: dict[str, Any] = Field(default_factory=dict, sa_column=json_column())
    attempts: int = 0
    created_at: datetime = Field(default_factory=now)
    run_after: datetime = Field(default_factory=now)
    leased_until: datetime | None = None
    dead_at: datetime | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Handler:
    """What runs the jobs of one name, up to `batch` of them in one call.

    One that `writes` shares its transaction with the end of the job, so the two cannot part;
    one that does not leaves the database to others however long it takes.
    """

    run: Run
    batch: int
    writes: bool


@dataclass(frozen=True, slots=True)
class Counts:
    """How many jobs wait or run, how many of these were put off, and how many were given up."""

    waiting: int
    dead: int
    put_off: int = 0


class Later(Exception):
    """What these jobs need is away, and nothing is wrong with them: says what is away.

    They are tried again after a few seconds, however often, and no attempt is used up.
    """


class SomeFailed(Exception):
    """Some of a call's jobs failed; the others are finished, and what they wrote is kept.

    Both map a position among the payloads to the reason. `postponed` are tried again one by
    one, as after any failure; `hopeless` are given up at once.
    """

    def __init__(self, postponed: Mapping[int, str], hopeless: Mapping[int, str]) -> None:
        super().__init__(f"{len(postponed)} postponed, {len(hopeless)} hopeless")
        self.postponed = postponed
        self.hopeless = hopeless


HANDLERS: dict[str, Handler] = {}
_LEFT = "left"


def job(name: str, *, batch: int = 1, writes: bool = True) -> Callable[[Run], Run]:
    """Declare the handler of a name: `(db, payloads) -> None`, safe to run twice."""

    def declare(run: Run) -> Run:
        HANDLERS[name] = Handler(run, batch, writes)
        return run

    return declare


def enqueue(db: Session, name: str, /, *, key: str | None = None, **payload: Any) -> None:
    """Write a job with the caller's change; it runs once that is committed.

    A job that still waits under the same `key` stands for this one too. `payload` must be
    writable as JSON: identifiers, not records.
    """
    if key is None or not _is_waiting(db, name, key):
        db.add(Job(name=name, key=key, payload=payload))
    db.info["enqueued"] = True


def enqueue_all(db: Session, name: str, payloads: Iterable[dict[str, Any]]) -> int:
    """Write a job for each payload in one statement; return how many."""
    at = now()
    rows = [
        {"name": name, "payload": payload, "attempts": 0, "created_at": at, "run_after": at}
        for payload in payloads
    ]
    if rows:
        db.execute(insert(Job), rows)
        db.info["enqueued"] = True
    return len(rows)


def afterwards(db: Session, name: str, payloads: Iterable[Mapping[str, Any]]) -> None:
    """Leave jobs that are written together with the end of the running one, which writes nothing.

    For handlers with `writes=False`, whose own transaction only reads.
    """
    db.info.setdefault(_LEFT, []).extend((name, dict(payload)) for payload in payloads)


def write_left(left_by: Session, db: Session) -> None:
    """Write in `db` what a handler left in its own session."""
    by_name: dict[str, list[dict[str, Any]]] = {}
    for name, payload in left_by.info.pop(_LEFT, ()):
        by_name.setdefault(name, []).append(payload)
    for name, payloads in by_name.items():
        enqueue_all(db, name, payloads)


def has_begun() -> ColumnElement[bool]:
    """Leaves out what is only to be done later, as the next run of what recurs."""
    return or_(col(Job.run_after) <= now(), col(Job.error).is_not(None), col(Job.attempts) > 0)


def counts(db: Session) -> Counts:
    """How much is waiting, how much of it was put off, and how much was given up."""
    counted = (func.count(col(Job.dead_at)), func.count(col(Job.error)), func.count())
    dead, failed, total = db.exec(select(*counted).where(has_begun())).one()
    return Counts(waiting=total - dead, dead=dead, put_off=failed - dead)


def troubled(db: Session, limit: int) -> Sequence[Job]:
    """Jobs that were given up, then those put off, in the order in which they were written."""
    chosen = select(Job).where(col(Job.error).is_not(None))
    return db.exec(chosen.order_by(col(Job.dead_at).is_(None), col(Job.id)).limit(limit)).all()


def retry(db: Session) -> int:
    """Have everything that was given up or put off tried again now; return how many jobs.

    What somebody is running just now is left to them.
    """
    idle = or_(col(Job.leased_until).is_(None), col(Job.leased_until) < now())
    anew = {"attempts": 0, "error": None, "dead_at": None, "leased_until": None}
    chosen = update(Job).where(col(Job.error).is_not(None), idle)
    changed = db.connection().execute(chosen.values(**anew, run_after=now())).rowcount
    db.info["enqueued"] = True
    return changed


def _is_waiting(db: Session, name: str, key: str) -> bool:
    # Locked until this transaction ends, so that nobody can run it too early to see the
    # change that comes with it.
    waiting = (
        select(Job.id)
        .where(Job.name == name, Job.key == key)
        .where(col(Job.leased_until).is_(None), col(Job.dead_at).is_(None))
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    return db.exec(waiting).first() is not None


@event.listens_for(Session, "after_commit")
def _announce(session: Session) -> None:
    if session.info.pop("enqueued", False):
        work_waits.set()
