"""Payments for tests, made by the rules and the stand-in itself."""

import json
from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Connection, Engine
from sqlmodel import Session, select

from app.accounts.models import Person
from app.bookings.models import Order, Sitting
from app.core.db import beside
from app.payments import paying, webhooks
from app.payments.models import Payment, Refund
from app.payments.standin import checkout, events, store
from app.payments.standin.checkout import Method
from app.payments.webhooks import Effect
from tests.factories_bookings import YUAN, a_booker, a_sitting, an_order
from tests.people import visitor

PRICE = 300 * YUAN

Delivery = dict[str, Any]


def a_paid_sitting(db: Session, **values: Any) -> Sitting:
    """A sitting that costs 300 yuan a seat."""
    return a_sitting(db, **{"price": PRICE, **values})


def an_open_payment(db: Session, order: Order | None = None, **wish: Any) -> Payment:
    """A held order whose hosted page is open."""
    order = order or an_order(db, a_paid_sitting(db), **wish)
    person = db.get_one(Person, order.person_id)
    payment = paying.start(db, order, by=visitor(db, person))
    db.flush()
    paying.open_checkout(db, payment)
    db.refresh(payment)
    return payment


def pay(payment: Payment, method: Method = Method.CARD, *, succeeds: bool = True) -> None:
    """Somebody pays on the hosted page; no event is delivered yet."""
    assert payment.session_id
    with store.opened(writes=True) as own:
        checkout.pay(own, payment.session_id, method, succeeds=succeeds)


def arrive(payment: Payment, *, succeeds: bool = True) -> None:
    """What was to come later comes, or does not."""
    assert payment.session_id
    with store.opened(writes=True) as own:
        checkout.arrive(own, payment.session_id, succeeds=succeeds)


def waiting_events() -> list[Delivery]:
    """Every event that was not delivered, the oldest first."""
    with store.opened(writes=False) as own:
        return [json.loads(event.body) for event in own.due_events(store.moment() + 10**6, 10_000)]


def deliver(bind: Engine | Connection, told: Sequence[Delivery]) -> list[Effect]:
    """Deliver events in this order, properly signed."""
    found = []
    for event in told:
        body = json.dumps(event, ensure_ascii=False)
        found.append(webhooks.receive(body.encode(), events.sign(body), bind))
    return found


def deliver_waiting(db: Session) -> None:
    """Deliver what waits, and read everything afresh."""
    receive: Callable[[bytes, str], Any] = lambda body, signature: webhooks.receive(  # noqa: E731
        body, signature, db.get_bind()
    )
    events.deliver(receive)
    db.expire_all()


def a_paid_order(db: Session, seats: int = 1, **values: Any) -> Order:
    """An order that was paid and confirmed by its event."""
    by = a_booker(db, for_organisation=seats > 1)
    order = an_order(db, a_paid_sitting(db, **values), by, seats=seats)
    pay(an_open_payment(db, order))
    deliver_waiting(db)
    return order


def payments_of(db: Session, order: Order) -> list[Payment]:
    return list(db.exec(select(Payment).where(Payment.order_id == order.id).order_by("attempt")))


def refunds_of(db: Session, payment: Payment) -> list[Refund]:
    chosen = select(Refund).where(Refund.payment_id == payment.id)
    return list(db.exec(chosen.order_by("created_at")))


def in_own(bind: Engine | Connection) -> Any:
    """A transaction beside the test's own."""
    return beside(bind, writes=True)
