"""A training is taken out of the pool: never while people have seats on a date to come."""

from collections.abc import Sequence

from sqlmodel import Session

from app.accounts.visitor import Visitor
from app.bookings import reading, sittings
from app.bookings.models import Sitting
from app.bookings.reading import Shown, State
from app.catalogue.models import Training
from app.core.errors import Conflict
from app.curation.applications import handing_in

GONE = frozenset({State.OVER, State.CANCELLED})


def ahead(db: Session, training: Training) -> list[Shown]:
    """The planned sittings that are not over: what would go with the training."""
    return [one for one in reading.of_training(db, training) if one.state not in GONE]


def withdraw(db: Session, training: Training, why: str, *, by: Visitor) -> None:
    """Take a training out of the pool, with its dates to come that nobody booked.

    Raises `Conflict` while somebody has seats or is offered some: those sittings are cancelled
    first, so that everybody is told and paid back.
    """
    for sitting in _held(db, training):
        if sittings.taken(db, sitting):
            raise Conflict(
                "People have seats on dates to come. Cancel those sittings first; everybody is "
                "told then, and what was paid goes back."
            )
        sittings.cancel(db, sitting, why, by=by)
    handing_in.withdraw_listing(db, training, why, by=by)


def _held(db: Session, training: Training) -> Sequence[Sitting]:
    return [one.sitting for one in ahead(db, training)]
