"""Refunds of the stand-in: whole or in part, never more than was paid."""

from stripe.params import RefundCreateParams, RefundListParams, RefundRetrieveParams

from app.payments.standin.checking import checked
from app.payments.standin.checkout import CHARGE, the_intent
from app.payments.standin.errors import Refused, missing
from app.payments.standin.events import tell
from app.payments.standin.listing import expanded, page
from app.payments.standin.store import Body, Store, moment, new_id

REFUND = "refund"


def create(store: Store, _id: str, sent: Body) -> Body:
    said = checked(RefundCreateParams, sent)
    intent = the_intent(store, said.get("payment_intent", ""))
    charge = store.find(CHARGE, str(intent["latest_charge"]))
    if intent["status"] != "succeeded" or charge is None:
        raise Refused("This PaymentIntent does not have a successful charge to refund.")
    left = charge["amount"] - charge["amount_refunded"]
    amount = said.get("amount", left)
    if left == 0:
        raise Refused("The charge has already been refunded.", code="charge_already_refunded")
    if not 0 < amount <= left:
        raise Refused(
            f"Refund amount ({amount}) is greater than unrefunded amount on charge ({left})",
            param="amount",
        )
    refund = {
        "id": new_id("re"),
        "object": REFUND,
        "amount": amount,
        "currency": intent["currency"],
        "status": "succeeded",
        "payment_intent": intent["id"],
        "charge": charge["id"],
        "metadata": said.get("metadata") or {},
        "reason": said.get("reason"),
        "created": moment(),
    }
    _give_back(store, charge, amount)
    store.keep(refund, intent["id"])
    tell(store, "refund.created", refund)
    tell(store, "charge.refunded", charge)
    return refund


def retrieve(store: Store, id_: str, sent: Body) -> Body:
    said = checked(RefundRetrieveParams, sent)
    return expanded(store, _the_refund(store, id_), said.get("expand", []))


def list_refunds(store: Store, _id: str, sent: Body) -> Body:
    said = checked(RefundListParams, sent)
    return page(store, REFUND, "/v1/refunds", said, said.get("payment_intent"))


def come_back(store: Store, id_: str) -> Body:
    """A bank sends a refund back: the money is on the account again."""
    refund = _the_refund(store, id_)
    charge = store.find(CHARGE, refund["charge"])
    if refund["status"] != "succeeded" or charge is None:
        raise Refused("Only a refund that went out comes back.")
    refund |= {"status": "failed", "failure_reason": "expired_or_canceled_card"}
    _give_back(store, charge, -refund["amount"])
    store.keep(refund)
    tell(store, "refund.updated", refund)
    tell(store, "refund.failed", refund)
    return refund


def _the_refund(store: Store, id_: str) -> Body:
    found = store.find(REFUND, id_)
    if found is None:
        raise missing("refund", id_)
    return found


def _give_back(store: Store, charge: Body, amount: int) -> None:
    charge["amount_refunded"] += amount
    charge["refunded"] = charge["amount_refunded"] == charge["amount"]
    store.keep(charge)
