"""Offers to those who wait: in order, each for a while, none once the sitting has begun.

A place that wants more seats than are free blocks those behind it, and whoever would book
without waiting: else a larger group would be overtaken for ever by single people.
"""

from datetime import timedelta

from sqlmodel import Session, col, select

from app.bookings import occupancy, telling, window
from app.bookings.models import Place, Sitting
from app.bookings.stages import PlaceStage
from app.core import audit
from app.core.db import now

OFFER = timedelta(hours=12)
IN_LINE = (PlaceStage.WAITING, PlaceStage.OFFERED)


def offer_next(db: Session, sitting: Sitting) -> None:
    """Offer what is free to those who wait, in order, while the sitting is held.

    Once it has begun or is cancelled, all places lapse.
    """
    if not window.is_running(sitting):
        _lapse(db, sitting, _line(db, sitting, *IN_LINE))
        return
    free = occupancy.free_seats(db, sitting)
    for place in _line(db, sitting, PlaceStage.WAITING):
        if place.seats > free:  # those behind it wait too; see above
            break
        free -= place.seats
        place.move_to(PlaceStage.OFFERED)
        place.offered_at = now()
        place.offered_until = min(place.offered_at + OFFER, sitting.starts_at)
        db.add(place)
        audit.record(db, "system", "place.offered", place)
        telling.of_offer(db, sitting, place)


def lapse_overdue(db: Session, sitting: Sitting) -> None:
    """End the offers that nobody took in time, while the sitting is held."""
    moment = now()
    offered = _line(db, sitting, PlaceStage.OFFERED)
    over = [one for one in offered if one.offered_until and one.offered_until <= moment]
    _lapse(db, sitting, over)


def _line(db: Session, sitting: Sitting, *stages: PlaceStage) -> list[Place]:
    chosen = select(Place).where(Place.sitting_id == sitting.id, col(Place.stage).in_(stages))
    ordered = chosen.order_by(col(Place.number)).execution_options(populate_existing=True)
    return list(db.exec(ordered))


def _lapse(db: Session, sitting: Sitting, places: list[Place]) -> None:
    for place in places:
        place.move_to(PlaceStage.LAPSED)
        db.add(place)
        audit.record(db, "system", "place.lapsed", place)
        telling.of_lapsed(db, sitting, place)
