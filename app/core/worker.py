"""Running the outbox: claim, run, finish or put off; as a thread of the site or in a command."""

import random
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import ColumnElement, and_, delete, func, or_, update
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session, col, select

from app.core import schedule
from app.core.db import now, transaction
from app.core.outbox import HANDLERS, Handler, Job, Later, SomeFailed, work_waits, write_left

LEASE = timedelta(seconds=30)
PAUSE = 5.0  # seconds until what was away is looked for again
MOST_ATTEMPTS = 12
LONGEST_DELAY = 3600.0  # seconds
LONGEST_ERROR = 1000  # characters
POLL = 2.0  # seconds until jobs of other processes, and those put off, are noticed

log = structlog.get_logger("outbox")

_resting: dict[str, datetime] = {}
"""Names of jobs whose handler said `Later` → until when this process claims none of them.

Without it a long backlog would be claimed, batch after batch, for nothing.
"""


@dataclass(frozen=True, slots=True)
class Drained:
    """What one `drain` did: jobs finished, runs that failed, jobs whose time comes later."""

    done: int
    failed: int
    later: int = 0

    def __add__(self, other: "Drained") -> "Drained":
        return Drained(self.done + other.done, self.failed + other.failed, self.later + other.later)


def drain(progress: Callable[[int, int], None] | None = None) -> Drained:
    """Run what is due until nothing is; `progress(done, left)` is called after each batch.

    Jobs that fail are put off and not waited for, nor is what is away; jobs that somebody else
    runs are theirs.
    """
    drained = Drained(0, 0)
    while claimed := _claim():
        drained += _run(*claimed)
        if progress:
            progress(drained.done, count_due())
    return drained


class Worker:
    """The thread that runs the outbox inside the site."""

    def __init__(self, poll: float = POLL) -> None:
        self._poll = poll
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._work, name="outbox", daemon=True)

    def start(self) -> None:
        """Begin to run jobs."""
        self._thread.start()

    def stop(self, timeout: float = LEASE.total_seconds()) -> None:
        """Finish the running batch and end; waits at most `timeout` seconds."""
        self._stopped.set()
        work_waits.set()
        self._thread.join(timeout)

    def _work(self) -> None:
        self._begin()
        while not self._stopped.is_set():
            work_waits.clear()
            if not self._run_one():
                work_waits.wait(self._poll)

    def _begin(self) -> None:
        try:
            schedule.begin()
        except Exception as error:  # tried again by whoever starts next
            log.error("outbox.unscheduled", error=type(error).__name__)

    def _run_one(self) -> bool:
        try:
            claimed = _claim()
            if claimed:
                _run(*claimed)
            return claimed is not None
        except Exception as error:  # the thread must outlive a database that is away
            log.error("outbox.unreachable", error=type(error).__name__)
            return False


def _due() -> ColumnElement[bool]:
    names = [name for name in HANDLERS if name not in _resting or _resting[name] <= now()]
    return and_(
        col(Job.dead_at).is_(None),
        col(Job.name).in_(names),
        col(Job.run_after) <= now(),
        or_(col(Job.leased_until).is_(None), col(Job.leased_until) < now()),
    )


def count_due() -> int:
    with transaction(writes=False) as db:
        return db.exec(select(func.count()).select_from(Job).where(_due())).one()


def _claim() -> tuple[Handler, list[Job]] | None:
    """Lease the next jobs of one name, or None; a job that failed before is leased alone.

    Alone, so that one poisoned job cannot keep failing the batch that it was in.
    """
    if not count_due():  # looked at first without SQLite's write lock
        return None
    with transaction() as db:
        _bury_abandoned(db)
        first = next(iter(_lock(db, _due(), 1)), None)
        if first is None:
            return None
        handler, jobs = HANDLERS[first.name], [first]
        if handler.batch > 1 and first.attempts == 0:
            alike = and_(_due(), col(Job.name) == first.name, col(Job.attempts) == 0)
            jobs = _lock(db, alike, handler.batch)
        for job in jobs:
            job.attempts += 1
            job.leased_until = now() + LEASE
        return handler, jobs


def _lock(db: Session, which: ColumnElement[bool], most: int) -> list[Job]:
    order = (col(Job.run_after), col(Job.id))
    query = select(Job).where(which).order_by(*order).limit(most)
    return list(db.exec(query.with_for_update(skip_locked=True)))


def _bury_abandoned(db: Session) -> None:
    """Give up jobs whose every attempt ended with the process that ran them."""
    db.execute(
        update(Job)
        .where(_due(), col(Job.attempts) >= MOST_ATTEMPTS)
        .values(dead_at=now(), error="The process ended each time it ran.")
        .execution_options(synchronize_session=False)
    )


