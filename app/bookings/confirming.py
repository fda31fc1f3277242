"""Seats become firm: what costs nothing at once, what was paid when the payment is known."""

from sqlmodel import Session

from app.bookings import codes, expiring, occupancy, seats, telling, window
from app.bookings.models import Booking, Code, Order, Sitting
from app.bookings.stages import OrderStage, SeatStage
from app.core import audit
from app.core.db import now
from app.core.errors import Conflict


def confirm(db: Session, order: Order) -> None:
    """Confirm a held order; one that is confirmed already stays so.

    A hold that ran out and was not taken back yet is still good: its seats are there. Raises
    `Conflict` for any other stage: an expired order comes back by `revive` alone.
    """
    sitting = occupancy.hold_order(db, order)
    if order.stage == OrderStage.CONFIRMED:
        return
    if order.stage != OrderStage.HELD:
        raise Conflict("This booking is not held, so it cannot be confirmed.")
    confirm_held(db, sitting, order)


def confirm_held(db: Session, sitting: Sitting, order: Order) -> None:
    """The same while the sitting is held and the order read."""
    for seat in seats.live(db, order):
        seats.move(seat, SeatStage.CONFIRMED)
        db.add(seat)
    _note(db, order)
    audit.record(db, "system", "order.confirmed", order, total=order.total)
    telling.of_confirmed(db, sitting, order)


def revive(db: Session, order: Order, paid: int | None = None) -> bool:
    """Bring back an expired order that was paid late; False when its seats are gone.

    They come back at the price that was `paid` (fen, for all of them), or else at that which
    the sitting, the code and the subsidy make. A code that another order uses by now is gone
    like a seat.
    """
    sitting = occupancy.hold_order(db, order)
    if order.stage == OrderStage.CONFIRMED:
        return True
    if order.stage != OrderStage.EXPIRED or not window.is_running(sitting):
        return False
    expiring.expire_overdue(db, sitting)
    lost = [one for one in seats.of_order(db, order) if one.released_at == order.stage_since]
    is_there = lost and occupancy.free_seats(db, sitting) >= len(lost)
    if not is_there or not codes.use_again(db, order):
        return False
    _take_back(db, order, lost, price_of(db, sitting, order) * len(lost) if paid is None else paid)
    audit.record(db, "system", "order.revived", order, total=order.total)
    telling.of_confirmed(db, sitting, order)
    return True


def price_of(db: Session, sitting: Sitting, order: Order) -> int:
    """What one seat of an order costs it, in fen."""
    code = db.get(Code, order.code_id) if order.code_id else None
    price = codes.price_with(sitting, code)
    return price - price * order.subsidy // 100


def _take_back(db: Session, order: Order, lost: list[Booking], paid: int) -> None:
    each, rest = divmod(paid, len(lost))
    for seat in lost:
        seats.move(seat, SeatStage.CONFIRMED)
        seat.price, seat.released_at = each, None
        db.add(seat)
    lost[0].price += rest
    _note(db, order)
    seats.sum_up(db, order)


def _note(db: Session, order: Order) -> None:
    order.move_to(OrderStage.CONFIRMED)
    order.confirmed_at, order.held_until = now(), None
    db.add(order)
