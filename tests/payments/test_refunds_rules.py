"""Refunds: by the terms, by hand, large ones by two; never more than was paid, each told once."""

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session, select
from stripe import InvalidRequestError

from app.accounts.models import Person, StaffRole
from app.bookings.models import Order, Sitting
from app.bookings.stages import OrderStage
from app.core.db import at
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.core.outbox import Job, write_left
from app.payments import cancelling, gateway, queueing, refunds, returning
from app.payments.models import Payment, Receipt, Refund
from app.payments.receipts import Unchangeable
from app.payments.reconciling import reconcile
from app.payments.refunds import LARGE, Why
from app.payments.stages import PAYMENT_MOVES, REFUND_MOVES, ReceiptKind, RefundStage
from app.payments.standin import refunding, store
from tests.factories_bookings import YUAN, seats_of
from tests.factories_payments import (
    PRICE,
    a_paid_order,
    deliver_waiting,
    payments_of,
    refunds_of,
)
from tests.people import DONGGUAN, GUANGZHOU, staff, visitor


def _by(db: Session, order: Order) -> Any:
    return visitor(db, db.get_one(Person, order.person_id), order.organisation_id)


def send_out(db: Session) -> None:
    """Run the jobs that ask the service, and those that note its answer."""
    db.flush()
    for job in db.exec(select(Job).where(Job.name == "payments.refund")).all():
        returning.ask_for_refund(db, [job.payload])
        db.delete(job)
    write_left(db, db)
    db.flush()
    for job in db.exec(select(Job).where(Job.name == "payments.refunded")).all():
        returning.note_refund(db, [job.payload])
        db.delete(job)
    db.flush()


def test_a_seat_given_back_brings_its_share_back_line_by_line(db: Session) -> None:
    order = a_paid_order(db, seats=3)
    (payment,) = payments_of(db, order)
    one, *rest = seats_of(db, order)
    cancelling.cancel_order(db, order, [one.id], "", by=_by(db, order))
    send_out(db)
    deliver_waiting(db)
    (refund,) = refunds_of(db, payment)
    assert (refund.amount, refund.stage, refund.why) == (PRICE, RefundStage.DONE, Why.CANCELLED)
    assert refunds.parts(db, refund) == {one.id: PRICE}
    assert (order.stage, order.total) == (OrderStage.CONFIRMED, 2 * PRICE)
    assert [seat.price for seat in rest] == [PRICE, PRICE]
    first, counter = db.exec(select(Receipt).order_by("number")).all()
    assert (counter.kind, counter.corrects) == (ReceiptKind.REFUND, first.number)
    assert (counter.number, counter.amount) == (first.number + 1, PRICE)
    assert reconcile(db).differences == ()


def test_a_large_refund_that_a_person_asks_for_waits_for_another(db: Session) -> None:
    order = a_paid_order(db, price=LARGE)
    (payment,) = payments_of(db, order)
    cancelling.cancel_order(db, order, None, "", by=_by(db, order))
    (refund,) = refunds_of(db, payment)
    assert (refund.stage, order.total) == (RefundStage.WAITING, 0)
    with pytest.raises(Forbidden):
        refunds.approve(db, refund, by=_by(db, order))
    second = visitor(db, staff(db, StaffRole.PUBLISHER))
    refunds.approve(db, refund, by=second)
    send_out(db)
    assert refund.stage == RefundStage.DONE
    assert refund.approved_by == second.person_id
    with pytest.raises(Conflict):
        refunds.approve(db, refund, by=second)


def test_a_small_refund_waits_for_nobody(db: Session) -> None:
    order = a_paid_order(db, price=LARGE - 1)
    cancelling.cancel_order(db, order, None, "", by=_by(db, order))
    assert [one.stage for one in refunds_of(db, payments_of(db, order)[0])] == [
        RefundStage.REQUESTED
    ]


def test_a_declined_refund_leaves_the_money_to_be_asked_for_again(db: Session) -> None:
    order = a_paid_order(db, price=LARGE)
    (payment,) = payments_of(db, order)
    asker = visitor(db, staff(db, StaffRole.REVIEWER))
    refund = queueing.ask_goodwill(db, asker.scope, order.identifier, LARGE, "讲师缺席", by=asker)
    second = visitor(db, staff(db, StaffRole.PUBLISHER))
    with pytest.raises(Invalid):
        refunds.decline(db, refund, "", by=second)
    refunds.decline(db, refund, "课程已完成", by=second)
    assert (refund.stage, refunds.left(db, payment)) == (RefundStage.DECLINED, LARGE)
    assert order.stage == OrderStage.CONFIRMED


