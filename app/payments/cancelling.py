"""Seats given back together with their money: by whoever booked, or with the whole sitting."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlmodel import Session, col, select

from app.accounts.visitor import Visitor
from app.bookings import occupancy, releasing, sittings
from app.bookings.models import Order, Sitting
from app.bookings.releasing import Due
from app.bookings.stages import ENDED
from app.payments import refunds
from app.payments.models import Payment
from app.payments.refunds import Why
from app.payments.stages import PaymentStage


def cancel_order(
    db: Session, order: Order, booking_ids: Collection[UUID] | None, why: str, *, by: Visitor
) -> Sequence[Due]:
    """Give back these seats, or all, and by the published terms the money for them."""
    dues = releasing.release(db, order, booking_ids, why, by=by)
    give_back(db, order, dues, Why.CANCELLED, by=by)
    return dues


def cancel_sitting(db: Session, sitting: Sitting, why: str, *, by: Visitor) -> int:
    """Cancel a sitting: everybody is told, every seat released, everything paid goes back.

    Returns what goes back, in fen. Large sums wait for a second person of the staff.
    """
    sittings.cancel(db, sitting, why, by=by)
    occupancy.hold_sitting(db, sitting.id)
    chosen = select(Order).where(Order.sitting_id == sitting.id, col(Order.stage).not_in(ENDED))
    back = 0
    for order in db.exec(chosen.order_by(col(Order.created_at))).all():
        dues = releasing.release(db, order, None, why, by=by)
        whole = [Due(due.booking_id, due.paid, due.paid) for due in dues]
        back += give_back(db, order, whole, Why.SITTING_CANCELLED, by=by)
    return back


def give_back(
    db: Session, order: Order, dues: Collection[Due], why: Why, *, by: Visitor | None
) -> int:
    """Ask for what is due for released seats; what went back outside already goes only once."""
    payment = paid(db, order)
    if payment is None:
        return 0
    left = refunds.left(db, payment)
    lines: dict[UUID, int] = {}
    for due in dues:
        part = min(due.back, left)
        if part > 0:
            lines[due.booking_id] = part
            left -= part
    amount = sum(lines.values())
    if amount:
        refunds.ask(db, payment, amount, why, lines=lines, by=by)
    return amount


def paid(db: Session, order: Order) -> Payment | None:
    """The payment that the order's seats stand on."""
    chosen = select(Payment).where(
        Payment.order_id == order.id,
        col(Payment.stage) == PaymentStage.PAID,
        col(Payment.is_surplus).is_(False),
    )
    return db.exec(chosen.order_by(col(Payment.attempt)).limit(1)).first()
