"""No page of bookings answers 500 to nonsense, typed into its forms or into its address."""

from urllib.parse import quote

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlmodel import Session

from app.accounts.models import Person
from tests.factories_bookings import (
    YUAN,
    a_booker,
    a_place,
    a_sitting,
    a_training,
    an_order,
    seats_of,
)
from tests.people import sign_in
from tests.test_nonsense import BODIES, NONSENSE

NAMES = ("sent_key", "rows", "name_1", "email_1", "job_1", "name_2", "code", "wants_subsidy")
NAMES += ("why_subsidised", "whose", "change", "seats", "seat", "back", "name", "email", "job")
ENDS = (
    "",
    "/tickets",
    "/calendar.ics",
    "/cancel",
    "/seats/a%00b",
    "/seats/-1",
    "/cancel?seat=a%00",
)


@pytest.fixture
def addresses(db: Session, site: FastAPI) -> tuple[TestClient, list[str]]:
    """Every form of somebody who has booked and waits, and a client who is signed in as them."""
    training = a_training(db, subsidy=50)
    sitting, full = a_sitting(db, training, price=300 * YUAN), a_sitting(db, training, seats=1)
    an_order(db, full)
    by = a_booker(db, for_organisation=True)
    order, place = an_order(db, sitting, by), a_place(db, full, by)
    client = TestClient(site, follow_redirects=False, raise_server_exceptions=False)
    sign_in(client, db, db.get_one(Person, by.person_id), by.organisation_id)
    base = f"/trainings/{training.slug}/sittings"
    return client, [
        f"{base}/{sitting.identifier}/book",
        f"{base}/{full.identifier}/wait",
        f"/bookings/{order.identifier}/seats/{seats_of(db, order)[0].id}",
        f"/bookings/{order.identifier}/cancel",
        f"/bookings/places/{place.id}/leave",
    ]


def test_no_form_of_bookings_answers_500(addresses: tuple[TestClient, list[str]]) -> None:
    client, paths = addresses
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    failed = []
    for path in paths:
        for said in NONSENSE:
            body = "&".join(f"{name}={said}" for name in NAMES).encode()
            if client.post(path, content=body, headers=kind).status_code >= 500:
                failed.append((path, said))
        for type_, body in BODIES:
            if client.post(path, content=body, headers={"Content-Type": type_}).status_code >= 500:
                failed.append((path, type_))
    assert failed == []


def test_no_address_of_bookings_answers_500(addresses: tuple[TestClient, list[str]]) -> None:
    client, paths = addresses
    order, training = paths[3].removesuffix("/cancel"), paths[0].rpartition("/sittings")[0]
    asked = [f"{order}{end}" for end in ENDS]
    for said in (*NONSENSE, quote("培训")):
        asked += [f"/bookings/{said}", f"/bookings/{said}/cancel", f"/bookings?page={said}"]
        asked += [f"{training}/sittings/{said}/book", f"{training}/sittings/{said}.ics"]
    assert [path for path in asked if client.get(path).status_code >= 500] == []
    assert {client.post(f"{path}/x").status_code for path in paths} <= {404, 405}
