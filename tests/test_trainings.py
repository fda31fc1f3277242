"""Trainings through HTTP: what comes before what is past, filters that count, a page for each."""

import re
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import Session

from app.catalogue.models import Training
from app.core.formats import today
from app.trainings.agenda import FACETS, PAST, UNDATED, UPCOMING, Asked, look, when_of
from search.engine import Kind
from tests.counting import count_queries
from tests.factories import a_record

DAY = date(2026, 11, 22)
Fill = Callable[[], None]


def a_training(db: Session, name: str, starts_on: str | None = None, **values: str) -> None:
    a_record(db, Kind.TRAINING, name=name, starts_on=starts_on, **values)


def names(db: Session, asked: Asked) -> list[str]:
    return [training.name for _when, training in look(db, asked, DAY).rows]


def nothing_chosen(page: int = 1, **chosen: tuple[str, ...]) -> Asked:
    return Asked({**dict.fromkeys(FACETS, ()), **chosen}, page)


def test_the_next_comes_first_and_the_latest_past_one_after_all_to_come(db: Session) -> None:
    for name, starts_on in (
        ("long ago", "2019"),
        ("undated", None),
        ("next year", "2027-01"),
        ("yesterday", "2026-11-21"),
        ("tomorrow", "2026-11-23"),
        ("this month", "2026-11"),
    ):
        a_training(db, name, starts_on)
    order = ["this month", "tomorrow", "next year", "yesterday", "long ago", "undated"]
    assert names(db, nothing_chosen()) == order


@pytest.mark.parametrize(
    ("starts_on", "when"),
    [
        ("2026-11-22", UPCOMING),
        ("2026-11-21", PAST),
        ("2026-11", UPCOMING),
        ("2026-10", PAST),
        ("2026", UPCOMING),
        ("2025", PAST),
        (None, UNDATED),
        ("", UNDATED),
    ],
)
def test_the_database_and_the_page_agree_what_is_past(
    db: Session, starts_on: str | None, when: str
) -> None:
    a_training(db, "only one", starts_on)
    ((said, training),) = look(db, nothing_chosen(when=(when,)), DAY).rows
    assert said == when == when_of(training, DAY)


def test_every_count_is_what_a_click_gives(db: Session) -> None:
    a_training(db, "one", "2027", mode="online", region="440300")
    a_training(db, "two", "2020", mode="offline", region="440305")  # a district of Shenzhen
    a_training(db, "three", "2021", mode="online", region="441900")
    a_training(db, "four", "2022", region="440000")  # the province is no city
    asked = nothing_chosen(mode=("online", "offline"))
    for facet, options in look(db, asked, DAY).facets.items():
        for code, _label, total, is_on in options:
            if not is_on:
                others = () if facet == "mode" else asked.chosen[facet]
                clicked = Asked({**asked.chosen, facet: (*others, code)})
                assert look(db, clicked, DAY).total == total, (facet, code)
    assert look(db, nothing_chosen(city=("440300",)), DAY).total == 2


def test_no_training_is_promised_when_all_are_past(client: TestClient, db: Session) -> None:
    a_training(db, "工业互联网培训班", "2021-05")
    page = client.get("/trainings").text
    assert "Nothing is announced at the moment" in page
    assert "工业互联网培训班" in page
    a_training(db, "下一期培训班", (today() + timedelta(days=9)).isoformat())
    assert "Nothing is announced at the moment" not in client.get("/trainings").text


def test_filters_can_be_taken_off_one_by_one(client: TestClient, db: Session) -> None:
    a_training(db, "深圳线上课", "2021", mode="online", region="440300")
    a_training(db, "东莞现场课", "2021", mode="offline", region="441900")
    page = client.get("/trainings?city=440300&mode=online&when=past").text
    assert "深圳线上课" in page
    assert "东莞现场课" not in page
    left = re.search(r'class="chip" href="([^"]+mode=online[^"]*)"', page)
    assert left
    assert "city" in left[1] or "when" in left[1]
    assert "Nothing meets all of this" in client.get("/trainings?city=440500").text


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("?mode=telepathy", 422),
        ("?when=never", 422),
        ("?city=C39", 422),
        ("?page=0", 422),
        ("?page=two", 422),
        ("?page=9999999", 422),
        ("?page=2", 404),
    ],
)
def test_what_cannot_be_taken_is_said(
    client: TestClient, db: Session, address: str, status: int
) -> None:
    answer = client.get(f"/trainings{address}")
    assert answer.status_code == status
    assert 'class="notice bad"' in answer.text


def test_a_long_list_has_pages_and_costs_as_many_queries_as_a_short_one(
    client: TestClient, db: Session, engine: Engine
) -> None:
    for number in range(5):
        a_training(db, f"培训{number}", "2021")
    few = count_queries(engine, client, "/trainings")
    for number in range(5, 45):
        a_training(db, f"培训{number}", "2021")
    assert count_queries(engine, client, "/trainings") == few
    seen = [name for page in (1, 2, 3) for name in names(db, nothing_chosen(page))]
    assert sorted(seen) == sorted(f"培训{number}" for number in range(45))
    assert 'href="/trainings?page=3"' in client.get("/trainings?page=2").text


def test_a_page_says_that_it_is_over(client: TestClient, db: Session, fill_index: Fill) -> None:
    about = {"organiser": "广东省工业和信息化厅", "venue": "广州", "mode": "hybrid"}
    record = a_record(db, Kind.TRAINING, name="数字化转型培训", starts_on="2021-05", **about)
    a_training(db, "数字化转型沙龙", "2022")
    fill_index()
    page = client.get(f"/trainings/{record.slug}").text
    assert "This has taken place" in page
    assert "Online and on site" in page
    assert '"@type": "Event"' in page
    assert '"eventAttendanceMode": "https://schema.org/MixedEventAttendanceMode"' in page
    assert "数字化转型沙龙" in page  # similar


def test_a_page_of_what_is_to_come_names_whom_to_ask(client: TestClient, db: Session) -> None:
    record = a_record(db, Kind.TRAINING, name="数字化转型培训", starts_on="2999")
    page = client.get(f"/trainings/{record.slug}").text
    assert "ask the organiser" in page
    assert "Organiser not stated" in page


def test_a_record_that_never_existed_is_undated() -> None:
    assert when_of(Training(identifier="t", slug="t", name="x"), DAY) == UNDATED


def test_a_place_that_governs_itself_has_a_short_name(client: TestClient, db: Session) -> None:
    a_training(db, "南宁培训", "2021", region="450000")
    a_training(db, "连南培训", "2021", region="441826")
    page = client.get("/trainings", headers={"Cookie": "lang=zh"}).text
    assert "广西壮族" not in page
    assert "清远 连南<" in page
