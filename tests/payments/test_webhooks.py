"""Webhooks: every order of the events, three times each, concurrently; forged ones never."""

import itertools
import json
import random
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session, func, select
from stripe import WebhookSignature

from app.accounts.models import Person
from app.bookings.models import Order
from app.bookings.stages import OrderStage
from app.core.db import get_engine, transaction
from app.core.settings import Settings, get_settings
from app.payments import gateway, paying, settling, webhooks
from app.payments.models import Payment, PaymentEvent, Receipt, Refund
from app.payments.stages import PaymentStage, RefundStage
from app.payments.standin import checkout, events, store
from app.payments.standin.checkout import Method
from app.payments.webhooks import Effect, Forged
from tests.factories_bookings import a_booker, an_order
from tests.factories_payments import (
    PRICE,
    Delivery,
    a_paid_sitting,
    an_open_payment,
    arrive,
    deliver,
    pay,
    waiting_events,
)

CHOSEN = (  # of each story: those that a payment's fate hangs on
    "checkout.session.completed",
    "checkout.session.async_payment_succeeded",
    "checkout.session.async_payment_failed",
    "checkout.session.expired",
    "payment_intent.succeeded",
    "payment_intent.payment_failed",
    "refund.created",
    "charge.refunded",
)


def _card(payment: Payment) -> None:
    pay(payment, succeeds=False)
    pay(payment, Method.WECHAT)


def _refunded(payment: Payment) -> None:
    pay(payment)
    session = gateway.client().v1.checkout.sessions.retrieve(str(payment.session_id))
    gateway.client().v1.refunds.create({"payment_intent": str(session.payment_intent), "amount": 1})


def _arrived(payment: Payment) -> None:
    pay(payment, Method.TRANSFER)
    arrive(payment)


def _arrived_and_refunded(payment: Payment) -> None:
    _arrived(payment)
    session = gateway.client().v1.checkout.sessions.retrieve(str(payment.session_id))
    gateway.client().v1.refunds.create({"payment_intent": str(session.payment_intent)})


def _bounced(payment: Payment) -> None:
    pay(payment, Method.TRANSFER)
    arrive(payment, succeeds=False)


def _expired(payment: Payment) -> None:
    pay(payment, succeeds=False)
    gateway.client().v1.checkout.sessions.expire(str(payment.session_id))


@dataclass(frozen=True)
class Story:
    """What happens to one payment, and what must have come of it whatever is told when."""

    happens: Callable[[Payment], None]
    payment: PaymentStage
    order: OrderStage
    receipts: int
    back: int


STORIES = {
    "paid": Story(_card, PaymentStage.PAID, OrderStage.CONFIRMED, 1, 0),
    "refunded": Story(_refunded, PaymentStage.PAID, OrderStage.CONFIRMED, 2, 1),
    "arrived": Story(_arrived, PaymentStage.PAID, OrderStage.CONFIRMED, 1, 0),
    "arrived and refunded": Story(
        _arrived_and_refunded, PaymentStage.PAID, OrderStage.CONFIRMED, 2, PRICE
    ),
    "bounced": Story(_bounced, PaymentStage.FAILED, OrderStage.HELD, 0, 0),
    "expired": Story(_expired, PaymentStage.EXPIRED, OrderStage.HELD, 0, 0),
}


@pytest.mark.parametrize("name", STORIES)
def test_every_order_of_the_events_three_times_each_comes_to_the_same(
    db: Session, name: str
) -> None:
    """Each order is told in a savepoint over the same beginning, which is made once."""
    story = STORIES[name]
    payment = an_open_payment(db)
    story.happens(payment)
    told = [event for event in waiting_events() if event["type"] in CHOSEN]
    assert 2 <= len(told) <= 5
    dice = random.Random(name)  # noqa: S311
    for permutation in itertools.permutations(told):
        again = [*permutation, *permutation]
        dice.shuffle(again)
        with db.begin_nested() as savepoint:
            effects = deliver(db.connection(), [*permutation, *again])
            assert effects.count(Effect.KNOWN) == 2 * len(told)
            db.expire_all()
            _must_be(db, payment, story)
            savepoint.rollback()
        db.expire_all()


