"""Trainings that organisations offer, with their sittings, as functions."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlmodel import Session

from app.accounts.visitor import Visitor
from app.bookings import sittings
from app.bookings.models import Booking, Order, Sitting
from app.bookings.planning import Plan
from app.bookings.stages import OrderStage, SeatStage
from app.catalogue.models import Organisation, Training
from app.core.db import now
from app.core.formats import CHINA
from search.engine import Kind
from tests.factories import a_record
from tests.people import a_member, a_person, an_organisation, visitor

WHOLE: dict[str, Any] = {
    "summary": "学会看懂设备数据。",
    "audience": "班组长",
    "level": "basic",
    "language": "zh",
    "mode": "offline",
    "organiser": "测试机械有限公司",
    "scenarios": ["equipment-connectivity"],
    "price": 30000,
    "cancel_days": 7,
    "late_refund": 50,
}


def offered(db: Session, organisation: Organisation | None = None, **values: Any) -> Training:
    """A published training that an organisation offers here."""
    organisation = organisation or an_organisation(db)
    record = a_record(db, Kind.TRAINING, **{"name": "设备数据入门", **WHOLE, **values})
    assert isinstance(record, Training)
    record.organisation_id = organisation.id
    db.flush()
    return record


def an_organiser(db: Session, training: Training) -> Visitor:
    """Somebody who may add sittings to a training."""
    assert training.organisation_id is not None
    person = a_member(db, training.organisation_id)
    return visitor(db, person, training.organisation_id)


def in_days(days: float, hour: int = 9) -> datetime:
    """A whole hour in China, so many days from now."""
    day = (now() + timedelta(days=days)).astimezone(CHINA)
    return day.replace(hour=hour, minute=0, second=0, microsecond=0)


def a_plan(days: float = 30, **values: Any) -> Plan:
    """A sitting in some days, from nine to twelve, with twenty seats in a house."""
    known = {"starts_at": in_days(days), "ends_at": in_days(days, 12), "seats": 20}
    return Plan(**{**known, "venue": "东莞会展中心 3 号厅", "address": "会展路 1 号", **values})


def a_sitting(db: Session, training: Training | None = None, **values: Any) -> Sitting:
    """A sitting of a published training."""
    training = training or offered(db)
    return sittings.add(db, training, a_plan(**values), by=an_organiser(db, training))


def seats_of(
    db: Session,
    sitting: Sitting,
    seats: int = 1,
    *,
    stage: OrderStage = OrderStage.CONFIRMED,
    email: str | None = None,
    **values: Any,
) -> Order:
    """An order of somebody for so many seats, as it lies in the database."""
    person = a_person(db, name="王工")
    order = Order(
        sitting_id=sitting.id,
        person_id=person.id,
        sent_key=uuid4().hex,
        stage=stage,
        total=seats * sitting.price,
        **values,
    )
    db.add(order)
    db.flush()
    is_held = stage in (OrderStage.HELD, OrderStage.APPROVAL)
    for number in range(seats):
        db.add(
            Booking(
                ticket=uuid4().hex,
                order_id=order.id,
                sitting_id=sitting.id,
                stage=SeatStage.HELD if is_held else SeatStage.CONFIRMED,
                participant=f"参加者{number}",
                participant_email=email,
                price=sitting.price,
            )
        )
    db.flush()
    return order
