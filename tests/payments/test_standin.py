"""The stand-in, seen through the real client: as strict as Stripe, and as patient."""

from typing import Any
from uuid import uuid4

import pytest
from stripe import IdempotencyError, InvalidRequestError, StripeClient

from app.payments import gateway, paying
from app.payments.standin import checkout, refunding, store
from app.payments.standin.checkout import Method
from tests.factories_payments import waiting_events


@pytest.fixture
def client() -> StripeClient:
    return gateway.client()


def asked(**values: Any) -> Any:
    price = {"currency": "cny", "unit_amount": 30000, "product_data": {"name": "培训"}}
    return {
        "mode": "payment",
        "line_items": [{"price_data": price, "quantity": 1}],
        "allowed_payment_method_types": [*paying.WAYS],
        "payment_method_options": {"wechat_pay": {"client": "web"}},
        "success_url": "https://pool.example.cn/paid",
        "client_reference_id": "order",
        **values,
    }


def paid(client: StripeClient, method: Method = Method.CARD) -> str:
    """The intent of a session that was paid."""
    session = client.v1.checkout.sessions.create(asked())
    with store.opened(writes=True) as own:
        checkout.pay(own, session.id, method, succeeds=True)
    return str(client.v1.checkout.sessions.retrieve(session.id).payment_intent)


def test_the_same_key_gives_the_same_session_and_another_body_is_refused(
    client: StripeClient,
) -> None:
    options: Any = {"idempotency_key": uuid4().hex}
    first = client.v1.checkout.sessions.create(asked(), options)
    assert client.v1.checkout.sessions.create(asked(), options).id == first.id
    with pytest.raises(IdempotencyError):
        client.v1.checkout.sessions.create(asked(locale="en"), options)
    assert client.v1.checkout.sessions.create(asked()).id != first.id


@pytest.mark.parametrize(
    ("values", "param"),
    [
        ({"payment_method_types": ["card"]}, "payment_method_types"),
        ({"colour": "red"}, "colour"),
        ({"allowed_payment_method_types": ["gold"]}, "allowed_payment_method_types[0]"),
        ({"payment_method_options": {}}, "payment_method_options[wechat_pay][client]"),
        ({"expires_at": 1}, "expires_at"),
        ({"line_items": [{"price_data": {"currency": "cny", "amount": 5}, "quantity": 1}]}, "line"),
        ({"locale": "tlh"}, "locale"),
    ],
)
def test_what_the_client_no_longer_knows_is_refused_by_name(
    client: StripeClient, values: dict[str, Any], param: str
) -> None:
    with pytest.raises(InvalidRequestError) as refused:
        client.v1.checkout.sessions.create(asked(**values))
    assert str(refused.value.param).startswith(param)


def test_ways_to_pay_by_their_old_name_are_refused_as_stripe_does(client: StripeClient) -> None:
    with pytest.raises(InvalidRequestError) as refused:
        client.v1.checkout.sessions.create(asked(payment_method_types=["card"]))
    assert refused.value.code == "payment_method_types_no_longer_supported"


def test_amounts_too_small_to_charge_are_refused(client: StripeClient) -> None:
    price = {"currency": "cny", "unit_amount": 1, "product_data": {"name": "培训"}}
    with pytest.raises(InvalidRequestError, match="too small"):
        client.v1.checkout.sessions.create(asked(line_items=[{"price_data": price, "quantity": 1}]))


def test_an_error_of_the_service_is_tried_again_by_the_client_and_makes_one_session(
    client: StripeClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    from app.payments.standin.api import InProcess  # noqa: PLC0415

    request, tries = InProcess.request, []

    def falters(self: InProcess, *args: Any, **named: Any) -> Any:
        tries.append(args)
        answer = request(self, *args, **named)  # it happened, but the answer is lost
        return ("{}", 500, {}) if len(tries) == 1 else answer

    monkeypatch.setattr(InProcess, "request", falters)
    monkeypatch.setattr(InProcess, "_sleep_time_seconds", lambda *_args: 0)
    session = client.v1.checkout.sessions.create(asked(), {"idempotency_key": uuid4().hex})
    assert len(tries) == 2
    assert [one.id for one in client.v1.checkout.sessions.list().auto_paging_iter()] == [session.id]


def test_refunds_go_out_in_parts_and_never_beyond_what_was_paid(client: StripeClient) -> None:
    intent = paid(client)
    client.v1.refunds.create({"payment_intent": intent, "amount": 10000})
    with pytest.raises(InvalidRequestError, match="greater than unrefunded"):
        client.v1.refunds.create({"payment_intent": intent, "amount": 20001})
    rest = client.v1.refunds.create({"payment_intent": intent})
    assert rest.amount == 20000
    with pytest.raises(InvalidRequestError) as refused:
        client.v1.refunds.create({"payment_intent": intent})
    assert refused.value.code == "charge_already_refunded"
    found = client.v1.refunds.list({"payment_intent": intent}).data
    assert [one.amount for one in found] == [20000, 10000]


def test_nothing_goes_back_of_what_has_not_arrived(client: StripeClient) -> None:
    intent = paid(client, Method.TRANSFER)
    with pytest.raises(InvalidRequestError, match="successful charge"):
        client.v1.refunds.create({"payment_intent": intent})


def test_a_refund_that_a_bank_sends_back_is_told_and_can_be_made_anew(
    client: StripeClient,
) -> None:
    refund = client.v1.refunds.create({"payment_intent": paid(client)})
    with store.opened(writes=True) as own:
        refunding.come_back(own, refund.id)
    assert client.v1.refunds.retrieve(refund.id).status == "failed"
    assert waiting_events()[-1]["type"] == "refund.failed"
    assert client.v1.refunds.create({"payment_intent": str(refund.payment_intent)}).amount == 30000


def test_only_an_open_session_is_expired(client: StripeClient) -> None:
    session = client.v1.checkout.sessions.create(asked())
    assert client.v1.checkout.sessions.expire(session.id).status == "expired"
    with pytest.raises(InvalidRequestError, match="can be expired"):
        client.v1.checkout.sessions.expire(session.id)


def test_lists_go_on_from_page_to_page_and_put_objects_in_the_place_of_ids(
    client: StripeClient,
) -> None:
    intents = [paid(client) for _number in range(3)]
    listed = client.v1.checkout.sessions.list({"limit": 2, "expand": ["data.payment_intent"]})
    assert listed.has_more
    found = [one.to_dict()["payment_intent"]["id"] for one in listed.auto_paging_iter()]
    assert found == intents[::-1]


def test_what_does_not_exist_is_missing(client: StripeClient) -> None:
    with pytest.raises(InvalidRequestError) as refused:
        client.v1.checkout.sessions.retrieve("cs_standin_0")
    assert (refused.value.http_status, refused.value.code) == (404, "resource_missing")
    with pytest.raises(InvalidRequestError, match="Unrecognized request URL"):
        client.v1.customers.list()


def test_the_session_that_the_pool_asks_for_is_one_that_stripe_would_take(
    client: StripeClient,
) -> None:
    session = client.v1.checkout.sessions.create(asked())
    assert (session.amount_total, session.currency, session.status) == (30000, "cny", "open")
    assert session.url
