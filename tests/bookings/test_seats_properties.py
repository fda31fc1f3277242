"""Whatever happens, in whatever order: sums are right, no seat is sold twice."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import product
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session, select

from app.accounts.models import StaffRole
from app.accounts.visitor import Visitor
from app.bookings import (
    approving,
    confirming,
    expiring,
    occupancy,
    ordering,
    releasing,
    transferring,
    waiting,
)
from app.bookings.models import Booking, Code, CodeKind, Order, Place, Sitting
from app.bookings.ordering import Participant
from app.bookings.stages import (
    ENDED,
    ORDER_MOVES,
    PLACE_MOVES,
    OrderStage,
    PlaceStage,
    SeatStage,
)
from app.core.db import at, now
from app.core.errors import Conflict, Refusal
from tests.factories_bookings import YUAN, a_booker, a_code, a_sitting, a_training, a_wish
from tests.people import DONGGUAN, staff, visitor

S, P = OrderStage, PlaceStage
LAWFUL = {
    (S.APPROVAL, S.HELD),
    (S.APPROVAL, S.CONFIRMED),
    (S.APPROVAL, S.EXPIRED),
    (S.APPROVAL, S.REFUSED),
    (S.APPROVAL, S.CANCELLED),
    (S.HELD, S.CONFIRMED),
    (S.HELD, S.EXPIRED),
    (S.HELD, S.CANCELLED),
    (S.CONFIRMED, S.CANCELLED),
    (S.EXPIRED, S.CONFIRMED),
}
LAWFUL_PLACES = {
    (P.WAITING, P.OFFERED),
    (P.WAITING, P.LAPSED),
    (P.WAITING, P.LEFT),
    (P.OFFERED, P.TAKEN),
    (P.OFFERED, P.LAPSED),
    (P.OFFERED, P.LEFT),
}
SEATS = {S.APPROVAL: SeatStage.HELD, S.HELD: SeatStage.HELD, S.CONFIRMED: SeatStage.CONFIRMED}


@pytest.mark.parametrize(("before", "after"), [*product(OrderStage, OrderStage)])
def test_an_order_moves_as_the_table_says(before: OrderStage, after: OrderStage) -> None:
    order = Order(stage=before, sitting_id=None, person_id=None, sent_key="")  # type: ignore[arg-type]
    if (before, after) in LAWFUL:
        order.move_to(after)
        assert (order.stage, order.version) == (after, 2)
    else:
        with pytest.raises(Conflict):
            order.move_to(after)
        assert order.stage == before
    assert (after in ORDER_MOVES[before]) == ((before, after) in LAWFUL)


@pytest.mark.parametrize(("before", "after"), [*product(PlaceStage, PlaceStage)])
def test_a_place_moves_as_the_table_says(before: PlaceStage, after: PlaceStage) -> None:
    place = Place(stage=before, sitting_id=None, number=1, person_id=None)  # type: ignore[arg-type]
    if (before, after) in LAWFUL_PLACES:
        place.move_to(after)
    else:
        with pytest.raises(Conflict):
            place.move_to(after)
    assert (after in PLACE_MOVES[before]) == ((before, after) in LAWFUL_PLACES)


@dataclass
class World:
    """A sitting, who is about it, and what they have done so far."""

    db: Session
    sitting: Sitting
    people: list[Visitor]
    staff: Visitor
    codes: list[Code]
    moment: datetime
    orders: list[Order] = field(default_factory=list)
    places: list[Place] = field(default_factory=list)

    def order(self, number: int) -> Order:
        if not self.orders:
            raise Conflict("There is no order yet.")
        return self.orders[number % len(self.orders)]

    def place(self, number: int) -> Place:
        if not self.places:
            raise Conflict("Nobody waits.")
        return self.places[number % len(self.places)]

    def person(self, number: int) -> Visitor:
        return self.people[number % len(self.people)]


def book(world: World, one: int, two: int) -> None:
    wish: dict[str, Any] = {"for_organisation": True}
    if two % 3 == 1:
        wish["code"] = world.codes[two % len(world.codes)].text
    if two % 5 == 2:
        wish |= {"wants_subsidy": True, "why_subsidised": "小微企业"}
    booked = a_wish(1 + two % 4, **wish)
    order = ordering.book(world.db, world.sitting.id, booked, by=world.person(one))
    world.orders.append(order)


def join(world: World, one: int, two: int) -> None:
    by = world.person(one)
    place = waiting.join(world.db, world.sitting.id, 1 + two % 3, by=by, for_organisation=True)
    world.places.append(place)


def take(world: World, one: int, two: int) -> None:
    place = world.place(one)
    by = next(person for person in world.people if person.person_id == place.person_id)
    wish = a_wish(1 + two % place.seats, place_id=place.id, for_organisation=True)
    world.orders.append(ordering.book(world.db, world.sitting.id, wish, by=by))


def leave(world: World, one: int, _two: int) -> None:
    waiting.leave(world.db, world.place(one), by=world.people[0])


def confirm(world: World, one: int, _two: int) -> None:
    confirming.confirm(world.db, world.order(one))


def revive(world: World, one: int, two: int) -> None:
    confirming.revive(world.db, world.order(one), None if two % 2 else two * YUAN)


def release(world: World, one: int, two: int) -> None:
    order = world.order(one)
    chosen = [seat.id for seat in seats_of(world.db, order) if seat.stage in occupancy.LIVE]
    some = chosen[: two % (len(chosen) + 1)] or None
    for due in releasing.release(world.db, order, some, "", by=world.people[0]):
        assert 0 <= due.back <= due.paid


def approve(world: World, one: int, _two: int) -> None:
    approving.approve(world.db, world.order(one), by=world.staff)


def refuse(world: World, one: int, _two: int) -> None:
    approving.refuse(world.db, world.order(one), "超出额度", by=world.staff)


def transfer(world: World, one: int, two: int) -> None:
    seats = seats_of(world.db, world.order(one))
    participant = Participant("替补学员")
    transferring.transfer(world.db, seats[two % len(seats)], participant, by=world.people[0])


def wait(world: World, one: int, _two: int) -> None:
    world.moment += (timedelta(minutes=20), timedelta(hours=7), timedelta(days=2))[one % 3]


def expire(world: World, _one: int, _two: int) -> None:
    expiring.expire_all(world.db)


ACTS: list[Callable[[World, int, int], None]] = [
    *(book, book, join, take, leave, confirm, revive),
    *(release, approve, refuse, transfer, wait, expire),
]
STEPS = st.lists(
    st.tuples(st.sampled_from(ACTS), st.integers(0, 9), st.integers(0, 29)), max_size=25
)


def seats_of(db: Session, order: Order) -> list[Booking]:
    return list(db.exec(select(Booking).where(Booking.order_id == order.id)))


def check(world: World) -> None:
    db = world.db
    assert occupancy.free_seats(db, world.sitting) >= 0
    for order in world.orders:
        seats = seats_of(db, order)
        live = [seat for seat in seats if seat.stage in occupancy.LIVE]
        assert order.total == sum(seat.price for seat in live)
        assert all(seat.price == 0 for seat in seats if seat not in live)
        assert {seat.stage for seat in live} <= {SEATS.get(S(order.stage))}
        assert bool(live) == (order.stage not in ENDED)
        assert order.total == 0 or order.stage not in ENDED
        assert (order.held_until is not None) == (order.stage in (S.APPROVAL, S.HELD))
    for code in world.codes:
        using = [one for one in world.orders if one.code_id == code.id and one.stage not in ENDED]
        assert len(using) == (1 if code.used_at else 0)
    check_line(world)


def check_line(world: World) -> None:
    """Nobody is offered a seat before somebody who waited longer and could have had it."""
    waits = [place.number for place in world.places if place.stage == P.WAITING]
    offers = [place.number for place in world.places if place.stage == P.OFFERED]
    assert not (waits and offers) or max(offers) < min(waits)


@contextmanager
def a_world(db: Session) -> Iterator[World]:
    with db.begin_nested() as savepoint:
        training = a_training(db, subsidy=50, cancel_days=2, late_refund=30)
        sitting = a_sitting(db, training, seats=6, price=200 * YUAN)
        people = [a_booker(db, for_organisation=True) for _ in range(4)]
        decider = visitor(db, staff(db, StaffRole.REVIEWER, region=DONGGUAN))
        codes = [a_code(db, sitting, CodeKind.PRICE, price * YUAN) for price in (0, 50)]
        yield World(db, sitting, people, decider, codes, now())
        savepoint.rollback()
    db.expunge_all()


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=STEPS)
def test_sums_and_seats_are_right_whatever_happens(
    db: Session, steps: list[tuple[Callable[[World, int, int], None], int, int]]
) -> None:
    with a_world(db) as world:
        for act, one, two in steps:
            with at(world.moment), suppress(Refusal), db.begin_nested():
                act(world, one, two)
            world.orders = [order for order in world.orders if order in db]
            world.places = [place for place in world.places if place in db]
            check(world)


def test_acts_do_happen_in_the_property_test(db: Session) -> None:
    """Were every act refused, the property test would prove nothing."""
    with a_world(db) as world, at(world.moment):
        book(world, 0, 3)
        confirm(world, 0, 0)
        release(world, 0, 1)
        book(world, 1, 2)
        approve(world, 1, 0)
        check(world)
        assert [order.stage for order in world.orders] == [S.CONFIRMED, S.HELD]
