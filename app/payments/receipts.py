"""Receipts: numbered without a gap, never changed; what was wrong is taken back by another one."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import event
from sqlmodel import Session, col, func, select

from app.accounts.models import Person
from app.accounts.visitor import Visitor
from app.bookings.models import Booking, Order, Sitting
from app.bookings.stages import SeatStage
from app.catalogue.models import Organisation, Training
from app.core.db import lock
from app.core.errors import NotFound
from app.payments import gateway
from app.payments.models import Payment, Receipt, Refund
from app.payments.stages import ReceiptKind

NUMBERS = 4_402_271  # the number of a lock; it means nothing


class Unchangeable(RuntimeError):
    """Some code tried to change a receipt; it must write a counter-document instead."""


@event.listens_for(Receipt, "before_update")
@event.listens_for(Receipt, "before_delete")
def _refuse(*_told: object) -> None:
    raise Unchangeable("A receipt is never changed: write one that takes it back.")


def of_payment(db: Session, order: Order, payment: Payment) -> Receipt:
    """The receipt for money that came."""
    seats = _seats(db, order)
    lines = [_line(seat, seat.price) for seat in seats]
    kind = ReceiptKind.PAYMENT
    return _issue(db, kind, order, payment, amount=payment.received, lines=lines)


def of_refund(
    db: Session, order: Order, payment: Payment, refund: Refund, parts: Mapping[UUID, int]
) -> Receipt:
    """The counter-document for money that went back, once for each refund."""
    seats = {seat.id: seat for seat in _all_seats(db, order)}
    lines = [_line(seats[id_], amount) for id_, amount in parts.items()]
    said: dict[str, Any] = {"lines": lines, "why": refund.why, "corrects": _number_of(db, payment)}
    kind = ReceiptKind.REFUND
    return _issue(db, kind, order, payment, amount=refund.amount, refund_id=refund.id, **said)


def of_return(db: Session, order: Order, payment: Payment, refund: Refund) -> Receipt:
    """What takes back a counter-document: the refund came back from the bank."""
    number = db.exec(select(Receipt.number).where(Receipt.refund_id == refund.id)).first()
    kind = ReceiptKind.PAYMENT
    return _issue(
        db, kind, order, payment, amount=refund.amount, lines=[], why="returned", corrects=number
    )


def _issue(
    db: Session,
    kind: ReceiptKind,
    order: Order,
    payment: Payment,
    *,
    amount: int,
    lines: list[dict[str, Any]],
    why: str = "",
    corrects: int | None = None,
    refund_id: UUID | None = None,
) -> Receipt:
    words = {**_words(db, order), "method": payment.method, "lines": lines, "why": why}
    words["is_real"] = gateway.MARK not in (payment.session_id or "")
    lock(db, NUMBERS)  # the next one waits until this one is kept or given up: no gap, no double
    last = db.exec(select(func.max(Receipt.number))).one()
    receipt = Receipt(
        number=(last or 0) + 1,
        kind=kind,
        order_id=order.id,
        payment_id=payment.id,
        refund_id=refund_id,
        corrects=corrects,
        amount=amount,
        words=words,
    )
    db.add(receipt)
    db.flush()  # whoever asks for the highest number must see it
    return receipt


def _words(db: Session, order: Order) -> dict[str, Any]:
    sitting = db.get_one(Sitting, order.sitting_id)
    organiser = db.get(Organisation, sitting.organisation_id)
    buyer = db.get(Organisation, order.organisation_id) if order.organisation_id else None
    return {
        "order": order.identifier,
        "training": db.get_one(Training, sitting.training_id).name,
        "sitting": sitting.identifier,
        "starts_at": sitting.starts_at.isoformat(),
        "organiser": organiser.name if organiser else "",
        "payer": buyer.name if buyer else db.get_one(Person, order.person_id).name,
    }


def _line(seat: Booking, amount: int) -> dict[str, Any]:
    return {"booking": str(seat.id), "participant": seat.participant, "amount": amount}


def _seats(db: Session, order: Order) -> list[Booking]:
    return [seat for seat in _all_seats(db, order) if seat.stage != SeatStage.RELEASED]


def _all_seats(db: Session, order: Order) -> list[Booking]:
    chosen = select(Booking).where(Booking.order_id == order.id)
    return list(db.exec(chosen.order_by(col(Booking.created_at), col(Booking.id))))


def _number_of(db: Session, payment: Payment) -> int | None:
    chosen = select(Receipt.number).where(
        Receipt.payment_id == payment.id, Receipt.kind == ReceiptKind.PAYMENT
    )
    return db.exec(chosen.order_by(col(Receipt.number)).limit(1)).first()


def of_order(db: Session, order: Order) -> list[Receipt]:
    """Every receipt of an order, the first first."""
    chosen = select(Receipt).where(Receipt.order_id == order.id)
    return list(db.exec(chosen.order_by(col(Receipt.number))))


def find_own(db: Session, visitor: Visitor, number: int) -> Receipt:
    """A receipt of the visitor's, or of the organisation they act for; else `NotFound`."""
    receipt = db.exec(select(Receipt).where(Receipt.number == number)).first()
    order = db.get(Order, receipt.order_id) if receipt else None
    if receipt is None or order is None or not is_own(order, visitor):
        raise NotFound("There is no such receipt.")
    return receipt


def is_own(order: Order, visitor: Visitor) -> bool:
    """Whether an order is the visitor's, or that of the organisation they act for."""
    is_theirs = order.organisation_id and order.organisation_id == visitor.organisation_id
    return bool(is_theirs) or order.person_id == visitor.person_id
