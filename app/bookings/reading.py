"""Sittings as people see them: which are to come, how many seats are free, what can be done."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from uuid import UUID

from sqlmodel import Session, col, func, select

from app.bookings.models import Booking, Place, Sitting
from app.bookings.stages import PlaceStage, SittingStage
from app.bookings.touching import LIVE_SEATS
from app.catalogue.models import Training
from app.catalogue.stages import Stage
from app.core.db import now
from app.core.errors import NotFound

KEPT = timedelta(days=60)  # how long what is over stays in the feed of all
MOST = 1000  # sittings in the feed of all


class State(StrEnum):
    """What somebody can do about a sitting now."""

    OPEN = "open"
    FULL = "full"  # one can wait
    EARLY = "early"  # booking has not begun
    CLOSED = "closed"  # booking is over, or it has begun
    OVER = "over"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Shown:
    """A sitting with what is taken of its seats."""

    sitting: Sitting
    taken: int

    @property
    def free(self) -> int:
        return max(0, self.sitting.seats - self.taken)

    @property
    def state(self) -> State:
        return state_of(self.sitting, self.free)


def state_of(sitting: Sitting, free: int) -> State:
    """What can be done about a sitting with so many free seats."""
    moment = now()
    if sitting.stage == SittingStage.CANCELLED:
        return State.CANCELLED
    if sitting.ends_at <= moment:
        return State.OVER
    if moment >= (sitting.closes_at or sitting.starts_at):
        return State.CLOSED
    if sitting.opens_at and moment < sitting.opens_at:
        return State.EARLY
    return State.OPEN if free else State.FULL


def of_training(db: Session, training: Training) -> list[Shown]:
    """Every sitting of a training, the first first."""
    return of_trainings(db, [training.id]).get(training.id, [])


def of_trainings(db: Session, ids: Iterable[UUID]) -> dict[UUID, list[Shown]]:
    """The sittings of several trainings, the first first, in a constant number of queries."""
    chosen = select(Sitting).where(col(Sitting.training_id).in_(list(ids)))
    ordered = chosen.order_by(col(Sitting.starts_at), col(Sitting.identifier))
    found: dict[UUID, list[Shown]] = {}
    for one in shown(db, db.exec(ordered).all()):
        found.setdefault(one.sitting.training_id, []).append(one)
    return found


def shown(db: Session, sittings: Sequence[Sitting]) -> list[Shown]:
    """Sittings with what is taken: seats held, confirmed, or offered to somebody who waited."""
    ids = [one.id for one in sittings]
    if not ids:
        return []
    seats = select(Booking.sitting_id, func.count()).where(
        col(Booking.sitting_id).in_(ids), col(Booking.stage).in_(LIVE_SEATS)
    )
    offers = select(Place.sitting_id, func.sum(Place.seats)).where(
        col(Place.sitting_id).in_(ids), Place.stage == PlaceStage.OFFERED
    )
    taken = dict(db.exec(seats.group_by(col(Booking.sitting_id))).all())
    offered = dict(db.exec(offers.group_by(col(Place.sitting_id))).all())
    return [Shown(one, taken.get(one.id, 0) + int(offered.get(one.id) or 0)) for one in sittings]


def find_public(db: Session, training: Training, identifier: str) -> Shown:
    """A sitting of a published training; raises `NotFound` where there is none."""
    chosen = select(Sitting).where(
        Sitting.training_id == training.id, Sitting.identifier == identifier
    )
    found = db.exec(chosen).first()
    if found is None:
        raise NotFound("There is no such sitting.")
    return shown(db, [found])[0]


def lately(db: Session) -> list[tuple[Sitting, Training]]:
    """The sittings of published trainings to come, and those that ended or changed lately."""
    chosen = (
        select(Sitting, Training)
        .join(Training, col(Training.id) == col(Sitting.training_id))
        .where(Training.stage == Stage.PUBLISHED, col(Sitting.ends_at) > now() - KEPT)
        .order_by(col(Sitting.starts_at), col(Sitting.identifier))
    )
    return list(db.exec(chosen.limit(MOST)).all())
