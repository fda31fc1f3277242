"""The pages of vendors, solutions and cases, and the addresses that lead to them."""

import json
import re
from collections.abc import Callable
from html import unescape
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session

from app.catalogue import linked_data, service
from app.catalogue.addresses import address
from app.catalogue.facts import linked
from app.catalogue.models import Record, Solution, Vendor
from app.catalogue.stages import Stage
from app.core.formats import today
from app.curation import admission, merging
from app.curation.admission import Twin
from search.engine import Kind
from tests.factories import OPERATOR, a_batch, a_proposal, a_record, the_record
from tests.test_discovery import links_in, text_of

Fill = Callable[[], None]


@pytest.fixture
def vendor(db: Session) -> Record:
    return a_record(
        db,
        Kind.VENDOR,
        name="东莞云注塑科技有限公司",
        kind="platform",
        region="441900",
        aliases=["云注塑"],
        website="www.example.com",
        summary="见 https://example.com/a?b=1 的介绍。",
        source="省工信厅名单 http://example.org/list.html，第三批",
        extra={"联系部门": "市场部"},
    )


@pytest.fixture
def solution(db: Session, vendor: Record) -> Record:
    return a_record(
        db,
        Kind.SOLUTION,
        name="注塑机联网",
        vendor_id=vendor.id,
        scenarios=["equipment-connectivity"],
        price_text="面议",
    )


def page_of(client: TestClient, record: Record) -> str:
    answer = client.get(address(record))
    assert answer.status_code == 200
    return answer.text


def test_a_vendor_page_shows_its_facts_with_their_source(
    client: TestClient, vendor: Record, fill_index: Fill
) -> None:
    page = text_of(page_of(client, vendor))
    assert "Registered in Dongguan 1 list.csv, row 0" in page
    assert "Other names 云注塑" in page
    assert "联系部门 市场部" in page
    assert re.search(r"Not stated [\w ,]*Credit code", page)


def test_a_place_that_facts_share_is_written_once_below_them(
    client: TestClient, vendor: Record, fill_index: Fill
) -> None:
    page = page_of(client, vendor)
    assert page.count('<li id="origin-') == 1
    assert page.count('href="#origin-1"') > 1


def test_a_vendor_page_lists_what_it_offers_and_where_it_was_used(
    client: TestClient, db: Session, vendor: Record, solution: Record, fill_index: Fill
) -> None:
    assert "No case is listed yet." in page_of(client, vendor)
    case = a_record(db, Kind.CASE, name="某厂上云", vendor_id=vendor.id, region="441900", year=2024)
    links = links_in(page_of(client, vendor))
    assert address(solution) in links
    assert address(case) in links


def test_an_address_in_a_text_becomes_a_link_that_vouches_for_nothing(
    client: TestClient, vendor: Record, fill_index: Fill
) -> None:
    page = page_of(client, vendor)
    for url in (
        "http://example.org/list.html",
        "https://www.example.com",
        "https://example.com/a?b=1",
    ):
        assert f'<a href="{url}" rel="noopener nofollow">' in page


def test_a_text_is_never_markup(client: TestClient, db: Session, fill_index: Fill) -> None:
    evil = '</script><script>alert(1)</script>"><img src=x onerror=alert(1)>'
    record = a_record(
        db, Kind.SOLUTION, name=f"云{evil}", summary=evil, source=evil, price_text=evil
    )
    page = page_of(client, record)
    assert "<script>alert" not in page
    assert "<img src=x" not in page


@pytest.mark.parametrize("website", ["javascript:alert(1)", "ftp://example.com", "see page 4", ""])
def test_only_what_reads_as_an_address_becomes_one(
    client: TestClient, db: Session, fill_index: Fill, website: str
) -> None:
    record = a_record(db, Kind.VENDOR, website=website)
    outer = re.findall(r'<a href="([^"]*)" rel="noopener nofollow">', page_of(client, record))
    assert outer == []


