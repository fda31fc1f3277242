"""Lists as files: whole, safe against formulas, noted, and only for whoever may see the list."""

import csv
import io
from datetime import UTC, date, datetime
from typing import Any

import pytest
from fastapi.testclient import TestClient
from openpyxl import load_workbook
from sqlmodel import Session, select

from app.accounts.grants import STAFF_GRANTS
from app.accounts.models import StaffRole
from app.core.access import Can
from app.core.audit import AuditEntry
from app.core.errors import Invalid
from app.core.sheets import Format, safe
from app.desk import exporting
from app.desk.exporting import Table, export
from search.engine import Kind
from tests.everything import one_of_everything
from tests.factories import a_record
from tests.people import DONGGUAN, GUANGZHOU, sign_in, staff, visitor

BAD = "=cmd|' /C calc'!A0"


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        (BAD, "'" + BAD),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@a", "'@a"),
        ("\ta", "'\ta"),
        ("\ra", "'\ra"),
        ("＝1", "'＝1"),
        ("甲=乙", "甲=乙"),
        (-5, -5),
        (0.5, 0.5),
        (None, None),
        ("a\x00b", "ab"),
        (["-a", "b"], "'-a、b"),
        (date(2026, 11, 22), date(2026, 11, 22)),
    ],
)
def test_a_cell_is_never_a_formula_and_numbers_stay_numbers(value: Any, cell: Any) -> None:
    assert safe(value) == cell


def test_a_moment_becomes_one_of_china() -> None:
    cell = safe(datetime(2026, 11, 22, 20, 0, 30, tzinfo=UTC))
    assert (cell.tzinfo, cell.isoformat()) == (None, "2026-11-23T04:00:00")


def publisher(client: TestClient, db: Session, *roles: StaffRole) -> TestClient:
    roles = roles or (StaffRole.PUBLISHER,)
    return sign_in(client, db, staff(db, *roles, region=DONGGUAN, name="发布员甲"))


def test_an_exported_list_is_the_narrowed_one_and_leaves_an_entry(
    client: TestClient, db: Session
) -> None:
    a_record(db, Kind.VENDOR, name=BAD, region=DONGGUAN)
    a_record(db, Kind.CASE, name="东莞案例", region=DONGGUAN, vendor_id=None)
    a_record(db, Kind.VENDOR, name="广州乙厂有限公司", region=GUANGZHOU)
    publisher(client, db)
    sent = {"format": "csv", "query": "kind=vendor&page=3&x=%00"}
    answer = client.post("/desk/exports/listings", data=sent)
    assert answer.content.startswith(b"\xef\xbb\xbf")
    assert 'attachment; filename="listings-' in answer.headers["content-disposition"]
    head, *rows = csv.reader(io.StringIO(answer.content.decode("utf-8-sig")))
    assert head[:3] == ["Identifier", "Name", "Kind"]
    assert [row[1:3] for row in rows] == [["'" + BAD, "Vendor"]]
    entry = db.exec(select(AuditEntry).where(AuditEntry.action == "list.exported")).one()
    assert (entry.by, entry.subject_id) == ("发布员甲", "listings")
    assert entry.details == {"rows": 1, "format": "csv", "filters": {"kind": "vendor"}}


def test_a_workbook_holds_the_same_as_text_numbers_and_days(
    client: TestClient, db: Session
) -> None:
    a_record(db, Kind.VENDOR, name=BAD, region=DONGGUAN)
    publisher(client, db)
    answer = client.post("/desk/exports/listings", data={"format": "xlsx"})
    sheet = load_workbook(io.BytesIO(answer.content)).worksheets[0]
    cells = next(sheet.iter_rows(min_row=2))
    assert (cells[1].value, cells[1].data_type) == ("'" + BAD, "s")
    assert isinstance(cells[5].value, datetime)


def test_every_table_can_be_exported_by_whoever_has_every_role(
    client: TestClient, db: Session
) -> None:
    publisher(client, db, *StaffRole)
    assert set(exporting.TABLES) >= {"applications", "merges", "batches", "audit", "listings"}
    page = client.get("/desk/exports").text
    for name in exporting.TABLES:
        assert f'action="/desk/exports/{name}"' in page
        assert client.post(f"/desk/exports/{name}").status_code == 200


def test_a_list_that_somebody_may_not_see_looks_missing(client: TestClient, db: Session) -> None:
    publisher(client, db)
    assert client.post("/desk/exports/audit").status_code == 404
    assert client.post("/desk/exports/nothing").status_code == 404
    assert client.post("/desk/exports/listings", data={"format": "exe"}).status_code == 422
    assert client.get("/desk/exports/listings").status_code == 405


@pytest.mark.parametrize("role", StaffRole)
def test_each_role_may_export_the_lists_that_it_may_see_and_no_other(
    client: TestClient, db: Session, role: StaffRole
) -> None:
    sign_in(client, db, staff(db, role))
    for name, table in exporting.TABLES.items():
        status = client.post(f"/desk/exports/{name}").status_code
        assert status == (200 if table.needs in STAFF_GRANTS[role] else 404), name


def test_an_administrator_takes_the_staff_list_out_from_its_page(
    client: TestClient, db: Session
) -> None:
    sign_in(client, db, staff(db, StaffRole.ADMINISTRATOR, name="管理员甲"))
    assert 'action="/desk/exports/staff"' in client.get("/desk/staff").text
    assert "管理员甲" in client.post("/desk/exports/staff").content.decode("utf-8-sig")


def test_criteria_reports_and_ratings_are_taken_out_from_their_pages(
    client: TestClient, db: Session
) -> None:
    one_of_everything(db, DONGGUAN)
    publisher(client, db, *StaffRole)
    for name, said in (("criteria", "Weight"), ("reports", "Waits"), ("ratings", "〔441900〕差")):
        assert f'action="/desk/exports/{name}"' in client.get(f"/desk/{name}").text
        assert said in client.post(f"/desk/exports/{name}").content.decode("utf-8-sig")


def test_too_many_rows_are_refused_with_a_way_out_and_leave_no_entry(
    db: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporting, "MOST", 2)
    table = Table("things", "Things", ("A",), lambda *_args: [(1,)] * 3, Can.READ_DESK)
    by = visitor(db, staff(db, StaffRole.REVIEWER))
    with pytest.raises(Invalid, match="more than 2 rows"):
        export(db, table, Format.CSV, {}, by=by)
    assert db.exec(select(AuditEntry)).all() == []