def test_goodwill_stays_inside_the_region_and_takes_no_seat(db: Session) -> None:
    order = a_paid_order(db)
    elsewhere = visitor(db, staff(db, StaffRole.REVIEWER, region=GUANGZHOU))
    with pytest.raises(NotFound):
        queueing.ask_goodwill(db, elsewhere.scope, order.identifier, YUAN, "讲师迟到", by=elsewhere)
    here = visitor(db, staff(db, StaffRole.REVIEWER, region=DONGGUAN))
    queueing.ask_goodwill(db, here.scope, order.identifier, YUAN, "讲师迟到", by=here)
    send_out(db)
    assert (order.stage, order.total) == (OrderStage.CONFIRMED, PRICE)
    assert reconcile(db).differences == ()


def test_a_refund_made_outside_is_noted_and_never_destroys_the_booking(db: Session) -> None:
    order = a_paid_order(db, seats=2)
    (payment,) = payments_of(db, order)
    client = gateway.client()
    client.v1.refunds.create({"payment_intent": str(payment.intent_id), "amount": PRICE + 1})
    deliver_waiting(db)
    (outside,) = refunds_of(db, payment)
    assert (outside.is_outside, outside.stage) == (True, RefundStage.DONE)
    assert (order.stage, order.total) == (OrderStage.CONFIRMED, 2 * PRICE)
    cancelling.cancel_order(db, order, None, "", by=_by(db, order))
    send_out(db)
    assert [one.amount for one in refunds_of(db, payment)] == [PRICE + 1, PRICE - 1]
    assert refunds.left(db, payment) == 0
    deliver_waiting(db)
    assert reconcile(db).differences == ()


def test_a_cancelled_sitting_gives_everything_back(db: Session) -> None:
    order = a_paid_order(db, seats=2)
    sitting = db.get_one(Sitting, order.sitting_id)
    organiser = visitor(db, db.get_one(Person, sitting.created_by), sitting.organisation_id)
    assert cancelling.cancel_sitting(db, sitting, "讲师生病", by=organiser) == 2 * PRICE
    send_out(db)
    deliver_waiting(db)
    assert (order.stage, order.total) == (OrderStage.CANCELLED, 0)
    assert [one.why for one in refunds_of(db, payments_of(db, order)[0])] == [Why.SITTING_CANCELLED]
    assert reconcile(db).differences == ()


def test_a_refund_that_is_asked_for_twice_goes_out_once(db: Session) -> None:
    order = a_paid_order(db)
    (payment,) = payments_of(db, order)
    refund = refunds.ask(db, payment, YUAN, Why.GOODWILL)
    payload = {"refund_id": str(refund.id)}
    returning.ask_for_refund(db, [payload])  # and the process ends before it is noted
    db.info.clear()
    returning.ask_for_refund(db, [payload])
    listed = gateway.client().v1.refunds.list({"payment_intent": str(payment.intent_id)})
    assert len(listed.data) == 1


def test_a_refund_that_the_service_refuses_fails_and_is_tried_again_as_a_new_one(
    db: Session,
) -> None:
    order = a_paid_order(db)
    (payment,) = payments_of(db, order)
    gateway.client().v1.refunds.create({"payment_intent": str(payment.intent_id), "amount": PRICE})
    refund = refunds.ask(db, payment, YUAN, Why.GOODWILL)
    send_out(db)
    assert refund.stage == RefundStage.FAILED
    assert "refunded" in str(refund.error)
    by = visitor(db, staff(db, StaffRole.REVIEWER))
    anew = refunds.again(db, refund, by=by)
    assert (anew.id != refund.id, anew.amount) == (True, YUAN)


