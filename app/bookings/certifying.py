"""Certificates: issued for those who attended, checked by anybody, revoked with a reason."""

import unicodedata
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

from app.accounts.models import Person
from app.accounts.throttle import Limit
from app.accounts.visitor import Visitor
from app.bookings import attending
from app.bookings.models import Booking, Certificate, Order, Sitting
from app.bookings.stages import SeatStage, SittingStage
from app.catalogue.models import Organisation, Training
from app.catalogue.reading import SLUG
from app.core import audit, mail
from app.core.db import now
from app.core.errors import Conflict, Invalid, NotFound
from app.core.settings import get_settings

LONGEST = 1000
LONGEST_NAME = 200
NAMES = Limit("certificate-names", 20, attending.OPENS)  # guessed from one address, in an hour
MASK = "＊"


@dataclass(frozen=True, slots=True)
class Held:
    """A certificate with what it rests on."""

    certificate: Certificate
    booking: Booking
    order: Order
    sitting: Sitting


def issue(
    db: Session, sitting: Sitting, ids: Collection[UUID] | None, *, by: Visitor
) -> Sequence[Certificate]:
    """Certify those who attended and have no certificate yet, or only these; mail tells them.

    The words are those of today and stay. Raises `Conflict` before the sitting is over, and
    where nobody is left.
    """
    _check_over(sitting)
    seats = _without(db, sitting, ids)
    if not seats:
        raise Conflict("Nobody is left who attended and has no certificate yet.")
    training = db.get_one(Training, sitting.training_id)
    organiser = db.get_one(Organisation, sitting.organisation_id)
    made = [
        Certificate(
            booking_id=seat.id,
            participant=seat.participant,
            training=training.name,
            organiser=organiser.name,
            starts_at=sitting.starts_at,
            ends_at=sitting.ends_at,
        )
        for seat in seats
    ]
    db.add_all(made)
    db.flush()  # mails and entries name them
    for one in made:
        audit.record(db, by, "certificate.issued", one)
    _tell(db, list(zip(seats, made, strict=True)))
    return made


def revoke(db: Session, certificate: Certificate, why: str, *, by: Visitor) -> None:
    """Declare a certificate void for good; everybody who checks it reads why."""
    if not why:
        raise Invalid("Say in a sentence why.")
    if len(why) > LONGEST:
        raise Invalid("Say it in at most {most} characters.", most=LONGEST)
    db.refresh(certificate, with_for_update=True)
    if certificate.revoked_at is not None:
        raise Conflict("This certificate was revoked already.")
    certificate.revoked_at, certificate.revoked_why = now(), why
    audit.record(db, by, "certificate.revoked", certificate, why=why)
    booking = db.get_one(Booking, certificate.booking_id)
    order = db.get_one(Order, booking.order_id)
    person = db.get_one(Person, order.person_id)
    said = {"certificate": certificate, "address": address(certificate), "why": why}
    for to in _addresses(booking, person):
        mail.write(db, to, "certificate_revoked", language=person.language, **said)


def find(db: Session, identifier: str) -> Certificate:
    """A certificate as everybody may check it, revoked or not; raises `NotFound`."""
    found = None
    if SLUG.fullmatch(identifier):
        found = db.exec(select(Certificate).where(Certificate.identifier == identifier)).first()
    if found is None:
        raise NotFound("There is no certificate with this number.")
    return found


def find_held(db: Session, visitor: Visitor, identifier: str) -> Held:
    """One for whoever holds it and for its organiser; raises `NotFound` for others."""
    found = _find(db, identifier)
    is_theirs = attending.is_holder(visitor, found.order, found.booking)
    if not is_theirs and not attending.is_organiser(visitor, found.sitting):
        raise NotFound("There is no certificate with this number.")
    return found


def find_issued(db: Session, visitor: Visitor, identifier: str) -> Held:
    """One that the organisation that somebody acts for has issued; raises `NotFound`."""
    found = _find(db, identifier)
    if not attending.is_organiser(visitor, found.sitting):
        raise NotFound("There is no certificate with this number.")
    return found


def find_inside(db: Session, visitor: Visitor, identifier: str) -> Held:
    """One of a sitting inside the region of somebody of the staff; raises `NotFound`."""
    found = _find(db, identifier)
    if not visitor.scope.covers(found.sitting.region):
        raise NotFound("There is no certificate with this number.")
    return found


