"""What somebody has booked and waits for, each with all that its row shows."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, not_, or_
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, func, select

from app.accounts.visitor import Visitor
from app.bookings import seats, seeing, waiting
from app.bookings.models import Order, Place, Sitting
from app.bookings.offering import IN_LINE
from app.bookings.stages import ENDED, OrderStage, PlaceStage
from app.catalogue.models import Training
from app.core.db import now

SIZE = 30


@dataclass(frozen=True, slots=True)
class Row:
    """A booking in a list."""

    order: Order
    sitting: Sitting
    training: Training
    seats: int


@dataclass(frozen=True, slots=True)
class Waits:
    """A place on a waiting list; `ahead` are those who stand before it."""

    place: Place
    sitting: Sitting
    training: Training
    ahead: int


@dataclass(frozen=True, slots=True)
class Overview:
    """What waits for somebody, what is to come, and what is over (one page of it)."""

    to_do: Sequence[Row]
    offers: Sequence[Waits]
    ahead: Sequence[Row]
    in_line: Sequence[Waits]
    over: Sequence[Row]
    page: int
    last: int


def look(db: Session, visitor: Visitor, page: int = 1) -> Overview:
    """Their own, and their organisation's: first what waits for them, then what comes first."""
    alive = [*_rows(db, visitor, is_over=False)]
    over = _rows(db, visitor, is_over=True, page=page)
    places = _places(db, visitor)
    last = max(1, -(-_count_over(db, visitor) // SIZE))
    return Overview(
        to_do=[row for row in alive if row.order.stage == OrderStage.HELD],
        offers=[one for one in places if one.place.offered_at],
        ahead=[row for row in alive if row.order.stage != OrderStage.HELD],
        in_line=[one for one in places if not one.place.offered_at],
        over=over,
        page=page,
        last=last,
    )


def _ended() -> ColumnElement[bool]:
    return or_(col(Order.stage).in_(ENDED), col(Sitting.ends_at) <= now())


def _rows(db: Session, visitor: Visitor, *, is_over: bool, page: int = 1) -> list[Row]:
    chosen = (
        select(Order, Sitting, Training)
        .join(Sitting, col(Sitting.id) == col(Order.sitting_id))
        .join(Training, col(Training.id) == col(Sitting.training_id))
        .where(seeing.mine(visitor), _ended() if is_over else not_(_ended()))
    )
    if is_over:
        newest = chosen.order_by(col(Order.created_at).desc(), col(Order.identifier))
        chosen = newest.offset((page - 1) * SIZE).limit(SIZE)
    else:
        chosen = chosen.order_by(col(Sitting.starts_at), col(Order.identifier))
    found = db.exec(chosen).all()
    counts = seats.count_live(db, [order.id for order, _sitting, _training in found])
    return [Row(*one, counts[one[0].id]) for one in found]


def _count_over(db: Session, visitor: Visitor) -> int:
    counted = (
        select(func.count())
        .select_from(Order)
        .join(Sitting, col(Sitting.id) == col(Order.sitting_id))
        .where(seeing.mine(visitor), _ended())
    )
    return db.exec(counted).one()


def _places(db: Session, visitor: Visitor) -> list[Waits]:
    before = aliased(Place)
    ahead = (
        select(func.count())
        .select_from(before)
        .where(before.sitting_id == Place.sitting_id, before.number < Place.number)
        .where(before.stage == PlaceStage.WAITING)
        .correlate(Place)
        .scalar_subquery()
    )
    columns: list[Any] = [Place, Sitting, Training, ahead]
    chosen = (
        select(*columns)
        .join(Sitting, col(Sitting.id) == col(Place.sitting_id))
        .join(Training, col(Training.id) == col(Sitting.training_id))
        .where(waiting.mine(visitor), col(Place.stage).in_(IN_LINE))
        .order_by(col(Sitting.starts_at), col(Place.number))
    )
    return [Waits(*one) for one in db.exec(chosen)]
