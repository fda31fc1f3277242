"""What comes back for cancelled seats: by the terms as they were when these were booked."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Self

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

    @classmethod
    def said(cls, values: Mapping[str, Any]) -> Self:
        """What the values of a training say."""
        return cls(values.get("cancel_days") or 0, values.get("late_refund") or 0)

    def whole_until(self, sitting: Sitting) -> datetime:
        """The moment until which everything comes back."""
        return sitting.starts_at - timedelta(days=self.days)

    def share(self, sitting: Sitting, at: datetime) -> int:
        """How many per cent come back at a moment; a sitting that is cancelled gives all."""
        if sitting.stage == SittingStage.CANCELLED:
            return WHOLE
        if at >= sitting.starts_at:
            return 0
        return WHOLE if at <= self.whole_until(sitting) else self.late


def of_order(db: Session, sitting: Sitting, order: Order) -> Terms:
    """Those that were published when it was booked: later ones change no booking."""
    chosen = select(Revision.values).where(
        col(Revision.kind) == Kind.TRAINING,
        col(Revision.record_id) == sitting.training_id,
        col(Revision.at) <= order.created_at,
    )
    values = db.exec(chosen.order_by(col(Revision.number).desc()).limit(1)).first()
    return Terms.said(values) if values is not None else of_training(db, sitting)


def of_training(db: Session, sitting: Sitting) -> Terms:
    """Those that are published now."""
    training = db.get_one(Training, sitting.training_id)
    return Terms(training.cancel_days or 0, training.late_refund or 0)
