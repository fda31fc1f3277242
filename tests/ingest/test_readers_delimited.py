"""CSV and TSV are read in every encoding that Chinese lists come in."""

import pytest

from ingest.readers import read
from tests.ingest import messy
from tests.ingest.reading import NAMES, column, refusal, rows, tables


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16", "utf-16-le", "utf-16-be"]
)
def test_every_encoding_gives_the_same_rows(tmp_path, encoding):
    assert column(messy.csv(tmp_path / "a.csv", messy.VENDOR_LIST, encoding)) == NAMES


def test_big5_is_read_when_a_person_says_so(tmp_path):
    lines = [["單位名稱", "網址", "簡介"], ["臺灣精機", "https://example.com", "工具機"]]
    path = messy.csv(tmp_path / "a.csv", lines, "big5")
    [row] = rows(path, encoding="big5")
    assert list(row.values.values()) == lines[1]


def test_the_wrong_encoding_said_by_a_person_is_refused(tmp_path):
    path = messy.csv(tmp_path / "a.csv", messy.VENDOR_LIST, "gb18030")
    assert "utf-8" in refusal(path, encoding="utf-8")
    assert "klingon" in refusal(path, encoding="klingon")


def test_four_byte_characters_of_gb18030_survive(tmp_path):
    lines = [["企业名称", "主营业务"], ["𠮷野有限公司", "㐂㐂"]]
    path = messy.csv(tmp_path / "a.csv", lines, "gb18030")
    assert column(path) == ["𠮷野有限公司"]


def test_the_word_unicom_in_gb_is_not_taken_for_utf_8(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes("name,website,联通\n联通,,联通\n".encode("gb18030"))
    [(sheet, found)] = tables(path)
    assert sheet.encoding == "gb18030"
    assert found[0].values["name"] == "联通"


def test_what_cannot_be_decoded_is_counted(tmp_path):
    path = messy.csv(tmp_path / "a.csv", messy.VENDOR_LIST)
    path.write_bytes(path.read_bytes() + b"4,\xff\xfe\xff,x,y,z\r\n")
    [(sheet, found)] = tables(path)
    assert sheet.encoding == "utf-8"
    assert [problem.values for problem in sheet.problems] == [{"count": 3}]
    assert len(found) == 4


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|", "，"])
def test_the_delimiter_is_found(tmp_path, delimiter):
    path = messy.csv(tmp_path / "a.csv", messy.VENDOR_LIST, delimiter=delimiter)
    assert column(path) == NAMES


def test_quotes_keep_delimiters_and_line_breaks_and_rows_keep_their_line(tmp_path):
    content = '企业名称,简介,地市\n甲,"一,二\n""三""",广州\n乙,四,深圳\n'
    found = rows(messy.text(tmp_path / "a.csv", content))
    assert found[0].values["简介"] == '一,二\n"三"'
    assert [row.number for row in found] == [2, 4]


def test_nul_bytes_and_unseen_characters_go(tmp_path):
    content = "企业名称,地市\n\ufeff甲\0公\u200b司\u00a0,\u3000广州\n"
    [row] = rows(messy.text(tmp_path / "a.csv", content))
    assert list(row.values.values()) == ["甲公司", "广州"]


def test_a_quotation_mark_that_is_never_closed_costs_no_row(tmp_path):
    content = '企业名称,地市\n甲,广州\n"乙,深圳\n' + "丙,佛山\n" * 20_000
    found = rows(messy.text(tmp_path / "a.csv", content))
    assert len(found) == 20_002
    assert found[1].values == {"企业名称": "乙", "地市": "深圳"}
    assert [row.number for row in found if row.problems] == [3]


def test_a_quotation_mark_that_swallows_lines_up_to_the_next_one_costs_no_row(tmp_path):
    content = "企业名称,地市,简介\n" + '"甲,广州,x\n' + "乙,深圳,y\n" * 5 + '丙,佛山,"z"\n'
    found = rows(messy.text(tmp_path / "a.csv", content))
    assert [row.values["企业名称"] for row in found] == ["甲", *["乙"] * 5, "丙"]
    assert [row.number for row in found if row.problems] == [2]


@pytest.mark.parametrize(("tail", "names"), [("", []), ('丁,"珠海"\n', ["丁"])])
def test_a_quotation_mark_that_swallows_one_row_costs_none(tmp_path, tail, names):
    content = '企业名称,地市\n甲,广州\n"乙,深圳\n丙,佛山\n' + tail
    found = rows(messy.text(tmp_path / "a.csv", content))
    assert [row.values["企业名称"] for row in found] == ["甲", "乙", "丙", *names]


def test_a_stray_mark_in_the_last_row_is_left_out(tmp_path):
    found = rows(messy.text(tmp_path / "a.csv", '企业名称,地市\n甲,广州\n"乙,深圳'))
    assert found[-1].values == {"企业名称": "乙", "地市": "深圳"}
    assert found[-1].problems


def test_a_cell_may_hold_many_lines_with_commas(tmp_path):
    content = '企业名称,地市,简介\n甲,广州,"一,\n二,\n三,\n四,五\n六"\n'
    assert len(rows(messy.text(tmp_path / "a.csv", content))) == 1


def test_rows_come_before_the_file_has_been_read_to_its_end(tmp_path):
    content = "企业名称,地市\n" + "甲,广州\n" * 1000 + '"never closed' + "x" * 200_000
    sheet = next(read(messy.text(tmp_path / "a.csv", content)))
    assert next(sheet.rows).values == {"企业名称": "甲", "地市": "广州"}


def test_a_code_in_scientific_notation_is_reported_in_text_too(tmp_path):
    lines = [["企业名称", "信用代码"], ["甲公司", "9.14403E+17"]]
    [row] = rows(messy.csv(tmp_path / "a.csv", lines))
    assert [problem.value for problem in row.problems] == ["9.14403E+17"]
