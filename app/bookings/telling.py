"""Mail about seats: to whoever booked, and to each participant whose address is known."""

from typing import Any

from sqlmodel import Session

from app.accounts import responsible
from app.accounts.models import Person
from app.bookings import seats, terms, tickets
from app.bookings.models import Booking, Order, Place, Sitting
from app.bookings.stages import SittingStage
from app.catalogue.models import Training
from app.core import mail
from app.core.access import Can


def of_held(db: Session, sitting: Sitting, order: Order) -> None:
    """It is to be paid, and until when."""
    _to_owner(db, sitting, order, "booking_held")


def of_approval_wanted(db: Session, sitting: Sitting, order: Order) -> None:
    """It waits for approval: to whoever booked, and to the staff nearest to the sitting."""
    _to_owner(db, sitting, order, "booking_to_approve")
    for person in responsible.nearest(db, sitting.region, Can.APPROVE_SEATS):
        said = {"about": _name(db, sitting), "order": order}
        mail.write(db, person.email, "booking_to_decide", language=person.language, **said)


def of_approved(db: Session, sitting: Sitting, order: Order) -> None:
    """Public money pays a part; the rest is to be paid."""
    _to_owner(db, sitting, order, "booking_approved")


def of_refused(db: Session, sitting: Sitting, order: Order) -> None:
    """Public money pays nothing, and why."""
    _to_owner(db, sitting, order, "booking_refused")


def of_expired(db: Session, sitting: Sitting, order: Order) -> None:
    """The time was over, and the seats are gone."""
    _to_owner(db, sitting, order, "booking_expired")


def of_cancelled(db: Session, sitting: Sitting, order: Order, *, seats: int, back: int) -> None:
    """Seats were given back, and what comes back for them."""
    is_all = sitting.stage == SittingStage.CANCELLED
    said = {"seats": seats, "back": back, "is_sitting_cancelled": is_all}
    _to_owner(db, sitting, order, "booking_cancelled", **said)


def of_confirmed(db: Session, sitting: Sitting, order: Order) -> None:
    """The seats are firm: how to get there, the terms, and each participant's own ticket."""
    _to_owner(db, sitting, order, "booking_confirmed", terms=terms.of_order(db, sitting, order))
    owner = db.get_one(Person, order.person_id)
    for seat in seats.live(db, order):
        if (seat.participant_email or owner.email).lower() != owner.email.lower():
            _to_participant(db, sitting, seat, "booking_ticket", owner.language)


def of_transferred(db: Session, sitting: Sitting, order: Order, seat: Booking) -> None:
    """Another participant has the seat: to whoever booked, and to the new one once it is firm."""
    _to_owner(db, sitting, order, "booking_transferred", seat=seat)
    if order.confirmed_at and seat.participant_email:
        owner = db.get_one(Person, order.person_id)
        _to_participant(db, sitting, seat, "booking_ticket", owner.language)


def of_reminder(db: Session, sitting: Sitting, order: Order) -> None:
    """It is tomorrow."""
    _to_owner(db, sitting, order, "booking_reminder")
    owner = db.get_one(Person, order.person_id)
    for seat in seats.live(db, order):
        if (seat.participant_email or owner.email).lower() != owner.email.lower():
            _to_participant(db, sitting, seat, "booking_reminder_ticket", owner.language)


def of_offer(db: Session, sitting: Sitting, place: Place) -> None:
    """Seats are kept for somebody who waited, and until when."""
    _to_waiting(db, sitting, place, "waiting_offered")


def of_lapsed(db: Session, sitting: Sitting, place: Place) -> None:
    """A place on the waiting list is over."""
    _to_waiting(db, sitting, place, "waiting_lapsed")


def _to_owner(db: Session, sitting: Sitting, order: Order, template: str, **said: Any) -> None:
    _write(db, db.get_one(Person, order.person_id), sitting, template, order=order, **said)


def _to_waiting(db: Session, sitting: Sitting, place: Place, template: str) -> None:
    _write(db, db.get_one(Person, place.person_id), sitting, template, place=place)


def _write(db: Session, person: Person, sitting: Sitting, template: str, **said: Any) -> None:
    if person.disabled_at is None:
        known = {**_known(db, sitting), **said}
        mail.write(db, person.email, template, language=person.language, **known)


def _to_participant(
    db: Session, sitting: Sitting, seat: Booking, template: str, language: str
) -> None:
    """They may have no account, so the language is that of whoever booked."""
    assert seat.participant_email is not None  # noqa: S101  only those with one are written to
    known = {**_known(db, sitting), "seat": seat, "link": tickets.link_of(seat)}
    mail.write(db, seat.participant_email, template, language=language, **known)


def _known(db: Session, sitting: Sitting) -> dict[str, Any]:
    training = db.get_one(Training, sitting.training_id)
    return {"sitting": sitting, "about": training.name, "slug": training.slug}


def _name(db: Session, sitting: Sitting) -> str:
    return db.get_one(Training, sitting.training_id).name