def test_a_refund_that_comes_back_from_the_bank_has_its_counter_document_taken_back(
    db: Session,
) -> None:
    order = a_paid_order(db)
    (payment,) = payments_of(db, order)
    refund = refunds.ask(db, payment, YUAN, Why.GOODWILL)
    send_out(db)
    with store.opened(writes=True) as own:
        refunding.come_back(own, str(refund.provider_id))
    deliver_waiting(db)
    assert refund.stage == RefundStage.FAILED
    kinds = [(one.kind, one.corrects) for one in db.exec(select(Receipt).order_by("number"))]
    numbers = [one.number for one in db.exec(select(Receipt).order_by("number"))]
    first, second, _third = numbers
    payment_kind, refund_kind = ReceiptKind.PAYMENT, ReceiptKind.REFUND
    assert kinds == [(payment_kind, None), (refund_kind, first), (payment_kind, second)]
    assert refunds.left(db, payment) == PRICE
    assert reconcile(db).differences == ()


def test_more_than_is_left_is_refused(db: Session) -> None:
    order = a_paid_order(db)
    (payment,) = payments_of(db, order)
    refunds.ask(db, payment, PRICE - 1, Why.GOODWILL)
    for amount in (2, 0, -5):
        with pytest.raises(Invalid):
            refunds.ask(db, payment, amount, Why.GOODWILL)
    with pytest.raises(Invalid, match="add up"):
        refunds.ask(db, payment, 1, Why.GOODWILL, lines={seats_of(db, order)[0].id: 2})


def test_a_receipt_is_never_changed(db: Session) -> None:
    order = a_paid_order(db)
    receipt = db.exec(select(Receipt).where(Receipt.order_id == order.id)).one()
    receipt.amount += 1
    with pytest.raises(Unchangeable):
        db.flush()
    db.rollback()


def test_a_receipt_is_never_deleted(db: Session) -> None:
    order = a_paid_order(db)
    db.delete(db.exec(select(Receipt).where(Receipt.order_id == order.id)).one())
    with pytest.raises(Unchangeable):
        db.flush()
    db.rollback()


STEPS = st.lists(
    st.tuples(st.integers(1, PRICE), st.sampled_from(["ask", "send", "outside", "bank", "tell"])),
    max_size=8,
)


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(steps=STEPS)
def test_whatever_happens_no_more_goes_back_than_came_and_the_books_agree(
    db: Session, steps: list[tuple[int, str]]
) -> None:
    with db.begin_nested() as savepoint:
        order = a_paid_order(db)
        (payment,) = payments_of(db, order)
        for amount, act in steps:
            _take(db, payment, amount, act)
        send_out(db)
        deliver_waiting(db)
        here = [
            one.amount
            for one in refunds_of(db, payment)
            if one.stage in (RefundStage.DONE, RefundStage.PENDING)
        ]
        assert sum(here) <= payment.received == PRICE
        assert order.stage == OrderStage.CONFIRMED
        said = [
            str(one) for one in reconcile(db).differences if str(payment.session_id) in str(one)
        ]
        assert said == []
        savepoint.rollback()
    db.expire_all()


def _take(db: Session, payment: Payment, amount: int, act: str) -> None:
    if act == "ask" and amount <= refunds.left(db, payment):
        refunds.ask(db, payment, amount, Why.GOODWILL)
    elif act == "send":
        send_out(db)
    elif act == "tell":
        deliver_waiting(db)
    elif act == "outside":
        client = gateway.client()
        asked = {"payment_intent": str(payment.intent_id), "amount": amount}
        with suppress(InvalidRequestError):  # more than is left there
            client.v1.refunds.create(asked)  # type: ignore[arg-type]
    elif act == "bank":
        done = [one for one in refunds_of(db, payment) if one.stage == RefundStage.DONE]
        for refund in done[:1]:
            with store.opened(writes=True) as own:
                refunding.come_back(own, str(refund.provider_id))
            deliver_waiting(db)


@pytest.mark.parametrize("moves", [PAYMENT_MOVES, REFUND_MOVES])
def test_from_where_money_has_gone_no_step_leads_back_to_the_beginning(moves: Any) -> None:
    first = next(iter(moves))
    assert all(first not in after for after in moves.values())
    reached, waiting = set(), [first]
    while waiting:
        stage = waiting.pop()
        if stage not in reached:
            reached.add(stage)
            waiting += moves[stage]
    assert reached == set(moves) or type(first) is RefundStage


def test_refunds_are_dated_by_the_clock_of_the_rules(db: Session) -> None:
    order = a_paid_order(db)
    (payment,) = payments_of(db, order)
    with at(order.created_at):
        assert refunds.ask(db, payment, 1, Why.GOODWILL).created_at == order.created_at
    assert db.exec(select(Refund)).all()
