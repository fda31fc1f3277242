"""From the hosted page to the confirmed booking: only an event confirms, and only once."""

from datetime import timedelta

import pytest
from sqlmodel import Session, select

from app.accounts.models import Person
from app.bookings import expiring, occupancy
from app.bookings.models import Booking, Order, Sitting
from app.bookings.stages import OrderStage, SeatStage
from app.core.db import at, now
from app.core.errors import Conflict
from app.core.mail import Mail
from app.payments import gateway, paying
from app.payments.models import Payment, PaymentEvent, Receipt
from app.payments.stages import PaymentStage, ReceiptKind, RefundStage
from app.payments.standin.checkout import Method
from app.payments.webhooks import Effect
from tests.factories_bookings import a_booker, an_order, seats_of
from tests.factories_payments import (
    PRICE,
    a_paid_order,
    a_paid_sitting,
    an_open_payment,
    arrive,
    deliver,
    deliver_waiting,
    pay,
    payments_of,
    refunds_of,
    waiting_events,
)
from tests.people import visitor


def test_an_event_confirms_the_booking_and_issues_a_receipt(db: Session) -> None:
    payment = an_open_payment(db)
    pay(payment, Method.ALIPAY)
    order = db.get_one(Order, payment.order_id)
    assert order.stage == OrderStage.HELD, "the page alone confirms nothing"
    deliver_waiting(db)
    assert (order.stage, payment.stage) == (OrderStage.CONFIRMED, PaymentStage.PAID)
    assert (payment.received, payment.method, payment.is_surplus) == (PRICE, "alipay", False)
    receipt = db.exec(select(Receipt).where(Receipt.order_id == order.id)).one()
    assert (receipt.kind, receipt.amount) == (ReceiptKind.PAYMENT, PRICE)
    assert receipt.words["is_real"] is False


def test_a_delayed_payment_confirms_once_the_money_has_arrived(db: Session) -> None:
    payment = an_open_payment(db)
    pay(payment, Method.TRANSFER)
    deliver_waiting(db)
    order = db.get_one(Order, payment.order_id)
    assert (order.stage, payment.stage) == (OrderStage.HELD, PaymentStage.PENDING)
    arrive(payment)
    deliver_waiting(db)
    assert (order.stage, payment.stage) == (OrderStage.CONFIRMED, PaymentStage.PAID)


def test_a_delayed_payment_that_does_not_come_leaves_the_order_held(db: Session) -> None:
    payment = an_open_payment(db)
    pay(payment, Method.TRANSFER)
    arrive(payment, succeeds=False)
    deliver_waiting(db)
    assert db.get_one(Order, payment.order_id).stage == OrderStage.HELD
    assert payment.stage == PaymentStage.FAILED


def test_a_refused_card_leaves_the_page_open_for_another_try(db: Session) -> None:
    payment = an_open_payment(db)
    pay(payment, succeeds=False)
    deliver_waiting(db)
    assert payment.stage == PaymentStage.OPEN
    pay(payment)
    deliver_waiting(db)
    assert payment.stage == PaymentStage.PAID


def test_paying_begun_twice_is_one_session(db: Session) -> None:
    payment = an_open_payment(db)
    first = payment.session_id
    order = db.get_one(Order, payment.order_id)
    again = an_open_payment(db, order)
    assert (again.id, again.session_id) == (payment.id, first)


def test_an_answer_that_was_lost_is_asked_for_again_under_the_same_key(db: Session) -> None:
    payment = an_open_payment(db)
    first = payment.session_id
    payment.stage, payment.session_id, payment.url = PaymentStage.NEW, None, None
    db.flush()
    paying.open_checkout(db, payment)
    db.refresh(payment)
    assert payment.session_id == first


def test_an_event_finds_a_payment_whose_session_was_never_written_down(db: Session) -> None:
    payment = an_open_payment(db)
    pay(payment)
    payment.stage, payment.session_id, payment.url = PaymentStage.NEW, None, None
    db.flush()
    deliver_waiting(db)
    assert payment.stage == PaymentStage.PAID
    assert payment.session_id


def test_a_later_try_ends_the_earlier_page(db: Session) -> None:
    earlier = an_open_payment(db)
    order = db.get_one(Order, earlier.order_id)
    earlier.created_at = now() - timedelta(minutes=26)
    db.flush()
    later = an_open_payment(db, order)
    assert later.attempt == earlier.attempt + 1
    deliver_waiting(db)
    assert earlier.stage == PaymentStage.EXPIRED
    assert later.stage == PaymentStage.OPEN


