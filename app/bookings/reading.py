"""Sittings as people see them: which are to come, how many seats are free, what can be done."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from uuid import UUID

from sqlmodel import Session, col, select

from app.bookings import occupancy, window
from app.bookings.models import Sitting
from app.catalogue.models import Training
from app.catalogue.reading import SLUG
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


CLOSED = {
    window.Window.CANCELLED: State.CANCELLED,
    window.Window.BEGUN: State.CLOSED,
    window.Window.NOT_YET: State.EARLY,
    window.Window.CLOSED: State.CLOSED,
}


@dataclass(frozen=True, slots=True)
class Shown:
    """A sitting with how many of its seats are free."""

    sitting: Sitting
    free: int

    @property
    def taken(self) -> int:
        return self.sitting.seats - self.free

    @property
    def state(self) -> State:
        return state_of(self.sitting, self.free)


def state_of(sitting: Sitting, free: int) -> State:
    """What can be done about a sitting with so many free seats."""
    found = window.window_of(sitting)
    if found is window.Window.BEGUN and sitting.ends_at <= now():
        return State.OVER
    if found is window.Window.OPEN:
        return State.OPEN if free else State.FULL
    return CLOSED[found]


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
    """Sittings with the seats that nobody has, keeps or was offered."""
    free = occupancy.free_of(db, sittings) if sittings else {}
    return [Shown(one, free[one.id]) for one in sittings]


def find_public(db: Session, training: Training, identifier: str) -> Shown:
    """A sitting of a published training; raises `NotFound` where there is none."""
    chosen = select(Sitting).where(
        Sitting.training_id == training.id, Sitting.identifier == identifier
    )
    # PostgreSQL would stumble over some of what may be typed
    found = db.exec(chosen).first() if SLUG.fullmatch(identifier) else None
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