def _run(handler: Handler, jobs: Sequence[Job]) -> Drained:
    """Run claimed jobs in one call and note what became of each."""
    name = jobs[0].name
    try:
        failed = _attempt(handler, jobs)
    except Later as later:
        if name not in _resting:  # told once, not every few seconds
            log.warning("outbox.later", job=name, reason=str(later))
        _rest(jobs, later)
        return Drained(0, 0, later=len(jobs))
    except Exception as error:
        log.warning("outbox.failed", job=name, count=len(jobs), error=type(error).__name__)
        with transaction() as db:
            _put_off(db, jobs, dict.fromkeys(range(len(jobs)), f"{type(error).__name__}: {error}"))
        return Drained(0, len(jobs))
    _resting.pop(name, None)
    bad = len(failed.postponed.keys() | failed.hopeless.keys())
    if bad:
        log.warning("outbox.some_failed", job=name, count=bad, dead=len(failed.hopeless))
    if bad < len(jobs):
        log.info("outbox.done", job=name, count=len(jobs) - bad)
    return Drained(len(jobs) - bad, bad)


def _attempt(handler: Handler, jobs: Sequence[Job]) -> SomeFailed:
    """Call the handler and settle its jobs; which of them failed, perhaps none."""
    payloads = [job.payload for job in jobs]
    if handler.writes:
        with transaction() as db:
            _hold(db, jobs)
            failed = _call(handler, db, payloads)
            _settle(db, jobs, failed)
    else:
        with _renewed(jobs), transaction(writes=False) as reading:
            failed = _call(handler, reading, payloads)
        with transaction() as db:
            write_left(reading, db)
            _settle(db, jobs, failed)
    return failed


def _call(handler: Handler, db: Session, payloads: list[dict[str, Any]]) -> SomeFailed:
    try:
        handler.run(db, payloads)
    except SomeFailed as failed:
        return failed
    return SomeFailed({}, {})


def _among(jobs: Sequence[Job]) -> ColumnElement[bool]:
    return col(Job.id).in_([job.id for job in jobs])


def _hold(db: Session, jobs: Sequence[Job]) -> None:
    """Keep others from the jobs for this transaction, even when the lease runs out."""
    db.exec(select(Job.id).where(_among(jobs)).with_for_update()).all()


def _settle(db: Session, jobs: Sequence[Job], failed: SomeFailed) -> None:
    """Remove the jobs that are finished, put off or give up the others."""
    bad = failed.postponed.keys() | failed.hopeless.keys()
    finished = _among([job for place, job in enumerate(jobs) if place not in bad])
    db.execute(delete(Job).where(finished).execution_options(synchronize_session=False))
    _put_off(db, jobs, failed.postponed)
    for place, reason in failed.hopeless.items():
        _write(db, jobs[place], error=reason, dead_at=now())


def _put_off(db: Session, jobs: Sequence[Job], reasons: Mapping[int, str]) -> None:
    """Try again later, each time twice as late, until the attempts are used up."""
    for place, reason in reasons.items():
        job = jobs[place]
        if job.attempts >= MOST_ATTEMPTS:
            _write(db, job, error=reason, dead_at=now())
        else:
            delay = min(2.0**job.attempts, LONGEST_DELAY)
            _write(db, job, error=reason, run_after=_soon(delay))


def _write(db: Session, job: Job, *, error: str, **values: datetime) -> None:
    said = {"error": error[:LONGEST_ERROR], "leased_until": None, **values}
    db.execute(update(Job).where(col(Job.id) == job.id).values(**said))


def _rest(jobs: Sequence[Job], later: Later) -> None:
    """Leave jobs of this name alone for a while, and these as if they had not been tried."""
    until = _resting[jobs[0].name] = _soon(PAUSE)
    untried = {
        "attempts": col(Job.attempts) - 1,
        "error": str(later)[:LONGEST_ERROR],
        "leased_until": None,
        "run_after": until,
    }
    with transaction() as db:
        chosen = update(Job).where(_among(jobs)).values(**untried)
        db.execute(chosen.execution_options(synchronize_session=False))


def _soon(seconds: float) -> datetime:
    """After about so many seconds: what failed together must not fail together again."""
    return now() + timedelta(seconds=seconds * random.uniform(0.5, 1.5))  # noqa: S311


@contextmanager
def _renewed(jobs: Sequence[Job]) -> Iterator[None]:
    """Keep the lease alive for as long as the block takes."""
    finished = threading.Event()

    def renew() -> None:
        while not finished.wait(LEASE.total_seconds() / 3):
            with suppress(SQLAlchemyError), transaction() as db:
                lease = update(Job).where(_among(jobs)).values(leased_until=now() + LEASE)
                db.execute(lease.execution_options(synchronize_session=False))

    thread = threading.Thread(target=renew, name="outbox-lease", daemon=True)
    thread.start()
    try:
        yield
    finally:
        finished.set()
        thread.join()