def test_what_is_paid_twice_goes_back_and_the_booking_stays(db: Session) -> None:
    order = a_paid_order(db)
    second = Payment(order_id=order.id, attempt=2, amount=PRICE)
    db.add(second)
    db.flush()
    paying.open_checkout(db, second)
    db.refresh(second)
    pay(second)
    deliver_waiting(db)
    assert order.stage == OrderStage.CONFIRMED
    assert second.is_surplus
    (refund,) = refunds_of(db, second)
    assert (refund.amount, refund.stage, refund.why) == (PRICE, RefundStage.REQUESTED, "surplus")
    assert not refunds_of(db, payments_of(db, order)[0])
    assert len(seats_of(db, order)) == 1


def _expire(db: Session, payment: Payment) -> tuple[Order, Sitting]:
    order = db.get_one(Order, payment.order_id)
    sitting = occupancy.hold_sitting(db, order.sitting_id)
    with at(now() + timedelta(minutes=31)):
        expiring.expire_overdue(db, sitting)
    assert (order.stage, order.total) == (OrderStage.EXPIRED, 0)
    return order, sitting


def test_paid_after_expiry_the_seats_come_back_while_they_are_free(db: Session) -> None:
    payment = an_open_payment(db)
    order, _sitting = _expire(db, payment)
    pay(payment)
    deliver_waiting(db)
    assert (order.stage, order.total) == (OrderStage.CONFIRMED, PRICE)
    assert [seat.stage for seat in seats_of(db, order)] == [SeatStage.CONFIRMED]
    assert not refunds_of(db, payment)


def test_paid_after_expiry_the_money_goes_back_when_the_seat_is_gone(db: Session) -> None:
    payment = an_open_payment(db, an_order(db, a_paid_sitting(db, seats=1)))
    order, sitting = _expire(db, payment)
    other = an_order(db, sitting, a_booker(db))
    pay(payment)
    deliver_waiting(db)
    assert (order.stage, other.stage) == (OrderStage.EXPIRED, OrderStage.HELD)
    assert payment.is_surplus
    assert [refund.amount for refund in refunds_of(db, payment)] == [PRICE]
    assert f"您的付款将退回：预订 {order.identifier}" in " ".join(
        db.exec(select(Mail.subject)).all()
    )


def test_another_sum_than_was_asked_for_confirms_nothing(db: Session) -> None:
    payment = an_open_payment(db)
    payment.amount = PRICE + 1
    db.flush()
    pay(payment)
    deliver_waiting(db)
    assert db.get_one(Order, payment.order_id).stage == OrderStage.HELD
    assert [refund.amount for refund in refunds_of(db, payment)] == [PRICE]


def test_nothing_is_paid_for_a_confirmed_or_expired_booking(db: Session) -> None:
    order = a_paid_order(db)
    person = visitor(db, db.get_one(Person, order.person_id))
    with pytest.raises(Conflict, match="confirmed already"):
        paying.start(db, order, by=person)
    payment = an_open_payment(db)
    order, _sitting = _expire(db, payment)
    with pytest.raises(Conflict, match="time to pay is over"):
        paying.start(db, order, by=person)


def test_an_event_of_a_type_that_nobody_knows_is_taken_and_ignored(db: Session) -> None:
    told = {
        "id": "evt_standin_x",
        "object": "event",
        "type": "invoice.paid",
        "data": {"object": {}},
    }
    assert deliver(db.get_bind(), [told, told]) == [Effect.IGNORED, Effect.KNOWN]
    assert db.get_one(PaymentEvent, "evt_standin_x").effect == ""


def test_an_event_about_a_session_of_somebody_else_is_ignored(db: Session) -> None:
    payment = an_open_payment(db)
    pay(payment)
    told = waiting_events()
    for event in told:
        event["data"]["object"]["id"] = "cs_standin_other"
        event["data"]["object"].pop("payment_intent", None)
    assert set(deliver(db.get_bind(), told)) == {Effect.IGNORED}


def test_what_an_event_claims_is_not_believed(db: Session) -> None:
    payment = an_open_payment(db)
    pay(payment, Method.TRANSFER)
    told = waiting_events()
    for event in told:
        event["type"] = "checkout.session.async_payment_succeeded"
        event["data"]["object"] |= {"payment_status": "paid", "amount_received": PRICE}
    deliver(db.get_bind(), told)
    db.expire_all()
    assert payment.stage == PaymentStage.PENDING, "the service itself says that nothing came yet"
    assert gateway.is_real() is False
    assert db.exec(select(Booking.stage)).all() == [SeatStage.HELD]
