"""When a training takes place follows from its sittings: in the list, facets, index and feeds."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlmodel import Session, col, select

from app.bookings.models import Sitting
from app.bookings.stages import SittingStage
from app.catalogue import service as catalogue
from app.catalogue.models import Training
from app.core import audit
from app.core.db import now
from app.core.formats import format_date
from app.core.schedule import recurring

PASSED = timedelta(days=2)  # how far the job below looks back; it runs every hour


def next_of(sittings: Sequence[Sitting]) -> Sitting | None:
    """The planned sitting that is next; where all are over, the last one that took place."""
    planned = sorted(
        (one for one in sittings if one.stage == SittingStage.PLANNED),
        key=lambda one: (one.starts_at, one.identifier),
    )
    ahead = (one for one in planned if one.ends_at > now())
    return next(ahead, planned[-1] if planned else None)


def follow(db: Session, training_id: UUID, *, by: str | audit.Actor) -> bool:
    """Have a training say when and where its next sitting is; whether that changed."""
    db.flush()  # the sittings of this transaction count
    training = db.get_one(Training, training_id)
    sittings = db.exec(select(Sitting).where(Sitting.training_id == training_id)).all()
    found = next_of(sittings)
    said = {
        "starts_on": format_date(found.starts_at) if found else None,
        "venue": found.venue if found else None,
    }
    with catalogue.changing(db, by=by) as changes:
        return bool(catalogue.follow(changes, training, said))


@recurring("bookings.follow", timedelta(hours=1))
def follow_passed(db: Session) -> None:
    """After a sitting has ended, the next one is what the training says."""
    moment = now()
    over = select(Sitting.training_id).where(
        col(Sitting.ends_at) <= moment, col(Sitting.ends_at) > moment - PASSED
    )
    for training_id in db.exec(over.distinct().order_by(col(Sitting.training_id))):
        follow(db, training_id, by="system")