def _must_be(db: Session, payment: Payment, story: Story) -> None:
    order = db.get_one(Order, payment.order_id)
    assert (payment.stage, order.stage) == (story.payment, story.order)
    receipts = db.exec(select(func.count()).where(Receipt.payment_id == payment.id)).one()
    back = select(func.coalesce(func.sum(Refund.amount), 0)).where(Refund.payment_id == payment.id)
    assert (receipts, int(db.exec(back).one())) == (story.receipts, story.back)
    assert order.total == PRICE
    assert payment.received == (PRICE if story.payment == PaymentStage.PAID else 0)


@pytest.fixture
def committed(own_database: Settings) -> Iterator[Payment]:
    """An open payment in a database that threads share."""
    with transaction() as db:
        order = an_order(db, a_paid_sitting(db), a_booker(db))
        payment = Payment(order_id=order.id, amount=order.total)
        db.add(payment)
    with transaction(writes=False) as db:
        paying.open_checkout(db, payment)
    with transaction(writes=False) as db:
        yield db.get_one(Payment, payment.id)


@pytest.mark.parametrize("name", ["refunded", "arrived and refunded", "bounced"])
def test_events_delivered_at_the_same_time_have_each_one_effect(
    committed: Payment, name: str
) -> None:
    story = STORIES[name]
    story.happens(committed)
    told = [event for event in waiting_events() for _time in range(3)]
    random.Random(name).shuffle(told)  # noqa: S311
    with ThreadPoolExecutor(8) as pool:
        effects = [one for found in pool.map(_deliver_until_taken, told) for one in found]
    assert effects.count(Effect.KNOWN) == len(told) * 2 // 3
    with transaction(writes=False) as db:
        payment = db.get_one(Payment, committed.id)
        _must_be(db, payment, story)
        numbers = db.exec(select(Receipt.number).order_by("number")).all()
        assert list(numbers) == list(range(1, story.receipts + 1))


def _deliver_until_taken(event: Delivery) -> list[Effect]:
    return deliver(get_engine(), [event])


def test_receipts_have_no_gap_however_many_are_issued_at_once(own_database: Settings) -> None:
    payments = []
    with transaction() as db:
        for _number in range(6):
            order = an_order(db, a_paid_sitting(db), a_booker(db))
            payment = Payment(order_id=order.id, amount=order.total)
            db.add(payment)
            payments.append(payment)
    with transaction(writes=False) as db:
        for payment in payments:
            paying.open_checkout(db, payment)
    with transaction(writes=False) as db:
        for payment in payments:
            pay(db.get_one(Payment, payment.id))
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(_deliver_until_taken, waiting_events()))
    with transaction(writes=False) as db:
        numbers = db.exec(select(Receipt.number).order_by("number")).all()
    assert list(numbers) == [1, 2, 3, 4, 5, 6]


