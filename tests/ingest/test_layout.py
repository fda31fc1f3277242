"""The table is found among titles, notes, totals and footnotes, and nothing is lost."""

from collections.abc import Iterator

import pytest

from ingest.columns import load_aliases
from ingest.layout import COUNT_DIFFERS, LOOK_AHEAD, TOO_WIDE, Note, Row, Sheet, find_sheets
from ingest.lines import Line

HEADINGS = ["序号", "企业名称", "所在地市", "主营业务"]
ROWS = [["1", "甲公司", "广州市", "软件"], ["2", "乙公司", "深圳市", "硬件"]]


def sheets_of(*rows: list[str] | Line) -> Iterator[Sheet]:
    lines = [
        row if isinstance(row, Line) else Line(number, row)
        for number, row in enumerate(rows, start=1)
    ]
    return find_sheets(lines, load_aliases().knows, file="a.xlsx", name="名单")


def only(*rows: list[str] | Line) -> tuple[Sheet, list[Row]]:
    [(sheet, found)] = [(sheet, list(sheet.rows)) for sheet in sheets_of(*rows)]
    return sheet, found


def names(rows: list[Row]) -> list[str]:
    return [row.values["企业名称"] for row in rows]


def headings_of(*rows: list[str] | Line) -> tuple[str, ...]:
    return only(*rows)[0].headings


class TestAboveTheTable:
    def test_the_title_is_the_first_line_that_is_no_remark(self):
        sheet, rows = only(["填报说明：仅供参考"], ["供应商名单", ""], ["2024年"], HEADINGS, *ROWS)
        assert sheet.title == "供应商名单"
        assert sheet.notes == [
            Note(1, "填报说明：仅供参考"),
            Note(2, "供应商名单"),
            Note(3, "2024年"),
        ]
        assert names(rows) == ["甲公司", "乙公司"]

    def test_a_title_that_is_itself_a_known_heading_is_no_header(self):
        title = Line(1, ["供应商", "", "", ""], wide={0: 4})
        assert only(title, HEADINGS, *ROWS)[0].title == "供应商"

    def test_a_title_repeated_on_each_page_is_neither_row_nor_section(self):
        title = Line(1, ["供应商名单", "", "", ""], wide={0: 4})
        again = Line(9, ["供应商名单", "", "", ""], wide={0: 4})
        _, rows = only(title, HEADINGS, ROWS[0], again, HEADINGS, ROWS[1])
        assert [(row.values["序号"], row.section) for row in rows] == [("1", ""), ("2", "")]

    def test_a_header_far_below_the_top_is_still_found(self):
        notes = [[f"说明文字第{number}行，请认真阅读"] for number in range(LOOK_AHEAD - 2)]
        assert len(only(*notes, HEADINGS, *ROWS)[1]) == 2

    def test_lines_without_any_header_are_no_table(self):
        assert list(sheets_of(["通知"], ["各单位："], ["1", "2", "3"], ["4", "5", "6"])) == []

    def test_unknown_headings_are_a_header_when_they_stand_above_full_lines(self):
        lines = [
            ["设备台账"],
            ["设备", "型号", "数量"],
            ["冲床", "J23", "4"],
            ["车床", "C6140", "12"],
        ]
        assert headings_of(*lines) == ("设备", "型号", "数量")

    def test_a_list_of_one_column_needs_a_known_heading(self):
        _, rows = only(["企业名称"], ["甲公司"], ["注塑机械厂"])
        assert names(rows) == ["甲公司", "注塑机械厂"]
        assert list(sheets_of(["水果"], ["苹果"], ["梨"])) == []


