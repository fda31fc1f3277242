"""The self-check: points by dimension, the picture, what was answered before, a need from it."""

from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session, select

from app.accounts.models import Person
from app.core.errors import NotFound
from app.needs import checking, maturity
from app.needs.models import Need, SelfCheck
from app.needs.self_check_questions import ADVICE, QUESTIONS, Dimension, Input
from tests.needs.making import a_writer
from tests.people import sign_in

ANSWERS: dict[str, Any] = {
    "products": "塑料玩具",
    "systems": ["finance", "erp"],
    "joined": "1",
    "connected": "0",
    "monitored": "0",
    "kept": "3",
    "backed_up": "4",
    "it_staff": "4",
    "cio": "2",
    "it_budget": "2",
    "planned": "MES",
}


def test_about_fifteen_questions_cover_every_dimension() -> None:
    assert 14 <= len(QUESTIONS) <= 17
    assert {question.dimension for question in QUESTIONS if question.dimension} == set(Dimension)
    assert set(ADVICE) == set(Dimension)


def test_each_question_can_reach_all_the_points_and_none() -> None:
    for question in QUESTIONS:
        if question.dimension is None:
            continue
        every: Any = [answer.code for answer in question.answers]
        if question.input is Input.CHOICE:
            assert maturity.points(question, every[0]) == 0
            assert maturity.points(question, every[-1]) == maturity.MOST_POINTS
        else:
            assert maturity.points(question, every) == maturity.MOST_POINTS


def test_a_level_is_the_mean_of_what_was_answered() -> None:
    levels = maturity.levels(ANSWERS)
    assert levels == {"systems": 1.5, "devices": 0.0, "data": 3.5, "people": 4.0, "budget": 2.0}
    assert maturity.weakest(levels) == [Dimension.DEVICES, Dimension.SYSTEMS]
    assert maturity.levels({"products": "塑料玩具"}) == {}
    assert maturity.weakest({"people": 4.0}) == [Dimension.PEOPLE]


def test_the_picture_has_a_corner_for_each_dimension() -> None:
    corners = maturity.corners(maturity.whole({"systems": 4.0}), 100, 140)
    assert corners == "140.0,40.0 140.0,140.0 140.0,140.0 140.0,140.0 140.0,140.0"


def test_a_need_begins_from_the_weakest_dimensions(db: Session) -> None:
    writer = a_writer(db)
    check = checking.keep(db, ANSWERS, by=writer)
    db.flush()
    need = checking.write_need(db, check, by=writer)
    assert [part["scenarios"] for part in need.parts] == [
        ["equipment-connectivity"],
        ["manufacturing-execution"],
    ]
    assert "塑料玩具" in need.text
    assert "MES" in need.systems
    assert need.budget_to == 200_000_00
    other = a_writer(db, "别家制造有限公司")
    with pytest.raises(NotFound):
        checking.find_own(db, other, check.id)
    assert checking.history(db, other) == []


def test_it_is_answered_looked_at_and_turned_into_a_need(client: TestClient, db: Session) -> None:
    writer = a_writer(db)
    sign_in(client, db, db.get_one(Person, writer.person_id), writer.organisation_id)
    page, form = "/workspace/self-check", "/workspace/self-check/new"
    assert "No self-check yet" in client.get(page).text
    assert client.get(form).text.count("<select") == 13
    few = client.post(form, data={"products": "玩具", "joined": "9"})
    assert few.status_code == 422
    assert "玩具" in few.text
    assert client.post(form, data={"products": "玩具"}).status_code == 422
    kept = client.post(form, data=ANSWERS, follow_redirects=False)
    assert kept.headers["location"] == page
    shown = client.get(page).text
    assert "<polygon" in shown
    for said in ("0.0 of 4", "3.5 of 4", "塑料玩具", "Connecting the machines"):
        assert said in shown
    assert 'value="塑料玩具"' in client.get(form).text  # filled in the next time
    check = db.exec(select(SelfCheck)).one()
    assert client.get(f"{page}?check={check.id}").status_code == 200
    begun = client.post(f"{page}/{check.id}/need", follow_redirects=False)
    need = db.exec(select(Need)).one()
    assert begun.headers["location"] == f"/workspace/needs/{need.identifier}/edit"
    assert client.get(begun.headers["location"]).status_code == 200
    other = a_writer(db, "别家制造有限公司")
    sign_in(client, db, db.get_one(Person, other.person_id), other.organisation_id)
    assert client.get(f"{page}?check={check.id}").status_code == 404
    assert client.post(f"{page}/{check.id}/need").status_code == 404
