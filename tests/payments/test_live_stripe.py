"""Against Stripe's test mode, when a key is given: what the stand-in cannot prove.

`POOL_TEST_STRIPE_KEY=sk_test_… pytest tests/payments/test_live_stripe.py`
"""

import os
import time
from uuid import uuid4

import pytest
from stripe import IdempotencyError, InvalidRequestError, RequestsClient, StripeClient

from app.payments import reading
from app.payments.gateway import RETRIES, TIMEOUT
from app.payments.stages import PaymentStage
from tests.payments.test_standin import asked

KEY = os.environ.get("POOL_TEST_STRIPE_KEY", "")
pytestmark = pytest.mark.skipif(
    not KEY.startswith("sk_test_"),
    reason="only with an account at Stripe: set POOL_TEST_STRIPE_KEY to a key of its test mode",
)


@pytest.fixture
def live(monkeypatch: pytest.MonkeyPatch) -> StripeClient:
    """The real client; the guard that keeps tests from the network is lifted for this file."""
    monkeypatch.undo()
    http = RequestsClient(timeout=TIMEOUT)
    return StripeClient(KEY, http_client=http, max_network_retries=RETRIES)


def test_stripe_takes_the_session_that_the_pool_asks_for(live: StripeClient) -> None:
    reference = str(uuid4())
    said = asked(client_reference_id=reference, expires_at=int(time.time()) + 45 * 60)
    session = live.v1.checkout.sessions.create(said, {"idempotency_key": reference})
    again = live.v1.checkout.sessions.create(said, {"idempotency_key": reference})
    assert again.id == session.id
    seen = reading.look_at(live, session.id)
    assert (seen.stage, seen.amount, seen.currency) == (PaymentStage.OPEN, 30000, "cny")
    assert str(seen.payment_id) == reference
    with pytest.raises(IdempotencyError):
        live.v1.checkout.sessions.create(asked(), {"idempotency_key": reference})
    live.v1.checkout.sessions.expire(session.id)
    assert reading.look_at(live, session.id).stage == PaymentStage.EXPIRED


def test_stripe_refuses_what_the_stand_in_refuses(live: StripeClient) -> None:
    with pytest.raises(InvalidRequestError):
        live.v1.checkout.sessions.create(asked(payment_method_types=["card"]))
    with pytest.raises(InvalidRequestError):
        live.v1.checkout.sessions.create(asked(expires_at=1))


def test_a_payment_of_the_test_mode_is_refunded_in_parts(live: StripeClient) -> None:
    intent = live.v1.payment_intents.create(
        {
            "amount": 30000,
            "currency": "cny",
            "payment_method": "pm_card_visa",
            "allowed_payment_method_types": ["card"],
            "confirm": True,
        }
    )
    key = {"idempotency_key": str(uuid4())}
    first = live.v1.refunds.create({"payment_intent": intent.id, "amount": 10000}, key)  # type: ignore[arg-type]
    again = live.v1.refunds.create({"payment_intent": intent.id, "amount": 10000}, key)  # type: ignore[arg-type]
    assert first.id == again.id
    with pytest.raises(InvalidRequestError):
        live.v1.refunds.create({"payment_intent": intent.id, "amount": 20001})
    assert [one.amount for one in reading.returned_of(live, intent.id)] == [10000]
