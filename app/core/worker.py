"""Running the outbox: claim, run, finish or put off; as a thread of the site or in a command."""

import random
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta

import structlog
from sqlalchemy import ColumnElement, and_, delete, func, or_, update
from sqlalchemy.exc import OperationalError
from sqlmodel import Session, col, select

from app.core.db import now, transaction
from app.core.outbox import HANDLERS, Handler, Job, work_waits

LEASE = timedelta(seconds=30)
MOST_ATTEMPTS = 12
LONGEST_DELAY = 3600.0  # seconds
LONGEST_ERROR = 1000  # characters
POLL = 2.0  # seconds until jobs of other processes, and those put off, are noticed

log = structlog.get_logger("outbox")


@dataclass(frozen=True, slots=True)
class Drained:
    """What one `drain` did: jobs finished, and runs that failed and were put off."""

    done: int
    failed: int


def drain(progress: Callable[[int, int], None] | None = None) -> Drained:
    """Run what is due until nothing is; `progress(done, left)` is called after each batch.

    Jobs that fail are put off and not waited for; jobs that somebody else runs are theirs.
    """
    done = failed = 0
    while claimed := _claim():
        if _run(*claimed):
            done += len(claimed[1])
        else:
            failed += len(claimed[1])
        if progress:
            progress(done, count_due())
    return Drained(done, failed)


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
        while not self._stopped.is_set():
            work_waits.clear()
            if not self._run_one():
                work_waits.wait(self._poll)

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
    return and_(
        col(Job.dead_at).is_(None),
        col(Job.name).in_(list(HANDLERS)),
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


def _run(handler: Handler, jobs: Sequence[Job]) -> bool:
    """Run claimed jobs in one call; whether they are finished."""
    name, payloads = jobs[0].name, [job.payload for job in jobs]
    try:
        if handler.writes:
            with transaction() as db:
                _hold(db, jobs)
                handler.run(db, payloads)
                _finish(db, jobs)
        else:
            with _renewed(jobs), transaction(writes=False) as db:
                handler.run(db, payloads)
            with transaction() as db:
                _finish(db, jobs)
    except Exception as error:
        log.warning("outbox.failed", job=name, count=len(jobs), error=type(error).__name__)
        _put_off(jobs, error)
        return False
    log.info("outbox.done", job=name, count=len(jobs))
    return True


def _among(jobs: Sequence[Job]) -> ColumnElement[bool]:
    return col(Job.id).in_([job.id for job in jobs])


def _hold(db: Session, jobs: Sequence[Job]) -> None:
    """Keep others from the jobs for this transaction, even when the lease runs out."""
    db.exec(select(Job.id).where(_among(jobs)).with_for_update()).all()


def _finish(db: Session, jobs: Sequence[Job]) -> None:
    db.execute(delete(Job).where(_among(jobs)).execution_options(synchronize_session=False))


def _put_off(jobs: Sequence[Job], error: Exception) -> None:
    """Try again later, each time twice as late, until the attempts are used up."""
    reason = f"{type(error).__name__}: {error}"[:LONGEST_ERROR]
    with transaction() as db:
        for job in jobs:
            # Jitter keeps jobs that failed together from failing together again.
            delay = min(2.0**job.attempts, LONGEST_DELAY) * random.uniform(0.5, 1.5)  # noqa: S311
            again = {"run_after": now() + timedelta(seconds=delay)}
            dead = {"dead_at": now()} if job.attempts >= MOST_ATTEMPTS else again
            outcome = {"leased_until": None, "error": reason, **dead}
            db.execute(update(Job).where(col(Job.id) == job.id).values(**outcome))


@contextmanager
def _renewed(jobs: Sequence[Job]) -> Iterator[None]:
    """Keep the lease alive for as long as the block takes."""
    finished = threading.Event()

    def renew() -> None:
        while not finished.wait(LEASE.total_seconds() / 3):
            with suppress(OperationalError), transaction() as db:
                lease = update(Job).where(_among(jobs)).values(leased_until=now() + LEASE)
                db.execute(lease.execution_options(synchronize_session=False))

    thread = threading.Thread(target=renew, name="outbox-lease", daemon=True)
    thread.start()
    try:
        yield
    finally:
        finished.set()
        thread.join()
