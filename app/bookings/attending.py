"""Who was there: noted by the organiser from a list or from tickets, undone where it was wrong."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import or_
from sqlmodel import Session, col, func, select

from app.accounts.models import Person
from app.accounts.visitor import Visitor
from app.bookings.models import Booking, Certificate, Order, Sitting
from app.bookings.stages import SeatStage, SittingStage
from app.catalogue.models import Organisation, Training
from app.core import audit
from app.core.access import Can
from app.core.db import now
from app.core.errors import Conflict, Forbidden, NotFound
from app.core.formats import CHINA, format_moment

OPENS = timedelta(hours=1)  # before the beginning
CLOSES = timedelta(days=30)  # after the end


@dataclass(frozen=True, slots=True)
class Attendee:
    """A confirmed seat as the organiser sees it; `organisation` is whom it was booked for."""

    booking: Booking
    order: Order
    organisation: str
    noted_by: str
    certificate: Certificate | None

    @property
    def has_certificate(self) -> bool:
        """Whether there is one that still holds."""
        return self.certificate is not None and self.certificate.revoked_at is None


@dataclass(frozen=True, slots=True)
class Ticket:
    """What a code at the door leads to, and what the one who opened it is to it."""

    booking: Booking
    order: Order
    sitting: Sitting
    training: Training
    organiser: str
    is_holder: bool
    is_organiser: bool

    @property
    def may_be_marked(self) -> bool:
        """On the day itself; later attendance is noted from the list."""
        return self.is_organiser and is_open(self.sitting) and is_on_its_day(self.sitting)


def is_open(sitting: Sitting) -> bool:
    """Whether attendance can be noted: from an hour before until thirty days after."""
    takes_place = sitting.stage == SittingStage.PLANNED
    return takes_place and opens_at(sitting) <= now() <= closes_at(sitting)


def opens_at(sitting: Sitting) -> datetime:
    """From when on attendance can be noted."""
    return sitting.starts_at - OPENS


def closes_at(sitting: Sitting) -> datetime:
    """Until when attendance can be noted."""
    return sitting.ends_at + CLOSES


def is_on_its_day(sitting: Sitting) -> bool:
    """Whether it is a day of the sitting in China; one may take several."""
    day = now().astimezone(CHINA).date()
    first, last = sitting.starts_at.astimezone(CHINA), sitting.ends_at.astimezone(CHINA)
    return first.date() <= day <= last.date()


def listed(db: Session, sitting: Sitting, name: str = "") -> Sequence[Attendee]:
    """The confirmed seats in the order of names, perhaps only those whose name has a part."""
    columns: list[Any] = [Booking, Order, Organisation.name, Person.name, Certificate]
    chosen = (
        select(*columns)
        .join(Order, col(Order.id) == col(Booking.order_id))
        .outerjoin(Organisation, col(Organisation.id) == col(Order.organisation_id))
        .outerjoin(Person, col(Person.id) == col(Booking.attendance_by))
        .outerjoin(Certificate, col(Certificate.booking_id) == col(Booking.id))
        .where(Booking.sitting_id == sitting.id, Booking.stage == SeatStage.CONFIRMED)
    )
    if name:
        of_organisation = col(Organisation.name).icontains(name, autoescape=True)
        chosen = chosen.where(
            or_(col(Booking.participant).icontains(name, autoescape=True), of_organisation)
        )
    ordered = chosen.order_by(col(Booking.participant), col(Booking.created_at), col(Booking.id))
    return [
        Attendee(booking, order, organisation or "", noted_by or "", certificate)
        for booking, order, organisation, noted_by, certificate in db.exec(ordered)
    ]


def counts(db: Session, sitting: Sitting) -> tuple[int, int]:
    """How many confirmed seats there are, and how many of their participants came."""
    counted = select(func.count(), func.count(col(Booking.attended_at))).select_from(Booking)
    of_sitting = counted.where(
        Booking.sitting_id == sitting.id, Booking.stage == SeatStage.CONFIRMED
    )
    all_, came = db.exec(of_sitting).one()
    return all_, came


def note(
    db: Session,
    sitting: Sitting,
    present: Collection[UUID],
    was_present: Collection[UUID],
    *,
    by: Visitor,
) -> int:
    """Take over what was changed on a list: seats ticked that were not, and the reverse.

    What the list showed is given too, so that two people at two doors do not undo each other.
    Returns how many changed.
    """
    _check_open(sitting)
    came, did_not = set(present) - set(was_present), set(was_present) - set(present)
    seats = _held(db, sitting, came | did_not)
    changed = [_set(db, seat, is_present=seat.id in came, by=by) for seat in seats]
    return sum(changed)


def mark_present(db: Session, ticket: Ticket, *, by: Visitor) -> None:
    """Note that whoever has this ticket came; a second time changes nothing."""
    _check_organises(ticket)
    note(db, ticket.sitting, {ticket.booking.id}, (), by=by)


def undo(db: Session, ticket: Ticket, *, by: Visitor) -> None:
    """Take it back, as long as no certificate rests on it."""
    _check_organises(ticket)
    note(db, ticket.sitting, (), {ticket.booking.id}, by=by)


def find_ticket(db: Session, visitor: Visitor, ticket: str) -> Ticket:
    """What a code leads to, for whoever holds it and for the organiser.

    Raises `NotFound` for everybody else, for seats given up, and for what is no ticket.
    """
    columns: list[Any] = [Booking, Order, Sitting, Training, Organisation.name]
    chosen = (
        select(*columns)
        .join(Order, col(Order.id) == col(Booking.order_id))
        .join(Sitting, col(Sitting.id) == col(Booking.sitting_id))
        .join(Training, col(Training.id) == col(Sitting.training_id))
        .join(Organisation, col(Organisation.id) == col(Sitting.organisation_id))
        .where(Booking.ticket == ticket, Booking.stage == SeatStage.CONFIRMED)
    )
    found = db.exec(chosen).first() if is_ticket(ticket) else None
    if found is not None:
        booking, order, sitting, training, organiser = found
        holds, organises = is_holder(visitor, order, booking), is_organiser(visitor, sitting)
        if holds or organises:
            return Ticket(booking, order, sitting, training, organiser, holds, organises)
    raise NotFound("There is no such ticket.")


def is_ticket(text: str) -> bool:
    """Whether a text can be a ticket at all; PostgreSQL stumbles over some of what is typed."""
    return text.isascii() and text.isprintable() and len(text) <= 100


def is_holder(visitor: Visitor, order: Order, booking: Booking) -> bool:
    """Whether a seat is somebody's: whoever booked, those they booked for, the participant."""
    for_theirs = order.organisation_id is not None and (
        order.organisation_id == visitor.organisation_id
    )
    address = (booking.participant_email or "").casefold()
    is_participant = bool(address) and address == visitor.email.casefold()
    return order.person_id == visitor.person_id or for_theirs or is_participant


