"""What whoever books sees and does, page by page, without scripts."""

import re
from datetime import timedelta

from fastapi.testclient import TestClient
from sqlmodel import Session, select

from app.accounts.models import MemberRole, Person, StaffRole
from app.bookings import codes, confirming
from app.bookings.models import Booking, Order, Place, Sitting
from app.bookings.stages import OrderStage, PlaceStage, SeatStage
from app.catalogue.models import Organisation, Training
from app.core.db import now
from app.core.mail import Mail
from tests.factories_bookings import (
    YUAN,
    a_booker,
    a_code,
    a_place,
    a_sitting,
    a_subsidised_order,
    a_training,
    an_order,
    seats_of,
)
from tests.people import (
    DONGGUAN,
    GUANGZHOU,
    a_member,
    a_person,
    an_organisation,
    sign_in,
    staff,
    visitor,
)

PRICE = 300 * YUAN


def page_of(db: Session, sitting: Sitting) -> str:
    training = db.get_one(Training, sitting.training_id)
    return f"/trainings/{training.slug}/sittings/{sitting.identifier}/book"


def typed(**more: str) -> dict[str, str]:
    return {"sent_key": "key", "rows": "1", "name_1": "学员甲", **more}


def post(client: TestClient, path: str, **said: object) -> tuple[int, str]:
    answer = client.post(path, data=said, follow_redirects=False)
    return answer.status_code, answer.headers.get("location", answer.text)


def test_somebody_who_is_not_signed_in_is_sent_to_do_so_and_back(
    client: TestClient, db: Session
) -> None:
    path = page_of(db, a_sitting(db))
    answer = client.get(path, follow_redirects=False)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/sign-in?")
    assert "book" in answer.headers["location"]


def test_a_free_seat_is_booked_on_one_page(client: TestClient, db: Session) -> None:
    sitting, person = a_sitting(db, is_online=True, join_link="https://meet.example.com/1"), None
    person = a_person(db, "李工")
    sign_in(client, db, person)
    page = client.get(page_of(db, sitting)).text
    assert 'value="李工"' in page
    assert "10 of 10 seats free" in page
    status, location = post(client, page_of(db, sitting), **typed())
    assert status == 303
    order = db.exec(select(Order)).one()
    page = client.get(location).text
    assert order.identifier in page
    assert "https://meet.example.com/1" in page
    assert "学员甲" in page


def test_the_link_to_join_waits_for_the_money(client: TestClient, db: Session) -> None:
    sitting = a_sitting(db, price=PRICE, is_online=True, join_link="https://meet.example.com/1")
    sign_in(client, db, a_person(db))
    _status, location = post(client, page_of(db, sitting), **typed())
    page = client.get(location).text
    assert "meet.example.com" not in page
    assert f'action="{location.replace("http://testserver", "")}/pay"' in page
    assert "29 minutes" in page
    assert client.get(f"{location}/tickets").status_code == 409
    assert client.get(f"{location}/calendar.ics").status_code == 409
    confirming.confirm(db, db.exec(select(Order)).one())
    assert "meet.example.com" in client.get(location).text
    assert "meet.example.com" in client.get(f"{location}/calendar.ics").text
    assert "<svg" in client.get(f"{location}/tickets").text


def test_what_was_typed_stays_with_its_errors(client: TestClient, db: Session) -> None:
    sitting = a_sitting(db, price=PRICE)
    sign_in(client, db, a_person(db))
    said = typed(email_1="nowhere", code="wrong", job_1="班长")
    status, page = post(client, page_of(db, sitting), **said)
    assert status == 422
    assert 'id="email_1-error"' in page
    assert 'value="班长"' in page
    status, page = post(client, page_of(db, sitting), **{**said, "email_1": ""})
    assert (status, 'id="code-error"' in page) == (422, True)
    assert not db.exec(select(Order)).all()


def test_a_row_more_needs_no_script(client: TestClient, db: Session) -> None:
    owner = an_organisation(db)
    sign_in(client, db, a_member(db, owner.id), owner.id)
    path = page_of(db, a_sitting(db))
    status, page = post(client, path, **typed(change="more"))
    assert (status, 'name="name_2"' in page, 'value="学员甲"' in page) == (200, True, True)
    said = typed(rows="3", name_2="学员乙", whose="organisation")
    status, location = post(client, path, **said)
    assert status == 303
    order = db.exec(select(Order)).one()
    assert order.organisation_id == owner.id
    assert [seat.participant for seat in seats_of(db, order)] == ["学员甲", "学员乙"]
    assert "学员乙" in client.get(location).text


