"""Is the database there, of the right age, and is the outbox worked?"""

from collections.abc import Collection
from datetime import datetime, timedelta
from functools import lru_cache

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session, col, func, select

from app.core.db import is_postgres, now, transaction
from app.core.i18n import _
from app.core.migrating import current_revisions, known_revisions, migration_config
from app.core.outbox import Job, counts, troubled
from app.core.settings import get_settings
from app.health.findings import Examination, Finding, ok, problem, reason_of, warning

LONGEST_LAG = timedelta(minutes=10)  # of a job that should have run
MOST_SHOWN = 20
CLOCK_SECONDS = 5.0  # a lease lasts thirty; machines that share work must agree on the time


def database(_examination: Examination) -> Finding:
    """The database answers a question."""
    url = get_settings().database_url
    try:
        with transaction(writes=False) as db:
            db.connection().execute(text("SELECT 1"))
    except (SQLAlchemyError, OSError) as error:
        return problem(
            _("The database cannot be reached."),
            _("Start it, or correct POOL_DATABASE_URL."),
            url,
            reason_of(getattr(error, "orig", None) or error),
        )
    return ok(_("The database answers."), url)


def migrations(_examination: Examination) -> Finding:
    """The tables are those that this version knows, or newer ones.

    Newer ones are lawful: a migration is safe beside the version that is still running.
    """
    with transaction(writes=False) as db:
        current = current_revisions(db.connection())
    return judge_revisions(current, *_revisions())


@lru_cache
def _revisions() -> tuple[set[str], set[str]]:
    return known_revisions(migration_config())


def judge_revisions(
    current: Collection[str], newest: Collection[str], known: Collection[str]
) -> Finding:
    """What the revisions of a database mean for a program that knows these."""
    if set(current) == set(newest):
        return ok(_("The database is at the newest migration."))
    if set(current) - set(known):
        return warning(
            _("The database is newer than this program."), _("Install the newer version here too.")
        )
    return problem(_("The database is not at the newest migration."), _("Run “pool migrate”."))


def clock(_examination: Examination) -> Finding:
    """This machine and the database's agree on the time."""
    with transaction(writes=False) as db:
        if not is_postgres(db):
            return ok(_("The database is on this machine and has its clock."))
        theirs = db.execute(text("SELECT clock_timestamp()")).scalar_one()
    return judge_clock(now(), theirs)


def judge_clock(ours: datetime, theirs: datetime) -> Finding:
    """Whether two clocks agree well enough for leases."""
    seconds = abs((ours - theirs).total_seconds())
    if seconds <= CLOCK_SECONDS:
        return ok(_("This machine and the database agree on the time."))
    return warning(
        _("The clocks of this machine and of the database differ by {n} s.", n=round(seconds)),
        _("Let both follow the same time server: workers would take jobs from each other."),
    )


def outbox(_examination: Examination) -> Finding:
    """What must follow changes does follow: nothing given up, nothing late."""
    with transaction(writes=False) as db:
        found = counts(db)
        late, by_name = _late(db), _dead_by_name(db) if found.dead > MOST_SHOWN else []
        shown = [_described(job) for job in troubled(db, MOST_SHOWN)]
    if found.dead:
        return problem(
            _("Jobs that were given up: {n}.", n=found.dead),
            _("Mend the reason, then run “pool outbox --retry”."),
            *by_name,
            *shown,
        )
    if late > LONGEST_LAG:
        minutes = int(late.total_seconds() // 60)
        return problem(
            _("The oldest job is late by {n} minutes.", n=minutes),
            _("Start “pool worker”; if it runs, its log says what keeps it."),
        )
    if found.put_off:
        return warning(
            _("Jobs that failed and are tried again: {n}.", n=found.put_off),
            _("Wait, or mend the reason and run “pool outbox --retry”."),
            *shown,
        )
    return ok(_("Jobs that wait: {n}.", n=found.waiting))


def _late(db: Session) -> timedelta:
    """For how long the oldest job should have run."""
    oldest = db.exec(select(func.min(Job.run_after)).where(col(Job.dead_at).is_(None))).one()
    return now() - oldest if oldest else timedelta(0)


def _dead_by_name(db: Session) -> list[str]:
    """How many of each were given up, so that no kind is hidden by the others."""
    dead = select(Job.name, func.count()).where(col(Job.dead_at).is_not(None))
    return [f"{name}: {n}" for name, n in db.exec(dead.group_by(Job.name).order_by(Job.name))]


def _described(job: Job) -> str:
    return _(
        "{name} no. {id}, attempts: {attempts}: {reason}",
        name=job.name,
        id=job.id,
        attempts=job.attempts,
        reason=job.error or "?",
    )