def is_organiser(visitor: Visitor, sitting: Sitting) -> bool:
    """Whether somebody acts for the organisation that offers it, and may look after sittings."""
    is_theirs = sitting.organisation_id == visitor.organisation_id
    return is_theirs and visitor.may(Can.OFFER_TRAININGS)


def _check_organises(ticket: Ticket) -> None:
    if not ticket.is_organiser:
        raise Forbidden("Attendance is noted by the organiser.")


def _check_open(sitting: Sitting) -> None:
    if sitting.stage != SittingStage.PLANNED:
        raise Conflict("This sitting was cancelled; nobody can have been there.")
    if not is_open(sitting):
        raise Conflict(
            "Attendance of this sitting is noted from {opens} until {closes}.",
            opens=format_moment(opens_at(sitting)),
            closes=format_moment(closes_at(sitting)),
        )


def _held(db: Session, sitting: Sitting, ids: Collection[UUID]) -> Sequence[Booking]:
    """Confirmed seats, kept from others until the transaction ends."""
    chosen: Any = select(Booking).where(
        Booking.sitting_id == sitting.id,
        Booking.stage == SeatStage.CONFIRMED,
        col(Booking.id).in_(ids),
    )
    held = chosen.order_by(col(Booking.id)).with_for_update()
    found: Sequence[Booking] = db.exec(held.execution_options(populate_existing=True)).all()
    return found


def _set(db: Session, seat: Booking, *, is_present: bool, by: Visitor) -> bool:
    """Whether anything changed."""
    if (seat.attended_at is not None) is is_present:
        return False
    if not is_present:
        _check_no_certificate(db, seat)
    before = seat.attended_at.isoformat() if seat.attended_at else None
    seat.attended_at = now() if is_present else None
    seat.attendance_by = by.person_id if is_present else None
    if is_present:
        audit.record(db, by, "booking.attended", seat)
    else:
        audit.record(db, by, "booking.attendance_undone", seat, before={"attended_at": before})
    return True


def _check_no_certificate(db: Session, seat: Booking) -> None:
    rests = select(Certificate.id).where(
        Certificate.booking_id == seat.id, col(Certificate.revoked_at).is_(None)
    )
    if db.exec(rests).first():
        raise Conflict(
            "{name} has a certificate of this sitting. Revoke it first.", name=seat.participant
        )
