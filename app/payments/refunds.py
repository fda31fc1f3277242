"""Refunds: asked for, approved by a second person when large, noted as the service tells."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, func, select

from app.accounts.models import Person
from app.accounts.visitor import Visitor
from app.bookings.models import Order, Sitting
from app.bookings.occupancy import hold_sitting
from app.core import audit, mail
from app.core.db import now
from app.core.errors import Conflict, Forbidden, Invalid
from app.core.outbox import enqueue
from app.payments import receipts
from app.payments.models import Payment, Refund, RefundLine
from app.payments.reading import Returned
from app.payments.stages import REFUND_MOVES, PaymentStage, RefundStage

LARGE = 5_000_00  # fen; from here on a second person decides
OVER = (RefundStage.FAILED, RefundStage.DECLINED)
LONGEST_NOTE = 500


class Why(StrEnum):
    """Why money goes back."""

    CANCELLED = "cancelled"
    SITTING_CANCELLED = "sitting_cancelled"
    SURPLUS = "surplus"  # paid twice, too late, or not what was asked
    GOODWILL = "goodwill"
    OUTSIDE = "outside"  # made at the payment service itself


def left(db: Session, payment: Payment) -> int:
    """How much of a payment can still go back, in fen: what was asked for already cannot."""
    if payment.stage != PaymentStage.PAID:
        return 0
    gone = select(func.coalesce(func.sum(Refund.amount), 0)).where(
        Refund.payment_id == payment.id, col(Refund.stage).not_in(OVER)
    )
    return max(0, payment.received - int(db.exec(gone).one()))


def ask(
    db: Session,
    payment: Payment,
    amount: int,
    why: Why,
    *,
    lines: Mapping[UUID, int] | None = None,
    note: str = "",
    by: Visitor | None = None,
) -> Refund:
    """Ask for money to go back; a large one that a person asks for waits for another person.

    What the rules give back by themselves (`by` is None) waits for nobody. Raises `Invalid`
    for more than is left. The caller holds the sitting.
    """
    _check_amount(db, payment, amount, lines or {})
    waits = by is not None and amount >= LARGE
    refund = Refund(
        payment_id=payment.id,
        amount=amount,
        why=why,
        note=note.strip()[:LONGEST_NOTE],
        stage=RefundStage.WAITING if waits else RefundStage.REQUESTED,
        asked_by=by.person_id if by else None,
    )
    db.add(refund)
    db.flush()  # its lines and its job name it
    for booking_id, part in (lines or {}).items():
        db.add(RefundLine(refund_id=refund.id, booking_id=booking_id, amount=part))
    audit.record(db, by or "system", "refund.asked", refund, amount=amount, reason=str(why))
    if not waits:
        send(db, refund)
    return refund


def _check_amount(db: Session, payment: Payment, amount: int, lines: Mapping[UUID, int]) -> None:
    if amount <= 0:
        raise Invalid("Say an amount above nothing.")
    if amount > left(db, payment):
        raise Invalid("There is less left of this payment than should go back.")
    if lines and sum(lines.values()) != amount:
        raise Invalid("The parts of a refund must add up to it.")


def of_order(db: Session, order: Order) -> list[Refund]:
    """All that went back of an order, or should, the newest first."""
    chosen = (
        select(Refund)
        .join(Payment, col(Payment.id) == col(Refund.payment_id))
        .where(Payment.order_id == order.id)
    )
    return list(db.exec(chosen.order_by(col(Refund.created_at).desc(), col(Refund.id))))


def send(db: Session, refund: Refund) -> None:
    """Have the payment service asked, once this is committed."""
    enqueue(db, "payments.refund", key=str(refund.id), refund_id=str(refund.id))


def hold(db: Session, refund: Refund) -> tuple[Payment, Order]:
    """Keep others from the money of an order, and read the refund again."""
    payment = db.get_one(Payment, refund.payment_id)
    order = db.get_one(Order, payment.order_id)
    hold_sitting(db, order.sitting_id)
    for one in (refund, payment, order):
        db.refresh(one)
    return payment, order


def approve(db: Session, refund: Refund, *, by: Visitor) -> None:
    """A second person lets a large refund go; not the one who asked, nor whoever booked."""
    _payment, order = hold(db, refund)
    _must_be_another(refund, order, by)
    refund.move_to(RefundStage.REQUESTED)
    refund.approved_by, refund.approved_at = by.person_id, now()
    db.add(refund)
    audit.record(db, by, "refund.approved", refund, amount=refund.amount)
    send(db, refund)


def decline(db: Session, refund: Refund, why: str, *, by: Visitor) -> None:
    """A second person does not let it go, and says why; whoever booked is told."""
    _payment, order = hold(db, refund)
    _must_be_another(refund, order, by)
    if not why.strip():
        raise Invalid("Say in a sentence why.")
    if len(why.strip()) > LONGEST_NOTE:
        raise Invalid("Say it in at most {most} characters.", most=LONGEST_NOTE)
    refund.move_to(RefundStage.DECLINED)
    refund.approved_by, refund.approved_at = by.person_id, now()
    refund.error = why.strip()
    db.add(refund)
    audit.record(db, by, "refund.declined", refund, why=refund.error)
    _tell(db, order, refund, "refund_declined")


def again(db: Session, refund: Refund, *, by: Visitor) -> Refund:
    """Try a failed refund once more, as a new one: the old one's key gives the old answer."""
    payment, _order = hold(db, refund)
    if refund.stage != RefundStage.FAILED or refund.is_outside:
        raise Conflict("Only a refund of ours that failed is tried again.")
    lines = parts(db, refund)
    note = refund.note or f"{refund.id}"
    return ask(db, payment, refund.amount, Why(refund.why), lines=lines, note=note, by=by)


