"""The pages of paying, through HTTP: to the hosted page, back, receipts, refunds at the desk."""

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session, select

from app.accounts.models import Person, StaffRole
from app.bookings.models import Order
from app.bookings.stages import OrderStage
from app.core.settings import get_settings
from app.payments.models import Payment, Receipt, Refund
from app.payments.refunds import LARGE
from app.payments.stages import PaymentStage, RefundStage
from tests.factories_bookings import an_order
from tests.factories_payments import PRICE, a_paid_order, a_paid_sitting, payments_of, refunds_of
from tests.people import a_person, sign_in, staff, visitor


@pytest.fixture
def order(db: Session, client: TestClient) -> Order:
    person = a_person(db)
    sign_in(client, db, person)
    return an_order(db, a_paid_sitting(db), visitor(db, person))


def to_checkout(client: TestClient, order: Order) -> str:
    begun = client.post(f"/bookings/{order.identifier}/pay", follow_redirects=False)
    assert begun.status_code == 303
    gone = client.get(begun.headers["location"], follow_redirects=False)
    assert gone.status_code == 303, gone.text
    return str(gone.headers["location"])


def choose(client: TestClient, page: str, method: str = "card", act: str = "pay") -> str:
    done = client.post(page, data={"method": method, "act": act}, follow_redirects=False)
    assert done.status_code == 303, done.text
    return str(done.headers["location"])


def test_a_booking_is_paid_on_the_page_of_the_stand_in(
    client: TestClient, db: Session, order: Order
) -> None:
    page = to_checkout(client, order)
    said = client.get(page).text
    assert "No real money moves" in said
    assert all(way in said for way in ("Bank card", "Alipay", "WeChat Pay", "Bank transfer"))
    back = choose(client, page, "wechat_pay")
    assert back == f"/bookings/{order.identifier}/paid"
    assert "The booking is confirmed" in client.get(back).text
    assert db.get_one(Order, order.id).stage == OrderStage.CONFIRMED


def test_the_page_after_paying_confirms_nothing(
    client: TestClient, db: Session, order: Order
) -> None:
    to_checkout(client, order)
    said = client.get(f"/bookings/{order.identifier}/paid").text
    assert "We wait for word" in said
    assert 'hx-trigger="every 2s"' in said
    assert db.get_one(Order, order.id).stage == OrderStage.HELD


def test_a_refused_payment_can_be_tried_again_and_a_transfer_waits(
    client: TestClient, db: Session, order: Order
) -> None:
    page = to_checkout(client, order)
    again = choose(client, page, act="fail")
    assert "The payment was refused" in client.get(again).text
    back = choose(client, page, "customer_balance")
    assert "on its way" in client.get(back).text
    assert "Let the money arrive" in client.get(page).text
    choose(client, page, act="arrive")
    assert db.get_one(Order, order.id).stage == OrderStage.CONFIRMED
    assert client.post(page, data={"method": "card", "act": "pay"}).status_code == 409
    assert client.post(page, data={"method": "gold", "act": "pay"}).status_code == 409


def test_pressing_pay_twice_leads_to_the_same_page(client: TestClient, order: Order) -> None:
    assert to_checkout(client, order) == to_checkout(client, order)


def test_nobody_pays_for_or_reads_about_the_booking_of_another(
    client: TestClient, db: Session
) -> None:
    order = a_paid_order(db)
    number = db.exec(select(Receipt.number)).one()
    sign_in(client, db, a_person(db))
    for path in (f"bookings/{order.identifier}/pay", f"bookings/{order.identifier}/paid"):
        assert client.get(f"/{path}").status_code == 404
    assert client.post(f"/bookings/{order.identifier}/pay").status_code == 404
    assert client.get(f"/receipts/{number}").status_code == 404
    assert client.get(f"/receipts/{number}/pdf").status_code == 404


def test_a_receipt_is_shown_and_given_as_pdf(client: TestClient, db: Session) -> None:
    order = a_paid_order(db)
    sign_in(client, db, db.get_one(Person, order.person_id))
    number = db.exec(select(Receipt.number)).one()
    said = client.get(f"/receipts/{number}").text
    assert "CNY 300" in said
    assert "No real money moved" in said
    pdf = client.get(f"/receipts/{number}/pdf")
    assert pdf.headers["content-type"] == "application/pdf"
    assert pdf.content.startswith(b"%PDF")


def test_a_paid_booking_leads_away_from_the_hosted_page(client: TestClient, db: Session) -> None:
    order = a_paid_order(db)
    sign_in(client, db, db.get_one(Person, order.person_id))
    gone = client.get(f"/bookings/{order.identifier}/pay", follow_redirects=False)
    assert gone.headers["location"] == f"/bookings/{order.identifier}"
    assert client.post(f"/bookings/{order.identifier}/pay").status_code == 409


def test_with_a_key_forms_may_lead_to_stripe(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    from app.main import create_app  # noqa: PLC0415  imports every feature

    assert "stripe" not in client.get("/sign-in").headers["content-security-policy"]
    monkeypatch.setenv("POOL_STRIPE_KEY", "sk_test_x")
    get_settings.cache_clear()
    real = TestClient(create_app(get_settings(), worker=False))
    policy = real.get("/healthz").headers["content-security-policy"]
    assert "form-action 'self' https://checkout.stripe.com" in policy


def test_staff_ask_for_goodwill_and_another_lets_a_large_refund_go(
    client: TestClient, db: Session
) -> None:
    order = a_paid_order(db, price=LARGE)
    sign_in(client, db, staff(db, StaffRole.REVIEWER))
    typed = {"order": order.identifier, "amount": "5000", "note": "讲师缺席"}
    assert "Type an amount" in client.post("/desk/refunds", data={**typed, "amount": "x"}).text
    assert "less left" in client.post("/desk/refunds", data={**typed, "amount": "5000.01"}).text
    assert client.post("/desk/refunds", data=typed, follow_redirects=False).status_code == 303
    (payment,) = payments_of(db, order)
    (refund,) = refunds_of(db, payment)
    assert refund.stage == RefundStage.WAITING
    sign_in(client, db, staff(db, StaffRole.PUBLISHER))
    said = client.get("/desk/refunds").text
    assert order.identifier in said
    assert "Let it go" in said
    bare = client.post(f"/desk/refunds/{refund.id}/decline", data={"why": ""})
    assert bare.status_code == 422
    client.post(f"/desk/refunds/{refund.id}/approve", follow_redirects=False)
    assert db.get_one(Refund, refund.id).stage == RefundStage.REQUESTED
    assert db.get_one(Payment, payment.id).stage == PaymentStage.PAID
    assert db.exec(select(Payment.received)).one() == LARGE > PRICE
