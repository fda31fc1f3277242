"""Checkout Sessions of the stand-in, and what people do on its page."""

from enum import StrEnum
from typing import Any

from stripe.params import PaymentIntentListParams, PaymentIntentRetrieveParams
from stripe.params.checkout import (
    SessionCreateParams,
    SessionExpireParams,
    SessionListParams,
    SessionRetrieveParams,
)

from app.core.settings import get_settings
from app.payments.standin.checking import checked
from app.payments.standin.errors import Refused, missing
from app.payments.standin.events import tell
from app.payments.standin.listing import expanded, page
from app.payments.standin.store import Body, Store, moment, new_id

SHORTEST, LONGEST = 30 * 60, 24 * 3600  # seconds that a session may stay open
LEAST = {"cny": 400}  # fen; less cannot be charged
SESSION, INTENT, CHARGE = "checkout.session", "payment_intent", "charge"


class Method(StrEnum):
    """How one can pay here; the last tells days later whether the money came."""

    CARD = "card"
    ALIPAY = "alipay"
    WECHAT = "wechat_pay"
    TRANSFER = "customer_balance"


def create(store: Store, _id: str, sent: Body) -> Body:
    said = checked(SessionCreateParams, sent)
    if said.get("mode") != "payment" or "success_url" not in said:
        raise Refused("Only sessions with a mode of payment and a success_url exist here.")
    if "wechat_pay" in said.get("allowed_payment_method_types", []):
        _needs_client(said)
    id_ = new_id("cs")
    lines = [line["price_data"] | {"quantity": line["quantity"]} for line in said["line_items"]]
    (currency,) = {str(line["currency"]).lower() for line in lines}
    total = sum(line["unit_amount"] * line["quantity"] for line in lines)
    if total < LEAST.get(currency, 1):
        raise Refused("The amount is too small to be charged.", code="amount_too_small")
    kept = {name: said.get(name) for name in ("client_reference_id", "customer_email", "locale")}
    session = {
        "id": id_,
        "object": SESSION,
        "status": "open",
        "payment_status": "unpaid",
        "mode": "payment",
        "livemode": False,
        "amount_subtotal": total,
        "amount_total": total,
        "currency": currency,
        "payment_intent": None,
        "metadata": said.get("metadata", {}),
        "success_url": said["success_url"],
        "cancel_url": said.get("cancel_url"),
        "created": moment(),
        "expires_at": _expires_at(said),
        "url": f"{get_settings().public_url.rstrip('/')}/stand-in/checkout/{id_}",
        **kept,
    }
    store.keep(session)
    store.keep({"id": f"{id_}-asked", "object": "asked", "said": said})
    return session


def _needs_client(said: Body) -> None:
    if said.get("payment_method_options", {}).get("wechat_pay", {}).get("client") != "web":
        path = "payment_method_options[wechat_pay][client]"
        raise Refused(f"Missing required param: {path}.", code="parameter_missing", param=path)


def _expires_at(said: Body) -> int:
    at = int(said.get("expires_at", moment() + LONGEST))
    if not moment() + SHORTEST <= at <= moment() + LONGEST:
        raise Refused(
            "The `expires_at` timestamp must be between 30 minutes and 24 hours from Checkout "
            "Session creation.",
            param="expires_at",
        )
    return at


def retrieve(store: Store, id_: str, sent: Body) -> Body:
    said = checked(SessionRetrieveParams, sent)
    return expanded(store, the_session(store, id_), said.get("expand", []))


def list_sessions(store: Store, _id: str, sent: Body) -> Body:
    said = checked(SessionListParams, sent)
    return page(store, SESSION, "/v1/checkout/sessions", said, said.get("payment_intent"))


def retrieve_intent(store: Store, id_: str, sent: Body) -> Body:
    said = checked(PaymentIntentRetrieveParams, sent)
    return expanded(store, the_intent(store, id_), said.get("expand", []))


def list_intents(store: Store, _id: str, sent: Body) -> Body:
    said = checked(PaymentIntentListParams, sent)
    return page(store, INTENT, "/v1/payment_intents", said)


def expire(store: Store, id_: str, sent: Body) -> Body:
    checked(SessionExpireParams, sent)
    session = the_session(store, id_)
    if session["status"] != "open":
        raise Refused(
            f'Only Checkout Sessions with a status in ["open"] can be expired. This one is '
            f"{session['status']}."
        )
    return _expired(store, session)


