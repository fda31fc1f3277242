"""What follows from what the payment service says: once, in any order, however often it is said.

All of it happens while the sitting is held, in the transaction that notes the event. A step is
taken only where it is lawful from where the payment stands, so late and repeated news do nothing.
"""

from typing import Any

import structlog
from sqlmodel import Session, col, or_, select

from app.accounts.models import Person
from app.bookings import confirming
from app.bookings.models import Order
from app.bookings.occupancy import hold_sitting
from app.bookings.stages import OrderStage
from app.core import audit, mail
from app.core.db import now
from app.payments import receipts, refunds
from app.payments.models import Payment
from app.payments.reading import Seen
from app.payments.refunds import Why
from app.payments.stages import PAYMENT_MOVES, PaymentStage

log = structlog.get_logger("payments")


def settle(db: Session, seen: Seen) -> str:
    """Take over what the service says of a payment; in a word what it did here, if anything."""
    payment = find(db, seen)
    if payment is None:
        return ""
    order = db.get_one(Order, payment.order_id)
    hold_sitting(db, order.sitting_id)
    db.refresh(order)
    db.refresh(payment)
    _note(payment, seen)
    effects = [_step(db, order, payment, seen)]
    db.add(payment)
    for returned in seen.returned:
        if refunds.note(db, order, payment, returned):
            effects.append(f"refund {returned.stage}")
    return ", ".join(effect for effect in effects if effect)


def find(db: Session, seen: Seen) -> Payment | None:
    """The payment that was seen; by our own number where its answer never reached us."""
    by_session = col(Payment.session_id) == seen.session_id
    unanswered = (col(Payment.id) == seen.payment_id) & col(Payment.session_id).is_(None)
    return db.exec(select(Payment).where(or_(by_session, unanswered)).limit(1)).first()


def _note(payment: Payment, seen: Seen) -> None:
    payment.session_id = payment.session_id or seen.session_id
    payment.intent_id = payment.intent_id or seen.intent_id
    payment.method = seen.method or payment.method


def _step(db: Session, order: Order, payment: Payment, seen: Seen) -> str:
    if seen.stage not in PAYMENT_MOVES[PaymentStage(payment.stage)]:
        return ""
    payment.move_to(seen.stage)
    if payment.stage == PaymentStage.PAID:
        return _paid(db, order, payment, seen)
    if payment.stage == PaymentStage.FAILED:
        audit.record(db, "system", "payment.failed", payment)
    return str(payment.stage)


def _paid(db: Session, order: Order, payment: Payment, seen: Seen) -> str:
    """Seats for the money or the money back: whatever is paid too much goes back by itself."""
    payment.received, payment.paid_at = seen.received, now()
    is_right = seen.received == payment.amount and seen.currency == payment.currency
    has_seats = is_right and _seated(db, order, payment)
    payment.is_surplus = not has_seats
    db.add(payment)
    db.flush()  # the receipt refers to it, and what is left is counted from it
    receipts.of_payment(db, order, payment)
    audit.record(db, "system", "payment.paid", payment, amount=seen.received)
    extra = payment.received - (order.total if has_seats else 0)
    if extra > 0 and payment.received:
        refunds.ask(db, payment, extra, Why.SURPLUS)
    if not has_seats:
        _tell_surplus(db, order, payment, is_right=is_right)
    return "confirmed" if has_seats else "surplus"


def _seated(db: Session, order: Order, payment: Payment) -> bool:
    """Whether the order has its seats for this money: it waited for it, or comes back with it."""
    if order.stage == OrderStage.HELD and order.total <= payment.received:
        confirming.confirm(db, order)
        return True
    return order.stage == OrderStage.EXPIRED and confirming.revive(db, order, payment.received)


def _tell_surplus(db: Session, order: Order, payment: Payment, *, is_right: bool) -> None:
    if not is_right:
        log.error("payments.wrong_amount", payment=str(payment.id), received=payment.received)
    audit.record(db, "system", "payment.surplus", payment, amount=payment.received)
    person = db.get_one(Person, order.person_id)
    said: dict[str, Any] = {"name": person.name, "order": order, "payment": payment}
    mail.write(db, person.email, "payment_returned", language=person.language, **said)