def test_the_end_of_a_sentence_is_no_part_of_an_address() -> None:
    pieces = linked("见http://a.cn/x，另见（https://b.cn/y）。")
    assert [piece.url for piece in pieces if piece.url] == ["http://a.cn/x", "https://b.cn/y"]
    assert "".join(piece.text for piece in pieces) == "见http://a.cn/x，另见（https://b.cn/y）。"
    assert linked(None) == ()


def test_a_solution_page_says_what_is_not_stated(
    client: TestClient, solution: Record, fill_index: Fill
) -> None:
    page = text_of(page_of(client, solution))
    assert "Price 面议" in page
    assert re.search(r"Not stated [\w ,]*Deployment, [\w ,]*Source", page)
    assert "Summary Not stated" in page
    assert "No case is listed yet." in page


def test_a_price_without_words_is_said_in_money(
    client: TestClient, db: Session, fill_index: Fill
) -> None:
    record = a_record(db, Kind.SOLUTION, price_from=8_000_000)
    assert "Price from CNY 80,000" in text_of(page_of(client, record))


def test_similar_solutions_can_be_compared_at_once(
    client: TestClient, db: Session, solution: Record, fill_index: Fill
) -> None:
    other = a_record(db, Kind.SOLUTION, name="注塑机联网平台", scenarios=["equipment-connectivity"])
    fill_index()
    links = links_in(page_of(client, solution))
    assert address(other) in links
    assert f"/compare?id={solution.identifier}&id={other.identifier}" in links


def test_a_case_page_leads_to_vendor_and_solution(
    client: TestClient, db: Session, vendor: Record, solution: Record, fill_index: Fill
) -> None:
    case = a_record(
        db,
        Kind.CASE,
        name="某厂上云",
        vendor_id=vendor.id,
        solution_id=solution.id,
        factory="某塑胶厂",
        results="停机少三成",
    )
    page = page_of(client, case)
    assert {address(vendor), address(solution)} <= set(links_in(page))
    assert "停机少三成" in page
    lonely = a_record(db, Kind.CASE, name="无名案例", vendor_id=None)
    assert "Factory not stated" in page_of(client, lonely)


def test_the_history_tells_what_changed_and_who_changed_it(
    client: TestClient, db: Session, vendor: Record, fill_index: Fill
) -> None:
    admission.edit(db, the_record(db, Kind.VENDOR, vendor.id), {"summary": "新"}, by=OPERATOR)
    page = text_of(page_of(client, vendor))
    assert "Changed: Summary By the pool's staff" in page
    assert "Entered the pool From an imported list" in page
    assert "新 1 Corrected by the pool's staff" in page
    assert OPERATOR not in page


def test_the_page_says_to_programs_what_it_says_to_people(
    client: TestClient, vendor: Record, solution: Record, fill_index: Fill
) -> None:
    said = {}
    for record in (vendor, solution):
        found = re.search(
            r'<script type="application/ld\+json">(.*?)</script>', page_of(client, record)
        )
        assert found
        said[record.KIND] = json.loads(unescape(found.group(1)))
    assert said[Kind.VENDOR]["@type"] == "Organization"
    assert said[Kind.VENDOR]["alternateName"] == ["云注塑"]
    assert said[Kind.SOLUTION]["provider"]["@id"] == said[Kind.VENDOR]["@id"]
    assert said[Kind.SOLUTION]["serviceType"] == ["Equipment connectivity"]


@pytest.mark.parametrize(
    ("said", "told"),
    [("全国", "全国"), ("广东省内", "广东省内"), ("MES/MOM", None), (None, None)],
)
def test_only_places_are_told_to_programs_as_the_area_served(
    db: Session, vendor: Record, said: str | None, told: str | None
) -> None:
    kept = the_record(db, Kind.VENDOR, vendor.id)
    assert isinstance(kept, Vendor)
    kept.service_areas = said
    assert linked_data.of(kept, "https://pool.example").get("areaServed") == told


