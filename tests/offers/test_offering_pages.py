"""Trainings that are offered here: what everybody sees, and what those who offer them do."""

import json
import re
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session, select

from app.accounts.models import MemberRole
from app.bookings import sittings
from app.bookings.models import Sitting
from app.catalogue.models import Organisation, Training
from app.catalogue.stages import Stage
from app.core.formats import CHINA
from tests.factories_trainings import (
    a_plan,
    a_sitting,
    an_organiser,
    in_days,
    offered,
    seats_of,
)
from tests.people import a_member, an_organisation, sign_in


@pytest.fixture
def training(db: Session) -> Training:
    return offered(db)


@pytest.fixture
def organiser(client: TestClient, db: Session, training: Training) -> TestClient:
    return enter(client, db, training)


def enter(
    client: TestClient, db: Session, training: Training, role: MemberRole = MemberRole.EDITOR
) -> TestClient:
    assert training.organisation_id
    person = a_member(db, training.organisation_id, role)
    return sign_in(client, db, person, training.organisation_id)


def form(days: float = 30, **other: str) -> dict[str, str]:
    starts, ends = in_days(days), in_days(days, 12)
    return {
        "starts_at": f"{starts.astimezone(CHINA):%Y-%m-%dT%H:%M}",
        "ends_at": f"{ends.astimezone(CHINA):%Y-%m-%dT%H:%M}",
        "place": "offline",
        "venue": "东莞会展中心 3 号厅",
        "address": "会展路 1 号",
        "seats": "20",
        "admits": "everybody",
        **other,
    }


def fresh(db: Session, sitting: Sitting) -> Sitting:
    """As it is now: each request begins with an empty session."""
    return db.get_one(Sitting, sitting.id)


def post(client: TestClient, path: str, **data: Any) -> Any:
    return client.post(path, data=data, follow_redirects=False)


def events(page: str) -> list[dict[str, Any]]:
    found = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.S)
    return [one for said in map(json.loads, found) if isinstance(said, list) for one in said]


def test_the_page_shows_dates_seats_price_and_terms(client: TestClient, db: Session) -> None:
    training = offered(db, subsidy=40)
    sitting = a_sitting(db, training, map_link="https://map.example/9", seats=5)
    seats_of(db, sitting, 2)
    page = client.get(f"/trainings/{training.slug}").text
    assert "3 of 5 seats free" in page
    assert "CNY 300" in page
    assert "https://map.example/9" in page
    assert "until 7 days before it begins" in page
    assert "gets 50 per cent back" in page
    assert "Public money can pay 40 per cent" in page
    assert f'href="/trainings/{training.slug}/sittings/{sitting.identifier}/book"' in page
    assert f"/trainings/{training.slug}/calendar.ics" in page
    assert "ask the organiser" not in page


def test_programs_are_told_of_each_sitting(client: TestClient, db: Session) -> None:
    training = offered(db)
    full, moved, dead = (a_sitting(db, training, days=days, seats=1) for days in (10, 20, 30))
    seats_of(db, full)
    by = an_organiser(db, training)
    sittings.move(db, moved, a_plan(21, seats=1), seen=moved.version, by=by)
    sittings.cancel(db, dead, "停电", by=by)
    said = events(client.get(f"/trainings/{training.slug}").text)
    statuses = [one["eventStatus"].rpartition("/")[2] for one in said]
    assert statuses == ["EventScheduled", "EventRescheduled", "EventCancelled"]
    offers = [one["offers"] for one in said]
    assert [one["availability"].rpartition("/")[2] for one in offers] == [
        "SoldOut",
        "InStock",
        "Discontinued",
    ]
    assert {(one["price"], one["priceCurrency"]) for one in offers} == {("300.00", "CNY")}
    assert said[0]["startDate"].endswith("+08:00")


def test_the_front_page_names_the_next_dates(client: TestClient, db: Session) -> None:
    training = offered(db)
    assert "Next trainings" not in client.get("/").text
    a_sitting(db, training)
    page = client.get("/").text
    assert "Next trainings" in page
    assert f'href="/trainings/{training.slug}"' in page


def test_the_list_narrows_by_price_and_says_what_is_free(client: TestClient, db: Session) -> None:
    paid, free = offered(db, name="收费课"), offered(db, name="公益课", price=0, level="advanced")
    a_sitting(db, paid, seats=7), a_sitting(db, free, seats=9)
    page = client.get("/trainings?price=free").text
    assert "公益课" in page
    assert "收费课" not in page
    assert "Free of charge" in page
    assert "公益课" in client.get("/trainings?level=advanced").text
    assert "<dd>7</dd>" in client.get("/trainings?price=paid").text


def test_a_training_that_left_says_so_at_its_address(client: TestClient, db: Session) -> None:
    training = offered(db)
    enter(client, db, training)
    path = f"/workspace/listings/{training.identifier}"
    assert "Take it out of the pool" in client.get(path).text
    assert post(client, f"{path}/withdraw", why="不再开课").status_code == 303
    assert client.get(f"/trainings/{training.slug}").status_code == 410


