"""Events of the payment service: verified, written down once in the transaction of their effect."""

from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import IntegrityError
from stripe import InvalidRequestError, SignatureVerificationError, StripeError, Webhook

from app.core.db import beside, get_engine
from app.core.errors import NotFound, Refusal
from app.payments import gateway, reading
from app.payments.gateway import Unreachable
from app.payments.models import PaymentEvent
from app.payments.reading import Seen
from app.payments.settling import settle

CONCERNS = ("checkout.session.", "payment_intent.", "charge.", "refund.")
"""How the types of events begin that may say something of our payments."""


class Effect(StrEnum):
    """What became of a delivery."""

    DONE = "done"
    IGNORED = "ignored"  # of a type, or about a thing, that is none of ours
    KNOWN = "known"  # delivered before


class Forged(Refusal):
    """A body that the payment service did not sign, or too long ago."""


def receive(body: bytes, signature: str, bind: Engine | Connection | None = None) -> Effect:
    """Take one event: any order, any repetition.

    What it says of money is not believed but asked for again, before the transaction begins; so
    the database is never held while the network is slow. Raises `Forged`, `Unreachable`, and
    `NotFound` where no secret is set.
    """
    bind = bind or get_engine()
    event = _verified(body, signature)
    with beside(bind, writes=False) as db:
        if db.get(PaymentEvent, event["id"]) is not None:
            return Effect.KNOWN
    seen = _seen(event)
    try:
        return _write(bind, event, seen)
    except IntegrityError:
        with beside(bind, writes=False) as db:
            if db.get(PaymentEvent, event["id"]) is None:
                raise
        return Effect.KNOWN  # another delivery of it was faster


def _verified(body: bytes, signature: str) -> dict[str, Any]:
    secret = gateway.webhook_secret()
    if not secret:
        raise NotFound("This page does not exist.")
    try:
        found: dict[str, Any] = Webhook.construct_event(body, signature, secret).to_dict()
    except (SignatureVerificationError, ValueError, AttributeError) as error:  # no JSON object
        raise Forged("The signature of this event is not right.") from error
    if not isinstance(found.get("id"), str) or not isinstance(found.get("type"), str):
        raise Forged("This is no event.")
    return found


def _seen(event: dict[str, Any]) -> Seen | None:
    object_ = (event.get("data") or {}).get("object") or {}
    if not event["type"].startswith(CONCERNS):
        return None
    client = gateway.client_of(event["id"])
    try:
        return reading.look(client, str(object_.get("object", "")), object_)
    except InvalidRequestError:  # it knows no such thing: not ours, or of another account
        return None
    except StripeError as error:
        raise Unreachable("The payment service cannot be asked now.") from error


def _write(bind: Engine | Connection, event: dict[str, Any], seen: Seen | None) -> Effect:
    object_ = (event.get("data") or {}).get("object") or {}
    with beside(bind, writes=True) as db:
        if db.get(PaymentEvent, event["id"]) is not None:
            return Effect.KNOWN
        told = PaymentEvent(
            id=event["id"], type=event["type"], object_id=str(object_.get("id", ""))
        )
        db.add(told)
        db.flush()  # whoever delivers it at the same time waits here, and then finds it known
        told.effect = settle(db, seen) if seen else ""
        return Effect.DONE if seen and told.effect else Effect.IGNORED