def _must_be_another(refund: Refund, order: Order, by: Visitor) -> None:
    if refund.stage != RefundStage.WAITING:
        raise Conflict("This refund was decided already.")
    if by.person_id in (refund.asked_by, order.person_id):
        raise Forbidden("Another person must decide: you asked for it yourself.")


def note(db: Session, order: Order, payment: Payment, said: Returned) -> bool:
    """Take over what the service says of a refund, made here or outside; whether it was news.

    What it said earlier and tells again, or late, changes nothing: only lawful steps are taken.
    """
    refund = _known(db, payment, said)
    if refund is None:
        refund = _from_outside(db, payment, said)
    refund.provider_id = refund.provider_id or said.id
    if said.stage == refund.stage or said.stage not in REFUND_MOVES[RefundStage(refund.stage)]:
        return False
    was_done = refund.stage == RefundStage.DONE
    refund.move_to(said.stage)
    refund.error = said.error or refund.error
    db.add(refund)
    db.flush()  # its receipt refers to it
    if refund.stage == RefundStage.DONE:
        _done(db, order, payment, refund)
    elif refund.stage == RefundStage.FAILED:
        _failed(db, order, payment, refund, was_done=was_done)
    return True


def note_refused(db: Session, refund: Refund, error: str) -> None:
    """The service does not take a refund at all: a person has to look at it."""
    if refund.stage != RefundStage.REQUESTED:
        return
    refund.move_to(RefundStage.FAILED)
    refund.error = error[:LONGEST_NOTE]
    db.add(refund)
    audit.record(db, "system", "refund.failed", refund, why=refund.error or None)


def _known(db: Session, payment: Payment, said: Returned) -> Refund | None:
    found = db.exec(select(Refund).where(Refund.provider_id == said.id)).first()
    if found is None and said.refund_id is not None:
        found = db.get(Refund, said.refund_id)
    return found if found and found.payment_id == payment.id else None


def _from_outside(db: Session, payment: Payment, said: Returned) -> Refund:
    """Somebody gave money back at the service itself: it is written down, no seat is taken."""
    refund = Refund(
        payment_id=payment.id,
        amount=said.amount,
        why=Why.OUTSIDE,
        is_outside=True,
        provider_id=said.id,
    )
    db.add(refund)
    audit.record(db, "system", "refund.outside", refund, amount=said.amount)
    return refund


def _done(db: Session, order: Order, payment: Payment, refund: Refund) -> None:
    receipts.of_refund(db, order, payment, refund, parts(db, refund))
    audit.record(db, "system", "refund.done", refund, amount=refund.amount)
    _tell(db, order, refund, "refund_done")


def _failed(db: Session, order: Order, payment: Payment, refund: Refund, *, was_done: bool) -> None:
    if was_done:
        receipts.of_return(db, order, payment, refund)
    audit.record(db, "system", "refund.failed", refund, why=refund.error or None)


def parts(db: Session, refund: Refund) -> dict[UUID, int]:
    """How a refund divides among seats; empty where it belongs to none of them."""
    chosen = select(RefundLine).where(RefundLine.refund_id == refund.id).order_by("id")
    return {line.booking_id: line.amount for line in db.exec(chosen)}


def _tell(db: Session, order: Order, refund: Refund, template: str) -> None:
    person = db.get_one(Person, order.person_id)
    sitting = db.get_one(Sitting, order.sitting_id)
    said: dict[str, Any] = {"name": person.name, "order": order, "refund": refund}
    said |= {"sitting": sitting}
    mail.write(db, person.email, template, language=person.language, **said)
