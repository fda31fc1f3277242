"""The interface for programs: what it answers, what it refuses and how it says so."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine
from sqlmodel import Session

from app.api import describing
from search.engine import Kind
from tests.counting import count_queries
from tests.factories import a_record

Fill = Callable[[], None]
LISTS = ["vendors", "solutions", "cases", "information", "trainings"]
PROBLEM = "application/problem+json"


def problem(client: TestClient, address: str) -> Any:
    answer = client.get(address)
    assert answer.headers["content-type"] == PROBLEM, answer.text
    body = answer.json()
    assert body["status"] == answer.status_code
    assert body["instance"] == urlsplit(address).path
    return body


def mistakes(client: TestClient, address: str) -> dict[str, str]:
    body = problem(client, address)
    assert body["status"] == 422
    return {one["where"]: one["why"] for one in body["errors"]}


@pytest.fixture
def pool(db: Session, fill_index: Fill) -> dict[str, Any]:
    vendor = a_record(
        db,
        Kind.VENDOR,
        name="深圳注塑云科技有限公司",
        kind="platform",
        region="440300",
        aliases=["注塑云"],
        credit_code="91440300MA5EXAMPLE",
    )
    solution = a_record(
        db,
        Kind.SOLUTION,
        name="注塑机联网系统",
        vendor_id=vendor.id,
        summary="注塑机停机时通知手机。",
        industries=["C29"],
        scenarios=["equipment-connectivity"],
        price_from=1_250_000,
    )
    a_record(db, Kind.SOLUTION, name="食品追溯平台", vendor_id=vendor.id, industries=["C14"])
    links = {"vendor_id": vendor.id, "solution_id": solution.id}
    case = a_record(db, Kind.CASE, name="某厂注塑车间", region="441900", **links)
    fill_index()
    return {"vendor": vendor, "solution": solution, "case": case}


def test_a_search_says_what_was_found_and_why(client: TestClient, pool: dict[str, Any]) -> None:
    found = client.get("/api/v1/search", params={"q": "注塑机停机"}).json()
    (hit,) = found["items"]
    assert (hit["rank"], hit["id"]) == (1, pool["solution"].identifier)
    assert hit["vendor"] == "深圳注塑云科技有限公司"
    assert {"text": "注塑机停机", "match": True} in hit["highlights"]["summary"]
    assert hit["reasons"][0]["state"] == "met"
    assert "summary" in hit["reasons"][0]["text"]
    assert found["total"] == 1
    assert found["by_meaning"] is False


def test_filters_narrow_and_facets_count_what_a_click_gives(
    client: TestClient, pool: dict[str, Any]
) -> None:
    everything = client.get("/api/v1/search").json()
    assert everything["total"] == 2
    for count in everything["facets"]["industry"]:
        clicked = client.get("/api/v1/search", params={"industry": count["code"]}).json()
        assert clicked["total"] == count["total"] == 1
    cheap = client.get("/api/v1/search", params={"max_price": 10_000}).json()
    assert [hit["name"] for hit in cheap["items"]] == ["食品追溯平台"]


def test_what_was_understood_can_be_set_aside(client: TestClient, pool: dict[str, Any]) -> None:
    asked = {"q": "深圳 注塑机联网"}
    understood = client.get("/api/v1/search", params=asked).json()["understood"]
    city = next(chip for chip in understood if chip["facet"] == "city")
    assert (city["code"], city["said"]) == ("440300", "深圳")
    ignored = client.get("/api/v1/search", params={**asked, "ignore": "city:440300"}).json()
    assert "city" not in {chip["facet"] for chip in ignored["understood"]}
    assert client.get("/api/v1/search", params={**asked, "plain": 1}).json()["understood"] == []


def test_nothing_found_says_which_filter_to_drop(client: TestClient, pool: dict[str, Any]) -> None:
    none = {"industry": "C29", "deployment": "edge"}
    found = client.get("/api/v1/search", params=none).json()
    assert found["items"] == []
    ways = {(way["facet"], way["code"], way["total"]) for way in found["relaxations"]}
    assert ("deployment", "edge", 1) in ways


def test_suggestions_lead_to_pages(client: TestClient, pool: dict[str, Any]) -> None:
    (first, *_) = client.get("/api/v1/suggest", params={"q": "注塑机"}).json()["items"]
    assert (first["name"], first["label"]) == ("注塑机联网系统", "Solutions")
    assert client.get(first["url"]).status_code == 200
    assert client.get("/api/v1/suggest").json() == {"items": []}


def test_an_item_carries_every_fact_and_its_origin(
    client: TestClient, pool: dict[str, Any]
) -> None:
    identifier = pool["solution"].identifier
    item = client.get(f"/api/v1/solutions/{identifier}").json()
    assert item == client.get(f"/api/v1/solutions/{pool['solution'].slug}").json()
    assert item["industries"] == [{"code": "C29", "name": item["industries"][0]["name"]}]
    assert item["price_from"] == 1_250_000
    assert item["price_model"] is None
    assert item["vendor"]["name"] == "深圳注塑云科技有限公司"
    assert item["origins"]["name"]["file"] == "list.csv"
    vendor = client.get(f"/api/v1/vendors/{item['vendor']['id']}").json()
    assert vendor["vendor_kind"]["code"] == "platform"
    assert (vendor["region"]["code"], vendor["aliases"]) == ("440300", ["注塑云"])
    case = client.get(f"/api/v1/cases/{pool['case'].identifier}").json()
    assert case["solution"]["id"] == identifier


def test_names_come_in_the_language_asked_for(client: TestClient, pool: dict[str, Any]) -> None:
    address = f"/api/v1/vendors/{pool['vendor'].identifier}"
    assert client.get(address).json()["region"]["name"] == "Shenzhen"
    assert client.get(f"{address}?lang=zh-Hans").json()["region"]["name"] == "深圳"


@pytest.mark.parametrize("folder", LISTS)
def test_every_kind_has_pages_that_neither_repeat_nor_skip(
    client: TestClient, db: Session, folder: str
) -> None:
    kind = next(k for k in Kind if k.value in {folder, folder.removesuffix("s")})
    for number in range(5):
        a_record(db, kind, name=f"第{number}项")
    seen: list[str] = []
    address: str | None = f"/api/v1/{folder}?size=2"
    while address:
        answer = client.get(address)
        seen += [item["id"] for item in answer.json()["items"]]
        address = answer.links.get("next", {}).get("url")
    total = answer.json()["total"]
    assert (len(seen), len(set(seen))) == (total, total)
    assert total >= 5
    assert answer.links["last"]["url"].endswith(f"page={answer.json()['pages']}")


def test_a_list_costs_as_many_queries_whatever_its_size(
    client: TestClient, db: Session, engine: Engine
) -> None:
    for number in range(3):
        a_record(db, Kind.CASE, name=f"案例{number}")
    few = count_queries(engine, client, "/api/v1/cases?size=100")
    for number in range(3, 30):
        a_record(db, Kind.CASE, name=f"案例{number}")
    assert count_queries(engine, client, "/api/v1/cases?size=100") == few


def test_answers_may_be_kept_for_a_minute_in_each_language(client: TestClient) -> None:
    answer = client.get("/api/v1/vendors")
    assert answer.headers["Cache-Control"] == "max-age=60"
    assert "Accept-Language" in answer.headers["Vary"]


@pytest.mark.parametrize(
    ("address", "where"),
    [
        ("/search?kind=nothing", "query.kind"),
        ("/search?industry=X99", "query.industry"),
        ("/search?kind=information&industry=C29", "query.industry"),
        ("/search?kind=vendor&max_price=10", "query.max_price"),
        ("/search?max_price=0", "query.max_price"),
        ("/search?max_price=1e9", "query.max_price"),
        ("/search?sort=best", "query.sort"),
        ("/search?ignore=everything", "query.ignore.0"),
        ("/search?page=0", "query.page"),
        ("/search?size=101", "query.size"),
        ("/search?q=" + "x" * 1001, "query.q"),
        ("/search?indusrty=C29", "query.indusrty"),
        ("/suggest?limit=1000", "query.limit"),
        ("/vendors?page=-1", "query.page"),
        ("/vendors?page=two", "query.page"),
        ("/vendors?size=0", "query.size"),
        ("/vendors?industry=C29", "query.industry"),
        ("/vendors?lang=fr", "query.lang"),
    ],
)
def test_a_mistake_is_named_with_its_parameter(
    client: TestClient, address: str, where: str
) -> None:
    assert list(mistakes(client, f"/api/v1{address}")) == [where]


def test_every_mistake_is_named_at_once(client: TestClient) -> None:
    found = mistakes(client, "/api/v1/search?industry=X99&city=C29&kind=case&max_price=5")
    assert set(found) == {"query.industry", "query.city", "query.max_price"}
    assert found["query.industry"] == "There is no code “X99”."


@pytest.mark.parametrize(
    "address",
    [
        "/search?page=2",
        "/vendors?page=2",
        "/vendors/v-0000000000",
        "/vendors/nobody",
        "/vendors/%00",
        "/nothing",
        "",
    ],
)
def test_what_is_not_there_is_a_problem_too(client: TestClient, address: str) -> None:
    assert problem(client, f"/api/v1{address}")["status"] == 404


def test_a_thing_of_another_kind_is_not_found(client: TestClient, pool: dict[str, Any]) -> None:
    wrong = f"/api/v1/vendors/{pool['solution'].identifier}"
    assert problem(client, wrong)["status"] == 404


def test_writing_is_refused(client: TestClient) -> None:
    answer = client.post("/api/v1/vendors", json={})
    assert (answer.status_code, answer.headers["content-type"]) == (405, PROBLEM)


def test_the_document_describes_every_answer_and_problem(client: TestClient) -> None:
    document = client.get("/api/v1/openapi.json").json()
    assert document["openapi"].startswith("3.")
    assert {f"/api/v1/{folder}" for folder in LISTS} < set(document["paths"])
    known = set(document["components"]["schemas"])
    for path, methods in document["paths"].items():
        assert set(methods) == {"get"}, path
        responses = methods["get"]["responses"]
        assert {"200", "404", "422", "503"} <= set(responses), path
        assert PROBLEM in responses["422"]["content"], path
    named = set(_references(document))
    assert {name.removeprefix(describing.REFERENCE) for name in named} <= known


def _references(node: Any) -> list[str]:
    if isinstance(node, list):
        return [found for one in node for found in _references(one)]
    if not isinstance(node, dict):
        return []
    own = [node["$ref"]] if "$ref" in node else []
    return own + [found for one in node.values() for found in _references(one)]


def test_the_guide_shows_every_address_and_parameter(client: TestClient) -> None:
    document = client.get("/api/v1/openapi.json").json()
    page = client.get("/api/v1/docs").text
    for operation in describing.operations(document):
        assert f"GET {operation.path}" in page
        for parameter in operation.parameters:
            assert f"<code>{parameter.name}</code>" in page
    assert "solution | vendor | case | information | training" in page
    assert 'href="/api/v1/openapi.json"' in page


odd_text = st.text(st.characters(codec="utf-8"), max_size=30)
parameters = st.dictionaries(
    st.sampled_from(["q", "kind", "industry", "city", "page", "size", "sort", "max_price", "x"]),
    odd_text | st.integers(-5, 10**12).map(str) | st.sampled_from(["solution", "C29", "440300"]),
    max_size=4,
)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(folder=st.sampled_from(["search", "suggest", *LISTS]), asked=parameters)
def test_whatever_is_asked_gets_an_answer_or_a_problem(
    client: TestClient, folder: str, asked: dict[str, str]
) -> None:
    answer = client.get(f"/api/v1/{folder}", params=asked)
    assert answer.status_code in {200, 404, 422}, (asked, answer.text)
    expected = "application/json" if answer.status_code == 200 else PROBLEM
    assert answer.headers["content-type"] == expected
