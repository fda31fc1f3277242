"""What comes back for cancelled seats: by the terms as they were when these were booked."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from app.bookings.models import Order, Sitting
from app.bookings.stages import SittingStage
from app.catalogue.models import Revision, Training
from search.engine import Kind

WHOLE = 100


@dataclass(frozen=True, slots=True)
class Terms:
    """Everything back until so many days before the beginning, later so many per cent.

    Where a training says nothing, everything comes back until it begins.
    """

    days: int = 0
    late: int = 0
    was_moved: bool = False  # since it was booked: then it may be cancelled free of charge

    def whole_until(self, sitting: Sitting) -> datetime:
        """The moment until which everything comes back."""
        return sitting.starts_at - timedelta(days=self.days)

    def share(self, sitting: Sitting, at: datetime) -> int:
        """How many per cent come back at a moment; a sitting that is cancelled gives all."""
        if sitting.stage == SittingStage.CANCELLED:
            return WHOLE
        if at >= sitting.starts_at:
            return 0
        return WHOLE if self.was_moved or at <= self.whole_until(sitting) else self.late


def of_order(db: Session, sitting: Sitting, order: Order) -> Terms:
    """Those that were published when it was booked: later ones change no booking.

    Whoever booked before the sitting was moved may cancel free of charge until it begins.
    """
    if sitting.moved_at and order.created_at < sitting.moved_at:
        return Terms(late=WHOLE)
    chosen = select(Revision.values).where(
        col(Revision.kind) == Kind.TRAINING,
        col(Revision.record_id) == sitting.training_id,
        col(Revision.at) <= order.created_at,
    )
    values = db.exec(chosen.order_by(col(Revision.number).desc()).limit(1)).first()
    if values is None:
        training = db.get_one(Training, sitting.training_id)
        values = {"cancel_days": training.cancel_days, "late_refund": training.late_refund}
    was_moved = sitting.moved_at is not None and order.created_at < sitting.moved_at
    return Terms(values.get("cancel_days") or 0, values.get("late_refund") or 0, was_moved)
