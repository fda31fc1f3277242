"""Asking the payment service for refunds, and ending sessions nobody needs: jobs of the outbox."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, or_, select
from stripe import CardError, IdempotencyError, InvalidRequestError, StripeError

from app.bookings.models import Order
from app.bookings.stages import OrderStage
from app.core.db import now
from app.core.outbox import Later, afterwards, enqueue, job
from app.core.schedule import recurring
from app.payments import gateway, paying, reading, refunds
from app.payments.models import Payment, Refund
from app.payments.reading import Returned
from app.payments.stages import PaymentStage, RefundStage

REFUSALS = (InvalidRequestError, CardError, IdempotencyError)
EVERY_MINUTE = timedelta(minutes=1)
MOST = 100  # sessions in one run


@job("payments.refund", writes=False)
def ask_for_refund(db: Session, payloads: list[dict[str, Any]]) -> None:
    """Have the service give money back; what it says is noted together with the end of this job.

    May run twice: the refund's id is the key, and what is there already is found first, since
    the service forgets keys after a while.
    """
    for payload in payloads:
        refund = db.get(Refund, UUID(payload["refund_id"]))
        if refund is None or refund.stage != RefundStage.REQUESTED:
            continue
        payment = db.get_one(Payment, refund.payment_id)
        said = _asked(lambda: _find_or_make(payment, refund))  # noqa: B023  called at once
        afterwards(db, "payments.refunded", [{"refund_id": str(refund.id), **said}])


def _asked(ask: Callable[[], Returned]) -> dict[str, Any]:
    try:
        found = ask()
    except REFUSALS as error:
        return {"id": None, "stage": RefundStage.FAILED, "error": str(error.user_message or error)}
    except StripeError as error:
        raise Later(f"The payment service: {type(error).__name__}") from error
    return {"id": found.id, "stage": found.stage, "error": found.error}


def _find_or_make(payment: Payment, refund: Refund) -> Returned:
    client = gateway.client_of(payment.session_id)
    for known in reading.returned_of(client, str(payment.intent_id)):
        if known.refund_id == refund.id:
            return known
    made = client.v1.refunds.create(
        {
            "payment_intent": str(payment.intent_id),
            "amount": refund.amount,
            "metadata": {"refund": str(refund.id)},
        },
        {"idempotency_key": str(refund.id)},
    )
    return reading.returned(made.to_dict())


@job("payments.refunded")
def note_refund(db: Session, payloads: list[dict[str, Any]]) -> None:
    """Note the service's answer; an event may have said the same already."""
    for payload in payloads:
        refund = db.get_one(Refund, UUID(payload["refund_id"]))
        payment, order = refunds.hold(db, refund)
        if payload["id"] is None:
            refunds.note_refused(db, refund, payload["error"])
            continue
        stage = RefundStage(payload["stage"])
        said = Returned(payload["id"], refund.id, refund.amount, stage, payload["error"])
        refunds.note(db, order, payment, said)


@recurring("payments.tidy", EVERY_MINUTE)
def tidy(db: Session) -> None:
    """End sessions of orders that are not to be paid any more."""
    waits = col(Payment.stage).in_(paying.LIVE)
    is_held = col(Order.stage) == OrderStage.HELD
    over = or_(~is_held, col(Payment.amount) != col(Order.total))
    chosen = select(Payment).join(Order, col(Order.id) == col(Payment.order_id)).where(waits, over)
    for payment in db.exec(chosen.order_by(col(Payment.created_at)).limit(MOST)).all():
        if payment.session_id:
            enqueue(db, "payments.end", key=str(payment.id), payment_id=str(payment.id))
        elif payment.created_at < now() - 2 * paying.LASTS:
            # Should the service have made a session all the same, it is over by now.
            payment.move_to(PaymentStage.EXPIRED)
            db.add(payment)


@job("payments.end", writes=False)
def end(db: Session, payloads: list[dict[str, Any]]) -> None:
    """End one session at the service; its event tells that it is over, or that it was paid."""
    for payload in payloads:
        payment = db.get(Payment, UUID(payload["payment_id"]))
        if payment is None or not payment.session_id or payment.stage not in paying.LIVE:
            continue
        try:
            paying.end(payment)
        except gateway.Unreachable as away:
            raise Later(str(away)) from away
