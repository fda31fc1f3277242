"""Trainings, sittings and bookings for tests, valid in every way that a test does not name."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

from sqlmodel import Session, col, select

from app.accounts.models import Person
from app.accounts.visitor import Visitor
from app.bookings import codes, ordering, waiting
from app.bookings.models import Booking, Code, CodeKind, Order, Place, Sitting
from app.bookings.ordering import Participant, Wish
from app.bookings.stages import OrderStage
from app.catalogue.identifiers import new_identifier
from app.catalogue.models import Organisation, Training
from app.catalogue.stages import Stage
from app.core.db import now
from tests.people import a_member, a_person, an_organisation, visitor

YUAN = 100
WEEK = timedelta(days=7)


def a_training(db: Session, organisation: Organisation | None = None, **values: Any) -> Training:
    """A published training of an organisation in Dongguan, free and with plain terms."""
    organisation = organisation or an_organisation(db, f"培训机构 {uuid4().hex[:8]}")
    identifier = new_identifier("t")
    known = {
        "identifier": identifier,
        "slug": f"peixun-{identifier}",
        "name": "工业互联网基础培训",
        "stage": Stage.PUBLISHED,
        "published_at": now(),
        "organisation_id": organisation.id,
        "organiser": organisation.name,
        "cancel_days": 3,
        "late_refund": 50,
    }
    training = Training(**{**known, **values})
    db.add(training)
    db.flush()
    return training


def a_sitting(db: Session, training: Training | None = None, **values: Any) -> Sitting:
    """A sitting in a week, with ten free seats at a place."""
    training = training or a_training(db)
    assert training.organisation_id
    starts_at = values.pop("starts_at", now() + WEEK)
    known = {
        "training_id": training.id,
        "organisation_id": training.organisation_id,
        "region": db.get_one(Organisation, training.organisation_id).region,
        "starts_at": starts_at,
        "ends_at": starts_at + timedelta(hours=3),
        "venue": "东莞市松山湖会议中心",
        "address": "东莞市松山湖大道 1 号",
        "seats": 10,
        "price": 0,
    }
    if "created_by" not in values:
        known["created_by"] = a_member(db, training.organisation_id).id
    sitting = Sitting(**{**known, **values})
    db.add(sitting)
    db.flush()
    return sitting


def a_booker(db: Session, *, for_organisation: bool = False, **values: Any) -> Visitor:
    """Somebody who may book, perhaps for an organisation of their own."""
    if not for_organisation:
        return visitor(db, a_person(db, **values))
    organisation = an_organisation(db, f"测试制造厂 {uuid4().hex[:8]}")
    return visitor(db, a_member(db, organisation.id, **values), organisation.id)


def a_wish(seats: int = 1, **values: Any) -> Wish:
    """So many participants; several are an organisation's."""
    participants = [Participant(f"学员{number + 1}") for number in range(seats)]
    known = {
        "participants": participants,
        "sent_key": uuid4().hex,
        "for_organisation": seats > 1,
    }
    return Wish(**{**known, **values})


def an_order(
    db: Session,
    sitting: Sitting | None = None,
    by: Visitor | None = None,
    seats: int = 1,
    **wish: Any,
) -> Order:
    """An order, made by the rule itself: confirmed where it is free, else held."""
    sitting = sitting or a_sitting(db)
    by = by or a_booker(db, for_organisation=seats > 1)
    return ordering.book(db, sitting.id, a_wish(seats, **wish), by=by)


def a_booking(db: Session, order: Order | None = None) -> Booking:
    """The first seat of an order."""
    return seats_of(db, order or an_order(db))[0]


def seats_of(db: Session, order: Order) -> list[Booking]:
    """All seats of an order, whatever became of them."""
    chosen = select(Booking).where(Booking.order_id == order.id)
    return list(db.exec(chosen.order_by(col(Booking.created_at))))


def a_subsidised_order(db: Session, by: Visitor | None = None, **values: Any) -> Order:
    """An order of a seat of 1,000 yuan, half of which public money is to pay: not decided yet."""
    training = a_training(db, subsidy=50, **values)
    sitting = a_sitting(db, training, price=1000 * YUAN)
    order = an_order(db, sitting, by, wants_subsidy=True, why_subsidised="小微企业")
    assert order.stage == OrderStage.APPROVAL
    return order


def a_place(db: Session, sitting: Sitting, by: Visitor | None = None, seats: int = 1) -> Place:
    """A place on the waiting list of a sitting that is full."""
    by = by or a_booker(db, for_organisation=seats > 1)
    return waiting.join(db, sitting.id, seats, by=by, for_organisation=seats > 1)


def a_code(
    db: Session, sitting: Sitting, kind: CodeKind = CodeKind.ACCESS, price: int | None = None
) -> Code:
    """One code of a sitting."""
    organiser = visitor(db, db.get_one(Person, sitting.created_by), sitting.organisation_id)
    return codes.make(db, sitting, kind, price, 1, "", by=organiser)[0]
