"""A dry run: whom it touches when a sitting is moved or cancelled, before anybody does it."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, func, select

from app.accounts.models import Person
from app.bookings.models import Booking, Order, Place, Sitting
from app.bookings.occupancy import LIVE
from app.bookings.offering import IN_LINE
from app.bookings.stages import ENDED, OrderStage, SeatStage
from app.catalogue.models import Organisation

LIVE_ORDERS = frozenset(OrderStage) - ENDED


class Change(StrEnum):
    """What is about to happen to a sitting."""

    MOVE = "move"
    CANCEL = "cancel"


@dataclass(frozen=True, slots=True)
class TouchedOrder:
    """One order: who booked, for whom, how many seats, and what was paid for them (fen)."""

    order: Order
    who: str
    organisation: str
    seats: int
    paid: int


@dataclass(frozen=True, slots=True)
class Touched:
    """Everybody whom a change touches; `money` (fen) goes back by itself."""

    orders: Sequence[TouchedOrder]
    people: int  # named participants
    waiting: int  # places on the waiting list
    money: int

    @property
    def is_nobody(self) -> bool:
        return not self.orders and not self.waiting


def touches(db: Session, sitting: Sitting, change: Change) -> Touched:
    """Look at whom a change would touch, changing nothing.

    Cancelling pays everything back. Moving pays nothing back by itself, but everybody may then
    cancel free of charge, so that what was paid is named as well.
    """
    orders = _orders(db, sitting)
    lined = select(func.count()).where(
        Place.sitting_id == sitting.id, col(Place.stage).in_(IN_LINE)
    )
    return Touched(
        orders=orders,
        people=sum(one.seats for one in orders),
        waiting=db.exec(lined).one(),
        money=sum(one.paid for one in orders) if change is Change.CANCEL else 0,
    )


def _orders(db: Session, sitting: Sitting) -> list[TouchedOrder]:
    chosen: Any = (
        select(Order, Person.name, Organisation.name)
        .join(Person, col(Person.id) == col(Order.person_id))
        .join(Organisation, col(Organisation.id) == col(Order.organisation_id), isouter=True)
        .where(Order.sitting_id == sitting.id, col(Order.stage).in_(LIVE_ORDERS))
        .order_by(col(Order.created_at), col(Order.identifier))
    )
    seats = _seats(db, sitting)
    return [
        TouchedOrder(
            order=order,
            who=who,
            organisation=organisation or "",
            seats=seats.get(order.id, (0, 0))[0],
            paid=seats.get(order.id, (0, 0))[1],
        )
        for order, who, organisation in db.exec(chosen)
    ]


def _seats(db: Session, sitting: Sitting) -> dict[UUID, tuple[int, int]]:
    """For each order its live seats, and what was paid for those that are confirmed."""
    found: dict[UUID, tuple[int, int]] = {}
    live = select(Booking).where(Booking.sitting_id == sitting.id, col(Booking.stage).in_(LIVE))
    for booking in db.exec(live):
        seats, paid = found.get(booking.order_id, (0, 0))
        own = booking.price if booking.stage == SeatStage.CONFIRMED else 0
        found[booking.order_id] = (seats + 1, paid + own)
    return found