def of_order(db: Session, order: Order) -> Sequence[Certificate]:
    """The certificates that rest on the seats of an order, in the order of names."""
    chosen = select(Certificate).join(Booking, col(Booking.id) == col(Certificate.booking_id))
    return db.exec(
        chosen.where(Booking.order_id == order.id).order_by(Certificate.participant)
    ).all()


def of_sitting(db: Session, sitting: Sitting) -> Sequence[Certificate]:
    """The certificates that were issued of a sitting, in the order of names."""
    chosen = select(Certificate).join(Booking, col(Booking.id) == col(Certificate.booking_id))
    of_it = chosen.where(Booking.sitting_id == sitting.id)
    return db.exec(of_it.order_by(Certificate.participant, Certificate.identifier)).all()


def waiting(db: Session, sitting: Sitting) -> int:
    """How many attended and have no certificate yet."""
    return len(_without(db, sitting, None))


def is_over(sitting: Sitting) -> bool:
    """Whether certificates can be issued."""
    return sitting.stage == SittingStage.PLANNED and sitting.ends_at <= now()


def address(certificate: Certificate) -> str:
    """Where anybody can check it: what the code on it holds."""
    return f"{get_settings().public_url.rstrip('/')}/certificates/{certificate.identifier}"


def is_name(certificate: Certificate, said: str) -> bool:
    """Whether a typed name is the one on the certificate; spaces and case do not matter."""
    return bool(said) and _plain(said) == _plain(certificate.participant)


def masked(name: str) -> str:
    """A name that only shows who it is to those who know: its first letter, the rest hidden."""
    words = name.split()
    if len(words) > 1:
        return " ".join(masked(word) for word in words)
    return name[:1] + MASK * max(1, min(len(name) - 1, 3))


def _plain(name: str) -> str:
    return "".join(unicodedata.normalize("NFKC", name).split()).casefold()


def _check_over(sitting: Sitting) -> None:
    if sitting.stage != SittingStage.PLANNED:
        raise Conflict("This sitting was cancelled; there is nothing to certify.")
    if not is_over(sitting):
        raise Conflict("Certificates can be issued once the sitting is over.")


def _without(db: Session, sitting: Sitting, ids: Collection[UUID] | None) -> Sequence[Booking]:
    """Who attended and has no certificate, held so that nobody certifies them twice."""
    chosen: Any = select(Booking).where(
        Booking.sitting_id == sitting.id,
        Booking.stage == SeatStage.CONFIRMED,
        col(Booking.attended_at).is_not(None),
        col(Booking.id).not_in(select(Certificate.booking_id)),
    )
    if ids is not None:
        chosen = chosen.where(col(Booking.id).in_(ids))
    held = chosen.order_by(col(Booking.participant), col(Booking.id)).with_for_update()
    found: Sequence[Booking] = db.exec(held).all()
    return found


def _find(db: Session, identifier: str) -> Held:
    certificate = find(db, identifier)
    booking = db.get_one(Booking, certificate.booking_id)
    order, sitting = db.get_one(Order, booking.order_id), db.get_one(Sitting, booking.sitting_id)
    return Held(certificate, booking, order, sitting)


def _tell(db: Session, issued: Sequence[tuple[Booking, Certificate]]) -> None:
    """One mail to whoever booked, with all of theirs, and one to each participant by address."""
    by_order: dict[UUID, list[tuple[Booking, Certificate]]] = defaultdict(list)
    for seat, certificate in issued:
        by_order[seat.order_id].append((seat, certificate))
    chosen = (
        select(Order.id, Person)
        .join(Person, col(Person.id) == col(Order.person_id))
        .where(col(Order.id).in_(by_order))
    )
    people = dict(db.exec(chosen).all())
    for order_id, pairs in by_order.items():
        person = people[order_id]
        told: dict[str, list[Certificate]] = defaultdict(list)
        for seat, certificate in pairs:
            for to in _addresses(seat, person):
                told[to].append(certificate)
        for to, certificates in told.items():
            said = [(one.participant, address(one)) for one in certificates]
            known = {"training": certificates[0].training, "certificates": said}
            mail.write(db, to, "certificates_issued", language=person.language, **known)


def _addresses(seat: Booking, person: Person) -> Sequence[str]:
    """Whoever booked and, by an address of their own, the participant."""
    own = seat.participant_email
    return [person.email] if not own or own == person.email else [person.email, own]
