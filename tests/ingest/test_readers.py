"""Every type of file gives the same rows, told by its content and not by its name."""

import shutil
from datetime import date, datetime, time
from pathlib import Path

import openpyxl
import pytest
import xlwt

from ingest.layout import Row, Sheet
from ingest.readers import Limits, Reading, Unreadable, read
from ingest.values import LOST_DIGITS
from tests.ingest import messy

SAMPLES = Path("ingest/samples")
NAMES = [row[1] for row in messy.VENDORS]


def tables(path: Path, **options: str) -> list[tuple[Sheet, list[Row]]]:
    return [(sheet, list(sheet.rows)) for sheet in read(path, encoding=options.get("encoding"))]


def rows(path: Path, **options: str) -> list[Row]:
    return [row for _, found in tables(path, **options) for row in found]


def column(path: Path, heading: str = "企业名称", **options: str) -> list[str]:
    return [row.values[heading] for row in rows(path, **options)]


def read_all(path: Path, limits: Limits | None, encoding: str | None) -> None:
    for sheet in read(path, limits=limits, encoding=encoding):
        list(sheet.rows)


def refusal(path: Path, limits: Limits | None = None, encoding: str | None = None) -> str:
    with pytest.raises(Unreadable) as caught:
        read_all(path, limits, encoding)
    return str(caught.value)


class TestSamples:
    """The real lists that the demonstration starts from, counted by hand."""

    def test_the_workbook_holds_20_platforms_129_service_vendors_and_5_unverified(self):
        found = tables(SAMPLES / "供应商汇总表.xlsx")
        assert [(sheet.name, len(rows)) for sheet, rows in found] == [
            ("平台商", 20),
            ("服务商", 129),
            ("待核", 5),
        ]
        assert all(not sheet.problems for sheet, _ in found)
        assert found[0][0].headings[2] == "所在省"
        assert found[0][1][17].values["企业名称"] == "华为技术有限公司"

    def test_the_csv_in_gb18030_holds_119_solutions(self):
        [(sheet, found)] = tables(SAMPLES / "解决方案清单.csv")
        assert (sheet.encoding, len(found)) == ("gb18030", 119)
        assert found[0].values["供应商"] == "深圳市汇川技术股份有限公司"

    def test_the_page_holds_50_documents_inside_its_layout_tables(self):
        [(sheet, found)] = tables(SAMPLES / "政策汇编.html")
        assert (sheet.title, len(found)) == ("工业互联网与上云上平台政策汇编", 50)
        assert found[1].values["文号"] == "粤工信工业互联网函〔2024〕57号"

    def test_the_pdf_holds_23_trainings_six_of_which_break_over_a_page(self):
        [(sheet, found)] = tables(SAMPLES / "培训活动一览.pdf")
        assert (sheet.title, len(found)) == ("工业互联网培训与活动一览", 23)
        broken = found[2]
        assert broken.where == "1.4"
        assert (
            broken.values["名称"]
            == "全国工商联大讲堂2021年第五期:工业互联网平台⸺制造业数字化转型新载体"
        )
        assert broken.values["地点"] == "北京(视频同步)"
        assert found[10].values["内容"].endswith("企业CIO与方案商交流。")
        assert found[17].values["主办单位"].endswith("广东省网商协会顺德分会")
        assert all(row.values["日期"] and row.values["来源"] for row in found)


