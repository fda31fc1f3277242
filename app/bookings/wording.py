"""Sittings in words."""

from app.bookings.models import Sitting
from app.core.formats import CHINA, format_moment


def span(sitting: Sitting) -> str:
    """From when to when, in China's time; the day once where it is the same."""
    begins, ends = sitting.starts_at.astimezone(CHINA), sitting.ends_at.astimezone(CHINA)
    if begins.date() == ends.date():
        return f"{begins:%Y-%m-%d %H:%M}–{ends:%H:%M}"
    return f"{format_moment(begins)} – {format_moment(ends)}"


def place_of(sitting: Sitting) -> str:
    return sitting.venue or ""
