"""Paying an order: one try is one Checkout Session; its price comes from the order alone."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlmodel import Session, col, func, select
from stripe import IdempotencyError, InvalidRequestError, StripeError

from app.accounts.models import Person
from app.accounts.visitor import Visitor
from app.bookings.models import Order, Sitting
from app.bookings.occupancy import hold_order
from app.bookings.stages import OrderStage
from app.catalogue.models import Training
from app.core import audit
from app.core.db import beside, now
from app.core.errors import Conflict
from app.core.settings import get_settings
from app.payments import gateway
from app.payments.gateway import Unreachable
from app.payments.models import Payment
from app.payments.stages import PaymentStage

if TYPE_CHECKING:
    from stripe.params.checkout import SessionCreateParams

LASTS = timedelta(minutes=60)  # of a session, from when the payment was begun
USABLE = timedelta(minutes=25)  # a session can only be made while 30 minutes of it remain
LIVE = (PaymentStage.NEW, PaymentStage.OPEN)
WAYS = ["card", "alipay", "wechat_pay"]


def start(db: Session, order: Order, *, by: Visitor) -> Payment:
    """Begin to pay a held order, or go on with what was begun; nothing is asked of the service yet.

    Raises `Conflict` where there is nothing to pay, or money is on its way already.
    """
    hold_order(db, order)
    _check_payable(db, order)
    payment = _usable(db, order)
    if payment is not None:
        return payment
    attempts = select(func.coalesce(func.max(Payment.attempt), 0))
    last = db.exec(attempts.where(Payment.order_id == order.id)).one()
    payment = Payment(order_id=order.id, attempt=last + 1, amount=order.total)
    db.add(payment)
    db.flush()  # the audit entry names it
    audit.record(db, by, "payment.begun", payment, amount=payment.amount)
    return payment


def _check_payable(db: Session, order: Order) -> None:
    if order.stage == OrderStage.CONFIRMED:
        raise Conflict("This booking is confirmed already; there is nothing to pay.")
    if order.stage != OrderStage.HELD or not order.held_until or order.held_until <= now():
        raise Conflict("The time to pay is over, and the seats are free again. Book anew.")
    pending = select(Payment.id).where(
        Payment.order_id == order.id, col(Payment.stage) == PaymentStage.PENDING
    )
    if db.exec(pending.limit(1)).first() is not None:
        raise Conflict("A payment is on its way already. The booking is confirmed once it arrives.")


def _usable(db: Session, order: Order) -> Payment | None:
    """The newest try where it still fits: the same sum, and not about to end."""
    payment = latest(db, order)
    fits = payment is not None and payment.stage in LIVE and payment.amount == order.total
    return payment if payment and fits and payment.created_at > now() - USABLE else None


def latest(db: Session, order: Order) -> Payment | None:
    """The newest try to pay an order."""
    chosen = select(Payment).where(Payment.order_id == order.id)
    return db.exec(chosen.order_by(col(Payment.attempt).desc()).limit(1)).first()


def open_checkout(db: Session, payment: Payment) -> str:
    """Where the hosted page of a payment is; asks the service, so never in a writing transaction.

    Safe to repeat: the payment's id is the key under which the service makes one session. An
    older session of the order is ended first, so that nobody pays twice in two windows. Raises
    `Unreachable`, and `Conflict` where an older one turns out to be paid.
    """
    if payment.stage == PaymentStage.OPEN and payment.url:
        return payment.url
    if payment.stage not in LIVE:
        raise Conflict("This payment is over. Look at the booking, and pay again if it says so.")
    _end_older(db, payment)
    try:
        session = gateway.client().v1.checkout.sessions.create(
            _asked(db, payment), {"idempotency_key": str(payment.id)}
        )
    except (IdempotencyError, InvalidRequestError) as error:
        _write(db, payment.id, stage=PaymentStage.EXPIRED)
        raise Conflict("This payment cannot go on. Begin it again from the booking.") from error
    except StripeError as error:
        raise Unreachable(
            "The payment service cannot be reached now. The seats stay yours for a while: try "
            "again in a moment."
        ) from error
    _write(db, payment.id, stage=PaymentStage.OPEN, session_id=session.id, url=session.url)
    return str(session.url)


def _end_older(db: Session, payment: Payment) -> None:
    chosen = select(Payment).where(
        Payment.order_id == payment.order_id,
        Payment.id != payment.id,
        col(Payment.stage) == PaymentStage.OPEN,
    )
    for older in db.exec(chosen).all():
        if not end(older):
            raise Conflict("This booking was paid in another window. Look at it again.")


def end(payment: Payment) -> bool:
    """Have the service end a session that waits; False where it is complete, so money may come."""
    client = gateway.client_of(payment.session_id)
    try:
        client.v1.checkout.sessions.expire(str(payment.session_id))
    except InvalidRequestError:
        found = client.v1.checkout.sessions.retrieve(str(payment.session_id))
        return found.status != "complete"
    except StripeError as error:
        raise Unreachable("The payment service cannot be reached now.") from error
    return True


def _asked(db: Session, payment: Payment) -> "SessionCreateParams":
    """The same for every try of a payment: the service compares it under the key."""
    order = db.get_one(Order, payment.order_id)
    sitting = db.get_one(Sitting, order.sitting_id)
    training = db.get_one(Training, sitting.training_id)
    person = db.get_one(Person, order.person_id)
    page = f"{get_settings().public_url.rstrip('/')}/bookings/{order.identifier}"
    ours = {"payment": str(payment.id), "order": order.identifier}
    price: Any = {
        "currency": payment.currency,
        "unit_amount": payment.amount,
        "product_data": {"name": f"{training.name} · {order.identifier}"},
    }
    return {
        "mode": "payment",
        "line_items": [{"price_data": price, "quantity": 1}],
        "allowed_payment_method_types": [*WAYS],
        "payment_method_options": {"wechat_pay": {"client": "web"}},
        "client_reference_id": str(payment.id),
        "customer_email": person.email,
        "metadata": ours,
        "payment_intent_data": {"metadata": ours, "description": order.identifier},
        "success_url": f"{page}/paid",
        "cancel_url": page,
        "expires_at": round((payment.created_at + LASTS).timestamp()),
        "locale": "en" if person.language == "en" else "zh",
    }


def _write(db: Session, payment_id: UUID, *, stage: PaymentStage, **values: Any) -> None:
    """Note the service's answer in a transaction of its own, unless an event was faster."""
    with beside(db.get_bind(), writes=True) as own:
        chosen = select(Payment).where(Payment.id == payment_id).with_for_update()
        payment = own.exec(chosen).one()
        if payment.stage == PaymentStage.NEW:
            payment.move_to(stage)
        for name, value in values.items():
            setattr(payment, name, value)
        own.add(payment)
