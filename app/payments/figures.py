"""What money came in for sittings and went back, beside what is counted of their seats."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, func, select

from app.bookings import figures
from app.bookings.figures import Figures, Line
from app.bookings.models import Order, Sitting
from app.core.i18n import mark
from app.payments.models import Payment, Refund
from app.payments.stages import PaymentStage, RefundStage

DEFINITIONS: Mapping[str, tuple[str, str]] = {
    **figures.DEFINITIONS,
    "paid": (
        mark("Paid"),
        mark(
            "What the payment service says that it received for orders of these sittings, in yuan."
        ),
    ),
    "refunded": (
        mark("Paid back"),
        mark("Refunds that the payment service says are done, double payments included, in yuan."),
    ),
}
"""Every figure: its name and what it counts."""


def lines(
    db: Session,
    *wanted: ColumnElement[bool],
    order: Sequence[Any] = (),
    offset: int = 0,
    limit: int | None = None,
) -> list[Line]:
    """Sittings with their seats and their money."""
    found = figures.lines(db, *wanted, order=order, offset=offset, limit=limit)
    some = limit is not None
    ids = [col(Sitting.id).in_([line.sitting.id for line in found])] if some else wanted
    paid, refunded = _paid(db, ids), _refunded(db, ids)
    for line in found:
        line.paid = paid.get(line.sitting.id, 0)
        line.refunded = refunded.get(line.sitting.id, 0)
    return found


def of_year(db: Session, whose: ColumnElement[bool], year: int) -> Figures:
    """The figures of the sittings of somebody, or of a region, that begin in a year."""
    return figures.summed(year, lines(db, whose, figures.in_year(year)))


def _paid(db: Session, wanted: Sequence[ColumnElement[bool]]) -> dict[UUID, int]:
    summed = (
        select(Order.sitting_id, func.sum(Payment.received))
        .join(Payment, col(Payment.order_id) == col(Order.id))
        .join(Sitting, col(Sitting.id) == col(Order.sitting_id))
        .where(*wanted, Payment.stage == PaymentStage.PAID)
        .group_by(col(Order.sitting_id))
    )
    return {id_: int(fen) for id_, fen in db.exec(summed)}


def _refunded(db: Session, wanted: Sequence[ColumnElement[bool]]) -> dict[UUID, int]:
    summed = (
        select(Order.sitting_id, func.sum(Refund.amount))
        .join(Payment, col(Payment.order_id) == col(Order.id))
        .join(Refund, col(Refund.payment_id) == col(Payment.id))
        .join(Sitting, col(Sitting.id) == col(Order.sitting_id))
        .where(*wanted, Refund.stage == RefundStage.DONE)
        .group_by(col(Order.sitting_id))
    )
    return {id_: int(fen) for id_, fen in db.exec(summed)}