class TestWorkbooks:
    def test_xlsx_and_xls_give_the_same_rows(self, tmp_path):
        new = messy.xlsx(tmp_path / "a.xlsx", {"名单": messy.VENDOR_LIST})
        old = messy.xls(tmp_path / "a.xls", messy.VENDOR_LIST)
        assert rows(new) == rows(old)
        assert column(new) == NAMES

    def test_row_numbers_are_those_that_excel_shows(self, tmp_path):
        lines = [["名单"], [], messy.VENDOR_HEADINGS, [], *messy.VENDORS]
        path = messy.xlsx(tmp_path / "a.xlsx", {"名单": lines})
        assert [row.number for row in rows(path)] == [5, 6, 7]

    def test_the_extension_is_not_believed(self, tmp_path):
        workbook = messy.xlsx(tmp_path / "a.csv", {"名单": messy.VENDOR_LIST})
        page = messy.html(tmp_path / "b.xls", messy.html_table(messy.VENDOR_LIST))
        tabs = messy.csv(tmp_path / "c.xls", messy.VENDOR_LIST, "gb18030", "\t")
        assert column(workbook) == column(page) == column(tabs) == NAMES

    def test_empty_cover_and_hidden_sheets_are_passed_over_by_name(self, tmp_path):
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

    def test_chart_sheets_are_passed_over(self, tmp_path):
        book = openpyxl.Workbook()
        book.create_chartsheet("图")
        for row in messy.VENDOR_LIST:
            book.active.append(row)
        book.save(tmp_path / "a.xlsx")
        assert column(tmp_path / "a.xlsx") == NAMES

    def test_a_code_that_excel_turned_into_a_number_is_reported_and_never_guessed(self, tmp_path):
        lines = [messy.VENDOR_HEADINGS, [1, "甲公司", 914403007084611361, "深圳", "软件"]]
        [row] = rows(messy.xlsx(tmp_path / "a.xlsx", {"名单": lines}))
        [problem] = row.problems
        assert (problem.heading, problem.reason) == ("统一社会信用代码", LOST_DIGITS)
        assert problem.value == row.values["统一社会信用代码"] == "9.14403007084611E+17"

    def test_a_number_of_15_digits_is_whole(self, tmp_path):
        lines = [messy.VENDOR_HEADINGS, [1, "甲公司", 440301103097413, "深圳", "软件"]]
        [row] = rows(messy.xlsx(tmp_path / "a.xlsx", {"名单": lines}))
        assert row.values["统一社会信用代码"] == "440301103097413"
        assert row.problems == ()

    def test_cells_of_every_type_become_text(self, tmp_path):
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

    def test_a_date_that_lost_its_format_is_still_a_date(self, tmp_path):
        lines = [["活动名称", "主办单位", "活动日期", "人数"], ["讲座", "甲局", 45352, 45352]]
        [row] = rows(messy.xlsx(tmp_path / "a.xlsx", {"名单": lines}))
        assert (row.values["活动日期"], row.values["人数"]) == ("2024-03-01", "45352")

    def test_cells_merged_downwards_count_for_every_row(self, tmp_path):
        lines = [
            ["地市", "企业名称", "主营业务"],
            ["广州市", "甲公司", "软件"],
            [None, "乙公司", "硬件"],
            ["深圳市", "丙公司", "集成"],
        ]
        new = messy.xlsx(tmp_path / "a.xlsx", {"名单": lines}, {"名单": ["A2:A3"]})
        old = messy.xls(tmp_path / "a.xls", lines, [(1, 2, 0, 0)])
        assert column(new, "地市") == column(old, "地市") == ["广州市", "广州市", "深圳市"]

    def test_a_record_merged_over_several_lines_is_one_row(self, tmp_path):
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

    def test_a_date_that_no_calendar_holds_stays_a_number(self, tmp_path):
        book = xlwt.Workbook()
        sheet = book.add_sheet("名单")
        for at, heading in enumerate(["企业名称", "主营业务", "年份"]):
            sheet.write(0, at, heading)
            sheet.write(1, at, 10**10, xlwt.easyxf(num_format_str="yyyy-mm-dd"))
        book.save(str(tmp_path / "a.xls"))
        assert column(tmp_path / "a.xls", "年份") == ["10000000000"]

    def test_an_old_workbook_with_a_password_says_so(self, tmp_path):
        path = messy.xls(tmp_path / "a.xls", messy.VENDOR_LIST)
        interface_header, file_pass = b"\xe1\x00\x02\x00", b"\x2f\x00\x02\x00"
        path.write_bytes(path.read_bytes().replace(interface_header, file_pass, 1))
        assert "encrypted" in refusal(path)

    def test_a_broken_workbook_is_said_to_be_damaged(self, tmp_path):
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


