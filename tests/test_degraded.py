"""While the search engine is away the site answers from the database, calmly and completely."""

import json
from collections.abc import Callable, Iterator
from datetime import date
from html import unescape
from pathlib import Path
from typing import Any, NoReturn

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import Session
from structlog.testing import capture_logs

from app.catalogue import asking, index
from app.catalogue.models import Record, Vendor
from app.cli import main
from app.core.db import now
from app.core.settings import Settings, get_settings
from app.discovery import fallback
from app.main import warm
from search.engine import EngineAway, EngineUnusable, Kind
from search.searcher import Searcher
from tests.counting import count_queries
from tests.factories import a_record
from tests.test_discovery import STRANGE, links_in, names_in, text_of

Fill = Callable[[], None]
NOTICE = "The search engine cannot be reached just now."
PATHS = ["/", "/search", "/search?q=注塑机", "/vendors", "/cases?q=注塑", "/information"]


class AwayEngine:
    """Answers nothing, and counts how often it is asked."""

    def __init__(self, error: Exception) -> None:
        self.error = error
        self.asked = 0

    def _refuse(self, *_args: object, **_options: object) -> NoReturn:
        self.asked += 1
        raise self.error

    apply = candidates = page = documents = vector = starting_with = _refuse
    versions = count = misfit = rebuild = kept = discard = _refuse

    def close(self) -> None:
        pass