def _expired(store: Store, session: Body) -> Body:
    session["status"], session["url"] = "expired", None
    store.keep(session)
    tell(store, "checkout.session.expired", session)
    return session


def the_session(store: Store, id_: str) -> Body:
    """A session; raises `Refused` where there is none."""
    found = store.find(SESSION, id_)
    if found is None:
        raise missing("checkout.session", id_)
    return found


def the_intent(store: Store, id_: str) -> Body:
    """An intent; raises `Refused` where there is none."""
    found = store.find(INTENT, id_)
    if found is None:
        raise missing("payment_intent", id_)
    return found


def what_was_asked(store: Store, id_: str) -> Body:
    """The parameters that a session was made with, for its page."""
    found: Body = (store.find("asked", f"{id_}-asked") or {}).get("said", {})
    return found


def expire_overdue(store: Store) -> None:
    """Expire sessions whose time is over, as Stripe does by itself."""
    found, _more = store.page(SESSION, 1000, None, None)
    for session in found:
        if session["status"] == "open" and session["expires_at"] <= moment():
            _expired(store, session)


def pay(store: Store, id_: str, method: Method, *, succeeds: bool) -> Body:
    """Somebody pays on the page, or tries to: then the session stays open for another try."""
    session = the_session(store, id_)
    if session["status"] != "open" or session["expires_at"] <= moment():
        raise Refused("This session is not open any more.")
    intent = _intent_of(store, session, method)
    if not succeeds:
        intent["status"] = "requires_payment_method"
        _keep_all(store, session, intent)
        tell(store, "payment_intent.payment_failed", intent)
        return session
    session["status"] = "complete"
    if method is Method.TRANSFER:
        intent["status"] = "processing"
        _keep_all(store, session, intent)
        tell(store, "payment_intent.processing", intent)
    else:
        _charge(store, session, intent, method)
    tell(store, "checkout.session.completed", session)
    return session


def arrive(store: Store, id_: str, *, succeeds: bool) -> Body:
    """The money of a delayed method comes, or does not."""
    session = the_session(store, id_)
    intent = the_intent(store, str(session["payment_intent"]))
    if intent["status"] != "processing":
        raise Refused("Nothing is on its way here.")
    if succeeds:
        _charge(store, session, intent, Method.TRANSFER)
        tell(store, "checkout.session.async_payment_succeeded", session)
        return session
    intent["status"] = "requires_payment_method"
    _keep_all(store, session, intent)
    tell(store, "payment_intent.payment_failed", intent)
    tell(store, "checkout.session.async_payment_failed", session)
    return session


def _intent_of(store: Store, session: Body, method: Method) -> Body:
    if session["payment_intent"]:
        intent = the_intent(store, session["payment_intent"])
        return intent | {"payment_method_types": [method.value]}
    data: Any = what_was_asked(store, session["id"]).get("payment_intent_data", {})
    session["payment_intent"] = new_id("pi")
    return {
        "id": session["payment_intent"],
        "object": INTENT,
        "amount": session["amount_total"],
        "amount_received": 0,
        "currency": session["currency"],
        "status": "requires_payment_method",
        "latest_charge": None,
        "livemode": False,
        "metadata": data.get("metadata", {}),
        "description": data.get("description"),
        "payment_method_types": [method.value],
        "created": moment(),
    }


def _charge(store: Store, session: Body, intent: Body, method: Method) -> None:
    charge = {
        "id": new_id("ch"),
        "object": CHARGE,
        "amount": intent["amount"],
        "amount_refunded": 0,
        "currency": intent["currency"],
        "paid": True,
        "refunded": False,
        "status": "succeeded",
        "livemode": False,
        "payment_intent": intent["id"],
        "metadata": intent["metadata"],
        "payment_method_details": {"type": method.value},
        "created": moment(),
    }
    intent["status"], intent["latest_charge"] = "succeeded", charge["id"]
    intent["amount_received"] = intent["amount"]
    session["payment_status"] = "paid"
    store.keep(charge, intent["id"])
    _keep_all(store, session, intent)
    tell(store, "charge.succeeded", charge)
    tell(store, "payment_intent.succeeded", intent)


def _keep_all(store: Store, session: Body, intent: Body) -> None:
    store.keep(intent)
    store.keep(session, intent["id"])
