"""What time takes back: seats that were held and not paid, offers that nobody took."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import and_, or_
from sqlmodel import Session, col, select

from app.bookings import occupancy, offering, seats, telling
from app.bookings.models import Order, Place, Sitting
from app.bookings.stages import OrderStage, PlaceStage, SittingStage
from app.core import audit
from app.core.db import now
from app.core.schedule import recurring

EVERY_MINUTE = timedelta(minutes=1)
CHUNK = 50  # sittings in one run; the next run goes on
KEPT = (OrderStage.APPROVAL, OrderStage.HELD)


def expire_overdue(db: Session, sitting: Sitting) -> None:
    """Take back the seats of orders and offers whose time has run out, while it is held."""
    overdue = select(Order).where(
        Order.sitting_id == sitting.id,
        col(Order.stage).in_(KEPT),
        col(Order.held_until) <= now(),
    )
    for order in db.exec(overdue.execution_options(populate_existing=True)).all():
        seats.end(db, order, OrderStage.EXPIRED)
        audit.record(db, "system", "order.expired", order)
        telling.of_expired(db, sitting, order)
    offering.lapse_overdue(db, sitting)


def catch_up(db: Session, sitting: Sitting) -> None:
    """Take back what is overdue, and offer it to those who wait, before anybody else."""
    expire_overdue(db, sitting)
    offering.offer_next(db, sitting)


@recurring("bookings.expire", EVERY_MINUTE)
def expire_all(db: Session) -> None:
    """Catch up wherever something is overdue.

    Sittings are held in the order of their ids, so that two runs never wait for each other.
    """
    for sitting_id in _overdue(db):
        catch_up(db, occupancy.hold_sitting(db, sitting_id))


def _overdue(db: Session) -> list[UUID]:
    moment = now()
    orders = select(Order.sitting_id).where(
        col(Order.stage).in_(KEPT), col(Order.held_until) <= moment
    )
    over = or_(col(Sitting.starts_at) <= moment, col(Sitting.stage) == SittingStage.CANCELLED)
    offer_is_over = and_(col(Place.stage) == PlaceStage.OFFERED, col(Place.offered_until) <= moment)
    places = (
        select(Place.sitting_id)
        .join(Sitting, col(Sitting.id) == col(Place.sitting_id))
        .where(col(Place.stage).in_(offering.IN_LINE), or_(offer_is_over, over))
    )
    chosen = select(Sitting.id).where(or_(col(Sitting.id).in_(orders), col(Sitting.id).in_(places)))
    return list(db.exec(chosen.order_by(col(Sitting.id)).limit(CHUNK)))
