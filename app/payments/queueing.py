"""Refunds that the staff of a region look at: large ones that wait, and those that failed."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

from app.accounts.models import Person
from app.accounts.scope import Scope
from app.accounts.visitor import Visitor
from app.bookings.models import Order, Sitting
from app.bookings.occupancy import hold_order
from app.catalogue.models import Training
from app.catalogue.reading import SLUG
from app.core.errors import Conflict, NotFound
from app.payments import refunds
from app.payments.cancelling import paid
from app.payments.models import Payment, Refund
from app.payments.refunds import Why
from app.payments.stages import RefundStage

MOST = 200


@dataclass(frozen=True, slots=True)
class Row:
    """A refund with what it is about."""

    refund: Refund
    payment: Payment
    order: Order
    training: str
    payer: str


def of_region(db: Session, scope: Scope, *stages: RefundStage) -> list[Row]:
    """Refunds in these stages, the oldest first."""
    chosen = _about(scope).where(col(Refund.stage).in_(stages))
    found = db.exec(chosen.order_by(col(Refund.created_at)).limit(MOST))
    return [Row(*row) for row in found]


def find(db: Session, scope: Scope, refund_id: UUID) -> Refund:
    """A refund of the region; raises `NotFound` for others and missing ones alike."""
    row = db.exec(_about(scope).where(Refund.id == refund_id)).first()
    if row is None:
        raise NotFound("There is no such refund.")
    found: Refund = row[0]
    return found


def ask_goodwill(
    db: Session, scope: Scope, identifier: str, amount: int, note: str, *, by: Visitor
) -> Refund:
    """Give back a part of what an order of the region paid, beyond the published terms."""
    chosen = (
        select(Order)
        .join(Sitting, col(Sitting.id) == col(Order.sitting_id))
        .where(Order.identifier == identifier, scope.inside(Sitting.region))
    )
    order = db.exec(chosen).first() if SLUG.fullmatch(identifier) else None
    if order is None:
        raise NotFound("There is no such booking in your region.")
    if order.person_id == by.person_id:
        raise Conflict("This is a booking of your own. Somebody else must ask for it.")
    hold_order(db, order)
    payment = paid(db, order)
    if payment is None:
        raise Conflict("Nothing was paid for this booking.")
    return refunds.ask(db, payment, amount, Why.GOODWILL, note=note, by=by)


def _about(scope: Scope) -> Any:
    shown: Any = (Refund, Payment, Order, Training.name, Person.name)
    return (
        select(*shown)
        .join(Payment, col(Payment.id) == col(Refund.payment_id))
        .join(Order, col(Order.id) == col(Payment.order_id))
        .join(Sitting, col(Sitting.id) == col(Order.sitting_id))
        .join(Training, col(Training.id) == col(Sitting.training_id))
        .join(Person, col(Person.id) == col(Order.person_id))
        .where(scope.inside(Sitting.region))
    )
