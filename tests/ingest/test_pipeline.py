"""A list from file to pool: states that add up, repeats, changes, people's edits, undo."""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook
from sqlmodel import select

from app.catalogue import reading
from app.catalogue.models import Case, Solution, Vendor
from app.catalogue.stages import Stage
from app.core.db import transaction
from app.core.i18n import use_locale
from app.core.settings import Settings
from app.curation import batches, merging
from app.curation.admission import edit
from app.curation.models import Batch, Candidate
from ingest import pipeline
from ingest.errors import Unreadable
from ingest.report import Report, State
from search.engine import Kind
from search.vocabulary import Vocabulary, load_vocabulary

pytestmark = pytest.mark.usefixtures("own_database")
SAMPLES = Path(__file__).parents[2] / "ingest" / "samples"
HEADINGS = ["序号", "企业名称", "统一社会信用代码", "所在地市", "简介", "信息来源"]
GOOD_CODE = "91440300708461136T"


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    return load_vocabulary()


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    with use_locale("en"):
        yield


@pytest.fixture
def ingest(vocabulary: Vocabulary) -> Any:
    def run(path: Path, **options: Any) -> Report:
        return pipeline.run(path, vocabulary=vocabulary, by="op", **options)

    return run


def a_list(path: Path, *rows: list[str], headings: list[str] = HEADINGS) -> Path:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows([["供应商汇总表"], headings, *rows])
    return path


def a_row(name: str = "深圳市甲乙工业软件有限公司", **cells: str) -> list[str]:
    return [
        "1",
        name,
        cells.get("code", ""),
        cells.get("city", "深圳市"),
        cells.get("about", "MES"),
        "网",
    ]


def test_every_sample_list_is_read_whole_and_a_second_reading_writes_nothing(ingest: Any) -> None:
    rows = {
        "供应商汇总表.xlsx": 154,
        "解决方案清单.csv": 119,
        "政策汇编.html": 50,
        "培训活动一览.pdf": 23,
    }
    for name, count in rows.items():
        report = ingest(SAMPLES / name, accept=True)
        assert (report.rows, report.rejected) == (count, 0)
    with transaction(writes=False) as db:
        before = (len(db.exec(select(Candidate)).all()), len(db.exec(select(Batch)).all()))
    for name in rows:
        again = ingest(SAMPLES / name, accept=True)
        assert again.batch is None
        assert again.counts[State.NEW] + again.counts[State.CHANGED] == 0
    with transaction(writes=False) as db:
        after = (len(db.exec(select(Candidate)).all()), len(db.exec(select(Batch)).all()))
    assert before == after


def test_the_report_adds_up_and_names_row_field_reason_and_value(
    ingest: Any, tmp_path: Path
) -> None:
    file = a_list(
        tmp_path / "v.csv",
        a_row(),
        a_row(name=""),
        a_row(name="佛山市丙丁自动化有限公司", code=GOOD_CODE[:-1] + "0"),
    )
    report = ingest(file).as_dict(rows=True)
    states = ("new", "changed", "unchanged", "review", "rejected")
    assert report["rows"] == sum(report[state] for state in states) == 3
    assert (report["new"], report["review"], report["rejected"]) == (1, 1, 1)
    rejected = next(p for p in report["problems"] if p["field"] == "name")
    assert rejected["row"] == 4
    wrong_code = next(p for p in report["problems"] if p["field"] == "credit_code")
    assert (wrong_code["row"], wrong_code["value"]) == (5, GOOD_CODE[:-1] + "0")
    assert [item["state"] for item in report["items"]] == ["new", "rejected", "review"]
    assert report["items"][0]["id"].startswith("v-")
    assert report["items"][1]["id"] is None


def test_a_rehearsal_reports_the_same_and_writes_nothing(ingest: Any, tmp_path: Path) -> None:
    file = a_list(tmp_path / "v.csv", a_row())
    rehearsal = ingest(file, dry_run=True, accept=True)
    assert rehearsal.batch is None
    assert [(i.state, i.id) for i in rehearsal.items] == [(State.NEW, None)]
    with transaction(writes=False) as db:
        assert db.exec(select(Candidate)).all() == []
    assert ingest(file).counts[State.NEW] == 1


def test_a_changed_row_updates_only_what_changed_and_keeps_the_revision(
    ingest: Any, tmp_path: Path
) -> None:
    file = tmp_path / "v.csv"
    first = ingest(
        a_list(file, a_row(about="MES"), a_row(name="广州戊己科技有限公司")), accept=True
    )
    second = ingest(
        a_list(file, a_row(about="MES 与 WMS"), a_row(name="广州戊己科技有限公司")), accept=True
    )
    assert (second.counts[State.CHANGED], second.counts[State.UNCHANGED]) == (1, 1)
    assert second.items[0].id == first.items[0].id
    with transaction(writes=False) as db:
        vendor = reading.find_by_identifier(db, first.items[0].id or "")
        assert vendor.summary == "MES 与 WMS"
        revisions = reading.revisions(db, vendor)
        assert [r.values["summary"] for r in revisions] == ["MES 与 WMS", "MES"]
        assert revisions[0].changed == ["summary"]
        assert vendor.origins["region"]["batch"] == first.batch
        assert vendor.origins["summary"]["batch"] == second.batch


