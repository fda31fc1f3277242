"""Seats that are given back, by whoever booked them or with the sitting; it refunds nothing."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import Session

from app.bookings import expiring, occupancy, seats, telling, terms, window
from app.bookings.models import Booking, Order, Sitting
from app.bookings.stages import ENDED, OrderStage, SittingStage
from app.core import audit
from app.core.db import now
from app.core.errors import Conflict, NotFound


@dataclass(frozen=True, slots=True)
class Due:
    """What one seat had cost its order when it was given back, and what comes back, in fen."""

    booking_id: UUID
    paid: int
    back: int


def plan(
    db: Session, order: Order, booking_ids: Collection[UUID] | None, at: datetime
) -> list[Due]:
    """What giving back these seats, or all, would bring at a moment; changes nothing."""
    sitting = db.get_one(Sitting, order.sitting_id)
    return _dues(db, sitting, order, _chosen(db, order, booking_ids), at)


def release(
    db: Session,
    order: Order,
    booking_ids: Collection[UUID] | None,
    why: str,
    *,
    by: audit.Actor | str,
) -> list[Due]:
    """Give back these seats, or all that the order has, and say what is due for each.

    The order costs what is left, and is cancelled when nothing is. Raises `NotFound` for seats
    that it does not have, `Conflict` where it is over or the sitting has begun.
    """
    sitting = occupancy.hold_order(db, order)
    _check(sitting, order)
    chosen = _chosen(db, order, booking_ids)
    if any(seat.attended_at for seat in chosen):
        raise Conflict("Somebody has attended with one of these seats.")
    dues = _dues(db, sitting, order, chosen, now())
    if len(chosen) == len(seats.live(db, order)):
        order.reason = why or None
        seats.end(db, order, OrderStage.CANCELLED)
    else:
        seats.release(chosen, now())
        seats.sum_up(db, order)
        order.version += 1
    db.add(order)
    _tell(db, sitting, order, dues, why, by)
    return dues


def _tell(
    db: Session,
    sitting: Sitting,
    order: Order,
    dues: list[Due],
    why: str,
    by: audit.Actor | str,
) -> None:
    said: dict[str, Any] = {"seats": len(dues), "back": sum(due.back for due in dues)}
    act = "order.cancelled" if order.stage == OrderStage.CANCELLED else "order.seats_released"
    audit.record(db, by, act, order, why=why or None, **said)
    telling.of_cancelled(db, sitting, order, **said)
    expiring.catch_up(db, sitting)


def _check(sitting: Sitting, order: Order) -> None:
    if order.stage in ENDED:
        raise Conflict("This booking is over already.")
    if sitting.stage != SittingStage.CANCELLED and not window.is_running(sitting):
        raise Conflict("The sitting has begun: its seats cannot be given back any more.")


def _chosen(db: Session, order: Order, booking_ids: Collection[UUID] | None) -> list[Booking]:
    live = seats.live(db, order)
    if booking_ids is None:
        return live
    chosen = [seat for seat in live if seat.id in booking_ids]
    if not chosen or len(chosen) < len(set(booking_ids)):
        raise NotFound("One of these seats is not there any more. Look at the booking again.")
    return chosen


def _dues(
    db: Session, sitting: Sitting, order: Order, chosen: list[Booking], at: datetime
) -> list[Due]:
    if order.stage != OrderStage.CONFIRMED:  # nothing was paid yet
        return [Due(seat.id, 0, 0) for seat in chosen]
    share = terms.of_order(db, sitting, order).share(sitting, at)
    return [Due(seat.id, seat.price, seat.price * share // terms.WHOLE) for seat in chosen]
