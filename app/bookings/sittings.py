"""Sittings: added, changed, moved to another time or place, cancelled."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from sqlmodel import Session, col, select

from app.accounts.visitor import Visitor
from app.bookings import expiring, occupancy, offering, warning
from app.bookings.following import follow
from app.bookings.models import Sitting
from app.bookings.planning import Plan
from app.bookings.stages import SittingStage
from app.catalogue.models import Organisation, Training
from app.catalogue.reading import SLUG
from app.catalogue.stages import Stage
from app.core import audit
from app.core.db import now
from app.core.errors import Conflict, Invalid, NotFound
from app.core.forms import clean

LONGEST_REASON = 500


def find_own(db: Session, visitor: Visitor, identifier: str) -> tuple[Sitting, Training]:
    """A sitting of the organisation that the visitor acts for, with its training.

    Raises `NotFound` for those of others and for what does not exist alike.
    """
    chosen = (
        select(Sitting, Training)
        .join(Training, col(Training.id) == col(Sitting.training_id))
        .where(Sitting.identifier == identifier, Sitting.organisation_id == visitor.organisation_id)
    )
    found = db.exec(chosen).first() if SLUG.fullmatch(identifier) else None
    if found is None or visitor.organisation_id is None:
        raise NotFound("There is no such sitting.")
    return found[0], found[1]


def of_training(db: Session, training: Training) -> Sequence[Sitting]:
    """Every sitting of a training, the next first."""
    chosen = select(Sitting).where(Sitting.training_id == training.id)
    return db.exec(chosen.order_by(col(Sitting.starts_at), col(Sitting.identifier))).all()


def taken(db: Session, sitting: Sitting) -> int:
    """How many seats are held, confirmed, or offered to somebody who waited."""
    return sitting.seats - occupancy.free_seats(db, sitting)


def add(db: Session, training: Training, plan: Plan, *, by: Visitor) -> Sitting:
    """One more date of a published training, at the price that the training says now."""
    if training.organisation_id is None or training.organisation_id != by.organisation_id:
        raise NotFound("There is no such listing.")
    if training.stage != Stage.PUBLISHED:
        raise Conflict("Sittings can be added once “{name}” is published.", name=training.name)
    _must_be_to_come(plan)
    sitting = Sitting(
        **asdict(plan),
        training_id=training.id,
        organisation_id=training.organisation_id,
        price=training.price or 0,
        created_by=by.person_id,
    )
    sitting.region = _region(db, sitting, plan)
    db.add(sitting)
    db.flush()  # the audit entry names it
    audit.record(db, by, "sitting.added", sitting, after=_said(sitting, plan))
    follow(db, training.id, by=by)
    return sitting


def change(db: Session, sitting: Sitting, plan: Plan, *, seen: int, by: Visitor) -> None:
    """Change what nobody has to know of before: seats, the time of booking, links.

    Raises `Conflict` where fewer seats would be left than are taken, or where it would move.
    """
    hold(db, sitting, seen)
    if plan.moves(sitting):
        raise Conflict("This moves the sitting. Look first at whom it touches.")
    has_new_link = plan.is_online and plan.join_link and plan.join_link != sitting.join_link
    before, after = _put(db, sitting, plan)
    audit.record(db, by, "sitting.changed", sitting, before=before, after=after)
    if has_new_link:
        warning.tell_link(db, sitting)


def move(
    db: Session, sitting: Sitting, plan: Plan, why: str = "", *, seen: int, by: Visitor
) -> None:
    """Have it take place at another time or place: everybody whom it touches is told.

    Whoever booked before may cancel free of charge; calendars take the change over.
    """
    hold(db, sitting, seen)
    if not plan.moves(sitting):
        raise Conflict("This does not move the sitting.")
    _must_be_to_come(plan)
    earlier, why = sitting.model_copy(), reason(why)
    sitting.sequence += 1
    sitting.moved_at = now()
    before, after = _put(db, sitting, plan)
    audit.record(db, by, "sitting.moved", sitting, before=before, after=after, why=why or None)
    follow(db, sitting.training_id, by=by)
    warning.tell_moved(db, sitting, earlier, why)


def cancel(db: Session, sitting: Sitting, why: str, *, by: Visitor) -> None:
    """Mark a sitting as cancelled and tell everybody whom it touches.

    What becomes of orders and money is the part of `app.payments.cancelling.cancel_sitting`,
    which calls this first: whoever is told is found among those who still have seats.
    """
    hold(db, sitting, sitting.version)
    why = reason(why)
    if not why:
        raise Invalid("Say in a sentence why; everybody who booked is told.")
    sitting.stage = SittingStage.CANCELLED
    sitting.cancelled_at, sitting.cancelled_why = now(), why
    sitting.sequence += 1
    _touch(sitting)
    audit.record(db, by, "sitting.cancelled", sitting, why=why)
    follow(db, sitting.training_id, by=by)
    warning.tell_cancelled(db, sitting, why)
    offering.offer_next(db, sitting)  # who waits waits no longer


def hold(db: Session, sitting: Sitting, seen: int) -> None:
    """Keep everybody else from a sitting until the end of the transaction.

    Raises `Conflict` for one that is cancelled, has begun, or changed since it was read.
    """
    occupancy.hold_sitting(db, sitting.id)
    if sitting.stage != SittingStage.PLANNED:
        raise Conflict("This sitting was cancelled.")
    if sitting.starts_at <= now():
        raise Conflict("This sitting has begun; it stays as it is.")
    if sitting.version != seen:
        raise Conflict("Somebody changed this sitting since you opened it. Look at it again.")


def reason(text: str) -> str:
    """A sentence in one line, as it is shown; raises `Invalid` for one that is too long."""
    said = " ".join(clean(text).split())
    if len(said) > LONGEST_REASON:
        raise Invalid("This is longer than {most} characters.", most=LONGEST_REASON)
    return said


def _put(db: Session, sitting: Sitting, plan: Plan) -> tuple[dict[str, Any], dict[str, Any]]:
    """Make a sitting what is planned; what differs before and after, for the trail."""
    expiring.expire_overdue(db, sitting)
    used = taken(db, sitting)
    if plan.seats < used:
        raise Conflict("{n} seats are taken already; there cannot be fewer.", n=used)
    before = _said(sitting, plan)
    for name, value in asdict(plan).items():
        setattr(sitting, name, value)
    sitting.region = _region(db, sitting, plan)
    _touch(sitting)
    expiring.catch_up(db, sitting)  # more seats, or a longer time, may be for who waits
    after = _said(sitting, plan)
    other = [name for name in after if before[name] != after[name]]
    return {name: before[name] for name in other}, {name: after[name] for name in other}


def _touch(sitting: Sitting) -> None:
    sitting.version += 1
    sitting.updated_at = now()


def _said(sitting: Sitting, plan: Plan) -> dict[str, Any]:
    """What the trail keeps of a sitting; that there is a link, not where it leads."""
    said: dict[str, Any] = {"has_join_link": bool(sitting.join_link)}
    for name in asdict(plan):
        value = getattr(sitting, name)
        if name != "join_link":
            said[name] = value.isoformat() if hasattr(value, "isoformat") else value
    return said


def _region(db: Session, sitting: Sitting, plan: Plan) -> str | None:
    """Where it takes place; where that is not said, its organisation's."""
    return plan.region or db.get_one(Organisation, sitting.organisation_id).region


def _must_be_to_come(plan: Plan) -> None:
    if plan.starts_at <= now():
        raise Conflict("Choose a time that is still to come.")
