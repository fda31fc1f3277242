"""The stand-in's events that were not taken at once, and its sessions that end: tried by jobs."""

from datetime import timedelta
from typing import Any

from sqlmodel import Session

from app.core.outbox import enqueue, job
from app.core.schedule import recurring
from app.core.settings import get_settings
from app.payments import gateway, webhooks
from app.payments.standin import checkout, events, store

EVERY_MINUTE = timedelta(minutes=1)


@recurring("payments.stand_in", EVERY_MINUTE)
def look(db: Session) -> None:
    """What Stripe does by itself: sessions end, and events are delivered until they are taken."""
    if gateway.is_real() or not (get_settings().home / store.FILE).exists():
        return
    enqueue(db, "payments.deliver", key="payments.deliver")


@job("payments.deliver", writes=False)
def deliver(_db: Session, _payloads: list[dict[str, Any]]) -> None:
    """Deliver what is due; each event is taken in a transaction of its own."""
    with store.opened(writes=True) as own:
        checkout.expire_overdue(own)
    events.deliver(webhooks.receive)
