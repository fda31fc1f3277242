"""How many seats of a sitting are taken, and the one lock under which that may change.

Whatever gives or returns seats of a sitting holds its row first, then reads afresh: on PostgreSQL
others wait at the row; on SQLite a transaction that writes is alone from its start.
"""

from collections.abc import Collection
from uuid import UUID

from sqlmodel import Session, col, func, select

from app.bookings.models import Booking, Order, Place, Sitting
from app.bookings.stages import PlaceStage, SeatStage
from app.core.errors import NotFound

LIVE = (SeatStage.HELD, SeatStage.CONFIRMED)


def hold_sitting(db: Session, sitting_id: UUID) -> Sitting:
    """The sitting as it stands now, held until the transaction ends.

    Its key is not held, so that what merely refers to it need not wait. Raises `NotFound`.
    """
    chosen = select(Sitting).where(Sitting.id == sitting_id).with_for_update(key_share=True)
    sitting = db.exec(chosen.execution_options(populate_existing=True)).first()
    if sitting is None:
        raise NotFound("There is no such sitting.")
    return sitting


def hold_order(db: Session, order: Order) -> Sitting:
    """Hold the sitting of an order, and read the order again: it may have moved meanwhile."""
    sitting = hold_sitting(db, order.sitting_id)
    db.refresh(order)
    return sitting


def free_seats(db: Session, sitting: Sitting) -> int:
    """Seats that nobody has, keeps or was offered; exact while the sitting is held.

    An order whose time ran out still has its seats until `expiring.expire_overdue` took them.
    """
    return sitting.seats - _taken(db, [sitting.id]).get(sitting.id, 0)


def free_of(db: Session, sittings: Collection[Sitting]) -> dict[UUID, int]:
    """The same for many sittings, as pages show it: never below nothing."""
    taken = _taken(db, [sitting.id for sitting in sittings])
    return {one.id: max(0, one.seats - taken.get(one.id, 0)) for one in sittings}


def is_queued(db: Session, sitting: Sitting) -> bool:
    """Whether somebody waits for a seat, who must not be overtaken."""
    chosen = select(Place.id).where(
        Place.sitting_id == sitting.id, col(Place.stage) == PlaceStage.WAITING
    )
    return db.exec(chosen.limit(1)).first() is not None


def _taken(db: Session, ids: Collection[UUID]) -> dict[UUID, int]:
    seats = (
        select(Booking.sitting_id, func.count())
        .where(col(Booking.sitting_id).in_(ids), col(Booking.stage).in_(LIVE))
        .group_by(col(Booking.sitting_id))
    )
    offers = (
        select(Place.sitting_id, func.sum(Place.seats))
        .where(col(Place.sitting_id).in_(ids), col(Place.stage) == PlaceStage.OFFERED)
        .group_by(col(Place.sitting_id))
    )
    taken: dict[UUID, int] = {}
    for sitting_id, many in [*db.exec(seats), *db.exec(offers)]:
        taken[sitting_id] = taken.get(sitting_id, 0) + int(many)
    return taken
