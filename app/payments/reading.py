"""What the payment service says of one payment, asked afresh: events only say that it changed."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from stripe import StripeClient

from app.payments.stages import PaymentStage, RefundStage

PAID = ("paid", "no_payment_required")
REFUND_STAGES = {
    "succeeded": RefundStage.DONE,
    "failed": RefundStage.FAILED,
    "canceled": RefundStage.FAILED,
}
WHOLE = ["payment_intent.latest_charge"]
SIZE = 100


@dataclass(frozen=True, slots=True)
class Returned:
    """A refund as the service knows it; `refund_id` is ours, None for one made outside."""

    id: str
    refund_id: UUID | None
    amount: int
    stage: RefundStage
    error: str = ""


@dataclass(frozen=True, slots=True)
class Seen:
    """A payment as the service knows it; sums in fen."""

    session_id: str
    payment_id: UUID | None
    stage: PaymentStage
    amount: int
    received: int
    currency: str
    intent_id: str | None
    method: str | None
    returned: tuple[Returned, ...]
    charged_at: int = 0


def look(client: StripeClient, kind: str, object_: dict[str, Any]) -> Seen | None:
    """The payment that an object of an event belongs to, as it stands now; None for others'."""
    session_id = object_.get("id") if kind == "checkout.session" else None
    if session_id is None:
        intent = object_.get("id") if kind == "payment_intent" else object_.get("payment_intent")
        session_id = _session_of(client, intent)
    return look_at(client, session_id) if session_id else None


def look_at(client: StripeClient, session_id: str) -> Seen:
    """The payment of a session as it stands now."""
    found = client.v1.checkout.sessions.retrieve(session_id, {"expand": [*WHOLE]}).to_dict()
    intent = found.get("payment_intent") or {}
    return seen(found, returned_of(client, intent["id"]) if intent else ())


def _session_of(client: StripeClient, intent: object) -> str | None:
    if not isinstance(intent, str):
        return None
    found = client.v1.checkout.sessions.list({"payment_intent": intent, "limit": 1}).data
    return found[0].id if found else None


def returned_of(client: StripeClient, intent_id: str) -> tuple[Returned, ...]:
    """Every refund of an intent, the oldest first."""
    found = client.v1.refunds.list({"payment_intent": intent_id, "limit": SIZE})
    every = [refund.to_dict() for refund in found.auto_paging_iter()]
    return tuple(returned(refund) for refund in reversed(every))


def returned(said: dict[str, Any]) -> Returned:
    return Returned(
        id=said["id"],
        refund_id=_uuid((said.get("metadata") or {}).get("refund")),
        amount=said["amount"],
        stage=REFUND_STAGES.get(str(said["status"]), RefundStage.PENDING),
        error=said.get("failure_reason") or "",
    )


def seen(session: dict[str, Any], refunds: tuple[Returned, ...]) -> Seen:
    """A session, its intent expanded, in our words."""
    intent = session.get("payment_intent") or {}
    charge = intent.get("latest_charge") or {}
    methods = intent.get("payment_method_types") or []
    return Seen(
        session_id=session["id"],
        payment_id=_uuid(session.get("client_reference_id")),
        stage=_stage(session, intent),
        amount=session["amount_total"] or 0,
        received=intent.get("amount_received") or 0,
        currency=session["currency"] or "",
        intent_id=intent.get("id"),
        method=(charge.get("payment_method_details") or {}).get("type") or _only(methods),
        returned=refunds,
        charged_at=charge.get("created") or 0,
    )


def _stage(session: dict[str, Any], intent: dict[str, Any]) -> PaymentStage:
    if session["status"] == "open":
        return PaymentStage.OPEN
    if session["status"] == "expired":
        return PaymentStage.EXPIRED
    if session["payment_status"] in PAID or intent.get("status") == "succeeded":
        return PaymentStage.PAID
    return PaymentStage.PENDING if intent.get("status") == "processing" else PaymentStage.FAILED


def _only(methods: list[str]) -> str | None:
    return methods[0] if len(methods) == 1 else None


def _uuid(said: object) -> UUID | None:
    try:
        return UUID(str(said))
    except ValueError:
        return None
