"""Text of cells is cleaned and unwrapped without changing what it says."""

import pytest

from ingest.text import clean, join_lines
from ingest.values import LOST_DIGITS, check_value


@pytest.mark.parametrize(
    ("raw", "meant"),
    [
        (" 华为\u3000技术\u00a0\u00a0有限公司\u3000", "华为 技术 有限公司"),
        ("a\r\nb\rc\n\n d ", "a\nb\nc\nd"),
        ("\ufeff甲\u200b公\u00ad司\x00", "甲公司"),
        ("⼯业互联⽹·⻘岛市⺠⻋⻓⻰", "工业互联网·青岛市民车长龙"),
        ("（保留）全角，ＡＢＣ", "（保留）全角，ＡＢＣ"),
        ("two  spaces", "two spaces"),
        ("", ""),
    ],
)
def test_what_cannot_be_seen_goes_and_everything_else_stays(raw, meant):
    assert clean(raw) == meant


@pytest.mark.parametrize(
    ("wrapped", "meant"),
    [
        ("广东美云智\n数科技", "广东美云智数科技"),
        ("工业\nAPP\n大赛", "工业APP大赛"),
        ("digital\ntwin", "digital twin"),
        ("2023-\n12-15", "2023-12-15"),
        ("13800\n138000", "13800138000"),
        ("91440300MA5\nFKQ2X3C", "91440300MA5FKQ2X3C"),
        ("ERP\nMES", "ERP MES"),
        ("https://example.com/a\nb.html", "https://example.com/ab.html"),
        ("见 https://example.com/\nb 页", "见 https://example.com/b 页"),
    ],
)
def test_wrapped_lines_join_as_they_were_written(wrapped, meant):
    assert join_lines(wrapped) == meant


@pytest.mark.parametrize("text", ["9.14403007084611E+17", "9.14E+17", "1.2e+20"])
def test_numbers_in_scientific_notation_have_lost_digits(text):
    value, problem = check_value("信用代码", text)
    assert value == text
    assert problem is not None
    assert problem.reason == LOST_DIGITS


@pytest.mark.parametrize(
    ("heading", "text", "meant"),
    [
        ("发布日期", "45352", "2024-03-01"),
        ("活动时间", "45352.5", "2024-03-01"),
        ("发布日期", "2024", "2024"),
        ("发布日期", "20240301", "20240301"),
        ("注册资本", "45352", "45352"),
        ("型号", "3E8", "3E8"),
    ],
)
def test_serial_numbers_are_dates_only_under_a_heading_for_dates(heading, text, meant):
    assert check_value(heading, text) == (meant, None)
