"""Lists of bookings, subsidies, sittings and refunds ask as often for many rows as for few."""

from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import Session

from app.accounts.models import Person, StaffRole
from tests.bookings.test_seats_pages import PRICE
from tests.counting import count_queries
from tests.factories_bookings import a_booker, a_place, a_sitting, a_subsidised_order, an_order
from tests.people import DONGGUAN, sign_in, staff


def test_own_bookings_and_places_cost_the_same_for_many(
    client: TestClient, db: Session, engine: Engine
) -> None:
    by = a_booker(db)
    sign_in(client, db, db.get_one(Person, by.person_id))

    def add(many: int) -> int:
        for _number in range(many):
            an_order(db, by=by)
            an_order(db, a_sitting(db, price=PRICE), by)
            full = a_sitting(db, seats=1)
            an_order(db, full)
            a_place(db, full, by)
        return count_queries(engine, client, "/bookings")

    assert add(2) == add(8)


def test_lists_of_the_desk_cost_the_same_for_many(
    client: TestClient, db: Session, engine: Engine
) -> None:
    sign_in(client, db, staff(db, StaffRole.REVIEWER, region=DONGGUAN))
    pages = ("/desk/seats", "/desk/trainings", "/desk/trainings?tab=figures", "/desk/refunds")

    def add(many: int) -> dict[str, int]:
        for _number in range(many):
            a_subsidised_order(db)
            an_order(db)
        return {page: count_queries(engine, client, page) for page in pages}

    few = add(2)
    assert few == add(8)
