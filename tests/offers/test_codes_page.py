"""Codes on their page; what follows when a sitting with bookings is moved or cancelled."""

from datetime import timedelta

from fastapi.testclient import TestClient
from sqlmodel import Session, select

from app.bookings import ordering, releasing, sittings
from app.bookings.models import Code, Order, Place, Sitting
from app.bookings.stages import OrderStage, PlaceStage
from app.catalogue.models import Training
from app.core.db import at, now
from app.payments.cancelling import cancel_sitting
from tests.factories_bookings import a_booker, a_wish
from tests.factories_trainings import a_plan, a_sitting, an_organiser, offered
from tests.offers.test_offering_pages import enter, post
from tests.people import a_person


def test_codes_are_made_and_withdrawn_on_their_page(client: TestClient, db: Session) -> None:
    training = offered(db)
    sitting = a_sitting(db, training)
    enter(client, db, training)
    path = f"/workspace/trainings/sittings/{sitting.identifier}/codes"
    assert client.get(path).status_code == 200
    for wrong in (
        {"kind": "", "how_many": "1"},
        {"kind": "price", "how_many": "1", "price": "300"},
        {"kind": "price", "how_many": "1"},
        {"kind": "access", "how_many": "0"},
        {"kind": "access", "how_many": "many"},
    ):
        assert post(client, path, **wrong).status_code == 422, wrong
    made = {"kind": "price", "how_many": "3", "price": "100", "note": "试用企业"}
    assert post(client, path, **made).status_code == 303
    codes = db.exec(select(Code)).all()
    assert [(code.price, code.note) for code in codes] == [(10000, "试用企业")] * 3
    assert client.get(path).text.count("<code>") == 3
    assert post(client, f"{path}/{codes[0].id}/withdraw").status_code == 303
    assert db.get_one(Code, codes[0].id).withdrawn_at
    other = a_sitting(db, training, days=50)
    elsewhere = f"/workspace/trainings/sittings/{other.identifier}/codes/{codes[1].id}/withdraw"
    assert post(client, elsewhere).status_code == 404


def booked(db: Session, sitting: Sitting) -> Order:
    order = ordering.book(db, sitting.id, a_wish(), by=a_booker(db))
    db.flush()
    return order


def test_who_booked_before_a_move_cancels_free_of_charge(db: Session) -> None:
    training = offered(db, cancel_days=30, late_refund=0)
    sitting = a_sitting(db, training, days=20)
    early = booked(db, sitting)
    early.stage = OrderStage.CONFIRMED
    for seat in releasing._chosen(db, early, None):
        seat.stage = "confirmed"  # type: ignore[assignment]
    moment = now() + timedelta(hours=1)
    assert [due.back for due in releasing.plan(db, early, None, moment)] == [0]
    with at(now() + timedelta(minutes=1)):
        by = an_organiser(db, training)
        sittings.move(db, sitting, a_plan(21), seen=sitting.version, by=by)
    assert [due.back for due in releasing.plan(db, early, None, moment)] == [30000]
    begun = sitting.starts_at + timedelta(minutes=1)
    assert [due.back for due in releasing.plan(db, early, None, begun)] == [0]


def test_a_cancelled_sitting_ends_every_order_and_place(db: Session) -> None:
    training = offered(db, price=0)
    sitting = a_sitting(db, training, seats=1)
    order = booked(db, sitting)
    db.add(Place(sitting_id=sitting.id, number=1, person_id=a_person(db).id))
    db.flush()
    cancel_sitting(db, sitting, "停电", by=an_organiser(db, training))
    assert order.stage == OrderStage.CANCELLED
    assert db.exec(select(Place)).one().stage == PlaceStage.LAPSED


def test_more_seats_are_offered_to_whoever_waits(db: Session) -> None:
    training = offered(db, price=0)
    sitting = a_sitting(db, training, seats=1)
    booked(db, sitting)
    db.add(Place(sitting_id=sitting.id, number=1, person_id=a_person(db).id))
    db.flush()
    by = an_organiser(db, db.get_one(Training, sitting.training_id))
    sittings.change(db, sitting, a_plan(seats=2), seen=sitting.version, by=by)
    assert db.exec(select(Place)).one().stage == PlaceStage.OFFERED