class TestDelimited:
    @pytest.mark.parametrize(
        "encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16", "utf-16-le", "utf-16-be"]
    )
    def test_every_encoding_gives_the_same_rows(self, tmp_path, encoding):
        assert column(messy.csv(tmp_path / "a.csv", messy.VENDOR_LIST, encoding)) == NAMES

    def test_big5_is_read_when_a_person_says_so(self, tmp_path):
        lines = [["單位名稱", "網址", "簡介"], ["臺灣精機", "https://example.com", "工具機"]]
        path = messy.csv(tmp_path / "a.csv", lines, "big5")
        [row] = rows(path, encoding="big5")
        assert list(row.values.values()) == lines[1]

    def test_the_wrong_encoding_said_by_a_person_is_refused(self, tmp_path):
        path = messy.csv(tmp_path / "a.csv", messy.VENDOR_LIST, "gb18030")
        assert "utf-8" in refusal(path, encoding="utf-8")
        assert "klingon" in refusal(path, encoding="klingon")

    def test_four_byte_characters_of_gb18030_survive(self, tmp_path):
        lines = [["企业名称", "主营业务"], ["𠮷野有限公司", "㐂㐂"]]
        path = messy.csv(tmp_path / "a.csv", lines, "gb18030")
        assert column(path) == ["𠮷野有限公司"]

    def test_the_word_unicom_in_gb_is_not_taken_for_utf_8(self, tmp_path):
        path = tmp_path / "a.csv"
        path.write_bytes("name,website,联通\n联通,,联通\n".encode("gb18030"))
        [(sheet, found)] = tables(path)
        assert sheet.encoding == "gb18030"
        assert found[0].values["name"] == "联通"

    def test_what_cannot_be_decoded_is_counted(self, tmp_path):
        path = messy.csv(tmp_path / "a.csv", messy.VENDOR_LIST)
        path.write_bytes(path.read_bytes() + b"4,\xff\xfe\xff,x,y,z\r\n")
        [(sheet, found)] = tables(path)
        assert sheet.encoding == "utf-8"
        assert [problem.values for problem in sheet.problems] == [{"count": 3}]
        assert len(found) == 4

    @pytest.mark.parametrize("delimiter", [",", ";", "\t", "|", "，"])
    def test_the_delimiter_is_found(self, tmp_path, delimiter):
        path = messy.csv(tmp_path / "a.csv", messy.VENDOR_LIST, delimiter=delimiter)
        assert column(path) == NAMES

    def test_quotes_keep_delimiters_and_line_breaks_and_rows_keep_their_line(self, tmp_path):
        content = '企业名称,简介,地市\n甲,"一,二\n""三""",广州\n乙,四,深圳\n'
        found = rows(messy.text(tmp_path / "a.csv", content))
        assert found[0].values["简介"] == '一,二\n"三"'
        assert [row.number for row in found] == [2, 4]

    def test_nul_bytes_and_unseen_characters_go(self, tmp_path):
        content = "企业名称,地市\n\ufeff甲\0公\u200b司\u00a0,\u3000广州\n"
        [row] = rows(messy.text(tmp_path / "a.csv", content))
        assert list(row.values.values()) == ["甲公司", "广州"]

    def test_a_quotation_mark_that_is_never_closed_is_named_by_its_line(self, tmp_path):
        content = '企业名称,地市\n甲,广州\n"乙,深圳\n' + "丙,佛山\n" * 20_000
        assert "line 3" in refusal(messy.text(tmp_path / "a.csv", content))

    def test_a_quotation_mark_that_swallows_lines_up_to_the_next_one_is_noticed(self, tmp_path):
        content = "企业名称,地市,简介\n" + '"甲,广州,x\n' + "乙,深圳,y\n" * 5 + '丙,佛山,"z"\n'
        assert "line 2" in refusal(messy.text(tmp_path / "a.csv", content))

    def test_a_cell_may_hold_many_lines_with_commas(self, tmp_path):
        content = '企业名称,地市,简介\n甲,广州,"一,\n二,\n三,\n四,五\n六"\n'
        assert len(rows(messy.text(tmp_path / "a.csv", content))) == 1

    def test_rows_come_before_the_file_has_been_read_to_its_end(self, tmp_path):
        content = "企业名称,地市\n" + "甲,广州\n" * 1000 + '"never closed' + "x" * 200_000
        sheet = next(read(messy.text(tmp_path / "a.csv", content)))
        assert next(sheet.rows).values == {"企业名称": "甲", "地市": "广州"}

    def test_a_code_in_scientific_notation_is_reported_in_text_too(self, tmp_path):
        lines = [["企业名称", "信用代码"], ["甲公司", "9.14403E+17"]]
        [row] = rows(messy.csv(tmp_path / "a.csv", lines))
        assert [problem.value for problem in row.problems] == ["9.14403E+17"]


