"""Many at once: the last seat, a code, an offer; without the lock each goes wrong."""

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import Session, col, func, select

from app.bookings import confirming, expiring, occupancy, ordering, releasing, waiting
from app.bookings.codes import BadCode
from app.bookings.models import Booking, Code, Order, Place, Sitting
from app.bookings.ordering import Full
from app.bookings.stages import ENDED, OrderStage, PlaceStage
from app.core.db import at, now, transaction
from app.core.errors import Conflict
from tests.bookings.parted import Parted
from tests.factories_bookings import YUAN, a_booker, a_code, a_place, a_sitting, a_wish, an_order
from tests.processes import at_once

pytestmark = pytest.mark.usefixtures("own_database")
TIMES = 8
PRICE = 300 * YUAN


def a_race(seats: int, **values: Any) -> tuple[UUID, list[Any]]:
    """A sitting with so many seats, and those who want one."""
    with transaction() as db:
        sitting = a_sitting(db, seats=seats, **values)
        return sitting.id, [a_booker(db) for _ in range(TIMES)]


def live_seats(sitting_id: UUID) -> int:
    with transaction(writes=False) as db:
        taken = select(func.count()).where(
            col(Booking.sitting_id) == sitting_id, col(Booking.stage).in_(occupancy.LIVE)
        )
        return db.exec(taken).one()


def all_of(model: Any) -> Sequence[Any]:
    with transaction(writes=False) as db:
        return db.exec(select(model)).all()


def all_at_once(*acts: Callable[[], None]) -> None:
    threads = [threading.Thread(target=act) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def booking(sitting_id: UUID, by: Any, **wish: Any) -> Callable[[Session], Order]:
    return lambda db: ordering.book(db, sitting_id, a_wish(**wish), by=by)


@pytest.mark.parametrize("price", [0, PRICE])
def test_the_last_seats_are_booked_once_each(price: int) -> None:
    sitting_id, people = a_race(3, price=price)
    raised = at_once(*(booking(sitting_id, by) for by in people))
    assert Counter(map(type, raised)) == {Full: TIMES - 3}
    assert live_seats(sitting_id) == 3


def test_without_the_lock_the_last_seat_is_oversold(monkeypatch: pytest.MonkeyPatch) -> None:
    sitting_id, people = a_race(1)
    parted = Parted(monkeypatch, TIMES)
    all_at_once(*(parted(booking(sitting_id, by)) for by in people))
    assert live_seats(sitting_id) > 1


def test_groups_and_single_people_never_get_more_than_there_is() -> None:
    sitting_id, people = a_race(5)
    with transaction() as db:
        groups = [a_booker(db, for_organisation=True) for _ in range(3)]
    acts = [booking(sitting_id, by, seats=2) for by in groups]
    at_once(*acts, *(booking(sitting_id, by) for by in people[:4]))
    assert live_seats(sitting_id) <= 5


def a_race_for_a_code() -> tuple[UUID, list[Any], str]:
    sitting_id, people = a_race(50, by_code_only=True)
    with transaction() as db:
        code = a_code(db, db.get_one(Sitting, sitting_id))
    return sitting_id, people, code.text


def orders_with(text: str) -> int:
    with transaction(writes=False) as db:
        using = (
            select(func.count())
            .select_from(Order)
            .join(Code, col(Code.id) == col(Order.code_id))
            .where(Code.text == text, col(Order.stage).not_in(ENDED))
        )
        return db.exec(using).one()


def test_a_code_is_used_once() -> None:
    sitting_id, people, code = a_race_for_a_code()
    raised = at_once(*(booking(sitting_id, by, code=code) for by in people))
    assert Counter(map(type, raised)) == {BadCode: TIMES - 1}
    assert orders_with(code) == 1


def test_without_the_lock_a_code_is_used_again(monkeypatch: pytest.MonkeyPatch) -> None:
    sitting_id, people, code = a_race_for_a_code()
    parted = Parted(monkeypatch, TIMES)
    all_at_once(*(parted(booking(sitting_id, by, code=code)) for by in people))
    assert orders_with(code) > 1


def an_offer() -> tuple[UUID, Callable[[Session], Order]]:
    """A seat that was offered to somebody who waited, and taking it in one of many tabs."""
    with transaction() as db:
        sitting = a_sitting(db, seats=1)
        order, by = an_order(db, sitting), a_booker(db)
        place = a_place(db, sitting, by)
        releasing.release(db, order, None, "", by="test")
        assert place.stage == PlaceStage.OFFERED
    return sitting.id, lambda db: booking(sitting.id, by, place_id=place.id)(db)


def test_an_offer_is_taken_once() -> None:
    sitting_id, take = an_offer()
    raised = at_once(*[take] * TIMES)
    assert Counter(map(type, raised)) == {Conflict: TIMES - 1}
    assert live_seats(sitting_id) == 1


def test_without_the_lock_an_offer_is_taken_again(monkeypatch: pytest.MonkeyPatch) -> None:
    sitting_id, take = an_offer()
    parted = Parted(monkeypatch, TIMES)
    all_at_once(*[parted(take)] * TIMES)
    assert live_seats(sitting_id) > 1


def test_places_on_the_waiting_list_have_numbers_of_their_own() -> None:
    sitting_id, people = a_race(1)
    with transaction() as db:
        an_order(db, db.get_one(Sitting, sitting_id))
    joining = [lambda db, by=by: waiting.join(db, sitting_id, 1, by=by) for by in people]
    assert not at_once(*joining, *joining)
    assert sorted(place.number for place in all_of(Place)) == list(range(1, TIMES + 1))


def test_a_seat_that_comes_back_is_offered_to_the_first_alone() -> None:
    sitting_id, people = a_race(1, price=PRICE)
    with transaction() as db:
        an_order(db, db.get_one(Sitting, sitting_id))
        for by in people[:4]:
            waiting.join(db, sitting_id, 1, by=by)

    def later(act: Callable[[Session], Any]) -> Callable[[Session], None]:
        def run(db: Session) -> None:
            with at(after):
                act(db)

        return run

    after = now() + ordering.HOLD
    overtaking = [later(booking(sitting_id, by)) for by in people[4:]]
    raised = at_once(*[later(expiring.expire_all)] * 3, *overtaking)
    assert {type(one) for one in raised} <= {Full}
    stages = [place.stage for place in sorted(all_of(Place), key=lambda place: place.number)]
    assert stages == [PlaceStage.OFFERED] + [PlaceStage.WAITING] * 3
    assert live_seats(sitting_id) == 0


def test_paid_and_expired_at_once_is_one_of_both() -> None:
    sitting_id, people = a_race(1, price=PRICE)
    with transaction() as db:
        order_id = booking(sitting_id, people[0])(db).id
    after = now() + ordering.HOLD

    def expire(db: Session) -> None:
        with at(after):
            expiring.expire_all(db)

    def pay(db: Session) -> None:
        order = db.get_one(Order, order_id)
        try:
            confirming.confirm(db, order)
        except Conflict:
            assert confirming.revive(db, order, PRICE)

    assert not at_once(*[expire] * 4, *[pay] * 4)
    [order] = all_of(Order)
    assert (order.stage, order.total) == (OrderStage.CONFIRMED, PRICE)
    assert live_seats(sitting_id) == 1
