"""Policies and news through HTTP: searching, filters, validity, one page for each."""

import re
from collections.abc import Callable
from datetime import date
from urllib.parse import quote

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import Session

from app.catalogue.models import Information
from app.catalogue.validity import validity
from app.core.i18n import use_locale
from search.engine import Kind
from tests.counting import count_queries
from tests.factories import a_record

Fill = Callable[[], None]
POLICY = {
    "name": "东莞市设备上云补贴办法",
    "summary": "对设备上云的企业给予补贴。",
    "issuer": "东莞市工业和信息化局",
    "document_number": "东工信〔2024〕12号",
    "issued_on": "2024-03-27",
    "category": "policy",
    "region": "441900",
    "source": "https://example.org/policy",
}


def test_the_list_shows_who_issued_what_and_whether_it_holds(
    client: TestClient, db: Session, fill_index: Fill
) -> None:
    a_record(db, Kind.INFORMATION, **POLICY, valid_until="2025-01")
    fill_index()
    page = client.get("/information").text
    for field in ("name", "issuer", "document_number", "issued_on"):
        assert POLICY[field] in page
    assert "Expired on 2025-01" in page


def test_the_text_is_searched(client: TestClient, db: Session, fill_index: Fill) -> None:
    a_record(db, Kind.INFORMATION, **POLICY)
    a_record(db, Kind.INFORMATION, name="食品行业年度报告", category="industry")
    fill_index()
    page = client.get("/information", params={"q": "设备上云补贴"}).text
    assert "1 document" in page
    assert "<mark>" in page
    assert "食品行业年度报告" not in page


@pytest.mark.parametrize("chosen", ["category=industry", "year=2022", "city=440300"])
def test_filters_narrow_and_their_counts_tell_the_truth(
    client: TestClient, db: Session, fill_index: Fill, chosen: str
) -> None:
    a_record(db, Kind.INFORMATION, **POLICY)
    other = {"category": "industry", "issued_on": "2022", "region": "440300"}
    a_record(db, Kind.INFORMATION, name="电子行业年度报告", **other)
    fill_index()
    facet, code = chosen.split("=")
    everything = client.get("/information").text
    count = re.search(rf'id="{facet}-{code}".*?<small>(\d+)</small>', everything, re.S)
    page = client.get(f"/information?{chosen}").text
    assert count
    assert count[1] == "1"
    assert "1 document" in page
    assert "电子行业年度报告" in page
    assert "东莞市设备上云补贴办法" not in page


@pytest.mark.parametrize(
    ("address", "status"),
    [("?category=nothing", 422), ("?year=20x4", 422), ("?page=0", 422), ("?page=7", 404)],
)
def test_what_cannot_be_taken_is_said(
    client: TestClient, db: Session, address: str, status: int
) -> None:
    answer = client.get(f"/information{address}")
    assert answer.status_code == status
    assert 'class="notice bad"' in answer.text


def test_htmx_gets_only_the_results(client: TestClient, db: Session) -> None:
    part = client.get("/information", headers={"HX-Request": "true"}).text
    assert "<html" not in part
    assert "Nothing is listed here yet" in part


def test_a_page_says_what_is_known_and_what_is_not(
    client: TestClient, db: Session, fill_index: Fill
) -> None:
    record = a_record(db, Kind.INFORMATION, **POLICY)
    a_record(db, Kind.INFORMATION, name="佛山市设备上云补贴办法")
    fill_index()
    page = client.get(f"/information/{record.slug}").text
    assert "Validity not stated" in page
    assert "https://example.org/policy" in page
    assert "佛山市设备上云补贴办法" in page  # related
    assert '"@type": "Article"' in page
    assert '"datePublished": "2024-03-27"' in page
    assert f"/id/{record.identifier}" in page


@pytest.mark.parametrize("slug", ["nothing", quote("../x\x00"), "%00", "a" * 300])
def test_what_is_not_there_is_not_found(client: TestClient, slug: str) -> None:
    assert client.get(f"/information/{slug}").status_code == 404


@pytest.mark.parametrize(
    ("since", "until", "said"),
    [
        (None, None, "Validity not stated"),
        (None, "2026-11-21", "Expired on 2026-11-21"),
        (None, "2026-11-22", "Valid until 2026-11-22"),
        (None, "2026-11", "Valid until 2026-11"),
        (None, "2026", "Valid until 2026"),
        (None, "2025", "Expired on 2025"),
        ("2027", "2029", "Valid from 2027"),
        ("2026", None, "Valid since 2026, end not stated"),
    ],
)
def test_a_partial_date_lasts_as_long_as_it_names(
    since: str | None, until: str | None, said: str
) -> None:
    record = Information(identifier="i", slug="i", name="x", valid_from=since, valid_until=until)
    with use_locale("en"):
        assert validity(record, date(2026, 11, 22)).text == said


def test_a_long_list_costs_as_many_queries_as_a_short_one(
    client: TestClient, db: Session, fill_index: Fill, engine: Engine
) -> None:
    for number in range(5):
        a_record(db, Kind.INFORMATION, name=f"政策文件第{number}号", issued_on="2024")
    fill_index()
    few = count_queries(engine, client, "/information")
    for number in range(5, 40):
        a_record(db, Kind.INFORMATION, name=f"政策文件第{number}号", issued_on="2024")
    fill_index()
    assert count_queries(engine, client, "/information") == few


def test_what_has_no_date_comes_last_and_years_run_backwards(
    client: TestClient, db: Session, fill_index: Fill
) -> None:
    for name, issued_on in (("没有日期", None), ("旧文件", "2019"), ("新文件", "2024-05")):
        a_record(db, Kind.INFORMATION, name=name, issued_on=issued_on)
    a_record(db, Kind.INFORMATION, name="另一旧文件", issued_on="2019-02")
    fill_index()
    page = client.get("/information").text
    found = re.findall(r'<h3><a href="[^"]+">([^<]+)', page)
    assert (found[0], found[-1]) == ("新文件", "没有日期")
    assert re.findall(r'id="year-(\d+)"', page) == ["2024", "2019"]
