import pytest

from ingest.normalise.money import read_price
from ingest.normalise.numerals import chinese_number, with_arabic


@pytest.mark.parametrize(
    ("text", "yuan", "model"),
    [
        ("20万", 200_000, None),
        ("20万元", 200_000, None),
        ("¥125,000", 125_000, None),
        ("￥２０００", 2_000, None),
        ("125000", 125_000, None),
        ("5000元/台/年", 5_000, "subscription"),
        ("3万元/套", 30_000, "licence"),
        ("0.5元/次", 0.5, "usage"),
        ("项目制 50万元起", 500_000, "project"),
        ("8-10万", 80_000, None),
        ("8千-1万", 8_000, None),
        ("5000-8000元", 5_000, None),
        ("二十万", 200_000, None),
        ("两万五千元", 25_000, None),
        ("1.5亿元", 150_000_000, None),
        ("10点以内5000元/年", 5_000, "subscription"),
        ("免费试用，3000元/年", 3_000, "subscription"),
        ("0元", 0, "free"),
        ("免费", 0, "free"),
        ("面议", None, "negotiable"),
        ("按项目报价", None, "project"),
        ("", None, None),
        ("—", None, None),
    ],
)
def test_a_price_becomes_fen_and_a_price_model(text, yuan, model):
    read = read_price(text)
    assert read.fen == (None if yuan is None else yuan * 100)
    assert (read.model, read.reason) == (model, None)


def test_the_text_of_a_price_is_kept():
    assert read_price("8-10万元/年").text == "8-10万元/年"


def test_a_foreign_price_is_reported_and_not_converted():
    read = read_price("5000美元/年")
    assert (read.fen, read.model) == (None, "subscription")
    assert "not in yuan" in read.reason


@pytest.mark.parametrize("text", ["待定", "10KW", "2个月", "-5元"])
def test_what_names_no_price_is_reported(text):
    assert "names no price" in read_price(text).reason


def test_chinese_numerals_are_read():
    assert chinese_number("一百二十万三千") == 1_203_000
    assert chinese_number("二〇二四") == 2024
    assert chinese_number("十五") == 15
    assert chinese_number("万") is None
    assert chinese_number("三台") is None
    assert with_arabic("20万至三十万") == "20万至300000"