def test_a_training_with_seats_taken_cannot_leave(
    organiser: TestClient, db: Session, training: Training
) -> None:
    seats_of(db, a_sitting(db, training))
    path = f"/workspace/listings/{training.identifier}"
    assert "cancel that date first" in organiser.get(path).text
    assert post(organiser, f"{path}/withdraw", why="不再开课").status_code == 409
    assert db.get_one(Training, training.id).stage == Stage.PUBLISHED


def test_a_date_is_added_as_it_is_typed(
    organiser: TestClient, db: Session, training: Training
) -> None:
    path = f"/workspace/trainings/{training.identifier}/sittings/new"
    assert organiser.get(path).status_code == 200
    wrong = post(organiser, path, **form(venue="", seats="none"))
    assert wrong.status_code == 422
    assert "Say where it takes place" not in wrong.text  # first what can be read at all
    assert "whole number" in wrong.text
    answer = post(organiser, path, **form())
    assert answer.status_code == 303
    sitting = db.exec(select(Sitting)).one()
    assert (sitting.starts_at, sitting.seats, sitting.price) == (in_days(30), 20, 30000)
    assert answer.headers["location"].endswith(
        f"/workspace/trainings/sittings/{sitting.identifier}"
    )
    page = organiser.get("/workspace/trainings").text
    assert "20 of 20 seats free" in page


def test_a_move_is_shown_before_it_happens(
    organiser: TestClient, db: Session, training: Training
) -> None:
    sitting = a_sitting(db, training)
    order = seats_of(db, sitting, 2)
    path = f"/workspace/trainings/sittings/{sitting.identifier}"
    moved = {**form(33), "version": str(sitting.version)}
    looked = post(organiser, f"{path}/edit", **moved)
    assert looked.status_code == 200
    assert "Nothing has been changed yet" in looked.text
    assert order.identifier in looked.text
    assert fresh(db, sitting).starts_at == in_days(30)
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', looked.text))
    answer = post(organiser, f"{path}/move", **hidden, why="场地被占用")
    assert answer.status_code == 303
    assert fresh(db, sitting).starts_at == in_days(33)
    assert post(organiser, f"{path}/move", **hidden).status_code == 409  # it was read before


def test_seats_change_without_a_dry_run_but_never_below_those_taken(
    organiser: TestClient, db: Session, training: Training
) -> None:
    sitting = a_sitting(db, training)
    seats_of(db, sitting, 3)
    path = f"/workspace/trainings/sittings/{sitting.identifier}/edit"
    version = str(sitting.version)
    refused = post(organiser, path, **form(seats="2"), version=version)
    assert refused.status_code == 409
    assert "3 seats are taken already" in refused.text
    assert post(organiser, path, **form(seats="4"), version=version).status_code == 303
    assert fresh(db, sitting).seats == 4


def test_cancelling_shows_who_is_touched_and_wants_a_reason(
    organiser: TestClient, db: Session, training: Training
) -> None:
    sitting = a_sitting(db, training)
    path = f"/workspace/trainings/sittings/{sitting.identifier}/cancel"
    assert "touches nobody" in organiser.get(path).text
    assert post(organiser, path, why="").status_code == 422
    assert post(organiser, path, why="停电").status_code == 303
    assert fresh(db, sitting).stage == "cancelled"
    assert "停电" in organiser.get(f"/trainings/{training.slug}").text
    assert post(organiser, path, why="停电").status_code == 409


def test_the_money_that_goes_back_is_named_first(
    organiser: TestClient, db: Session, training: Training
) -> None:
    sitting = a_sitting(db, training)
    seats_of(db, sitting, 2)
    page = organiser.get(f"/workspace/trainings/sittings/{sitting.identifier}/cancel").text
    assert "CNY 600 goes back" in page


PAGES = ("", "/edit", "/cancel")


def test_others_find_nothing_and_viewers_only_look(
    client: TestClient, db: Session, training: Training
) -> None:
    sitting = a_sitting(db, training)
    base = f"/workspace/trainings/sittings/{sitting.identifier}"
    enter(client, db, training, MemberRole.VIEWER)
    assert [client.get(base + page).status_code for page in PAGES] == [200, 403, 403]
    assert client.get("/workspace/trainings").status_code == 200
    other = an_organisation(db, name="别家公司")
    sign_in(client, db, a_member(db, other.id), other.id)
    assert [client.get(base + page).status_code for page in PAGES] == [404, 404, 404]
    for path in (f"{base}/edit", f"{base}/move", f"{base}/cancel"):
        assert post(client, path, **form(), version="1", why="x").status_code == 404
    new = f"/workspace/trainings/{training.identifier}/sittings/new"
    assert client.get(new).status_code == 404
    assert post(client, new, **form()).status_code == 404


def test_the_workspace_leads_to_trainings_even_without_a_vendor(
    client: TestClient, db: Session
) -> None:
    organisation = an_organisation(db)
    sign_in(client, db, a_member(db, organisation.id), organisation.id)
    page = client.get("/workspace").text
    assert "New training" in page
    assert 'href="/workspace/trainings"' in page
    assert "Nothing is offered yet" in client.get("/workspace/trainings").text
    assert db.get(Organisation, organisation.id)