class TestHeadings:
    def test_line_breaks_inside_headings_go(self):
        assert headings_of(["序\n号", "企业\n名称", "所在\n地市"], ["1", "甲", "广州"]) == (
            *("序号", "企业名称", "所在地市"),
        )

    def test_two_merged_header_lines_become_paths(self):
        top = Line(1, ["企业名称", "联系方式", "", "所在地", ""], wide={1: 2, 3: 2})
        under = Line(2, ["企业名称", "联系人", "电话", "省", "市"], carried=frozenset({0}))
        row = ["甲公司", "张三", "020", "广东", "广州"]
        assert headings_of(top, under, row) == (
            *("企业名称", "联系方式/联系人", "联系方式/电话", "所在地/省", "所在地/市"),
        )

    def test_three_header_lines_become_paths(self):
        top = Line(1, ["企业名称", "基本情况", "", ""], wide={1: 3})
        middle = Line(2, ["企业名称", "地址", "", "网址"], wide={1: 2}, carried=frozenset({0}))
        under = Line(3, ["企业名称", "省", "市", "网址"], carried=frozenset({0, 3}))
        assert headings_of(top, middle, under, ["甲", "广东", "广州", "x"]) == (
            *("企业名称", "基本情况/地址/省", "基本情况/地址/市", "基本情况/网址"),
        )

    def test_two_header_lines_of_a_csv_become_paths(self):
        lines = [
            ["序号", "企业名称", "联系方式", "", "所在地区", "", "备注"],
            ["", "", "联系人", "电话", "省", "市", ""],
            ["1", "甲公司", "张三", "020", "广东", "广州", ""],
        ]
        sheet, rows = only(*lines)
        assert sheet.headings[2:] == (
            "联系方式/联系人",
            "联系方式/电话",
            "所在地区/省",
            "所在地区/市",
            "备注",
        )
        assert rows[0].number == 3

    def test_a_row_with_a_gap_below_a_header_with_a_gap_is_a_row(self):
        lines = [["企业名称", "", "所在地市"], ["甲公司", "股份", ""], ["乙公司", "", "深圳"]]
        sheet, rows = only(*lines)
        assert sheet.headings == ("企业名称", "列2", "所在地市")
        assert names(rows) == ["甲公司", "乙公司"]

    def test_a_heading_merged_over_two_columns_without_parts_is_one_heading(self):
        top = Line(1, ["企业名称", "", "所在地市"], wide={0: 2})
        row = Line(2, ["甲公司", "", "广州"], wide={0: 2})
        sheet, rows = only(top, row)
        assert sheet.headings == ("企业名称", "所在地市")
        assert names(rows) == ["甲公司"]

    def test_equal_headings_are_numbered(self):
        assert headings_of(["企业名称", "电话", "电话", "所在地市"], ["甲", "1", "2", "广州"]) == (
            *("企业名称", "电话", "电话 (2)", "所在地市"),
        )

    def test_empty_columns_without_a_heading_are_no_columns(self):
        assert headings_of([*HEADINGS, "", ""], [*ROWS[0], "", ""]) == tuple(HEADINGS)

    def test_a_header_over_no_rows_is_an_empty_list(self):
        sheet, rows = only(["供应商名单"], HEADINGS)
        assert (sheet.headings, rows) == (tuple(HEADINGS), [])


class TestRows:
    def test_blank_lines_are_passed_over_and_numbers_stay(self):
        _, rows = only(HEADINGS, ["", "", "", ""], ROWS[0], [], ROWS[1])
        assert [row.number for row in rows] == [3, 5]

    def test_a_short_row_has_empty_values(self):
        _, rows = only(HEADINGS, ["1", "甲公司"])
        assert rows[0].values == {"序号": "1", "企业名称": "甲公司", "所在地市": "", "主营业务": ""}

    def test_a_row_with_only_a_name_is_a_row(self):
        assert names(only(HEADINGS, ROWS[0], ["", "丙公司", "", ""])[1]) == ["甲公司", "丙公司"]

    def test_cells_beyond_the_headings_are_kept_and_reported(self):
        _, rows = only(HEADINGS, [*ROWS[0], "多出"], ROWS[1])
        assert rows[0].values["列5"] == "多出"
        assert [(problem.heading, problem.reason) for problem in rows[0].problems] == [
            ("列5", TOO_WIDE)
        ]
        assert rows[1].problems == ()

    def test_repeated_headers_are_no_rows_even_when_spaced_otherwise(self):
        again = ["序 号", "企业\n名称", "所在地市", "主营业务"]
        assert names(only(HEADINGS, ROWS[0], again, ROWS[1])[1]) == ["甲公司", "乙公司"]

    def test_a_part_named_between_rows_is_told_with_each_row(self):
        part = Line(4, ["二、服务商", "", "", ""])
        wide = Line(2, ["珠三角地区", "", "", ""], wide={0: 4})
        sheet, rows = only(HEADINGS, wide, ROWS[0], part, ROWS[1])
        assert [row.section for row in rows] == ["珠三角地区", "二、服务商"]
        assert [note.text for note in sheet.notes] == ["珠三角地区", "二、服务商"]

    def test_a_cell_carried_down_does_not_make_a_row_a_part(self):
        carried = Line(3, ["1", "", "", "硬件"], carried=frozenset({0}))
        assert len(only(HEADINGS, ROWS[0], carried)[1]) == 2