def test_a_list_never_overwrites_what_a_person_edited(ingest: Any, tmp_path: Path) -> None:
    file = tmp_path / "v.csv"
    identifier = ingest(a_list(file, a_row(about="MES")), accept=True).items[0].id
    with transaction() as db:
        edit(db, reading.find_by_identifier(db, identifier), {"summary": "人工核实"}, by="李工")
    report = ingest(a_list(file, a_row(about="APS")), accept=True)
    kept = report.as_dict()["problems"][0]
    assert (kept["field"], kept["value"]) == ("summary", "APS")
    assert "李工" in kept["reason"]
    with transaction(writes=False) as db:
        assert reading.find_by_identifier(db, identifier).summary == "人工核实"


def test_a_renamed_list_with_a_change_joins_the_same_record(ingest: Any, tmp_path: Path) -> None:
    first = ingest(a_list(tmp_path / "a.csv", a_row(about="MES")), accept=True)
    second = ingest(a_list(tmp_path / "b.csv", a_row(about="APS")), accept=True)
    assert second.counts[State.CHANGED] == 1
    assert second.items[0].id == first.items[0].id


def test_the_same_row_twice_in_a_file_is_one_record(ingest: Any, tmp_path: Path) -> None:
    report = ingest(a_list(tmp_path / "v.csv", a_row(), a_row()))
    assert (report.counts[State.NEW], report.counts[State.UNCHANGED]) == (1, 1)
    assert report.items[0].id == report.items[1].id


def test_undo_takes_the_batch_back_and_the_list_can_come_again(ingest: Any, tmp_path: Path) -> None:
    file = a_list(tmp_path / "v.csv", a_row())
    first = ingest(file, accept=True)
    with transaction() as db:
        batches.take_back(db, batches.find(db, first.batch), by="op")
        assert reading.counts(db)[Kind.VENDOR] == 0
    again = ingest(file, accept=True)
    assert again.counts[State.NEW] == 1
    assert again.items[0].id == first.items[0].id
    with transaction(writes=False) as db:
        assert reading.counts(db)[Kind.VENDOR] == 1


def test_a_likely_twin_waits_in_the_merge_queue_on_every_reading(
    ingest: Any, tmp_path: Path
) -> None:
    ingest(a_list(tmp_path / "a.csv", a_row(name="海尔卡奥斯")), accept=True)
    file = a_list(tmp_path / "b.csv", a_row(name="卡奥斯"))
    report = ingest(file, accept=True)
    assert report.counts[State.REVIEW] == 1
    assert "merges" in report.as_dict()["problems"][0]["reason"]
    assert ingest(file, accept=True).counts[State.REVIEW] == 1
    with transaction() as db:
        merging.merge(db, merging.waiting(db)[0], by="李工")
    assert ingest(file, accept=True).counts[State.UNCHANGED] == 1


def test_the_same_credit_code_is_the_same_organisation_whatever_its_name(
    ingest: Any, tmp_path: Path
) -> None:
    first = ingest(a_list(tmp_path / "a.csv", a_row(code=GOOD_CODE)), accept=True)
    second = ingest(
        a_list(tmp_path / "b.csv", a_row(name="全新名称公司", code=GOOD_CODE)), accept=True
    )
    assert second.items[0].id == first.items[0].id


def test_a_solution_brings_its_vendor_once_and_a_case_finds_both(
    ingest: Any, tmp_path: Path
) -> None:
    solutions = a_list(
        tmp_path / "s.csv",
        ["注塑 MES", "深圳市甲乙工业软件有限公司", "注塑", "生产执行", "看板"],
        ["注塑 APS", "深圳市甲乙工业软件有限公司", "注塑", "排产", "排程"],
        headings=["解决方案名称", "供应商", "适用行业", "应用场景", "方案简介"],
    )
    cases = a_list(
        tmp_path / "c.csv",
        ["某厂案例", "丰顺注塑厂", "深圳市甲乙工业软件有限公司", "注塑 MES", "注塑"],
        headings=["案例名称", "应用企业", "供应商", "解决方案", "适用行业"],
    )
    assert ingest(solutions, accept=True).counts[State.NEW] == 2
    assert ingest(cases, accept=True).counts[State.NEW] == 1
    with transaction(writes=False) as db:
        vendor = db.exec(select(Vendor)).one()
        names = {s.name: s for s in db.exec(select(Solution))}
        case = db.exec(select(Case)).one()
        assert case.vendor_id == vendor.id
        assert case.solution_id == names["注塑 MES"].id
        assert names["注塑 MES"].industries == ["C29"]


