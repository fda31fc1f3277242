"""The seats of an order: their lawful moves, and the sum of what they cost."""

from collections import Counter
from collections.abc import Collection, Iterable
from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col, func, select

from app.bookings import codes
from app.bookings.models import Booking, Order
from app.bookings.occupancy import LIVE
from app.bookings.stages import SEAT_MOVES, OrderStage, SeatStage
from app.core.errors import Conflict


def of_order(db: Session, order: Order) -> list[Booking]:
    """All seats that an order ever had, in the order in which they were booked."""
    chosen = select(Booking).where(Booking.order_id == order.id)
    return list(db.exec(chosen.order_by(col(Booking.created_at), col(Booking.ticket))))


def live(db: Session, order: Order) -> list[Booking]:
    """Those that it has."""
    return [seat for seat in of_order(db, order) if seat.stage in LIVE]


def count_live(db: Session, ids: Collection[UUID]) -> Counter[UUID]:
    """How many seats each of these orders has."""
    counted = (
        select(Booking.order_id, func.count())
        .where(col(Booking.order_id).in_(ids), col(Booking.stage).in_(LIVE))
        .group_by(col(Booking.order_id))
    )
    return Counter(dict(db.exec(counted).all()))


def move(seat: Booking, stage: SeatStage) -> None:
    """Take a lawful step; raises `Conflict` for any other."""
    if stage not in SEAT_MOVES[SeatStage(seat.stage)]:
        raise Conflict("This seat has moved on meanwhile. Look at the booking again.")
    seat.stage = stage


def release(seats: Iterable[Booking], at: datetime) -> None:
    """Give seats back; they stay as a record, with no price."""
    for seat in seats:
        move(seat, SeatStage.RELEASED)
        seat.price, seat.released_at = 0, at


def sum_up(db: Session, order: Order) -> None:
    """Let the order cost what its live seats cost."""
    order.total = sum(seat.price for seat in live(db, order))


def end(db: Session, order: Order, stage: OrderStage) -> None:
    """End an order without a seat: all are given back, its code is good again, it costs nothing.

    The seats are released in the very moment in which the order ended: that tells them from
    those that were given back before.
    """
    order.move_to(stage)
    order.held_until = None
    release(live(db, order), order.stage_since)
    order.total = 0
    codes.free(db, order)
    db.add(order)