def test_a_table_without_a_name_is_told_by_its_number(
    client: TestClient, db: Session, fill_index: Fill
) -> None:
    kept = a_record(db, Kind.VENDOR, name="表中来", summary="有简介")
    origin = {"file": "a.html", "sheet": "1", "row": 29, "at": "2026-11-22T20:00:00+00:00"}
    kept.origins = {"summary": origin}
    db.commit()
    assert "a.html, table 1, row 29, 2026-11-23" in text_of(page_of(client, kept))


def test_a_page_names_its_own_address(client: TestClient, vendor: Record, fill_index: Fill) -> None:
    page = page_of(client, vendor)
    assert f'<link rel="canonical" href="http://127.0.0.1:8000{address(vendor)}">' in page
    assert page.count("<h1") == 1


def test_the_permanent_identifier_leads_to_the_page(
    client: TestClient, db: Session, vendor: Record, solution: Record, fill_index: Fill
) -> None:
    case = a_record(db, Kind.CASE, name="某厂上云", vendor_id=vendor.id)
    training = a_record(db, Kind.TRAINING, name="上云培训")
    for record in (vendor, solution, case, training):
        answer = client.get(f"/id/{record.identifier.upper()}", follow_redirects=False)
        assert (answer.status_code, answer.headers["Location"]) == (303, address(record))
        assert client.get(f"/id/{record.identifier}").status_code == 200
    organisation = the_record(db, Kind.VENDOR, vendor.id)
    assert isinstance(organisation, Vendor)
    answer = client.get(f"/id/{organisation.organisation.identifier}", follow_redirects=False)
    assert answer.headers["Location"] == address(vendor)


def test_a_merged_vendor_leads_on_to_the_one_that_stays(
    client: TestClient, db: Session, vendor: Record, fill_index: Fill
) -> None:
    twin = Twin(vendor.id, 0.9, ("name",))
    newer = a_proposal(Kind.VENDOR, uuid4(), is_new=True, name="云注塑科技", twin=twin)
    a_batch(db, newer, source="b.csv", accept=True)
    gone = the_record(db, Kind.VENDOR, newer.record_id)
    (case,) = merging.waiting(db)
    merging.merge(db, case, by=OPERATOR)
    answer = client.get(address(gone), follow_redirects=False)
    assert (answer.status_code, answer.headers["Location"]) == (301, address(vendor))
    answer = client.get(f"/id/{gone.identifier}", follow_redirects=False)
    assert answer.headers["Location"] == address(vendor)


@pytest.mark.parametrize(
    "path",
    [
        "/vendors/nobody",
        "/solutions/x",
        "/cases/x",
        "/id/s-0000000000",
        "/id/zzz",
        "/id/%00",
        "/id/o-1",
    ],
)
def test_what_is_not_there_is_a_page_that_helps(
    client: TestClient, fill_index: Fill, path: str
) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert "Find solutions" in answer.text


def test_what_was_withdrawn_says_so_at_its_address(
    client: TestClient, db: Session, solution: Record, fill_index: Fill
) -> None:
    record = the_record(db, Kind.SOLUTION, solution.id)
    assert isinstance(record, Solution)
    with service.changing(db, by=OPERATOR) as changes:
        service.leave(changes, record, Stage.WITHDRAWN)
    db.flush()
    gone = client.get(address(solution))
    assert gone.status_code == 410
    assert f"left the pool on {today()}" in gone.text
    assert "To its vendor" in gone.text
    assert client.get(f"/id/{solution.identifier}").status_code == 410
    back = the_record(db, Kind.SOLUTION, solution.id)
    with service.changing(db, by=OPERATOR) as changes:
        service.publish(changes, back)
    assert client.get(address(solution)).status_code == 200
    assert back.left_on is None


def test_solutions_are_listed_where_they_are_searched(client: TestClient) -> None:
    answer = client.get("/solutions?city=441900", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (308, "/search?city=441900")