def test_the_vendor_of_a_solution_survives_the_undo_of_the_list_that_brought_it(
    ingest: Any, tmp_path: Path
) -> None:
    name = "深圳市甲乙工业软件有限公司"
    vendors = ingest(a_list(tmp_path / "v.csv", a_row(name=name)), accept=True)
    headings = ["解决方案名称", "供应商", "方案简介"]
    ingest(a_list(tmp_path / "s.csv", ["MES", name, "看板"], headings=headings), accept=True)
    with transaction() as db:
        batches.take_back(db, batches.find(db, vendors.batch), by="op")
        assert reading.counts(db)[Kind.VENDOR] == 1


def test_columns_that_nobody_knows_are_kept_and_reported(ingest: Any, tmp_path: Path) -> None:
    file = a_list(
        tmp_path / "v.csv",
        ["深圳市甲乙工业软件有限公司", "MES", "三楼"],
        headings=["企业名称", "简介", "食堂位置"],
    )
    report = ingest(file, accept=True)
    assert ("食堂位置", 0) in {(p.field, p.row) for p in report.problems}
    with transaction(writes=False) as db:
        assert reading.newest(db, Kind.VENDOR, 1)[0].extra == {"食堂位置": "三楼"}


def test_columns_about_persons_are_kept_with_the_row_and_never_shown(
    ingest: Any, tmp_path: Path
) -> None:
    file = a_list(
        tmp_path / "v.csv",
        ["深圳市甲乙工业软件有限公司", "MES", "某人", "000"],
        headings=["企业名称", "简介", "联系人", "联系电话"],
    )
    report = ingest(file, accept=True).as_dict()
    assert all("Personal" in p["reason"] for p in report["problems"])
    with transaction(writes=False) as db:
        assert reading.newest(db, Kind.VENDOR, 1)[0].extra == {}
        assert db.exec(select(Candidate)).one().raw["联系人"] == "某人"


def test_a_sheet_of_unclear_kind_is_reported_and_the_others_are_read(
    ingest: Any, tmp_path: Path
) -> None:
    book = Workbook()
    book.active.append(["名目", "金额", "备注"])
    book.active.append(["会议费", "100", "无"])
    book.active.append(["差旅费", "200", "无"])
    vendors = book.create_sheet("平台商")
    vendors.append(["企业名称", "所在地市", "简介"])
    vendors.append(["深圳市甲乙工业软件有限公司", "深圳市", "MES"])
    book.save(tmp_path / "mixed.xlsx")
    report = ingest(tmp_path / "mixed.xlsx")
    assert report.rows == report.counts[State.NEW] == 1
    assert "Sheet" in {problem.sheet for problem in report.problems}


def test_rows_of_a_sheet_marked_unverified_are_not_admitted_with_their_batch(
    ingest: Any, tmp_path: Path
) -> None:
    report = ingest(SAMPLES / "供应商汇总表.xlsx", accept=True)
    held = [item for item in report.items if item.sheet == "待核"]
    assert {item.state for item in held} == {State.REVIEW}
    with transaction(writes=False) as db:
        assert reading.by_identifiers(db, [item.id for item in held if item.id]) == {}


def test_a_file_without_a_table_is_refused_and_nothing_is_written(
    ingest: Any, tmp_path: Path, own_database: Settings
) -> None:
    file = tmp_path / "letter.csv"
    file.write_text("各有关单位：\n请于本周五前报送。\n", encoding="utf-8")
    with pytest.raises(Unreadable):
        ingest(file)
    with transaction(writes=False) as db:
        assert db.exec(select(Batch)).all() == []


def test_the_text_report_names_counts_problems_and_rows(ingest: Any, tmp_path: Path) -> None:
    text = ingest(a_list(tmp_path / "v.csv", a_row(), a_row(name=""))).as_text(rows=True)
    assert "v.csv: 2 rows: 1 new" in text
    assert "rejected" in text.splitlines()[-1]


def test_a_code_that_a_spreadsheet_damaged_is_told_once(ingest: Any, tmp_path: Path) -> None:
    report = ingest(a_list(tmp_path / "list.csv", a_row(code="9.1440300708461E+17")))
    told = [problem.reason for problem in report.problems if problem.field == "credit_code"]
    assert len(told) == 1
    assert "lost its last digits" in told[0]
    assert report.counts[State.REVIEW] == 1


def test_accepting_a_list_publishes_what_an_earlier_reading_of_it_left_waiting(
    ingest: Any, tmp_path: Path
) -> None:
    names = ("广州南沙云帆数控有限公司", "佛山季华精密模具有限公司", "珠海金湾海工装备有限公司")
    ingest(a_list(tmp_path / "list.csv", *map(a_row, names)))
    now_it_says = a_list(tmp_path / "list.csv", a_row(names[0]), a_row(names[1], about="WMS"))
    report = ingest(now_it_says, accept=True)
    assert (report.counts[State.UNCHANGED], report.counts[State.CHANGED]) == (1, 1)
    with transaction(writes=False) as db:
        stages = {vendor.name: vendor.stage for vendor in db.exec(select(Vendor))}
    assert stages == {
        names[0]: Stage.PUBLISHED,
        names[1]: Stage.PUBLISHED,
        names[2]: Stage.SUBMITTED,
    }
