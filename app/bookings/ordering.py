"""Booking seats: all that were asked for or none, once however often the form is sent."""

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, func, select

from app.accounts.visitor import Visitor
from app.bookings import codes, confirming, expiring, occupancy, telling, waiting, window
from app.bookings.models import Booking, Order, Sitting
from app.bookings.stages import OrderStage
from app.catalogue.models import Training
from app.core import audit
from app.core.access import Can
from app.core.db import now
from app.core.errors import Conflict, Forbidden, Invalid
from app.core.i18n import mark

HOLD = timedelta(minutes=30)
UNDER_REVIEW = timedelta(days=7)  # how long seats are kept for staff to decide about a subsidy
MOST_SEATS = 20  # of one organisation or person at one sitting
LONGEST_NAME, LONGEST_WORDS, LONGEST_KEY = 60, 1000, 64
ADDRESS = re.compile(r"[^\s@]{1,64}@[^\s@]{1,180}\.[^\s@.]{2,}")


@dataclass(frozen=True, slots=True)
class Participant:
    """Somebody who will sit there; the address is theirs, so that they get their ticket."""

    name: str
    email: str = ""
    job: str = ""


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody asks for. `sent_key` comes from the form, so that a double click books once.

    `place_id` names the place on the waiting list whose offer is taken.
    """

    participants: Sequence[Participant]
    sent_key: str
    code: str = ""
    why_subsidised: str = ""
    wants_subsidy: bool = False
    place_id: UUID | None = None
    for_organisation: bool = False


class Full(Conflict):
    """There are not so many free seats; there is a waiting list."""


def book(db: Session, sitting_id: UUID, wish: Wish, *, by: Visitor) -> Order:
    """Book seats of a sitting; the same `sent_key` gives the order that was made before.

    What costs nothing is confirmed at once, a subsidised one waits for approval, anything else
    is held until it is paid. Raises `Full` for lack of seats, `Conflict` where nothing can be
    booked, `codes.BadCode` and `Invalid` for what was typed.
    """
    sitting = occupancy.hold_sitting(db, sitting_id)
    if sent_before := _sent(db, wish, by):
        return sent_before
    check_participants(wish.participants, for_organisation=wish.for_organisation)
    expiring.catch_up(db, sitting)
    training = window.check(db, sitting, was_offered=wish.place_id is not None)
    order = _new_order(sitting, wish, by)
    _check_subsidy(sitting, training, order, wish)
    _take_seats(db, sitting, order, wish, by)
    code = codes.use(db, sitting, wish.code, order)
    db.add(order)
    db.flush()  # its seats refer to it
    _add_seats(db, order, wish.participants, codes.price_with(sitting, code))
    _begin(db, sitting, order)
    audit.record(db, by, "order.booked", order, seats=len(wish.participants), total=order.total)
    _go_on(db, sitting, order)
    return order


def check_participants(participants: Sequence[Participant], *, for_organisation: bool) -> None:
    """Raises `Invalid` unless each has a name, and an address that can be one, if any."""
    if not participants:
        raise Invalid("Name at least one participant.")
    if len(participants) > MOST_SEATS:
        raise Invalid("At most {most} seats can be booked together.", most=MOST_SEATS)
    if len(participants) > 1 and not for_organisation:
        raise Invalid("Several seats are booked for an organisation. For yourself, book one.")
    for one in participants:
        check_participant(one)
    addresses = [one.email.strip().lower() for one in participants if one.email.strip()]
    if len(set(addresses)) < len(addresses):
        raise Invalid("The same address is given for two participants.")


def check_participant(one: Participant) -> None:
    """Raises `Invalid` where a participant cannot be taken as typed."""
    if not one.name.strip():
        raise Invalid("Say the name of each participant.")
    if len(one.name.strip()) > LONGEST_NAME or len(one.job.strip()) > LONGEST_NAME:
        raise Invalid("Names and posts have at most {most} characters.", most=LONGEST_NAME)
    if any(ord(letter) < ord(" ") for letter in f"{one.name}{one.job}{one.email}".strip()):
        raise Invalid("Names, posts and addresses stand on one line.")
    if one.email.strip() and not ADDRESS.fullmatch(one.email.strip()):
        raise Invalid("An address of a participant is not complete.")


def new_ticket() -> str:
    """What the QR code of a seat holds; nobody guesses it."""
    return secrets.token_hex(16)


def _new_order(sitting: Sitting, wish: Wish, by: Visitor) -> Order:
    if wish.for_organisation and not (by.organisation_id and by.may(Can.BOOK_SEATS)):
        raise Forbidden("You may not book for an organisation. Book for yourself.")
    return Order(
        sitting_id=sitting.id,
        person_id=by.person_id,
        organisation_id=by.organisation_id if wish.for_organisation else None,
        sent_key=_key(wish, by),
    )


def _check_subsidy(sitting: Sitting, training: Training, order: Order, wish: Wish) -> None:
    if not wish.wants_subsidy:
        return
    if not training.subsidy or not sitting.price:
        raise Invalid("Seats of this sitting are not subsidised.")
    if not wish.why_subsidised.strip():
        raise Invalid("Say why public money should pay a part.")
    order.subsidy = training.subsidy
    order.why_subsidised = wish.why_subsidised.strip()[:LONGEST_WORDS]


def _take_seats(db: Session, sitting: Sitting, order: Order, wish: Wish, by: Visitor) -> None:
    """See to it that there are seats for all of them: their own offer's, or free ones."""
    wanted = len(wish.participants)
    if _has(db, sitting, order) + wanted > MOST_SEATS:
        raise Conflict("You have seats at this sitting; {most} is the most.", most=MOST_SEATS)
    if wish.place_id is not None:
        order.place_id = waiting.take(db, sitting, wish.place_id, wanted, by=by).id
    elif occupancy.is_queued(db, sitting):
        raise Full(mark("Others wait for a seat here. Put yourself on the waiting list."))
    free = occupancy.free_seats(db, sitting)
    if free < wanted:
        raise Full(
            mark("Only {free} seats are free. Take fewer, or wait for one."), free=max(0, free)
        )


