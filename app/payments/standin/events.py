"""Events of the stand-in: made with what they tell of, signed like Stripe's, tried until taken."""

import json
from collections.abc import Callable
from hashlib import sha256
from hmac import new as hmac

import structlog
from stripe import WebhookSignature, api_version

from app.core.settings import get_settings
from app.payments.standin.store import Body, Store, moment, new_id, opened

MOST = 100  # events in one go
LONGEST = 3600  # seconds between two tries

Receive = Callable[[bytes, str], object]
"""Who takes a body and its signature, and raises when it could not be dealt with."""

log = structlog.get_logger("stand-in")


def secret() -> str:
    """What the events are signed with: follows from the secret key, so it need not be set."""
    key = get_settings().secret_key.get_secret_value()
    return "whsec_" + hmac(key.encode(), b"stand-in", sha256).hexdigest()


def sign(body: str) -> str:
    """The signature of a body, from now."""
    return WebhookSignature.generate_signature_header(body, secret())  # type: ignore[no-any-return]


def tell(store: Store, type_: str, about: Body) -> None:
    """Write an event with the change that it tells of."""
    event = {
        "id": new_id("evt"),
        "object": "event",
        "api_version": api_version,
        "created": moment(),
        "type": type_,
        "livemode": False,
        "pending_webhooks": 1,
        "request": {"id": None, "idempotency_key": None},
        "data": {"object": about},
    }
    store.add_event(str(event["id"]), json.dumps(event, ensure_ascii=False))


def deliver(receive: Receive) -> tuple[int, int]:
    """Deliver what is due, the oldest first; how many were taken, and how many were not."""
    with opened(writes=False) as store:
        due = store.due_events(moment(), MOST)
    taken = 0
    for event in due:
        is_taken = _is_taken(receive, event.body)
        taken += is_taken
        with opened(writes=True) as store:
            if is_taken:
                store.delivered(event.id)
            else:
                store.put_off(event.id, moment() + min(2**event.attempts * 5, LONGEST))
    return taken, len(due) - taken


def _is_taken(receive: Receive, body: str) -> bool:
    try:
        receive(body.encode(), sign(body))
    except Exception as error:  # whatever it is, it is tried again
        log.warning("standin.undelivered", error=type(error).__name__)
        return False
    return True
