"""The `pool` command: what it prints, what it leaves behind, how it exits."""

import io
import json
import socket
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import col, select

from app.catalogue import index, reading
from app.catalogue.models import Case, Solution, Training, Vendor
from app.catalogue.stages import Stage
from app.cli import main
from app.core.audit import AuditEntry
from app.core.db import transaction, try_lock
from app.core.settings import Settings, get_settings
from app.curation.applications.models import Application
from app.curation.models import Batch
from search.engine import Kind
from tests.demonstrated import check_market, check_trainings

SAMPLES = Path(__file__).parents[1] / "ingest" / "samples"
VENDORS = "企业名称,所在地市,简介\n深圳市甲乙工业软件有限公司,深圳市,注塑车间生产执行系统\n"


@dataclass
class Ran:
    """What a command printed and how it ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> list[Any]:
        return [json.loads(line) for line in self.out.splitlines()]


Pool = Callable[..., Ran]


@pytest.fixture(params=["embedded", pytest.param("elastic", marks=pytest.mark.elasticsearch)])
def search_url(request: pytest.FixtureRequest) -> str:
    """Where the index is; empty: in the pool's own folder."""
    return request.getfixturevalue("elastic_url") if request.param == "elastic" else ""


@pytest.fixture
def pool(
    own_database: Settings,
    search_url: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Iterator[Pool]:
    """Runs `pool …` in an empty pool that searches by words alone."""
    monkeypatch.setenv("POOL_LANGUAGE", "en")
    monkeypatch.setenv("POOL_SEARCH_URL", search_url)
    get_settings.cache_clear()
    index.get_searcher.cache_clear()

    def run(*words: str | Path, stdin: str = "") -> Ran:
        monkeypatch.setattr(sys, "argv", ["pool", *map(str, words)])
        monkeypatch.setattr(sys, "stdin", io.StringIO(stdin))
        code: Any = 0
        try:
            main()
        except SystemExit as stopped:
            code = stopped.code or 0
        printed = capsys.readouterr()
        return Ran(code, printed.out, printed.err)

    yield run
    index.get_searcher().close()
    index.get_searcher.cache_clear()


@pytest.fixture
def vendors(tmp_path: Path) -> Path:
    path = tmp_path / "vendors.csv"
    path.write_text(VENDORS, encoding="utf-8")
    return path


def test_the_demonstration_fills_the_pool_once(pool: Pool) -> None:
    first = pool("demo", "--no-serve")
    assert first.code == 0, first.err
    with transaction(writes=False) as db:
        counts = reading.counts(db)
        entries = len(db.exec(select(AuditEntry)).all())
        marked = col(Solution.name).startswith("（演示）"), Solution.stage == Stage.PUBLISHED
        made_up = len(db.exec(select(Solution).where(*marked)).all())
        stages = {*db.exec(select(Application.stage))}
        offered = col(Training.organisation_id).is_not(None), Training.stage == Stage.PUBLISHED
        trainings = len(db.exec(select(Training).where(*offered)).all())
        for model in (Vendor, Solution, Case):
            stages |= {*db.exec(select(model.stage).where(col(model.name).startswith("（演示）")))}
        check_market(db)
        check_trainings(db)
    assert stages == set(Stage)
    assert counts[Kind.SOLUTION] == 119 + made_up
    assert counts[Kind.TRAINING] == 23 + trainings
    assert pool("demo", "--no-serve").code == 0
    with transaction(writes=False) as db:
        assert reading.counts(db) == counts
        assert len(db.exec(select(AuditEntry)).all()) == entries
    assert pool("reconcile").code == 0
    agreed = pool("check-index", "--json")
    assert agreed.json == [{"missing": [], "outdated": [], "stray": [], "repaired": False}]


def test_an_accepted_list_can_be_searched_at_once(pool: Pool, vendors: Path) -> None:
    report = pool("ingest", vendors, "--accept", "--by", "王工", "--json", "--rows").json[0]
    assert (report["rows"], report["new"], report["batch"]) == (1, 1, 1)
    hits = pool("search", "注塑生产执行", "--kind", "vendor", "--json").json[0]
    assert hits[0]["rank"] == 1
    assert hits[0]["id"] == report["items"][0]["id"]
    assert hits[0]["vendor"] == hits[0]["name"] == "深圳市甲乙工业软件有限公司"
    assert hits[0]["reasons"]


def test_search_reads_one_query_a_line(pool: Pool, vendors: Path) -> None:
    pool("ingest", vendors, "--accept")
    ran = pool("search", "-", "--kind", "vendor", "--json", stdin="注塑\n火箭发射\n")
    assert [len(hits) for hits in ran.json] == [1, 0]


def test_search_says_in_words_what_it_found_and_that_the_model_is_missing(
    pool: Pool, vendors: Path
) -> None:
    pool("ingest", vendors, "--accept")
    ran = pool("search", "注塑", "--kind", "vendor")
    assert "1 found" in ran.out
    assert "words only" in ran.err


def test_several_files_print_one_report_each(pool: Pool, vendors: Path, tmp_path: Path) -> None:
    letter = tmp_path / "letter.txt"
    letter.write_text("没有表格\n", encoding="utf-8")
    ran = pool("ingest", letter, vendors, "--json")
    assert ran.code == 2
    assert "error" in ran.json[0]
    assert ran.json[1]["new"] == 1


def test_a_rejected_row_is_reported_and_shows_in_the_exit_code(pool: Pool, tmp_path: Path) -> None:
    path = tmp_path / "vendors.csv"
    path.write_text(VENDORS + ",广州市,没有名字\n", encoding="utf-8")
    ran = pool("ingest", path)
    assert ran.code == 1
    assert "1 rejected" in ran.out


@pytest.mark.parametrize(
    "words",
    [
        ("ingest",),
        ("ingest", "x.csv", "--as", "pears"),
        ("ingest", "missing.csv"),
        ("search",),
        ("search", "x", "--kind", "pear"),
        ("edit", "v-1", "summary"),
        ("evaluate", "--judgements", "missing.jsonl"),
        ("pear",),
    ],
)
def test_wrong_use_ends_with_two(pool: Pool, words: tuple[str, ...]) -> None:
    ran = pool(*words)
    assert ran.code == 2
    assert ran.err


@pytest.mark.parametrize(
    "words",
    [
        ("ingest", "--undo", "4711"),
        ("admit", "4711"),
        ("merge", "4711"),
        ("edit", "v-0000000000", "summary=x"),
    ],
)
def test_what_does_not_exist_is_refused_with_one(pool: Pool, words: tuple[str, ...]) -> None:
    pool("migrate")
    ran = pool(*words)
    assert ran.code == 1
    assert ran.err.strip()
    assert "Traceback" not in ran.err


def test_undo_takes_a_batch_out_of_the_index_too(pool: Pool, vendors: Path) -> None:
    pool("ingest", vendors, "--accept")
    ran = pool("ingest", "--undo", "1", "--json")
    assert ran.json == [{"batch": 1, "withdrawn": 1, "restored": 0}]
    assert pool("search", "注塑", "--kind", "vendor", "--json").json == [[]]
    assert "taken back" in pool("ingest", "--undo", "1").err


def test_a_batch_waits_until_it_is_admitted(pool: Pool, vendors: Path) -> None:
    pool("ingest", vendors)
    assert pool("search", "注塑", "--kind", "vendor", "--json").json == [[]]
    assert "1 published" in pool("admit", "1", "--by", "王工").out
    assert pool("batches", "--json").json[0]["accepted_by"] == "王工"
    assert "accepted_by=王工" in pool("batches").out
    assert len(pool("search", "注塑", "--kind", "vendor", "--json").json[0]) == 1


def test_the_merge_queue_is_decided_by_command(pool: Pool, tmp_path: Path) -> None:
    for name, vendor in (("a.csv", "海尔卡奥斯"), ("b.csv", "卡奥斯")):
        path = tmp_path / name
        path.write_text(f"企业名称,简介\n{vendor},平台\n", encoding="utf-8")
        pool("ingest", path, "--accept")
    case = pool("merges", "--json").json[0]
    assert {case["newer"]["name"], case["older"]["name"]} == {"海尔卡奥斯", "卡奥斯"}
    assert "~" in pool("merges").out
    assert pool("merge", str(case["case"]), "--json").json == [
        {"case": case["case"], "state": "merged"}
    ]
    assert pool("merge", str(case["case"])).code == 1
    assert pool("split", str(case["case"])).code == 0
    assert pool("merges", "--json").json == []


def test_an_edit_changes_the_record_and_its_document(pool: Pool, vendors: Path) -> None:
    pool("ingest", vendors, "--accept")
    identifier = pool("search", "注塑", "--kind", "vendor", "--json").json[0][0]["id"]
    ran = pool("edit", identifier, "summary=火箭发射控制", 'scenarios=["equipment-connectivity"]')
    assert "summary" in ran.out
    found = pool("search", "火箭发射", "--kind", "vendor", "--json").json[0]
    assert [hit["id"] for hit in found] == [identifier]
    assert "Nothing changed" in pool("edit", identifier, "summary=火箭发射控制").out
    again = pool("edit", identifier, "summary=火箭", "--json")
    assert again.json == [{"id": identifier, "changed": ["summary"]}]


def test_the_index_can_be_checked_repaired_and_rebuilt(pool: Pool, vendors: Path) -> None:
    pool("ingest", vendors, "--accept")
    with transaction(writes=False) as db:
        identifier = reading.newest(db, Kind.VENDOR, 1)[0].identifier
    index.get_searcher().apply([], {identifier: 99})
    broken = pool("check-index")
    assert (broken.code, "1 missing" in broken.out) == (1, True)
    assert pool("check-index", "--repair", "--json").json[0]["repaired"] is True
    assert "agree" in pool("check-index").out
    assert "1 documents" in pool("reindex").out
    again = pool("reindex", "--json").json[0]
    assert (again["documents"], again["refused"]) == (1, {})
    assert pool("reindex", "--discard", "--json").json == [{"discarded": again["kept"]}]
    assert "no earlier index" in pool("reindex", "--discard").out
    assert "agree" in pool("check-index").out


def test_only_one_process_rebuilds_the_index(pool: Pool, vendors: Path) -> None:
    if not get_settings().database_url.startswith("postgresql"):
        pytest.skip("only PostgreSQL is shared by several machines")
    pool("ingest", vendors, "--accept")
    with transaction(writes=False) as db:
        assert try_lock(db, index.REBUILD_LOCK)
        refused = pool("reindex")
    assert (refused.code, "another process" in refused.err) == (1, True)
    assert pool("reindex").code == 0


def test_resolution_is_evaluated_on_labelled_pairs(pool: Pool) -> None:
    report = pool("evaluate", "--resolution", "--json").json[0]
    assert report["precision"] >= 0.97
    assert "precision" in pool("evaluate", "--resolution").out


def test_a_port_that_is_taken_is_refused_with_what_to_do(
    pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        monkeypatch.setenv("POOL_PORT", str(taken.getsockname()[1]))
        get_settings.cache_clear()
        ran = pool("serve")
    assert ran.code == 1
    assert "POOL_PORT" in ran.err


def test_a_rehearsal_writes_nothing(pool: Pool, vendors: Path) -> None:
    assert pool("ingest", vendors, "--dry-run", "--accept", "--json").json[0]["new"] == 1
    with transaction(writes=False) as db:
        assert db.exec(select(Batch)).all() == []
