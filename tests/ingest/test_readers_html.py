"""Tables of web pages are found among layout tables, in whatever charset."""

import pytest

from tests.ingest import messy
from tests.ingest.reading import NAMES, column, rows, tables


@pytest.mark.parametrize("declared", ["gb2312", "gbk", "gb18030", "utf-8"])
def test_the_declared_charset_is_decoded_first(tmp_path, declared):
    encoding = "gb18030" if declared == "gb2312" else declared
    lines = [messy.VENDOR_HEADINGS, [1, "深圳镕合公司", "", "深圳", "〇〇"]]
    path = messy.html(tmp_path / "a.html", messy.html_table(lines), declared, encoding)
    assert column(path) == ["深圳镕合公司"]


def test_declared_big5_is_believed(tmp_path):
    lines = [["name", "單位", "簡介"], ["臺灣精機", "甲", "工具機"]]
    path = messy.html(tmp_path / "a.html", messy.html_table(lines), "big5")
    assert column(path, "name") == ["臺灣精機"]


@pytest.mark.parametrize(
    ("declared", "encoding"), [("gb2312", "utf-8"), ("utf-8", "gb18030"), ("nonsense", "gbk")]
)
def test_a_wrong_declaration_does_no_harm(tmp_path, declared, encoding):
    body = messy.html_table(messy.VENDOR_LIST)
    assert column(messy.html(tmp_path / "a.html", body, declared, encoding)) == NAMES


def test_unclosed_tags_nested_layout_and_menus_are_seen_through(tmp_path):
    body = (
        "<table><tr><td><table><tr><td>首页<td>政策<td>服务</table></td></tr><tr><td><h2>名单</h2>"
        "<table><tr><th>企业<br>名称<th>地市<th>简介<tr><td>甲公司<td>广州<td>a<tr><td>乙公司<td>深圳<td>b"
        "</table></td></tr></table>"
    )
    [(sheet, found)] = tables(messy.html(tmp_path / "a.html", body))
    assert (sheet.title, sheet.headings) == ("名单", ("企业名称", "地市", "简介"))
    assert [row.values["企业名称"] for row in found] == ["甲公司", "乙公司"]


def test_a_table_inside_a_cell_does_not_hide_the_table_around_it(tmp_path):
    inner = "<table><tr><td>软件</td></tr></table>"
    body = messy.html_table([["企业名称", "地市", "主营业务"], ["甲公司", "广州", inner]])
    [row] = rows(messy.html(tmp_path / "a.html", body))
    assert row.values["主营业务"] == "软件"


def test_each_table_with_a_header_is_a_sheet(tmp_path):
    body = "".join(
        f"<h3>{title}</h3>" + messy.html_table(messy.VENDOR_LIST) for title in ("平台商", "服务商")
    )
    found = tables(messy.html(tmp_path / "a.html", body))
    assert [(sheet.name, sheet.title, len(rows)) for sheet, rows in found] == [
        ("1", "平台商", 3),
        ("2", "服务商", 3),
    ]


def test_rowspan_and_colspan_carry_like_merged_cells(tmp_path):
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


def test_a_cell_that_reaches_down_past_missing_cells_keeps_its_column(tmp_path):
    body = (
        "<table><tr><th>企业名称<th>主营业务<th>地市"
        "<tr><td>甲<td>软件<td rowspan=2>广州<tr><td>乙"
        "<tr><td colspan=x>丙<td colspan=0>硬件<td>深圳</table>"
    )
    found = [list(row.values.values()) for row in rows(messy.html(tmp_path / "a.html", body))]
    assert found == [["甲", "软件", "广州"], ["乙", "", "广州"], ["丙", "硬件", "深圳"]]


def test_source_line_breaks_are_no_spaces_and_br_is_a_line_break(tmp_path):
    body = messy.html_table(
        [
            ["企业名称", "简介", "地市"],
            ["广东美\n  云公司", "<b>MES</b> 系统<br>ERP<script>x</script>", "广州"],
        ]
    )
    [row] = rows(messy.html(tmp_path / "a.html", body))
    assert list(row.values.values()) == ["广东美云公司", "MES 系统\nERP", "广州"]