class TestPages:
    @pytest.mark.parametrize("declared", ["gb2312", "gbk", "gb18030", "utf-8"])
    def test_the_declared_charset_is_decoded_first(self, tmp_path, declared):
        encoding = "gb18030" if declared == "gb2312" else declared
        lines = [messy.VENDOR_HEADINGS, [1, "深圳镕合公司", "", "深圳", "〇〇"]]
        path = messy.html(tmp_path / "a.html", messy.html_table(lines), declared, encoding)
        assert column(path) == ["深圳镕合公司"]

    def test_declared_big5_is_believed(self, tmp_path):
        lines = [["name", "單位", "簡介"], ["臺灣精機", "甲", "工具機"]]
        path = messy.html(tmp_path / "a.html", messy.html_table(lines), "big5")
        assert column(path, "name") == ["臺灣精機"]

    @pytest.mark.parametrize(
        ("declared", "encoding"), [("gb2312", "utf-8"), ("utf-8", "gb18030"), ("nonsense", "gbk")]
    )
    def test_a_wrong_declaration_does_no_harm(self, tmp_path, declared, encoding):
        body = messy.html_table(messy.VENDOR_LIST)
        assert column(messy.html(tmp_path / "a.html", body, declared, encoding)) == NAMES

    def test_unclosed_tags_nested_layout_and_menus_are_seen_through(self, tmp_path):
        body = (
            "<table><tr><td><table><tr><td>首页<td>政策<td>服务</table></td></tr><tr><td><h2>名单</h2>"
            "<table><tr><th>企业<br>名称<th>地市<th>简介<tr><td>甲公司<td>广州<td>a<tr><td>乙公司<td>深圳<td>b"
            "</table></td></tr></table>"
        )
        [(sheet, found)] = tables(messy.html(tmp_path / "a.html", body))
        assert (sheet.title, sheet.headings) == ("名单", ("企业名称", "地市", "简介"))
        assert [row.values["企业名称"] for row in found] == ["甲公司", "乙公司"]

    def test_a_table_inside_a_cell_does_not_hide_the_table_around_it(self, tmp_path):
        inner = "<table><tr><td>软件</td></tr></table>"
        body = messy.html_table([["企业名称", "地市", "主营业务"], ["甲公司", "广州", inner]])
        [row] = rows(messy.html(tmp_path / "a.html", body))
        assert row.values["主营业务"] == "软件"

    def test_each_table_with_a_header_is_a_sheet(self, tmp_path):
        body = "".join(
            f"<h3>{title}</h3>" + messy.html_table(messy.VENDOR_LIST)
            for title in ("平台商", "服务商")
        )
        found = tables(messy.html(tmp_path / "a.html", body))
        assert [(sheet.name, sheet.title, len(rows)) for sheet, rows in found] == [
            ("1", "平台商", 3),
            ("2", "服务商", 3),
        ]

    def test_rowspan_and_colspan_carry_like_merged_cells(self, tmp_path):
        body = (
            "<table><caption>名单</caption>"
            "<tr><th rowspan=2>企业名称<th colspan=2>联系方式<th rowspan=2>地市"
            "<tr><th>联系人<th>电话"
            "<tr><td>甲公司<td>张<td>1<td rowspan=0>广州"
            "<tr><td>乙公司<td colspan=2>李<td hidden>x</table>"
        )
        [(sheet, found)] = tables(messy.html(tmp_path / "a.html", body))
        assert sheet.title == "名单"
        assert sheet.headings[:4] == ("企业名称", "联系方式/联系人", "联系方式/电话", "地市")
        assert [row.values["地市"] for row in found] == ["广州", "广州"]
        assert found[1].values["联系方式/联系人"] == "李"
        assert found[1].values["联系方式/电话"] == ""

    def test_a_cell_that_reaches_down_past_missing_cells_keeps_its_column(self, tmp_path):
        body = (
            "<table><tr><th>企业名称<th>主营业务<th>地市"
            "<tr><td>甲<td>软件<td rowspan=2>广州<tr><td>乙"
            "<tr><td colspan=x>丙<td colspan=0>硬件<td>深圳</table>"
        )
        found = [list(row.values.values()) for row in rows(messy.html(tmp_path / "a.html", body))]
        assert found == [["甲", "软件", "广州"], ["乙", "", "广州"], ["丙", "硬件", "深圳"]]

    def test_source_line_breaks_are_no_spaces_and_br_is_a_line_break(self, tmp_path):
        body = messy.html_table(
            [
                ["企业名称", "简介", "地市"],
                ["广东美\n  云公司", "<b>MES</b> 系统<br>ERP<script>x</script>", "广州"],
            ]
        )
        [row] = rows(messy.html(tmp_path / "a.html", body))
        assert list(row.values.values()) == ["广东美云公司", "MES 系统\nERP", "广州"]


