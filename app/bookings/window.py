"""Whether seats of a sitting can be booked just now, and why not."""

from datetime import datetime
from enum import StrEnum

from sqlmodel import Session

from app.bookings.models import Sitting
from app.bookings.stages import SittingStage
from app.catalogue.models import Training
from app.catalogue.stages import Stage
from app.core.db import now
from app.core.errors import Conflict
from app.core.formats import format_moment


class Window(StrEnum):
    """What the time says about booking."""

    CANCELLED = "cancelled"
    BEGUN = "begun"
    NOT_YET = "not_yet"
    CLOSED = "closed"
    OPEN = "open"


def window_of(sitting: Sitting, at: datetime | None = None) -> Window:
    """Whether one may book at a moment; without one, now."""
    at = at or now()
    if sitting.stage == SittingStage.CANCELLED:
        return Window.CANCELLED
    if sitting.starts_at <= at:
        return Window.BEGUN
    if sitting.opens_at and at < sitting.opens_at:
        return Window.NOT_YET
    return Window.CLOSED if sitting.closes_at and sitting.closes_at <= at else Window.OPEN


def is_running(sitting: Sitting) -> bool:
    """Whether it is still to begin, and not cancelled."""
    return window_of(sitting) not in (Window.CANCELLED, Window.BEGUN)


def check(db: Session, sitting: Sitting, *, was_offered: bool = False) -> Training:
    """The training of a sitting that can be booked now; raises `Conflict` for any other.

    Who was offered a seat from the waiting list may take it after booking has closed: such a
    seat came back late, and would else stay empty.
    """
    training = db.get_one(Training, sitting.training_id)
    if training.stage != Stage.PUBLISHED:
        raise Conflict("This training is not offered at present.")
    window = window_of(sitting)
    if window is Window.CANCELLED:
        raise Conflict("This sitting has been cancelled. Look for another date.")
    if window is Window.BEGUN:
        raise Conflict("This sitting has begun. Look for another date.")
    if window is Window.NOT_YET:
        raise Conflict("Booking opens on {moment}.", moment=format_moment(sitting.opens_at))
    if window is Window.CLOSED and not was_offered:
        raise Conflict("Booking closed on {moment}.", moment=format_moment(sitting.closes_at))
    return training
