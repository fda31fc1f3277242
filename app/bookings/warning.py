"""Mail to everybody whom a change of a sitting touches."""

from collections.abc import Collection, Iterator
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

from app.accounts.models import Person
from app.bookings.models import Booking, Order, Place, Sitting
from app.bookings.occupancy import LIVE
from app.bookings.offering import IN_LINE
from app.bookings.stages import OrderStage, SeatStage
from app.bookings.touching import LIVE_ORDERS
from app.catalogue.models import Training
from app.core import mail


def tell_moved(db: Session, sitting: Sitting, before: Sitting, why: str) -> None:
    """Say to whoever booked or waits where and when it is now; who booked may cancel for free."""
    said = {"before": before, "why": why, **_about(db, sitting)}
    for order, person in _bookers(db, sitting):
        mail.write(db, person.email, "sitting_moved", language=person.language, order=order, **said)
        _tell_participants(db, order, person, "sitting_moved", said, LIVE)
    for person in _waiting(db, sitting):
        mail.write(db, person.email, "sitting_moved", language=person.language, order=None, **said)


def tell_cancelled(db: Session, sitting: Sitting, why: str) -> None:
    """Say to participants with an address of their own that it does not take place.

    Whoever booked is told with their order, and whoever waits with their place.
    """
    said = {"why": why, **_about(db, sitting)}
    for order, person in _bookers(db, sitting):
        _tell_participants(db, order, person, "sitting_cancelled", said, LIVE)


def tell_link(db: Session, sitting: Sitting) -> None:
    """Send the link to join to whoever has a confirmed seat, and to nobody else."""
    said = _about(db, sitting)
    for order, person in _bookers(db, sitting):
        if order.stage == OrderStage.CONFIRMED:
            mail.write(
                db, person.email, "sitting_link", language=person.language, order=order, **said
            )
            confirmed = (SeatStage.CONFIRMED,)
            _tell_participants(db, order, person, "sitting_link", said, confirmed)


def _about(db: Session, sitting: Sitting) -> dict[str, Any]:
    return {"sitting": sitting, "training": db.get_one(Training, sitting.training_id)}


def _bookers(db: Session, sitting: Sitting) -> list[tuple[Order, Person]]:
    chosen = (
        select(Order, Person)
        .join(Person, col(Person.id) == col(Order.person_id))
        .where(Order.sitting_id == sitting.id, col(Order.stage).in_(LIVE_ORDERS))
        .order_by(col(Order.identifier))
    )
    return list(db.exec(chosen).all())


def _waiting(db: Session, sitting: Sitting) -> Iterator[Person]:
    waits = select(Place.person_id).where(
        Place.sitting_id == sitting.id, col(Place.stage).in_(IN_LINE)
    )
    ids: set[UUID] = set(db.exec(waits))
    yield from db.exec(select(Person).where(col(Person.id).in_(ids)).order_by(col(Person.email)))


def _tell_participants(
    db: Session,
    order: Order,
    booker: Person,
    template: str,
    said: dict[str, Any],
    stages: Collection[SeatStage],
) -> None:
    """Participants with an address of their own are told in the language of whoever booked."""
    chosen = select(Booking.participant_email).where(
        Booking.order_id == order.id,
        col(Booking.stage).in_(stages),
        col(Booking.participant_email).is_not(None),
    )
    for address in sorted({str(one) for one in db.exec(chosen)} - {booker.email}):
        mail.write(db, address, template, language=booker.language, order=None, **said)