@pytest.fixture(params=[EngineAway("nobody is there"), EngineUnusable("wrong key")], ids=repr)
def away(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> AwayEngine:
    """The engine of the site from now on."""
    return send_away(monkeypatch, request.param)


def send_away(monkeypatch: pytest.MonkeyPatch, error: Exception) -> AwayEngine:
    engine = AwayEngine(error)
    searcher = Searcher(engine, None, index.get_vocabulary())
    monkeypatch.setattr(asking, "get_searcher", lambda: searcher)
    return engine


@pytest.fixture
def pool(db: Session) -> dict[str, Record]:
    """A platform vendor in Dongguan with two solutions, another one in Guangzhou, and the rest."""
    vendor = a_record(
        db,
        Kind.VENDOR,
        name="东莞云注塑科技有限公司",
        aliases=["云注塑"],
        credit_code="91441900MA5EXAMPLE",
        region="441900",
        kind="platform",
        scenarios=["equipment-connectivity"],
    )
    assert isinstance(vendor, Vendor)
    vendor.whitelisted_until = date(2999, 1, 1)
    moulding = a_record(
        db,
        Kind.SOLUTION,
        name="注塑机联网",
        vendor_id=vendor.id,
        summary="采集注塑机状态，停机时在手机上告警。",
        scenarios=["equipment-connectivity"],
        industries=["C29"],
        deployment=["public_cloud"],
        price_model="subscription",
        price_from=8_000_000,
    )
    planning = a_record(
        db,
        Kind.SOLUTION,
        name="MES 排产",
        vendor_id=vendor.id,
        summary="给注塑机排产。",
        deployment=["edge", "public_cloud"],
    )
    energy = a_record(
        db,
        Kind.SOLUTION,
        name="能耗云",
        vendor="广州节能有限公司",
        summary="统计空压机能耗。",
        scenarios=["energy-management"],
        industries=["C33"],
    )
    links = {"vendor_id": vendor.id, "solution_id": moulding.id}
    case = a_record(db, Kind.CASE, name="某塑胶厂注塑机联网", year=2024, **links)
    a_record(db, Kind.CASE, name="佛山陶瓷厂节能", year=2023, region="440605", industries=["C30"])
    policy = a_record(
        db,
        Kind.INFORMATION,
        name="注塑行业上云补贴通知",
        issuer="东莞市工信局",
        document_number="东工信〔2024〕7号",
        category="policy",
        issued_on="2024-03",
        region="441900",
    )
    a_record(db, Kind.INFORMATION, name="旧闻", category="industry", issued_on="2019-01-05")
    training = a_record(
        db, Kind.TRAINING, name="设备联网培训", mode="online", region="440300", starts_on="2024-03"
    )
    db.flush()
    return {
        "vendor": vendor,
        "moulding": moulding,
        "planning": planning,
        "energy": energy,
        "case": case,
        "policy": policy,
        "training": training,
    }


def found(client: TestClient, text: str, **more: str) -> list[str]:
    return names_in(client.get("/search", params={"q": text, **more}).text)


def test_the_search_page_answers_with_a_notice_in_the_readers_language(
    client: TestClient, pool: object, away: AwayEngine
) -> None:
    answer = client.get("/search", params={"q": "注塑机停机"})
    assert answer.status_code == 200
    page = text_of(answer.text)
    assert NOTICE in page
    assert "The language model" not in page
    assert "2 solutions" in page
    assert names_in(answer.text) == ["注塑机联网", "MES 排产"]
    assert "<mark>注塑机</mark>" in answer.text
    assert "said in the summary" in page
    assert str(away.error) not in page
    chinese = client.get("/search", params={"q": "注塑机停机"}, headers={"Cookie": "lang=zh-Hans"})
    assert NOTICE not in chinese.text
    assert 'class="notice' in chinese.text


@pytest.mark.parametrize("path", [*PATHS, "/suggest?q=注塑", "/api/v1/search?q=注塑"])
def test_an_engine_that_is_away_is_asked_once_for_a_page(
    client: TestClient, pool: object, away: AwayEngine, path: str
) -> None:
    assert client.get(path).status_code == 200
    assert away.asked == 1


def test_only_one_warning_tells_why(
    client: TestClient, pool: object, away: AwayEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "_warned_at", -asking.WARN_SECONDS)
    with capture_logs() as logs:
        for _ in range(3):
            client.get("/search?q=注塑")
    (warning,) = [one for one in logs if one["event"] == "search.away"]
    assert warning["reason"] == str(away.error)
    assert warning["log_level"] == "warning"


def test_exact_names_come_first_then_names_then_texts_then_the_newest(
    client: TestClient, db: Session, away: AwayEngine
) -> None:
    for name, summary in [
        ("联网", ""),
        ("早先的方案", "能耗和联网"),
        ("新近的方案", "能耗和联网"),
        ("车间联网能耗一览", ""),
        ("能耗联网套件", ""),
        ("能耗联网", ""),
        ("无关", "无关"),
    ]:
        a_record(db, Kind.SOLUTION, name=name, summary=summary)
    assert found(client, "能耗联网") == [
        "能耗联网",
        "能耗联网套件",
        "车间联网能耗一览",
        "新近的方案",
        "早先的方案",
        "联网",
    ]


def test_the_exact_name_is_given_as_the_reason(
    client: TestClient, pool: object, away: AwayEngine
) -> None:
    page = text_of(client.get("/search", params={"q": "能耗云"}).text)
    assert "Exactly this name or number: 能耗云" in page


@pytest.mark.parametrize(
    ("text", "kind", "first"),
    [
        ("云注塑", "vendor", "东莞云注塑科技有限公司"),  # an alias
        ("91441900ma5example", "vendor", "东莞云注塑科技有限公司"),
        ("东工信〔2024〕7号", "information", "注塑行业上云补贴通知"),
        ("广州节能有限公司", "solution", "能耗云"),  # its vendor
        ("ＭＥＳ", "solution", "MES 排产"),
        ("mes排产", "solution", "MES 排产"),
        ("  Mes   排产 ", "solution", "MES 排产"),
        ("注塑機聯網", "solution", "注塑机联网"),
        ("设备联网", "solution", "注塑机联网"),  # only its scenario says so
        ("机", "solution", "注塑机联网"),
    ],
)
def test_listings_are_found_by_other_names_widths_and_characters(
    client: TestClient, pool: object, away: AwayEngine, text: str, kind: str, first: str
) -> None:
    assert found(client, text, kind=kind)[0] == first


def test_a_name_in_traditional_characters_is_found_as_it_is_typed(
    client: TestClient, db: Session, away: AwayEngine
) -> None:
    a_record(db, Kind.SOLUTION, name="雲端製造執行系統")
    assert found(client, "製造執行") == ["雲端製造執行系統"]


def test_words_taken_as_typed_or_set_aside_are_so_here_too(
    client: TestClient, pool: object, away: AwayEngine
) -> None:
    page = client.get("/search", params={"q": "东莞注塑机联网"}).text
    assert "Understood as" in page
    narrow = next(link for link in links_in(page) if "city=441900" in link)
    assert names_in(client.get(narrow).text)[0] == "注塑机联网"
    plain = client.get("/search", params={"q": "东莞注塑机联网", "plain": "1"}).text
    assert "Understood as" not in plain


def test_what_looks_like_a_wildcard_is_none(
    client: TestClient, db: Session, away: AwayEngine
) -> None:
    for name in ("节能100%", "节能1000", "a_b", "axb", "c/d", 'it\'s "so"'):
        a_record(db, Kind.SOLUTION, name=name)
    assert found(client, "0%")[0] == "节能100%"
    assert found(client, "%") == ["节能100%"]
    assert found(client, "_") == ["a_b"]
    assert found(client, "c/d") == ["c/d"]
    assert found(client, "'s \"") == ['it\'s "so"']
    assert found(client, "、") == []


@pytest.mark.parametrize(
    "text", [*STRANGE, "字" * 1000, "a" * 1000, " ", "<script>alert(1)</script>"]
)
def test_strange_questions_get_a_page(
    client: TestClient, pool: object, away: AwayEngine, text: str
) -> None:
    for path in ("/search", "/suggest", "/vendors", "/information", "/api/v1/search"):
        answer = client.get(path, params={"q": text})
        assert answer.status_code == 200, path
        assert "<script>alert" not in answer.text


def test_a_question_that_is_too_long_is_cut(
    client: TestClient, pool: object, away: AwayEngine
) -> None:
    answer = client.get("/search", params={"q": "注塑" * 1000})
    assert answer.status_code == 422
    assert "Only the first 1000 characters" in answer.text
    assert names_in(answer.text)


def test_what_is_stored_cannot_break_out_of_the_page(
    client: TestClient, db: Session, away: AwayEngine
) -> None:
    a_record(db, Kind.SOLUTION, name="<img src=x onerror=alert(1)>", summary="<b>注塑</b>")
    page = client.get("/search", params={"q": "注塑"}).text
    assert names_in(page) == ["<img src=x onerror=alert(1)>"]
    assert "<img src=x" not in page
    assert "<b>" not in page.partition('class="results"')[2].partition("</ol>")[0]


def test_every_filter_finds_what_the_engine_finds(
    client: TestClient, pool: object, fill_index: Fill, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill_index()
    filters = [{"kind": kind.value} for kind in Kind] + [{"max_price": "80000"}, {"max_price": "1"}]
    for kind in Kind:
        facets = client.get("/api/v1/search", params={"kind": kind}).json()["facets"]
        filters += [
            {"kind": kind.value, facet: count["code"]}
            for facet, counts in facets.items()
            for count in counts
        ]
    filters += [{"city": "441900", "scenario": "energy-management"}]
    assert {name for one in filters for name in one} >= {"year", "mode", "whitelist", "price_model"}
    usual = [ids(client, one) for one in filters]
    send_away(monkeypatch, EngineAway("gone"))
    assert [ids(client, one) for one in filters] == usual


def ids(client: TestClient, parameters: dict[str, str]) -> tuple[int, set[str]]:
    answer = client.get("/api/v1/search", params=parameters).json()
    return answer["total"], {hit["id"] for hit in answer["items"]}


def test_filters_are_offered_without_numbers(
    client: TestClient, pool: object, away: AwayEngine
) -> None:
    page = client.get("/search?industry=C29&city=441900").text
    assert names_in(page) == ["注塑机联网"]
    for chosen in ("industry-C29", "city-441900"):
        assert f'id="{chosen}"' in page
    assert 'id="deployment-edge"' in page
    assert 'id="city-440300"' in page
    assert 'id="industry-C33"' not in page  # too many to offer blindly
    assert "<small>" not in page.partition('id="filters"')[2].partition("</form>")[0]


def test_nothing_found_does_not_claim_what_nobody_counted(
    client: TestClient, pool: object, away: AwayEngine
) -> None:
    page = client.get("/search?city=445300").text
    assert "Fewer filters or other words may find more." in page
    assert "Nothing found for “zzqqxx”" in client.get("/search?q=zzqqxx").text


def test_pages_neither_repeat_nor_skip_and_end(
    client: TestClient, db: Session, away: AwayEngine
) -> None:
    vendor = a_record(db, Kind.VENDOR)
    for number in range(45):
        a_record(db, Kind.SOLUTION, name=f"联网方案{number}", vendor_id=vendor.id)
    for query in ("", "q=联网&", "sort=name&", "q=联网&sort=newest&"):
        pages = [names_in(client.get(f"/search?{query}page={n}").text) for n in (1, 2, 3)]
        assert [len(page) for page in pages] == [20, 20, 5]
        assert len({name for page in pages for name in page}) == 45
    beyond = client.get("/search?q=联网&page=7")
    assert beyond.status_code == 404
    assert "There are only 3 pages of this." in beyond.text
    last = next(link for link in links_in(beyond.text) if "page=3" in link)
    assert len(names_in(client.get(unescape(last)).text)) == 5
    assert client.get("/api/v1/search?q=联网&page=7").status_code == 404


def test_a_list_can_be_ordered(client: TestClient, db: Session, away: AwayEngine) -> None:
    for name in ("C 方案", "a 方案", "B 方案"):
        a_record(db, Kind.SOLUTION, name=name)
    assert found(client, "", sort="name") == ["a 方案", "B 方案", "C 方案"]
    assert found(client, "方案", sort="newest") == ["B 方案", "a 方案", "C 方案"]
    for number, year in enumerate((2020, None, 2024)):
        a_record(db, Kind.CASE, name=f"案例{number}", year=year)
    assert names_in(client.get("/cases").text) == ["案例2", "案例0", "案例1"]


def test_of_a_very_long_list_only_whole_names_lead_to_old_entries(
    client: TestClient, db: Session, away: AwayEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fallback, "MOST_READ", 1)
    for name in ("很早的能耗方案", "较早的能耗方案", "最新的能耗方案"):
        a_record(db, Kind.SOLUTION, name=name, summary="空压机")
    assert found(client, "空压机节能") == ["最新的能耗方案"]
    assert found(client, "很早的能耗方案")[0] == "很早的能耗方案"


@pytest.mark.parametrize("path", ["/search?q=注塑&plain=1", "/vendors?q=公司", "/cases", "/"])
def test_the_number_of_queries_does_not_grow(
    client: TestClient, db: Session, engine: Engine, pool: object, away: AwayEngine, path: str
) -> None:
    def add(count: int) -> int:
        for number in range(count):
            vendor = a_record(db, Kind.VENDOR, name=f"注塑公司{count}{number}")
            for kind in (Kind.SOLUTION, Kind.CASE):
                a_record(db, kind, name=f"注塑{number}", vendor_id=vendor.id)
        return count_queries(engine, client, path)

    assert add(2) == add(12)


def test_the_front_page_counts_but_leaves_out_what_only_search_knows(
    client: TestClient, pool: object, away: AwayEngine
) -> None:
    page = text_of(client.get("/").text)
    assert "3 solutions" in page
    assert "By scenario" not in page
    assert "By city" not in page
    assert page.index("注塑行业上云补贴通知") < page.index("旧闻")


def test_an_empty_pool_still_has_its_pages(client: TestClient, away: AwayEngine) -> None:
    for path in PATHS:
        assert client.get(path).status_code == 200


def test_names_are_suggested_from_the_database(
    client: TestClient, pool: dict[str, Record], away: AwayEngine
) -> None:
    page = client.get("/suggest", params={"q": "注塑"}).text
    wanted = ["注塑机联网", "注塑行业上云补贴通知", "某塑胶厂注塑机联网", "东莞云注塑科技有限公司"]
    assert [name for name in wanted if name in page] == wanted
    assert [page.index(name) for name in wanted[:2]] < [page.index(name) for name in wanted[2:]]
    items = client.get("/api/v1/suggest", params={"q": "mes", "limit": 1}).json()["items"]
    assert [item["id"] for item in items] == [pool["planning"].identifier]
    assert client.get("/api/v1/suggest").json() == {"items": []}


@pytest.mark.parametrize("key", ["moulding", "case", "policy", "training", "vendor"])
def test_a_listing_has_its_page_without_similar_ones(
    client: TestClient, pool: dict[str, Record], away: AwayEngine, key: str
) -> None:
    answer = client.get(f"/id/{pool[key].identifier}")
    assert answer.status_code == 200
    assert "imilar" not in text_of(answer.text)
    assert "Related information" not in answer.text


def test_listings_can_be_compared(
    client: TestClient, pool: dict[str, Record], away: AwayEngine
) -> None:
    chosen = [pool[key].identifier for key in ("moulding", "energy")]
    assert client.get("/compare", params={"id": chosen}).status_code == 200


def test_programs_are_told(
    client: TestClient, pool: dict[str, Record], fill_index: Fill, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill_index()
    assert client.get("/api/v1/search?q=注塑").json()["degraded"] is False
    send_away(monkeypatch, EngineAway("gone"))
    answer = client.get("/api/v1/search", params={"q": "注塑机", "size": 1}).json()
    assert answer["degraded"] is True
    assert (answer["total"], answer["pages"], answer["by_meaning"]) == (2, 2, False)
    (hit,) = answer["items"]
    assert (hit["id"], hit["rank"], hit["score"]) == (pool["moulding"].identifier, 1, 0.0)
    assert hit["reasons"][0]["state"] == "met"
    assert set(answer["facets"]) == set(client.get("/api/v1/search").json()["facets"])
    assert not any(answer["facets"].values())
    shapes = client.get("/api/v1/openapi.json").json()["components"]["schemas"]
    assert "degraded" in shapes["Answer"]["properties"]


# A real engine whose server is not there.


@pytest.fixture
def nobody(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The site's search engine is Elasticsearch at a port where nobody listens."""
    monkeypatch.setenv("POOL_SEARCH_URL", "http://127.0.0.1:1/none")
    get_settings.cache_clear()
    index.get_searcher.cache_clear()
    yield
    index.get_searcher().close()
    index.get_searcher.cache_clear()
    get_settings.cache_clear()


def test_a_site_whose_server_is_gone_serves_and_says_so(
    site: FastAPI, client: TestClient, pool: object, nobody: None
) -> None:
    with capture_logs() as logs:
        warm()
    assert [one["event"] for one in logs] == ["search.cold"]
    for path in PATHS:
        answer = client.get(path)
        assert answer.status_code == 200
        assert (NOTICE in text_of(answer.text)) is (path != "/")
    assert found(client, "注塑机") == ["注塑机联网", "MES 排产"]


@pytest.fixture
def pool_command(
    own_database: Settings,
    nobody: None,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Callable[..., tuple[int, str, str]]:
    """Runs `pool …` with a search engine that is not there: exit code, output, remarks."""
    monkeypatch.setenv("POOL_LANGUAGE", "en")
    get_settings.cache_clear()

    def run(*words: str) -> tuple[int, str, str]:
        monkeypatch.setattr("sys.argv", ["pool", *words])
        code: Any = 0
        try:
            main()
        except SystemExit as stopped:
            code = stopped.code or 0
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return run


def test_commands_say_that_the_engine_is_away(
    pool_command: Callable[..., tuple[int, str, str]], tmp_path: Path
) -> None:
    file = tmp_path / "vendors.csv"
    file.write_text("企业名称,所在地市,简介\n深圳市甲乙工业软件有限公司,深圳市,排产\n", "utf-8")
    code, _out, err = pool_command("ingest", str(file), "--accept", "--by", "张三")
    assert code == 0
    assert "The search engine is away. The index follows by itself once it is back." in err
    for words in (("search", "排产"), ("check-index",), ("reindex",)):
        code, out, err = pool_command(*words)
        assert (code, out) == (1, "")
        assert "The search engine cannot be asked now" in err
        assert "Traceback" not in err
    code, out, _err = pool_command("outbox", "--json")
    left = json.loads(out)
    assert (left["waiting"], left["put_off"], left["dead"]) == (1, 1, 0)
    assert left["jobs"][0]["attempts"] == 0
    assert left["jobs"][0]["next_at"] <= now().isoformat()[:10] + "T99"
