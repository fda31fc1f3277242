"""The day before: everybody with a seat is reminded, once."""

from datetime import datetime, time, timedelta

from sqlmodel import Session, col, select

from app.bookings import telling
from app.bookings.models import Order, Sitting
from app.bookings.stages import OrderStage, SittingStage
from app.core.db import now
from app.core.formats import CHINA, today
from app.core.schedule import recurring

EVERY = timedelta(minutes=30)
OPENS = 8  # the hour in China before which nobody is mailed
CHUNK = 200  # orders in one run; the next run goes on
AGAIN = timedelta(days=2)  # a reminder older than this was for a date from which it was moved


@recurring("bookings.remind", EVERY)
def remind(db: Session) -> None:
    """Remind of what begins tomorrow; who booked only today has just read it."""
    if now().astimezone(CHINA).hour < OPENS:
        return
    begins = datetime.combine(today(), time.min, CHINA)
    tomorrow = begins + timedelta(days=1)
    due = (
        select(Order, Sitting)
        .join(Sitting, col(Sitting.id) == col(Order.sitting_id))
        .where(col(Order.stage) == OrderStage.CONFIRMED, col(Order.confirmed_at) < begins)
        .where(col(Sitting.stage) == SittingStage.PLANNED)
        .where(col(Sitting.starts_at) >= tomorrow)
        .where(col(Sitting.starts_at) < tomorrow + timedelta(days=1))
        .where(col(Order.reminded_at).is_(None) | (col(Order.reminded_at) < now() - AGAIN))
        .order_by(col(Order.id))
        .limit(CHUNK)
        .with_for_update(skip_locked=True, of=Order)
    )
    for order, sitting in db.exec(due).all():
        order.reminded_at = now()
        db.add(order)
        telling.of_reminder(db, sitting, order)
