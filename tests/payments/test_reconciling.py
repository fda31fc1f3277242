"""Reconciliation: clean books agree; each amount altered by hand is found; the command says so."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import text
from sqlmodel import Session
from typer.testing import CliRunner

from app.bookings.models import Order
from app.cli import app
from app.core.db import transaction
from app.core.outbox import SomeFailed
from app.core.settings import Settings
from app.payments import cancelling, paying, reconciling, refunds
from app.payments.models import Payment
from app.payments.reconciling import reconcile
from app.payments.refunds import Why
from app.payments.standin import store
from tests.factories_bookings import YUAN, a_booker, an_order, seats_of
from tests.factories_payments import (
    PRICE,
    a_paid_order,
    a_paid_sitting,
    an_open_payment,
    deliver_waiting,
    payments_of,
)
from tests.payments.test_refunds_rules import send_out


@pytest.fixture
def order(db: Session) -> Order:
    """Two paid seats, a part of whose price went back, beside one that waits to be paid."""
    order = a_paid_order(db, seats=2)
    (payment,) = payments_of(db, order)
    first = seats_of(db, order)[0]
    refunds.ask(db, payment, YUAN, Why.GOODWILL, lines={first.id: YUAN})
    send_out(db)
    deliver_waiting(db)
    an_open_payment(db)
    return order


def test_what_the_rules_did_agrees(db: Session, order: Order) -> None:
    found = reconcile(db)
    assert found.differences == ()
    assert (found.payments, found.sessions) == (2, 2)


ALTERED = {
    "booking_order.total": "UPDATE booking_order SET total = total + 1",
    "booking.price": "UPDATE booking SET price = price + 1",
    "payment.amount": "UPDATE payment SET amount = amount + 1",
    "payment.received": "UPDATE payment SET received = received + 1 WHERE stage = 'paid'",
    "payment.stage": "UPDATE payment SET stage = 'expired', updated_at = created_at "
    "WHERE stage = 'paid'",
    "refund.amount": "UPDATE refund SET amount = amount + 1",
    "refund_line.amount": "UPDATE refund_line SET amount = amount + 1",
    "receipt.amount": "UPDATE receipt SET amount = amount + 1",
    "receipt.number": "UPDATE receipt SET number = number + 1 WHERE kind = 'refund'",
    "sitting.seats": "UPDATE sitting SET seats = 1",
    "booking.stage": "UPDATE booking SET stage = 'released', price = 0 WHERE stage = 'confirmed'",
}


@pytest.mark.parametrize("what", ALTERED)
def test_what_was_altered_by_hand_is_found(db: Session, order: Order, what: str) -> None:
    db.execute(text(ALTERED[what]))
    db.expire_all()
    assert reconcile(db).differences


def _in_standin(change: Callable[[dict[str, Any]], None], kind: str) -> None:
    with store.opened(writes=True) as own:
        found, _more = own.page(kind, 10, None, None)
        for body in found:
            change(body)
            own.keep(body)


@pytest.mark.parametrize(
    ("kind", "field"),
    [
        ("checkout.session", "amount_total"),
        ("payment_intent", "amount_received"),
        ("refund", "amount"),
    ],
)
def test_what_the_service_says_otherwise_is_found(
    db: Session, order: Order, kind: str, field: str
) -> None:
    _in_standin(lambda body: body.update({field: body[field] + 1}), kind)
    assert reconcile(db).differences


def test_money_that_went_back_without_a_book_of_ours_is_found(db: Session, order: Order) -> None:
    db.execute(text("DELETE FROM receipt WHERE kind = 'refund'"))
    db.execute(text("DELETE FROM refund_line"))
    db.execute(text("DELETE FROM refund"))
    db.expire_all()
    assert any("no book of ours" in one.what for one in reconcile(db).differences)


def test_the_command_ends_with_one_where_the_books_differ(own_database: Settings) -> None:
    with transaction() as db:
        order = an_order(db, a_paid_sitting(db), a_booker(db))
        payment = Payment(order_id=order.id, amount=order.total)
        db.add(payment)
    with transaction(writes=False) as db:
        paying.open_checkout(db, payment)
    clean = CliRunner().invoke(app, ["reconcile"])
    assert clean.exit_code == 0, clean.output
    with transaction() as db:
        db.execute(text("UPDATE payment SET amount = amount - 1"))
    differs = CliRunner().invoke(app, ["reconcile", "--json"])
    assert differs.exit_code == 1
    assert str(PRICE) in differs.output


def test_the_nightly_job_is_given_up_where_the_books_differ(db: Session, order: Order) -> None:
    reconciling.look(db, [{}])
    db.execute(text("UPDATE payment SET received = received + 1 WHERE stage = 'paid'"))
    db.expire_all()
    with pytest.raises(SomeFailed):
        reconciling.look(db, [{}])
    assert cancelling.paid(db, order)
