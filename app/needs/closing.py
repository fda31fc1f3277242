"""Deadlines that pass, and the reminders after them while nobody says what came of a need."""

from datetime import timedelta

from sqlmodel import Session, col, select

from app.core import audit
from app.core.db import now
from app.core.schedule import recurring
from app.curation.telling import tell
from app.matching import service as matching
from app.needs.models import Need, NeedStage, Outcome, OutcomeKind

EVERY_MINUTE = timedelta(minutes=1)
EVERY = timedelta(hours=6)
CHUNK = 200  # needs in one run; the next run goes on
REMINDERS = (30, 60, 90)  # days after it closed


def catch_up(db: Session, need: Need) -> None:
    """Close a need whose deadline has passed, if nobody did so yet; it closed at its deadline."""
    if need.stage == NeedStage.PUBLISHED and need.stands is NeedStage.CLOSED:
        need.move_to(NeedStage.CLOSED)
        need.closed_at = need.closes_at
        db.add(need)
        matching.leave(db, need.id)
        audit.record(db, "system", "need.closed", need, on_time=True)
        tell(db, need.organisation_id, "need_closed", need=need)


@recurring("needs.close", EVERY_MINUTE)
def close_due(db: Session) -> None:
    """Close what is due; pages say so from the second on, before this runs."""
    due = (
        select(Need)
        .where(col(Need.stage) == NeedStage.PUBLISHED, col(Need.closes_at) <= now())
        .order_by(col(Need.closes_at))
        .limit(CHUNK)
        .with_for_update(skip_locked=True)
    )
    for need in db.exec(due).all():
        catch_up(db, need)


@recurring("needs.remind", EVERY)
def remind(db: Session) -> None:
    """Ask those who wrote a need what came of it, 30, 60 and 90 days after it closed."""
    complete = col(Outcome.kind) != OutcomeKind.DECIDING
    settled = select(Outcome.need_id).where(complete, col(Outcome.need_id) == col(Need.id))
    for reached, days in enumerate(REMINDERS, start=1):
        waiting = (
            select(Need)
            .where(col(Need.stage) == NeedStage.CLOSED, col(Need.reminded) < reached)
            .where(col(Need.closed_at) <= now() - timedelta(days=days))
            .where(~settled.correlate(Need).exists())
            .order_by(col(Need.closed_at))
            .limit(CHUNK)
            .with_for_update(skip_locked=True)
        )
        for need in db.exec(waiting).all():
            _remind(db, need)


def _remind(db: Session, need: Need) -> None:
    """One mail, however many were missed while nobody ran this."""
    assert need.closed_at is not None  # noqa: S101  the query asks for it
    passed = (now() - need.closed_at).days
    need.reminded = sum(days <= passed for days in REMINDERS)
    db.add(need)
    tell(db, need.organisation_id, "need_reminder", need=need, days=passed)
