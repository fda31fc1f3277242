"""Workbooks old and new give rows with what cells and merged cells mean."""

from datetime import date, datetime, time

import openpyxl
import xlwt

from ingest.readers import read
from ingest.values import LOST_DIGITS
from tests.ingest import messy
from tests.ingest.reading import NAMES, column, refusal, rows


def test_xlsx_and_xls_give_the_same_rows(tmp_path):
    new = messy.xlsx(tmp_path / "a.xlsx", {"名单": messy.VENDOR_LIST})
    old = messy.xls(tmp_path / "a.xls", messy.VENDOR_LIST)
    assert rows(new) == rows(old)
    assert column(new) == NAMES


def test_row_numbers_are_those_that_excel_shows(tmp_path):
    lines = [["名单"], [], messy.VENDOR_HEADINGS, [], *messy.VENDORS]
    path = messy.xlsx(tmp_path / "a.xlsx", {"名单": lines})
    assert [row.number for row in rows(path)] == [5, 6, 7]


def test_the_extension_is_not_believed(tmp_path):
    workbook = messy.xlsx(tmp_path / "a.csv", {"名单": messy.VENDOR_LIST})
    page = messy.html(tmp_path / "b.xls", messy.html_table(messy.VENDOR_LIST))
    tabs = messy.csv(tmp_path / "c.xls", messy.VENDOR_LIST, "gb18030", "\t")
    assert column(workbook) == column(page) == column(tabs) == NAMES


def test_empty_cover_and_hidden_sheets_are_passed_over_by_name(tmp_path):
    sheets = {
        "封面": [["关于公布名单的通知"], ["2024年"]],
        "空": [],
        "名单": messy.VENDOR_LIST,
        "字典": messy.VENDOR_LIST,
    }
    path = messy.xlsx(tmp_path / "a.xlsx", sheets, hidden=["字典"])
    reading = read(path)
    assert [sheet.name for sheet in reading] == ["名单"]
    assert reading.skipped == ["封面", "空", "字典"]


def test_chart_sheets_are_passed_over(tmp_path):
    book = openpyxl.Workbook()
    book.create_chartsheet("图")
    for row in messy.VENDOR_LIST:
        book.active.append(row)
    book.save(tmp_path / "a.xlsx")
    assert column(tmp_path / "a.xlsx") == NAMES


def test_a_code_that_excel_turned_into_a_number_is_reported_and_never_guessed(tmp_path):
    lines = [messy.VENDOR_HEADINGS, [1, "甲公司", 914403007084611361, "深圳", "软件"]]
    [row] = rows(messy.xlsx(tmp_path / "a.xlsx", {"名单": lines}))
    [problem] = row.problems
    assert (problem.heading, problem.reason) == ("统一社会信用代码", LOST_DIGITS)
    assert problem.value == row.values["统一社会信用代码"] == "9.14403007084611E+17"


def test_a_number_of_15_digits_is_whole(tmp_path):
    lines = [messy.VENDOR_HEADINGS, [1, "甲公司", 440301103097413, "深圳", "软件"]]
    [row] = rows(messy.xlsx(tmp_path / "a.xlsx", {"名单": lines}))
    assert row.values["统一社会信用代码"] == "440301103097413"
    assert row.problems == ()


def test_cells_of_every_type_become_text(tmp_path):
    headings = ["企业名称", "主营业务", "成立日期", "更新时间", "营业时间", "占比", "是否入库"]
    values = [
        "甲\u3000公司 \n",
        None,
        date(2024, 3, 1),
        datetime(2024, 3, 1, 9, 30),  # noqa: DTZ001 - cells know no time zone
        time(8, 5),
        0.1,
        True,
    ]
    [new] = rows(messy.xlsx(tmp_path / "a.xlsx", {"名单": [headings, values]}))
    [old] = rows(messy.xls(tmp_path / "a.xls", [headings, values]))
    assert list(new.values.values()) == [
        *("甲 公司", "", "2024-03-01", "2024-03-01 09:30", "08:05", "0.1", "是"),
    ]
    assert old.values == new.values


def test_a_date_that_lost_its_format_is_still_a_date(tmp_path):
    lines = [["活动名称", "主办单位", "活动日期", "人数"], ["讲座", "甲局", 45352, 45352]]
    [row] = rows(messy.xlsx(tmp_path / "a.xlsx", {"名单": lines}))
    assert (row.values["活动日期"], row.values["人数"]) == ("2024-03-01", "45352")


def test_cells_merged_downwards_count_for_every_row(tmp_path):
    lines = [
        ["地市", "企业名称", "主营业务"],
        ["广州市", "甲公司", "软件"],
        [None, "乙公司", "硬件"],
        ["深圳市", "丙公司", "集成"],
    ]
    new = messy.xlsx(tmp_path / "a.xlsx", {"名单": lines}, {"名单": ["A2:A3"]})
    old = messy.xls(tmp_path / "a.xls", lines, [(1, 2, 0, 0)])
    assert column(new, "地市") == column(old, "地市") == ["广州市", "广州市", "深圳市"]


def test_a_record_merged_over_several_lines_is_one_row(tmp_path):
    lines = [
        ["企业名称", "主营业务", "地市"],
        ["甲公司", "软件", "广州"],
        [],
        ["乙公司", "硬件", "深圳"],
    ]
    merged = {"名单": ["A2:A3", "B2:B3", "C2:C3"]}
    assert column(messy.xlsx(tmp_path / "a.xlsx", {"名单": lines}, merged)) == [
        "甲公司",
        "乙公司",
    ]


def test_a_date_that_no_calendar_holds_stays_a_number(tmp_path):
    book = xlwt.Workbook()
    sheet = book.add_sheet("名单")
    for at, heading in enumerate(["企业名称", "主营业务", "年份"]):
        sheet.write(0, at, heading)
        sheet.write(1, at, 10**10, xlwt.easyxf(num_format_str="yyyy-mm-dd"))
    book.save(str(tmp_path / "a.xls"))
    assert column(tmp_path / "a.xls", "年份") == ["10000000000"]


def test_an_old_workbook_with_a_password_says_so(tmp_path):
    path = messy.xls(tmp_path / "a.xls", messy.VENDOR_LIST)
    interface_header, file_pass = b"\xe1\x00\x02\x00", b"\x2f\x00\x02\x00"
    path.write_bytes(path.read_bytes().replace(interface_header, file_pass, 1))
    assert "encrypted" in refusal(path)


def test_a_broken_workbook_is_said_to_be_damaged(tmp_path):
    path = messy.xlsx(tmp_path / "a.xlsx", {"名单": messy.VENDOR_LIST})
    messy.repacked(path, {"xl/workbook.xml": b"<workbook"})
    assert "damaged" in refusal(path)
    messy.xlsx(path, {"名单": messy.VENDOR_LIST})
    messy.repacked(path, {"xl/worksheets/sheet1.xml": b"<worksheet><sheetData><row></c>"})
    assert "名单 is damaged" in refusal(path)
    path.write_bytes(b"PK\x03\x04" + b"rubbish" * 50)
    assert "damaged" in refusal(path)
    old = messy.xls(tmp_path / "b.xls", messy.VENDOR_LIST)
    content = old.read_bytes()
    old.write_bytes(content[:512] + b"\xff" * 600 + content[1112:])
    assert "damaged" in refusal(old)
