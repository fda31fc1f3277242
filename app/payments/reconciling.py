"""Three books that must say the same: seats and orders, our payments, the payment service's.

Nothing is mended here: each difference is told, and a person looks at it.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import structlog
from sqlmodel import Session, select

from app.bookings.models import Booking, Order, Sitting
from app.core.outbox import Later, SomeFailed, enqueue, job
from app.core.schedule import recurring
from app.payments import gateway, reconciling_service
from app.payments.models import Payment, Receipt, Refund, RefundLine
from app.payments.reconciling_books import BOOKS, Books
from app.payments.reconciling_words import Difference

NIGHTLY = timedelta(days=1)
log = structlog.get_logger("reconcile")


@dataclass(frozen=True, slots=True)
class Report:
    """How much was compared, and everything that differs."""

    orders: int
    payments: int
    sessions: int
    differences: tuple[Difference, ...]


def reconcile(db: Session) -> Report:
    """Compare all three; raises `gateway.Unreachable` where the service cannot be asked."""
    books = read(db)
    differences = [found for compare in BOOKS for found in compare(books)]
    sessions, others = reconciling_service.compare(books)
    differences += others
    return Report(len(books.orders), len(books.payments), sessions, tuple(differences))


def read(db: Session) -> Books:
    """Everything of ours at one moment."""
    return Books(
        sittings=_by_id(db, Sitting),
        orders=_by_id(db, Order),
        seats=list(db.exec(select(Booking))),
        payments=_by_id(db, Payment),
        refunds=_by_id(db, Refund),
        lines=list(db.exec(select(RefundLine))),
        receipts=list(db.exec(select(Receipt).order_by("number"))),
    )


def _by_id(db: Session, model: Any) -> dict[Any, Any]:
    return {one.id: one for one in db.exec(select(model))}


@recurring("payments.nightly", NIGHTLY)
def every_night(db: Session) -> None:
    """Have the books compared once a day, outside this transaction."""
    enqueue(db, "payments.reconcile", key="payments.reconcile")


@job("payments.reconcile", writes=False)
def look(db: Session, payloads: list[dict[str, Any]]) -> None:
    """A difference leaves a job that was given up: `pool doctor` and the figures show it."""
    try:
        found = reconcile(db).differences
    except gateway.Unreachable as away:
        raise Later(str(away)) from away
    for one in found:
        log.error("reconcile.difference", what=one.what, about=one.about)
    if found:
        said = f"{len(found)} differences between the books: run “pool reconcile”."
        raise SomeFailed({}, dict.fromkeys(range(len(payloads)), said))