def test_the_same_form_sent_twice_books_once(client: TestClient, db: Session) -> None:
    sitting = a_sitting(db)
    sign_in(client, db, a_person(db))
    first = post(client, page_of(db, sitting), **typed())
    assert post(client, page_of(db, sitting), **typed()) == first
    assert len(db.exec(select(Order)).all()) == 1


def test_a_full_sitting_has_a_waiting_list(client: TestClient, db: Session) -> None:
    sitting = a_sitting(db, seats=1, price=PRICE)
    held = an_order(db, sitting)
    sign_in(client, db, a_person(db))
    path = page_of(db, sitting)
    status, page = post(client, path, **typed())
    assert status == 409
    assert "Put me on the waiting list" in page
    assert post(client, path.replace("/book", "/wait"), seats="1")[0] == 303
    assert "You are next" in client.get(path).text
    place = db.exec(select(Place)).one()
    assert "You are next" in client.get("/bookings").text
    from app.bookings import releasing  # noqa: PLC0415

    releasing.release(db, db.get_one(Order, held.id), None, "", by="test")
    assert "1 seat is kept for you" in client.get(path).text
    assert post(client, path, **typed())[0] == 303
    assert db.get_one(Place, place.id).stage == PlaceStage.TAKEN


def test_a_place_is_given_up(client: TestClient, db: Session) -> None:
    sitting = a_sitting(db, seats=1)
    an_order(db, sitting)
    person = a_person(db)
    place = a_place(db, sitting, visitor(db, person))
    other = a_place(db, sitting)
    sign_in(client, db, person)
    assert post(client, f"/bookings/places/{other.id}/leave")[0] == 404
    assert post(client, f"/bookings/places/{place.id}/leave")[0] == 303
    assert db.get_one(Place, place.id).stage == PlaceStage.LEFT


def test_seats_are_looked_at_before_they_are_given_back(client: TestClient, db: Session) -> None:
    by = a_booker(db, for_organisation=True)
    order = an_order(db, a_sitting(db, price=PRICE), by, seats=2)
    confirming.confirm(db, order)
    seat = seats_of(db, order)[0]
    sign_in(client, db, db.get_one(Person, by.person_id), by.organisation_id)
    path = f"/bookings/{order.identifier}/cancel"
    page = client.get(f"{path}?seat={seat.id}").text
    assert "CNY 300 of CNY 300 come back" in page
    assert db.get_one(Order, order.id).total == 2 * PRICE
    assert post(client, path, seat=str(seat.id), back="1")[0] == 409
    assert post(client, path, seat=str(seat.id), back=str(PRICE))[0] == 303
    assert db.get_one(Booking, seat.id).stage == SeatStage.RELEASED
    assert db.get_one(Order, order.id).total == PRICE
    assert post(client, path, back=str(PRICE))[0] == 303
    assert db.get_one(Order, order.id).stage == OrderStage.CANCELLED
    assert client.get(path).status_code == 409


def test_a_seat_gets_another_participant(client: TestClient, db: Session) -> None:
    by = a_booker(db)
    order = an_order(db, by=by)
    seat = seats_of(db, order)[0]
    sign_in(client, db, db.get_one(Person, by.person_id))
    path = f"/bookings/{order.identifier}/seats/{seat.id}"
    assert "Another participant" in client.get(path).text
    status, page = post(client, path, name="", email="x")
    assert (status, 'id="name-error"' in page, 'id="email-error"' in page) == (422, True, True)
    assert post(client, path, name="新学员", email="new@example.com")[0] == 303
    assert db.get_one(Booking, seat.id).participant == "新学员"
    assert db.exec(select(Mail).where(Mail.to == "new@example.com")).one()


def test_bookings_of_others_look_like_missing_ones(client: TestClient, db: Session) -> None:
    order = an_order(db)
    seat = seats_of(db, order)[0]
    sign_in(client, db, a_person(db))
    for end in ("", "/tickets", "/calendar.ics", "/cancel", f"/seats/{seat.id}"):
        hidden = client.get(f"/bookings/{order.identifier}{end}")
        missing = client.get(f"/bookings/b-0000000000{end}")
        assert hidden.status_code == missing.status_code == 404
        same = [re.sub(r"b-[0-9a-z]{10}", "", page.text) for page in (hidden, missing)]
        assert same[0] == same[1]
    assert post(client, f"/bookings/{order.identifier}/cancel", back="0")[0] == 404


