"""Seats that public money pays a part of: staff of the region decide before anything is paid."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

from app.accounts.models import Membership, Person
from app.accounts.visitor import Visitor
from app.bookings import confirming, expiring, occupancy, ordering, seats, telling
from app.bookings.models import Order, Sitting
from app.bookings.stages import OrderStage
from app.catalogue.models import Organisation, Training
from app.core import audit
from app.core.access import Can
from app.core.db import now
from app.core.errors import Conflict, Forbidden, Invalid, NotFound

# Whoever applied is not sitting before the page when staff decide: half an hour would be over
# before they read their mail.
TO_PAY = timedelta(hours=24)
LONGEST_REASON = 1000
MOST = 200  # in the list


@dataclass(frozen=True, slots=True)
class Row:
    """An order that waits for a decision, with what one needs to decide; `share` is in fen."""

    order: Order
    sitting: Sitting
    training: Training
    person: str
    organisation: str
    seats: int
    share: int
    is_involved: bool


def find(db: Session, visitor: Visitor, order_id: UUID) -> Order:
    """A subsidised order inside the visitor's region; raises `NotFound` for any other."""
    chosen = (
        select(Order)
        .join(Sitting, col(Sitting.id) == col(Order.sitting_id))
        .where(Order.id == order_id, Order.subsidy > 0)
        .where(visitor.scope.inside(Sitting.region))
    )
    order = db.exec(chosen).first() if visitor.may(Can.APPROVE_SEATS) else None
    if order is None:
        raise NotFound("There is no such booking.")
    return order


def waiting_for(db: Session, visitor: Visitor) -> list[Row]:
    """Those that wait for a decision inside the visitor's region, the one that ends first first."""
    columns: list[Any] = [Order, Sitting, Training, Person.name, Organisation.name]
    chosen = (
        select(*columns)
        .join(Sitting, col(Sitting.id) == col(Order.sitting_id))
        .join(Training, col(Training.id) == col(Sitting.training_id))
        .join(Person, col(Person.id) == col(Order.person_id))
        .join(Organisation, col(Organisation.id) == col(Order.organisation_id), isouter=True)
        .where(col(Order.stage) == OrderStage.APPROVAL, col(Order.held_until) > now())
        .where(visitor.scope.inside(Sitting.region))
        .order_by(col(Order.held_until), col(Order.identifier))
        .limit(MOST)
    )
    found = db.exec(chosen).all()
    counts = seats.count_live(db, [one[0].id for one in found])
    own = _organisations_of(db, visitor)
    return [_row(visitor, counts[one[0].id], own, *one) for one in found]


def _row(
    visitor: Visitor,
    many: int,
    own: set[UUID],
    order: Order,
    sitting: Sitting,
    training: Training,
    person: str,
    organisation: str | None,
) -> Row:
    share = many * (order.total // max(many, 1) * order.subsidy // 100)  # all cost the same
    involved = order.person_id == visitor.person_id or bool(own & _sides(order, sitting))
    return Row(order, sitting, training, person, organisation or "", many, share, involved)


def approve(db: Session, order: Order, *, by: Visitor) -> None:
    """Let public money pay its part; what is left is to be paid, or nothing is."""
    sitting = _take_up(db, order, by)
    price = confirming.price_of(db, sitting, order)
    for seat in seats.live(db, order):
        seat.price = price
        db.add(seat)
    seats.sum_up(db, order)
    _note(order, by)
    audit.record(db, by, "order.approved", order, subsidy=order.subsidy, total=order.total)
    if not order.total:
        confirming.confirm_held(db, sitting, order)
        return
    order.move_to(OrderStage.HELD)
    order.held_until = ordering.hold_until(sitting, TO_PAY)
    db.add(order)
    telling.of_approved(db, sitting, order)


def refuse(db: Session, order: Order, why: str, *, by: Visitor) -> None:
    """Say no, with a reason; the seats are free again."""
    if not why.strip():
        raise Invalid("Give a reason: whoever booked reads it.")
    sitting = _take_up(db, order, by)
    _note(order, by)
    order.reason = why.strip()[:LONGEST_REASON]
    seats.end(db, order, OrderStage.REFUSED)
    audit.record(db, by, "order.refused", order, why=order.reason)
    telling.of_refused(db, sitting, order)
    expiring.catch_up(db, sitting)


def is_involved(db: Session, order: Order, sitting: Sitting, visitor: Visitor) -> bool:
    """Whether somebody booked it, or belongs to the organisation that did, or to the organiser."""
    own = _organisations_of(db, visitor)
    return order.person_id == visitor.person_id or bool(own & _sides(order, sitting))


def _sides(order: Order, sitting: Sitting) -> set[UUID]:
    return {one for one in (order.organisation_id, sitting.organisation_id) if one}


def _organisations_of(db: Session, visitor: Visitor) -> set[UUID]:
    own = select(Membership.organisation_id).where(Membership.person_id == visitor.person_id)
    return set(db.exec(own).all())


def _take_up(db: Session, order: Order, by: Visitor) -> Sitting:
    sitting = occupancy.hold_order(db, order)
    if is_involved(db, order, sitting, by):
        raise Forbidden("This concerns yourself or your organisation. Somebody else decides.")
    if order.stage != OrderStage.APPROVAL:
        raise Conflict("This was decided already.")
    if order.held_until and order.held_until <= now():
        raise Conflict("The time for this is over; the seats go back.")
    return sitting


def _note(order: Order, by: Visitor) -> None:
    order.decided_by, order.decided_at = by.person_id, now()
