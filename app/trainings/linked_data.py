"""What a training's page says of its sittings to programs: schema.org events."""

from collections.abc import Sequence
from typing import Any

from app.bookings.models import Sitting
from app.bookings.reading import Shown, State
from app.catalogue.addresses import address
from app.catalogue.linked_data import ATTENDANCE
from app.catalogue.models import Training
from app.core.formats import CHINA

Data = dict[str, Any]
AVAILABLE = {State.OPEN: "InStock", State.FULL: "SoldOut", State.EARLY: "PreOrder"}
SCHEMA = "https://schema.org/"


def events_of(training: Training, sittings: Sequence[Shown], home: str) -> list[Data]:
    """An event for each sitting, with what a seat costs and whether there is one."""
    return [_event(training, one, home) for one in sittings]


def _event(training: Training, shown: Shown, home: str) -> Data:
    sitting = shown.sitting
    data = {
        "@context": "https://schema.org",
        "@type": "EducationEvent",
        "@id": f"{home}{address(training)}#{sitting.identifier}",
        "name": training.name,
        "description": training.summary,
        "url": home + address(training),
        "startDate": sitting.starts_at.astimezone(CHINA).isoformat(),
        "endDate": sitting.ends_at.astimezone(CHINA).isoformat(),
        "eventStatus": SCHEMA + _status(shown),
        "eventAttendanceMode": ATTENDANCE["online" if sitting.is_online else "offline"],
        "location": _place(training, sitting, home),
        "organizer": {"@type": "Organization", "name": training.organiser},
        "inLanguage": training.language,
        "maximumAttendeeCapacity": sitting.seats,
        "remainingAttendeeCapacity": shown.free,
        "offers": _offer(training, shown, home),
    }
    return {name: value for name, value in data.items() if value not in (None, "", [])}


def _status(shown: Shown) -> str:
    if shown.state is State.CANCELLED:
        return "EventCancelled"
    return "EventRescheduled" if shown.sitting.moved_at else "EventScheduled"


def _place(training: Training, sitting: Sitting, home: str) -> Data:
    """Where it is; who joins online learns how with their seat, so the page stands for it."""
    if sitting.is_online:
        return {"@type": "VirtualLocation", "url": home + address(training)}
    place = {"@type": "Place", "name": sitting.venue, "address": sitting.address}
    return {**place, "hasMap": sitting.map_link} if sitting.map_link else place


def _offer(training: Training, shown: Shown, home: str) -> Data:
    sitting = shown.sitting
    opens, closes = sitting.opens_at, sitting.closes_at or sitting.starts_at
    offer = {
        "@type": "Offer",
        "price": f"{sitting.price / 100:.2f}",
        "priceCurrency": "CNY",
        "availability": SCHEMA + AVAILABLE.get(shown.state, "Discontinued"),
        "url": f"{home}{address(training)}/sittings/{sitting.identifier}/book",
        "validThrough": closes.astimezone(CHINA).isoformat(),
    }
    return {**offer, "validFrom": opens.astimezone(CHINA).isoformat()} if opens else offer