class TestPdf:
    headings = ("序号", "企业名称", "地市", "简介")

    def test_header_rows_repeated_on_each_page_count_once(self, tmp_path):
        def page(start):
            def draw(page):
                page.write("供应商名单")
                page.row(self.headings)
                for number in (start, start + 1):
                    page.row((str(number), f"公司{number}", "广州\n市", "软件"))
                page.write(f"第 {start} 页")

            return draw

        [(sheet, found)] = tables(messy.pdf(tmp_path / "a.pdf", page(1), page(3)))
        assert (sheet.title, sheet.headings) == ("供应商名单", self.headings)
        assert [row.values["序号"] for row in found] == ["1", "2", "3", "4"]
        assert [row.where for row in found] == ["1.2", "1.3", "2.2", "2.3"]
        assert found[0].values["地市"] == "广州市"

    def test_a_row_left_open_goes_on_even_over_a_page_of_its_own(self, tmp_path):
        def first(page):
            page.row(self.headings)
            page.row(("1", "广东美云", "佛山", "软"), opened=True)

        def second(page):
            page.row(("", "智数科技", "", "件和\n硬"), opened=True)

        def third(page):
            page.row(self.headings)
            page.row(("", "有限公司", "", "件"))
            page.row(("2", "乙公司", "深圳", "集成"))

        found = rows(messy.pdf(tmp_path / "a.pdf", first, second, third))
        assert [list(row.values.values()) for row in found] == [
            ["1", "广东美云智数科技有限公司", "佛山", "软件和硬件"],
            ["2", "乙公司", "深圳", "集成"],
        ]

    def test_an_open_row_followed_by_the_next_number_is_complete(self, tmp_path):
        def first(page):
            page.row(self.headings)
            page.row(("1", "甲公司", "佛山", "软件"), opened=True)

        def second(page):
            page.row(("2", "乙公司", "深圳", "硬件"))

        assert column(messy.pdf(tmp_path / "a.pdf", first, second)) == ["甲公司", "乙公司"]

    def test_a_closed_row_whose_rest_is_mostly_empty_goes_on(self, tmp_path):
        def first(page):
            page.row(self.headings)
            page.row(("1", "甲公司", "佛山", "工业软"))

        def second(page):
            page.row(("", "", "", "件"))
            page.row(("2", "乙公司", "深圳", "硬件"))

        assert column(messy.pdf(tmp_path / "a.pdf", first, second), "简介") == ["工业软件", "硬件"]

    def test_a_table_with_other_columns_is_another_sheet(self, tmp_path):
        def first(page):
            page.write("供应商名单")
            page.row(self.headings)
            page.row(("1", "甲公司", "佛山", "软件"))
            page.write("注：排名不分先后")
            page.write("培训安排")
            page.row(("培训名称", "时间", "地点"))
            page.row(("班", "2024", "广州"))

        found = tables(messy.pdf(tmp_path / "a.pdf", first))
        assert [(sheet.name, sheet.title, len(rows)) for sheet, rows in found] == [
            ("1", "供应商名单", 1),
            ("2", "培训安排", 1),
        ]

    def test_cells_merged_downwards_and_sideways_count_as_in_a_workbook(self, tmp_path):
        def draw(page):
            canvas, left, top, height, width = page.canvas, 20, 500, 20, 70
            for down, cells in enumerate(
                [
                    ("企业名称", "联系方式", "", "地市"),
                    ("", "联系人", "电话", ""),
                    ("甲公司", "张三", "020", "广州"),
                    ("乙公司", "李四", "0755", ""),
                ]
            ):
                for at, words in enumerate(cells):
                    canvas.drawString(left + at * width + 3, top - (down + 1) * height + 6, words)
            right, bottom = left + 4 * width, top - 4 * height
            for at in (0, 1, 3, 4):
                canvas.line(left + at * width, top, left + at * width, bottom)
            canvas.line(left + 2 * width, top - height, left + 2 * width, bottom)
            for down in (0, 2, 4):
                canvas.line(left, top - down * height, right, top - down * height)
            canvas.line(left + width, top - height, left + 3 * width, top - height)
            canvas.line(left, top - 3 * height, left + 3 * width, top - 3 * height)

        [(sheet, found)] = tables(messy.pdf(tmp_path / "a.pdf", draw))
        assert sheet.headings == ("企业名称", "联系方式/联系人", "联系方式/电话", "地市")
        assert [row.values["企业名称"] for row in found] == ["甲公司", "乙公司"]
        assert [row.values["地市"] for row in found] == ["广州", "广州"]

    def test_a_scan_says_that_it_has_no_text(self, tmp_path):
        path = messy.pdf(tmp_path / "a.pdf", lambda page: page.canvas.rect(10, 10, 100, 100))
        assert "no text" in refusal(path)

    def test_a_pdf_with_a_password_says_so(self, tmp_path):
        path = messy.pdf(tmp_path / "a.pdf", lambda page: page.write("x"), password="secret")
        assert "encrypted" in refusal(path)

    def test_a_broken_pdf_is_said_to_be_damaged(self, tmp_path):
        path = tmp_path / "a.pdf"
        path.write_bytes(b"%PDF-1.4\n%nothing else")
        assert "damaged" in refusal(path)

    def test_a_pdf_without_ruled_tables_holds_no_table(self, tmp_path):
        assert "no table" in refusal(messy.pdf(tmp_path / "a.pdf", lambda page: page.write("通知")))

    def test_a_pdf_with_too_many_pages_is_refused(self, tmp_path):
        path = messy.pdf(tmp_path / "a.pdf", *[lambda page: page.write("x")] * 3)
        assert "2 pages" in refusal(path, Limits(pages=2))


def test_a_reading_is_an_iterator_over_its_sheets(tmp_path):
    path = tmp_path / "供应商.xlsx"
    shutil.copy(SAMPLES / "供应商汇总表.xlsx", path)
    reading = read(path)
    assert isinstance(reading, Reading)
    assert next(reading).context == (
        "工业互联网产业生态供给资源池 供应商信息汇总表（平台商） 平台商 供应商.xlsx"
    )