def test_a_crash_between_effect_and_answer_does_nothing_twice(
    db: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    payment = an_open_payment(db)
    pay(payment)
    told = waiting_events()

    def lost(body: bytes, signature: str) -> None:
        webhooks.receive(body, signature, db.get_bind())
        raise ConnectionError("the answer never arrived")

    assert events.deliver(lost) == (0, len(told))
    assert waiting_events(), "the stand-in delivers them again, as Stripe would"
    assert set(deliver(db.get_bind(), waiting_events())) == {Effect.KNOWN}
    assert db.exec(select(func.count()).select_from(Receipt)).one() == 1


def test_an_effect_that_fails_leaves_no_trace_of_its_event(
    db: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    payment = an_open_payment(db)
    pay(payment)
    told = waiting_events()
    with monkeypatch.context() as broken:

        def fails(*_args: Any, **_named: Any) -> None:
            raise RuntimeError("the disk is full")

        broken.setattr(settling.receipts, "of_payment", fails)
        with db.begin_nested(), pytest.raises(RuntimeError):
            deliver(db.connection(), told[-1:])
    assert db.get(PaymentEvent, told[-1]["id"]) is None
    assert deliver(db.get_bind(), told[-1:]) == [Effect.DONE]
    db.expire_all()
    assert payment.stage == PaymentStage.PAID


def _body(event: Delivery) -> str:
    return json.dumps(event)


@pytest.mark.parametrize(
    "forge",
    [
        lambda body: (body, ""),
        lambda body: (body, "t=1,v1=00"),
        lambda body: (body, _signed(body, "whsec_of_somebody_else")),
        lambda body: (body, _signed(body, events.secret(), round(time.time()) - 3600)),
        lambda body: (body + " ", _signed(body, events.secret())),
        lambda body: (body.replace("cny", "usd"), _signed(body, events.secret())),
        lambda _body: ("[]", _signed("[]", events.secret())),
        lambda _body: ('{"object": "event"}', _signed('{"object": "event"}', events.secret())),
        lambda _body: ("no json", _signed("no json", events.secret())),
    ],
    ids=["none", "nonsense", "wrong", "old", "longer", "altered", "list", "empty", "no json"],
)
def test_what_is_not_signed_here_and_now_is_refused(
    db: Session, forge: Callable[[str], tuple[str, str]]
) -> None:
    payment = an_open_payment(db)
    pay(payment)
    body, signature = forge(_body(waiting_events()[0]))
    with pytest.raises(Forged):
        webhooks.receive(body.encode(), signature, db.get_bind())
    assert db.exec(select(func.count()).select_from(PaymentEvent)).one() == 0


def _signed(body: str, secret: str, moment: int | None = None) -> str:
    return str(WebhookSignature.generate_signature_header(body, secret, moment))


def test_the_address_of_the_webhook_takes_events_and_refuses_forged_ones(
    client: TestClient, db: Session
) -> None:
    payment = an_open_payment(db)
    pay(payment)
    body = _body(waiting_events()[-1])
    forged = client.post(
        "/payments/webhook", content=body, headers={"Stripe-Signature": "t=1,v1=0"}
    )
    assert forged.status_code == 400
    taken = client.post(
        "/payments/webhook", content=body, headers={"Stripe-Signature": events.sign(body)}
    )
    assert (taken.status_code, taken.text) == (200, "done")
    db.expire_all()
    assert db.get_one(Order, payment.order_id).stage == OrderStage.CONFIRMED


def test_with_a_key_and_no_secret_there_is_no_webhook(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POOL_STRIPE_KEY", "sk_test_x")
    get_settings.cache_clear()
    headers = {"Stripe-Signature": events.sign("{}")}
    assert client.post("/payments/webhook", content="{}", headers=headers).status_code == 404
    assert client.get("/stand-in/checkout/cs_standin_1").status_code == 404


def test_a_service_that_is_away_has_the_event_delivered_again(
    client: TestClient, db: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    payment = an_open_payment(db)
    pay(payment)
    body = _body(waiting_events()[-1])

    def away(*_args: Any, **_named: Any) -> Any:
        return "{}", 503, {"Stripe-Should-Retry": "false"}

    monkeypatch.setattr("app.payments.standin.api.InProcess.request", away)
    headers = {"Stripe-Signature": events.sign(body)}
    assert client.post("/payments/webhook", content=body, headers=headers).status_code == 503
    assert db.get(PaymentEvent, json.loads(body)["id"]) is None


def test_a_session_that_ends_by_itself_is_told(db: Session) -> None:
    payment = an_open_payment(db)
    with store.opened(writes=True) as own:
        session = checkout.the_session(own, str(payment.session_id))
        own.keep(session | {"expires_at": store.moment() - 1})
        checkout.expire_overdue(own)
    deliver(db.get_bind(), waiting_events())
    db.expire_all()
    assert payment.stage == PaymentStage.EXPIRED
    assert db.get_one(Person, db.get_one(Order, payment.order_id).person_id).email
    assert RefundStage.DONE not in {refund.stage for refund in db.exec(select(Refund))}