def test_colleagues_who_only_look_change_nothing(client: TestClient, db: Session) -> None:
    by = a_booker(db, for_organisation=True)
    order = an_order(db, by=by, seats=2)
    assert by.organisation_id
    viewer = a_member(db, by.organisation_id, MemberRole.VIEWER)
    sign_in(client, db, viewer, by.organisation_id)
    page = client.get(f"/bookings/{order.identifier}")
    assert page.status_code == 200
    assert "Give seats back" not in page.text
    assert order.identifier in client.get("/bookings").text
    assert post(client, f"/bookings/{order.identifier}/cancel", back="0")[0] == 404


def test_bookings_show_first_what_waits(client: TestClient, db: Session) -> None:
    by = a_booker(db)
    training = a_training(db)
    soon = an_order(db, a_sitting(db, training, starts_at=now() + timedelta(days=1)), by)
    held = an_order(db, a_sitting(db, training, price=PRICE), by)
    sign_in(client, db, db.get_one(Person, by.person_id))
    page = client.get("/bookings").text
    assert page.index(held.identifier) < page.index(soon.identifier)
    assert client.get("/bookings?page=0").status_code == 404
    assert client.get("/bookings?page=x").status_code == 404


def test_staff_of_the_region_decide_about_subsidies(client: TestClient, db: Session) -> None:
    order = a_subsidised_order(db)
    elsewhere = staff(db, StaffRole.REVIEWER, region=GUANGZHOU)
    sign_in(client, db, elsewhere)
    assert order.identifier not in client.get("/desk/seats").text
    assert post(client, f"/desk/seats/{order.id}", decision="approve")[0] == 404
    sign_in(client, db, staff(db, StaffRole.REVIEWER, region=DONGGUAN))
    assert order.identifier in client.get("/desk/seats").text
    assert post(client, f"/desk/seats/{order.id}", decision="refuse")[0] == 422
    assert post(client, f"/desk/seats/{order.id}", decision="approve")[0] == 303
    found = db.get_one(Order, order.id)
    assert (found.stage, found.total) == (OrderStage.HELD, 500 * YUAN)
    assert post(client, f"/desk/seats/{order.id}", decision="approve")[0] == 409


def test_who_is_involved_does_not_decide(client: TestClient, db: Session) -> None:
    person = staff(db, StaffRole.REVIEWER, region=DONGGUAN)
    own = a_subsidised_order(db, visitor(db, person))
    theirs = a_subsidised_order(db)
    sitting = db.get_one(Sitting, theirs.sitting_id)
    sign_in(client, db, person)
    assert post(client, f"/desk/seats/{own.id}", decision="approve")[0] == 403
    colleague = a_member(db, sitting.organisation_id)
    from app.accounts.models import Appointment  # noqa: PLC0415

    role = {"role": StaffRole.REVIEWER, "region": DONGGUAN}
    db.add(Appointment(person_id=colleague.id, **role))
    db.flush()
    sign_in(client, db, colleague)
    assert post(client, f"/desk/seats/{theirs.id}", decision="approve")[0] == 403


def test_codes_are_asked_for_where_seats_need_one(client: TestClient, db: Session) -> None:
    sitting = a_sitting(db, by_code_only=True)
    code = a_code(db, sitting)
    sign_in(client, db, a_person(db))
    assert 'name="code"' in client.get(page_of(db, sitting)).text
    assert post(client, page_of(db, sitting), **typed())[0] == 422
    assert post(client, page_of(db, sitting), **typed(code=codes.shown(code)))[0] == 303


def test_what_is_announced_only_cannot_be_booked(client: TestClient, db: Session) -> None:
    training = a_training(db)
    sitting = a_sitting(db, training)
    other = a_training(db)
    sign_in(client, db, a_person(db))
    path = f"/trainings/{other.slug}/sittings/{sitting.identifier}/book"
    assert client.get(path).status_code == 404
    assert db.get_one(Organisation, sitting.organisation_id)
