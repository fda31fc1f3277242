"""The judged needs over the sample lists, with the real model: what matching must not fall below;
and the command that shows a match."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session
from typer.testing import CliRunner

from app.catalogue import index
from app.cli import app
from app.core.db import transaction
from app.core.i18n import use_locale
from app.core.settings import Settings, get_settings
from app.needs import drafting
from app.needs.wanting import wanted_of
from search.offline_model import is_up_to_date
from tests.matching.makers import a_solution, a_vendor
from tests.needs.making import a_writer
from tests.search.conftest import MODEL_FOLDER

ROOT = Path(__file__).parents[2]
NEEDS = ROOT / "tests" / "matching" / "needs.jsonl"
SAMPLES = [str(ROOT / "ingest" / "samples" / name) for name in ("解决方案清单.csv", "应用案例.csv")]
# measured .69 and .94, silent rightly for 12 of 17 parts and wrongly for 1 of 67: what falls
# below these has to explain itself
LEAST_GAIN, LEAST_COVERAGE = 0.65, 0.9
MOST_SHOWN_WRONGLY, MOST_SILENT_WRONGLY = 6, 3

NAMES_LIMITS = "佛山的注塑厂想做设备联网，预算50万以内，数据不出厂"

Pool = Callable[..., str]


@pytest.fixture
def pool(own_database: Settings) -> Iterator[Pool]:
    def run(*words: str, code: int = 0) -> str:
        with use_locale("en"):
            done = CliRunner().invoke(app, list(words))
        assert done.exit_code == code, done.output
        return done.stdout

    index.get_searcher.cache_clear()
    yield run
    index.get_searcher().close()
    index.get_searcher.cache_clear()


def judged() -> list[dict[str, Any]]:
    return [json.loads(line) for line in NEEDS.read_text("utf-8").splitlines()]


def test_the_judged_needs_have_parts_limits_and_some_that_nobody_answers() -> None:
    needs = judged()
    best = [[max(p["judgements"].values(), default=0) for p in one["parts"]] for one in needs]
    assert len(needs) >= 40
    assert sum(len(one["parts"]) > 1 for one in needs) >= 8
    assert sum(max(grades) < 2 for grades in best) >= 6
    assert sum(bool(one["limits"]) for one in needs) >= 10


@pytest.mark.model
def test_matching_is_as_good_on_the_judged_needs_as_was_measured(
    pool: Pool, own_database: Settings, vector_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not (MODEL_FOLDER / "modules.json").is_file():
        pytest.skip(f"no embedding model in {MODEL_FOLDER}: run `make setup`")
    assert is_up_to_date(MODEL_FOLDER)
    monkeypatch.setenv("POOL_EMBEDDING_MODEL", str(MODEL_FOLDER))
    get_settings.cache_clear()
    own_database.cache.symlink_to(vector_cache)
    pool("ingest", "--accept", *SAMPLES)
    told = json.loads(pool("evaluate", "--needs", "--judged-needs", str(NEEDS), "--json"))
    assert told["needs"] == len(judged())
    assert told["violations"] == 0
    assert told["ndcg@10"][0] > LEAST_GAIN
    assert told["coverage"] > LEAST_COVERAGE
    assert told["silence"]["shown wrongly"] <= MOST_SHOWN_WRONGLY
    assert told["silence"]["silent wrongly"] <= MOST_SILENT_WRONGLY
    nothing = json.loads(pool("match", "员工食堂和宿舍要一卡通，刷脸打饭", "--json"))
    assert (nothing["matches"], nothing["cover"]) == ([], [])


def fill(db: Session) -> None:
    near = a_vendor(db, name="东莞联网科技有限公司", service_areas="东莞")
    a_solution(db, "设备联网网关", vendor_id=near.id, summary="设备联网。", price_from=80_000_00)
    far = a_vendor(db, name="上海联网科技有限公司", service_areas="上海市")
    a_solution(db, "设备联网平台", vendor_id=far.id, summary="设备联网。")


def test_the_command_shows_scores_reasons_and_what_stays_uncovered(pool: Pool) -> None:
    with transaction() as db:
        fill(db)
    pool("reindex")
    text = pool("match", "设备联网 + 等保", "--region", "东莞", "--budget", "100000")
    assert "1 vendor is inside the limits." in text
    assert "Scenario “设备联网”: states" in text
    assert "Covered by 东莞联网科技有限公司" in text
    assert "Nobody covers: 网络安全" in text
    told = json.loads(pool("match", "设备联网 + 等保", "--region", "441900", "--json"))
    (match,) = told["matches"]
    assert match["name"] == "设备联网网关"
    assert round(sum(match["scores"].values()), 6) == match["score"]
    assert [part["state"] for part in match["parts"]] == ["met", "unmet"]
    assert told["uncovered"] == ["网络安全"]
    assert told["excluded"] == {"region": 1}
    assert told["cover"][0]["solutions"] == ["设备联网网关"]


def test_the_command_takes_limits_from_the_words_as_the_form_of_a_need_does(pool: Pool) -> None:
    with transaction() as db:
        fill(db)
        need = drafting.start(db, NAMES_LIMITS, by=a_writer(db))
        need.title = ""  # a command is given none
        as_on_the_site = wanted_of(need).as_json()
    pool("reindex")
    said = json.loads(pool("match", NAMES_LIMITS, "--json"))
    assert said["wanted"] == as_on_the_site
    limits = said["wanted"]["limits"]
    assert (limits["region"], limits["max_price"]) == ("440600", 50_000_000)
    other = pool("match", "佛山的注塑厂想做设备联网", "--region", "东莞", "--json")
    assert json.loads(other)["wanted"]["limits"]["region"] == "441900"  # what is given counts


def test_the_command_says_when_there_is_no_good_match_and_when_a_name_is_unknown(
    pool: Pool,
) -> None:
    with transaction() as db:
        fill(db)
    pool("reindex")
    assert "No good match" in pool("match", "海运订舱")
    pool("match", "设备联网", "--region", "亚特兰蒂斯", code=2)
    pool("match", "设备联网", "--industry", "炼金术", code=2)
    pool("match", " ", code=2)
