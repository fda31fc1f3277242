"""The public list: filters, counts that equal what a click shows, the order, its cost."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import Session
from starlette.datastructures import QueryParams

from app.accounts.models import Person, StaffRole
from app.accounts.visitor import Visitor
from app.core.audit import AuditEntry
from app.core.db import at, now
from app.desk import auditing
from app.needs import browsing
from app.needs.models import Confidentiality, Need
from tests.counting import count_queries
from tests.needs.making import a_closed_need, a_draft, a_match, a_need, a_vendor, a_writer
from tests.people import DONGGUAN, sign_in, staff, visitor

FOSHAN = "440600"


def scenario(code: str) -> list[dict[str, str]]:
    return [{"facet": "scenario", "code": code, "said": ""}]


def read(query: str = "") -> browsing.Asked:
    asked, problems = browsing.read(QueryParams(query))
    assert problems == []
    return asked


def titles(db: Session, query: str = "", who: Visitor | None = None) -> list[str]:
    return [one.need.title for one in browsing.look(db, who, read(query)).page.items]


@pytest.fixture
def market(db: Session) -> dict[str, Need]:
    """Needs of several kinds; the one for matched vendors is seen by few."""
    writer, soon = a_writer(db), now() + timedelta(days=3)
    made: dict[str, dict[str, Any]] = {
        "设备联网": {"tags": scenario("equipment-connectivity"), "closes_at": soon},
        "能耗管理": {"tags": scenario("energy-management"), "region": DONGGUAN},
        "质量检测": {"tags": scenario("quality-inspection"), "industries": ["C39"]},
        "隐名设备联网": {
            "tags": scenario("equipment-connectivity"),
            "confidentiality": Confidentiality.HIDDEN,
        },
        "只给匹配的": {
            "tags": scenario("energy-management"),
            "confidentiality": Confidentiality.MATCHED,
        },
    }
    needs = {title: a_need(db, writer, title=title, **said) for title, said in made.items()}
    needs["已截止"] = a_closed_need(db, writer, title="已截止")
    a_draft(db, writer, title="草稿")
    return needs


@pytest.mark.usefixtures("market")
def test_it_is_narrowed_by_words_scenario_industry_city_and_time(db: Session) -> None:
    everything = {"设备联网", "能耗管理", "质量检测", "隐名设备联网"}
    assert set(titles(db)) == everything
    assert titles(db)[0] == "设备联网"  # closes first
    assert set(titles(db, "scenario=equipment-connectivity")) == {"设备联网", "隐名设备联网"}
    assert titles(db, "industry=C39") == ["质量检测"]
    assert titles(db, f"city={DONGGUAN}") == ["能耗管理"]
    assert titles(db, "when=week") == ["设备联网"]
    assert titles(db, "when=over") == ["已截止"]
    assert titles(db, "q=质量 检测") == titles(db, "q=质量&industry=C39") == ["质量检测"]
    assert titles(db, "q=%25") == []  # what looks like a wildcard is none
    two = titles(db, "scenario=energy-management&scenario=quality-inspection")
    assert set(two) == {"能耗管理", "质量检测"}


def test_each_count_is_what_a_click_shows_to_this_visitor(
    db: Session, market: dict[str, Need]
) -> None:
    vendor, matched = a_vendor(db)
    a_match(db, market["只给匹配的"], vendor)
    for who in (None, matched):
        for start in ("", f"city={FOSHAN}", "scenario=energy-management", "q=设备"):
            listing = browsing.look(db, who, read(start))
            for facet, options in listing.facets.items():
                for code, _label, count, _is_on in options:
                    others = [pair for pair in read(start).active if pair[0] != facet]
                    query = "&".join(f"{name}={value}" for name, value in [*others, (facet, code)])
                    words = "&q=设备" if "q=" in start else ""
                    assert len(titles(db, query + words, who)) == count, (who, start, facet, code)
    assert "只给匹配的" in titles(db, "", matched)
    assert "只给匹配的" not in titles(db)


def test_a_need_leaves_the_open_ones_in_the_second_of_its_deadline(db: Session) -> None:
    writer = a_writer(db)
    closes: datetime = now() + timedelta(days=2)
    a_need(db, writer, title="到点", closes_at=closes)
    with at(closes - timedelta(seconds=1)):
        assert titles(db) == ["到点"]
    with at(closes):
        assert (titles(db), titles(db, "when=over")) == ([], ["到点"])


def test_what_cannot_be_asked_is_said_and_left_out(client: TestClient) -> None:
    answer = client.get("/needs?scenario=nothing&when=never&page=x")
    assert answer.status_code == 422
    assert answer.text.count("left out") == 3
    assert client.get("/needs?page=7").status_code == 404


def test_the_list_asks_as_often_for_many_needs_as_for_few(
    client: TestClient, db: Session, engine: Engine
) -> None:
    writer = a_writer(db)
    asked = []
    for _round in range(2):
        for n in range(15):
            a_need(db, writer, title=f"需求{n}")
        asked.append([count_queries(engine, client, path) for path in ("/needs", "/needs?page=1")])
    assert asked[0] == asked[1]
    sign_in(client, db, db.get_one(Person, writer.person_id), writer.organisation_id)
    few = count_queries(engine, client, "/workspace/needs")
    for n in range(15):
        a_draft(db, writer, title=f"更多{n}")
    assert count_queries(engine, client, "/workspace/needs") == few


def test_pages_hold_twenty_and_the_next_ones_follow(client: TestClient, db: Session) -> None:
    writer = a_writer(db)
    for n in range(23):
        a_need(db, writer, title=f"第{n:02}号")
    first, second = (client.get(f"/needs?page={n}").text for n in (1, 2))
    assert (first.count('class="result"'), second.count('class="result"')) == (20, 3)


def test_auditors_read_of_a_hidden_need_only_where_it_lies(db: Session) -> None:
    writer = a_writer(db)  # registered in Dongguan, the work is done in Foshan
    a_need(db, writer, confidentiality=Confidentiality.HIDDEN)
    for region, may in ((FOSHAN, True), (DONGGUAN, False), ("440000", True)):
        auditor = visitor(db, staff(db, StaffRole.AUDITOR, region=region))
        lines = auditing.page(db, auditor, auditing.Asked(kind="need")).items
        assert bool(lines) is may
        assert [type(line.entry) for line in lines] == [AuditEntry] * len(lines)
