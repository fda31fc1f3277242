"""Bookings in words: how they stand, what comes next, how long something is kept."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from app.bookings.models import Order, Place, Sitting
from app.bookings.stages import OrderStage, PlaceStage, SeatStage
from app.core.db import now
from app.core.i18n import _, mark, ngettext

STAGES: Mapping[OrderStage, str] = {
    OrderStage.APPROVAL: mark("Waits for approval"),
    OrderStage.HELD: mark("To be paid"),
    OrderStage.CONFIRMED: mark("Confirmed"),
    OrderStage.EXPIRED: mark("Not paid in time"),
    OrderStage.REFUSED: mark("Subsidy refused"),
    OrderStage.CANCELLED: mark("Cancelled"),
}
TONES: Mapping[OrderStage, str] = {
    OrderStage.APPROVAL: "warn",
    OrderStage.HELD: "warn",
    OrderStage.CONFIRMED: "good",
}
SEATS: Mapping[SeatStage, str] = {
    SeatStage.HELD: mark("Seat kept"),
    SeatStage.CONFIRMED: mark("Confirmed"),
    SeatStage.RELEASED: mark("Given back"),
}
PLACES: Mapping[PlaceStage, str] = {
    PlaceStage.WAITING: mark("Waits"),
    PlaceStage.OFFERED: mark("A seat is free for you"),
}
MINUTE, HOUR, DAY = 60, 3600, 86400


def stage_label(order: Order) -> str:
    """How a booking stands."""
    return _(STAGES[OrderStage(order.stage)])


def tone(order: Order) -> str:
    """In which tone that is said."""
    return TONES.get(OrderStage(order.stage), "plain")


def seat_label(stage: str) -> str:
    """How one seat stands."""
    return _(SEATS[SeatStage(stage)])


def place_label(place: Place) -> str:
    """How a place on the waiting list stands."""
    return _(PLACES[PlaceStage(place.stage)])


def way(order: Order, sitting: Sitting) -> tuple[Sequence[str], int]:
    """The steps of a booking that is alive, and at which of them it stands."""
    names = [_("Booked")]
    if order.subsidy:
        names.append(_("Subsidy approved"))
    if order.total or order.stage == OrderStage.HELD:
        names.append(_("Paid"))
    names += [_("Confirmed"), _("Attended")]
    if order.stage == OrderStage.APPROVAL:
        return names, 1
    if order.stage == OrderStage.HELD:
        return names, len(names) - 3
    return names, len(names) - (1 if sitting.starts_at <= now() else 2)


def time_left(until: datetime | None) -> str:
    """How long something is kept, in words; rounded down, so that nobody comes too late."""
    seconds = int((until - now()).total_seconds()) if until else 0
    if seconds < MINUTE:
        return _("less than a minute")
    if seconds < HOUR:
        return ngettext("{n} minute", "{n} minutes", seconds // MINUTE)
    if seconds < DAY:
        return ngettext("{n} hour", "{n} hours", seconds // HOUR)
    return ngettext("{n} day", "{n} days", seconds // DAY)