class TestBelowTheTable:
    @pytest.mark.parametrize(
        "line",
        [
            ["合计：2 家", "", "", ""],
            ["合 计", "", "", "3,200.00万"],
            ["共 2 条"],
            ["注：排名不分先后"],
            ["注1. 数据截至六月"],
            ["备注：略"],
            ["填表人：张三", "", "审核人：李四", "日期：2024年"],
            ["第 1 页 共 3 页"],
            ["- 3 -"],
            ["数据来源：公开资料"],
            ["以下空白"],
        ],
    )
    def test_totals_and_footnotes_are_notes(self, line):
        sheet, rows = only(HEADINGS, *ROWS, line)
        assert len(rows) == 2
        assert sheet.notes == [Note(4, " ".join(text for text in line if text))]
        assert sheet.problems == []

    def test_a_footnote_goes_on_over_several_lines(self):
        sheet, rows = only(HEADINGS, *ROWS, ["注：1.排名不分先后"], ["2.以营业执照为准"])
        assert len(rows) == 2
        assert [note.number for note in sheet.notes] == [4, 5]

    def test_after_a_subtotal_come_parts_and_rows_even_those_with_only_a_name(self):
        lines = [
            ["企业名称", "地市", "简介"],
            ["甲", "广州", "x"],
            ["小计：1 家"],
            ["二、服务商"],
            ["乙"],
        ]
        _, rows = only(*lines)
        assert [(row.values["企业名称"], row.section) for row in rows] == [
            ("甲", ""),
            ("乙", "二、服务商"),
        ]

    def test_a_name_that_begins_like_a_footnote_is_a_row(self):
        lines = [
            ["企业名称", "地市", "简介"],
            ["注塑科技公司", "广州", "软件"],
            ["说明书网", "深圳", "x"],
        ]
        assert names(only(*lines)[1]) == ["注塑科技公司", "说明书网"]

    def test_a_total_that_differs_from_the_rows_read_is_reported(self):
        sheet, _ = only(HEADINGS, *ROWS, ["合计：3 家"])
        [problem] = sheet.problems
        assert (problem.reason, problem.values) == (COUNT_DIFFERS, {"said": 3, "read": 2})

    def test_subtotals_count_the_rows_since_the_last_one(self):
        sheet, _ = only(HEADINGS, ROWS[0], ["小计", "共1家"], ROWS[1], ["共 1 家"])
        assert sheet.problems == []


class TestSeveralTables:
    def test_another_header_starts_another_sheet_with_the_line_above_as_its_title(self):
        title = Line(4, ["培训安排", "", "", ""], wide={0: 4})
        found = [
            (sheet.title, sheet.headings, [row.number for row in sheet.rows])
            for sheet in sheets_of(
                HEADINGS, *ROWS, title, ["培训名称", "培训时间", "培训地点"], ["班", "2024", "广州"]
            )
        ]
        assert found == [
            ("", tuple(HEADINGS), [2, 3]),
            ("培训安排", ("培训名称", "培训时间", "培训地点"), [6]),
        ]

    def test_a_sheet_left_unread_does_not_disturb_the_next(self):
        sheets = sheets_of(
            HEADINGS, *ROWS, ["培训名称", "培训时间", "地点"], ["班", "2024", "广州"]
        )
        assert [sheet.headings[0] for sheet in sheets] == ["序号", "培训名称"]

    def test_rows_are_read_as_they_are_asked_for(self):
        asked = []

        def lines() -> Iterator[Line]:
            yield Line(1, HEADINGS)
            for number in range(2, 10_000):
                asked.append(number)
                yield Line(number, ROWS[0])

        sheet = next(find_sheets(lines(), load_aliases().knows, file="a.csv"))
        next(sheet.rows)
        assert len(asked) <= LOOK_AHEAD
