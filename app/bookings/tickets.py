"""Tickets: what is shown at the door, as an address and as a picture of it."""

import segno

from app.bookings.models import Booking
from app.core.settings import get_settings


def link_of(seat: Booking) -> str:
    """The address that the code of a seat holds; only its holder and the organiser see it."""
    return f"{get_settings().public_url.rstrip('/')}/tickets/{seat.ticket}"


def picture_of(seat: Booking) -> str:
    """That address as a QR code (SVG), to stand in a page."""
    drawn: str = segno.make(link_of(seat), error="m").svg_inline(
        scale=4, border=3, light="#fff", svgclass=None, lineclass=None
    )
    return drawn
