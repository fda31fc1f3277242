"""What an organiser types of a sitting, what it means, and what is wrong with it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from app.bookings.models import Sitting
from app.core.db import now
from app.core.i18n import _, mark
from app.curation.applications.field import Field, Input
from app.curation.applications.forms import Typed, read_fields, typed_of

MOST_SEATS = 5000
LONGEST = timedelta(days=31)
WHEN = mark("When")
WHERE = mark("Where")
SEATS = mark("Seats")
ONLINE, OFFLINE = "online", "offline"

FIELDS: tuple[Field, ...] = (
    Field("starts_at", mark("Begins"), WHEN, Input.MOMENT, mark("China's time."), needed=True),
    Field("ends_at", mark("Ends"), WHEN, Input.MOMENT, mark("China's time."), needed=True),
    Field(
        "place",
        mark("Online or on site"),
        WHERE,
        Input.CODE,
        help=mark("One sitting is either; a second one can be added for the other."),
        facet="place",
        needed=True,
    ),
    Field(
        "join_link",
        mark("Link to join online"),
        WHERE,
        Input.SITE,
        help=mark("Only whoever has a seat is told. It can follow later; then it is sent to them."),
        most=500,
    ),
    Field("venue", mark("Venue"), WHERE, help=mark("The house and the room."), most=200),
    Field(
        "address",
        mark("Address"),
        WHERE,
        help=mark("Street and number, with a word on how to get there."),
        most=300,
    ),
    Field(
        "map_link",
        mark("Link to a map"),
        WHERE,
        Input.SITE,
        help=mark("The address of the place on a map that you trust."),
        most=500,
    ),
    Field(
        "region",
        mark("Place"),
        WHERE,
        Input.CODE,
        help=mark("The city, county or town; online it may stay empty."),
        facet="city",
    ),
    Field(
        "seats",
        mark("Seats"),
        SEATS,
        Input.NUMBER,
        help=mark("Never fewer than are taken already."),
        highest=MOST_SEATS,
        needed=True,
    ),
    Field(
        "opens_at",
        mark("Booking begins"),
        SEATS,
        Input.MOMENT,
        help=mark("China's time. Empty: at once."),
    ),
    Field(
        "closes_at",
        mark("Booking ends"),
        SEATS,
        Input.MOMENT,
        help=mark("China's time. Empty: when it begins."),
    ),
    Field(
        "admits",
        mark("Who can book"),
        SEATS,
        Input.CODE,
        help=mark("Codes are made on the page of the sitting."),
        facet="admits",
        needed=True,
    ),
)
LABELS: Mapping[str, str] = {field.name: field.label for field in FIELDS}


@dataclass(frozen=True, slots=True)
class Plan:
    """What a sitting is to be. Moments are UTC; what it costs follows from the training."""

    starts_at: datetime
    ends_at: datetime
    seats: int
    is_online: bool = False
    join_link: str | None = None
    venue: str | None = None
    address: str | None = None
    map_link: str | None = None
    region: str | None = None
    opens_at: datetime | None = None
    closes_at: datetime | None = None
    by_code_only: bool = False

    def moves(self, sitting: Sitting) -> bool:
        """Whether people would have to come at another time or to another place."""
        return any(getattr(self, name) != getattr(sitting, name) for name in MOVING)


MOVING = ("starts_at", "ends_at", "is_online", "venue", "address")
"""What people who booked have to know of before it changes."""


def as_typed(sitting: Sitting | None) -> Typed:
    """A sitting as it stands in the form; of a new one what is usual."""
    if sitting is None:
        return {"place": OFFLINE, "admits": "everybody"}
    said = {name: getattr(sitting, name) for name in Plan.__slots__}
    said["place"] = ONLINE if sitting.is_online else OFFLINE
    said["admits"] = "code" if sitting.by_code_only else "everybody"
    return typed_of(FIELDS, said)


def read(typed: Mapping[str, Sequence[str]]) -> tuple[Plan | None, dict[str, str]]:
    """What was typed, or what is wrong with it by field."""
    said, errors = read_fields(FIELDS, typed, {})
    for field in FIELDS:
        if field.needed and field.name not in said and field.name not in errors:
            errors[field.name] = _("This is needed.")
    if not errors:
        errors = _wrong(said)
    return (None, errors) if errors else (_plan(said), {})


def _plan(said: dict[str, Any]) -> Plan:
    is_online = said["place"] == ONLINE
    own: dict[str, Any] = {name: said[name] for name in Plan.__slots__ if name in said}
    for name in ("venue", "address", "map_link") if is_online else ("join_link",):
        own.pop(name, None)
    for name in ("join_link", "map_link"):
        if "://" not in own.get(name, "://"):
            own[name] = f"https://{own[name]}"
    return Plan(**own, is_online=is_online, by_code_only=said["admits"] == "code")


def _wrong(said: Mapping[str, Any]) -> dict[str, str]:
    errors = {}
    if said["ends_at"] <= said["starts_at"]:
        errors["ends_at"] = _("It has to end after it begins.")
    elif said["ends_at"] - said["starts_at"] > LONGEST:
        errors["ends_at"] = _("One sitting lasts at most {n} days.", n=LONGEST.days)
    if said["starts_at"] <= now():
        errors["starts_at"] = _("Choose a time that is still to come.")
    if said["place"] == OFFLINE and not said.get("venue"):
        errors["venue"] = _("Say where it takes place.")
    if said["seats"] < 1:
        errors["seats"] = _("There has to be one seat at least.")
    return errors | _wrong_window(said)


def _wrong_window(said: Mapping[str, Any]) -> dict[str, str]:
    opens, closes, starts = said.get("opens_at"), said.get("closes_at"), said["starts_at"]
    if opens and opens >= (closes or starts):
        return {"opens_at": _("Booking has to begin before it ends.")}
    if closes and closes > starts:
        return {"closes_at": _("Booking ends when the sitting begins, at the latest.")}
    return {}
