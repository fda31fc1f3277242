"""What the worker does for money: ends pages nobody needs, delivers again, asks for refunds."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import Session, select

import app.jobs  # noqa: F401  what the outbox may name
from app.bookings import expiring, occupancy
from app.bookings.models import Order
from app.bookings.stages import OrderStage
from app.core import worker
from app.core.db import at, now, transaction
from app.core.outbox import Job
from app.core.settings import Settings
from app.core.worker import drain
from app.payments import delivering, gateway, paying, refunds, returning
from app.payments.models import Payment, Refund
from app.payments.refunds import Why
from app.payments.stages import PaymentStage, RefundStage
from tests.factories_bookings import YUAN, a_booker, an_order
from tests.factories_payments import a_paid_sitting, pay, waiting_events


@pytest.fixture
def payment(own_database: Settings, monkeypatch: pytest.MonkeyPatch) -> UUID:
    """A payment whose hosted page is open, in a database that jobs share; no job of it rests."""
    monkeypatch.setattr(worker, "_resting", {})
    with transaction() as db:
        order = an_order(db, a_paid_sitting(db), a_booker(db))
        begun = Payment(order_id=order.id, amount=order.total)
        db.add(begun)
    with transaction(writes=False) as db:
        paying.open_checkout(db, begun)
    return begun.id


def _now(payment_id: UUID) -> tuple[Payment, Order]:
    with transaction(writes=False) as db:
        payment = db.get_one(Payment, payment_id)
        return payment, db.get_one(Order, payment.order_id)


def _work(*names: Any) -> None:
    with transaction() as db:
        for name in names:
            name(db)
    drain()


def test_the_page_of_an_expired_order_is_ended_at_the_service(payment: UUID) -> None:
    with transaction() as db, at(now() + timedelta(minutes=31)):
        order = db.get_one(Order, db.get_one(Payment, payment).order_id)
        expiring.expire_overdue(db, occupancy.hold_sitting(db, order.sitting_id))
    _work(returning.tidy)
    _work(delivering.look)
    found, order = _now(payment)
    assert (found.stage, order.stage) == (PaymentStage.EXPIRED, OrderStage.EXPIRED)
    sessions = gateway.client().v1.checkout.sessions
    assert sessions.retrieve(str(found.session_id)).status == "expired"


def test_events_that_were_not_taken_at_once_are_delivered_by_the_worker(payment: UUID) -> None:
    pay(_now(payment)[0])
    assert waiting_events()
    _work(delivering.look)
    assert _now(payment)[1].stage == OrderStage.CONFIRMED
    assert not waiting_events()


def test_a_refund_goes_out_with_the_jobs_of_the_outbox(payment: UUID) -> None:
    pay(_now(payment)[0])
    _work(delivering.look)
    with transaction() as db:
        refunds.ask(db, db.get_one(Payment, payment), YUAN, Why.GOODWILL)
    drain()
    with transaction(writes=False) as db:
        refund = db.exec(select(Refund)).one()
    assert (refund.stage, bool(refund.provider_id)) == (RefundStage.DONE, True)


def test_a_refund_waits_while_the_service_is_away(
    payment: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    pay(_now(payment)[0])
    _work(delivering.look)
    with transaction() as db:
        refunds.ask(db, db.get_one(Payment, payment), YUAN, Why.GOODWILL)
    away = lambda *_args, **_named: ("{}", 503, {"Stripe-Should-Retry": "false"})  # noqa: E731
    monkeypatch.setattr("app.payments.standin.api.InProcess.request", away)
    assert drain().later == 1
    with transaction(writes=False) as db:
        assert db.exec(select(Refund.stage)).one() == RefundStage.REQUESTED
        job = db.exec(select(Job).where(Job.name == "payments.refund")).one()
    assert (job.attempts, job.dead_at) == (0, None)


def test_a_page_that_was_never_opened_is_given_up_in_the_end(own_database: Settings) -> None:
    with transaction() as db:
        order = an_order(db, a_paid_sitting(db), a_booker(db))
        begun = Payment(order_id=order.id, amount=order.total + 1)
        db.add(begun)
    with at(now() + timedelta(hours=3)):
        _work(returning.tidy)
    assert _now(begun.id)[0].stage == PaymentStage.EXPIRED


def test_jobs_about_what_is_settled_do_nothing(db: Session) -> None:
    returning.end(db, [{"payment_id": str(UUID(int=0))}])
    returning.ask_for_refund(db, [{"refund_id": str(UUID(int=0))}])
