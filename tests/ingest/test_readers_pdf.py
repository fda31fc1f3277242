"""Ruled tables of a PDF are one list, however its pages cut them."""

from ingest.readers import Limits
from tests.ingest import messy
from tests.ingest.reading import column, refusal, rows, tables

HEADINGS = ("序号", "企业名称", "地市", "简介")


def test_header_rows_repeated_on_each_page_count_once(tmp_path):
    def page(start):
        def draw(page):
            page.write("供应商名单")
            page.row(HEADINGS)
            for number in (start, start + 1):
                page.row((str(number), f"公司{number}", "广州\n市", "软件"))
            page.write(f"第 {start} 页")

        return draw

    [(sheet, found)] = tables(messy.pdf(tmp_path / "a.pdf", page(1), page(3)))
    assert (sheet.title, sheet.headings) == ("供应商名单", HEADINGS)
    assert [row.values["序号"] for row in found] == ["1", "2", "3", "4"]
    assert [row.where for row in found] == ["1.2", "1.3", "2.2", "2.3"]
    assert found[0].values["地市"] == "广州市"


def test_a_row_left_open_goes_on_even_over_a_page_of_its_own(tmp_path):
    def first(page):
        page.row(HEADINGS)
        page.row(("1", "广东美云", "佛山", "软"), opened=True)

    def second(page):
        page.row(("", "智数科技", "", "件和\n硬"), opened=True)

    def third(page):
        page.row(HEADINGS)
        page.row(("", "有限公司", "", "件"))
        page.row(("2", "乙公司", "深圳", "集成"))

    found = rows(messy.pdf(tmp_path / "a.pdf", first, second, third))
    assert [list(row.values.values()) for row in found] == [
        ["1", "广东美云智数科技有限公司", "佛山", "软件和硬件"],
        ["2", "乙公司", "深圳", "集成"],
    ]


def test_an_open_row_followed_by_the_next_number_is_complete(tmp_path):
    def first(page):
        page.row(HEADINGS)
        page.row(("1", "甲公司", "佛山", "软件"), opened=True)

    def second(page):
        page.row(("2", "乙公司", "深圳", "硬件"))

    assert column(messy.pdf(tmp_path / "a.pdf", first, second)) == ["甲公司", "乙公司"]


def test_a_closed_row_whose_rest_is_mostly_empty_goes_on(tmp_path):
    def first(page):
        page.row(HEADINGS)
        page.row(("1", "甲公司", "佛山", "工业软"))

    def second(page):
        page.row(("", "", "", "件"))
        page.row(("2", "乙公司", "深圳", "硬件"))

    assert column(messy.pdf(tmp_path / "a.pdf", first, second), "简介") == ["工业软件", "硬件"]


def test_a_table_with_other_columns_is_another_sheet(tmp_path):
    def first(page):
        page.write("供应商名单")
        page.row(HEADINGS)
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


def test_cells_merged_downwards_and_sideways_count_as_in_a_workbook(tmp_path):
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


def test_a_scan_says_that_it_has_no_text(tmp_path):
    path = messy.pdf(tmp_path / "a.pdf", lambda page: page.canvas.rect(10, 10, 100, 100))
    assert "no text" in refusal(path)


def test_a_pdf_with_a_password_says_so(tmp_path):
    path = messy.pdf(tmp_path / "a.pdf", lambda page: page.write("x"), password="secret")
    assert "encrypted" in refusal(path)


def test_a_broken_pdf_is_said_to_be_damaged(tmp_path):
    path = tmp_path / "a.pdf"
    path.write_bytes(b"%PDF-1.4\n%nothing else")
    assert "damaged" in refusal(path)


def test_a_pdf_without_ruled_tables_holds_no_table(tmp_path):
    assert "no table" in refusal(messy.pdf(tmp_path / "a.pdf", lambda page: page.write("通知")))


def test_a_pdf_with_too_many_pages_is_refused(tmp_path):
    path = messy.pdf(tmp_path / "a.pdf", *[lambda page: page.write("x")] * 3)
    assert "2 pages" in refusal(path, Limits(pages=2))
