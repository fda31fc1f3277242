"""Sittings in words: when, where, what a seat costs, and the terms of giving it back."""

from collections.abc import Mapping

from app.bookings.calendars import place_of
from app.bookings.models import Sitting
from app.bookings.reading import Shown, State
from app.catalogue.models import Training
from app.core.formats import CHINA, format_moment, format_money
from app.core.i18n import _, mark, ngettext

__all__ = ["STATES", "TONES", "place_of", "price_of", "seats_of", "span", "state_label", "terms_of"]

STATES: Mapping[State, str] = {
    State.OPEN: mark("Seats free"),
    State.FULL: mark("Full: you can wait for a seat"),
    State.EARLY: mark("Booking has not begun"),
    State.CLOSED: mark("Booking is over"),
    State.OVER: mark("Has taken place"),
    State.CANCELLED: mark("Cancelled"),
}
TONES: Mapping[State, str] = {State.OPEN: "good", State.FULL: "warn", State.CANCELLED: "bad"}


def state_label(state: State) -> str:
    """What can be done about a sitting, in a word or two."""
    return _(STATES[state])


def span(sitting: Sitting) -> str:
    """From when to when, in China's time; the day once where it is the same."""
    begins, ends = sitting.starts_at.astimezone(CHINA), sitting.ends_at.astimezone(CHINA)
    if begins.date() == ends.date():
        return f"{begins:%Y-%m-%d %H:%M}–{ends:%H:%M}"
    return f"{format_moment(begins)} – {format_moment(ends)}"


def price_of(sitting: Sitting) -> str:
    """What one seat costs."""
    return format_money(sitting.price) if sitting.price else _("Free of charge")


def seats_of(shown: Shown) -> str:
    """How many seats are free, of how many."""
    return _("{free} of {all} seats free", free=shown.free, all=shown.sitting.seats)


def terms_of(training: Training) -> list[str]:
    """What comes back when somebody cancels, and what public money pays, sentence by sentence."""
    if not training.price:
        return [_("A seat is free. Give it back if you cannot come: somebody may be waiting.")]
    days, late = training.cancel_days or 0, training.late_refund or 0
    said = [_("Everything is paid back until it begins.")]
    if days:
        said = [
            ngettext(
                "Everything is paid back until one day before it begins.",
                "Everything is paid back until {n} days before it begins.",
                days,
            ),
            _("Whoever cancels later gets {n} per cent back, until it begins.", n=late)
            if late
            else _("Whoever cancels later gets nothing back."),
        ]
    said.append(_("If it is moved, you can cancel free of charge; if it is cancelled, too."))
    if training.subsidy:
        said.append(
            _("Public money can pay {n} per cent; the staff decide on request.", n=training.subsidy)
        )
    return said