def _has(db: Session, sitting: Sitting, order: Order) -> int:
    """The seats that the organisation, or the person, has at this sitting already."""
    whose: Any = (
        col(Order.organisation_id) == order.organisation_id
        if order.organisation_id
        else (col(Order.person_id) == order.person_id) & col(Order.organisation_id).is_(None)
    )
    counted = (
        select(func.count())
        .select_from(Booking)
        .join(Order, col(Order.id) == col(Booking.order_id))
        .where(Booking.sitting_id == sitting.id, col(Booking.stage).in_(occupancy.LIVE), whose)
    )
    return db.exec(counted).one()


def _add_seats(db: Session, order: Order, participants: Sequence[Participant], price: int) -> None:
    moment = now()
    for number, one in enumerate(participants):
        seat = Booking(
            ticket=new_ticket(),
            order_id=order.id,
            sitting_id=order.sitting_id,
            participant=one.name.strip(),
            participant_email=one.email.strip() or None,
            job=one.job.strip() or None,
            price=price,
            created_at=moment + timedelta(microseconds=number),  # they are shown as they were typed
        )
        db.add(seat)
    order.total = price * len(participants)


def _begin(db: Session, sitting: Sitting, order: Order) -> None:
    """A code may make it free, and then there is nothing that public money could pay."""
    if order.subsidy and not order.total:
        order.subsidy, order.why_subsidised = 0, None
    order.stage = OrderStage.APPROVAL if order.subsidy else OrderStage.HELD
    order.held_until = hold_until(sitting, UNDER_REVIEW if order.subsidy else HOLD)
    db.add(order)


def hold_until(sitting: Sitting, time: timedelta) -> datetime:
    """Until when seats are kept: a while, and never beyond the beginning."""
    return min(now() + time, sitting.starts_at)


def _go_on(db: Session, sitting: Sitting, order: Order) -> None:
    if order.stage == OrderStage.APPROVAL:
        telling.of_approval_wanted(db, sitting, order)
    elif not order.total:
        confirming.confirm_held(db, sitting, order)
    else:
        telling.of_held(db, sitting, order)
    if order.place_id:  # fewer may have been taken than were offered
        waiting.offer_next(db, sitting)


def _sent(db: Session, wish: Wish, by: Visitor) -> Order | None:
    return db.exec(select(Order).where(Order.sent_key == _key(wish, by))).first()


def _key(wish: Wish, by: Visitor) -> str:
    """Nobody finds, or takes away, the key of another person."""
    return f"{by.person_id}:{wish.sent_key[:LONGEST_KEY]}"
