"""Mistakes of sound are put right; what is right stays."""

import csv
from pathlib import Path

import pytest

from search.correction import Corrector
from search.vocabulary import Vocabulary

SAMPLES = Path(__file__).parents[2] / "ingest" / "samples"


@pytest.fixture(scope="module")
def corrector(vocabulary: Vocabulary) -> Corrector:
    return Corrector(vocabulary, ["树根互联", "COSMOPlat"])


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("注诉机", "注塑机"),
        ("质捡", "质检"),
        ("质捡设备", "质检设备"),
        ("能号管理", "能耗管理"),
        ("生产之行", "生产执行"),
        ("预侧性维护", "预测性维护"),
        ("数控机创 联网", "数控机床 联网"),
        ("我们厂的注诉机经常半夜停机没人知道", "我们厂的注塑机经常半夜停机没人知道"),
        ("zhusuji", "注塑机"),
        ("ZhuSuJi", "注塑机"),
        ("zhu su ji 停机", "注塑机 停机"),
        ("shebeilianwang", "设备联网"),
        ("zhusujilianwang", "注塑机联网"),
        ("shugenhulian", "树根互联"),
        ("㎡ ＺＨＵＳＵＪＩ", "㎡ 注塑机"),
    ],
)
def test_what_only_sounds_like_a_term_becomes_the_term(
    corrector: Corrector, typed: str, meant: str
) -> None:
    correction = corrector.correct(typed)
    assert correction is not None
    assert correction.text == meant


def test_a_southern_ear_is_forgiven_one_character(corrector: Corrector) -> None:
    correction = corrector.correct("预测心维护")  # xin for xing
    assert correction is not None
    assert correction.changes == (("预测心维护", "预测性维护"),)


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "注塑机",
        "空壓機節能",
        "包工",
        "设备连网",
        "MES",
        "machine vision",
        "energy management system",
        "china",
        "办公室",
        "COSMOPlat",
        "树根互联",
        "PLC-zhusuji2",
        "https://zhusuji.com/pingtai/view",
        "老旧设备不兼容",
        "同一个产品换个师傅调机就不一样",
        "黑湖智造",
        "abcdefgh",
    ],
)
def test_what_a_dictionary_knows_stays(corrector: Corrector, typed: str) -> None:
    assert corrector.correct(typed) is None


def test_it_is_said_what_was_replaced(corrector: Corrector) -> None:
    correction = corrector.correct("东莞 質撿 zhusuji")
    assert correction is not None
    assert correction.text == "东莞 质检 注塑机"
    assert correction.changes == (("質撿", "质检"), ("zhusuji", "注塑机"))


def test_the_names_and_texts_of_real_lists_are_left_alone(corrector: Corrector) -> None:
    text = (SAMPLES / "解决方案清单.csv").read_text("gb18030")
    cells = {cell for row in csv.DictReader(text.splitlines()) for cell in row.values()}
    assert [cell for cell in cells if corrector.correct(cell)] == []


def test_no_complaint_of_the_vocabulary_is_corrected(
    corrector: Corrector, vocabulary: Vocabulary
) -> None:
    phrases = (phrase.text for s in vocabulary.scenarios.values() for phrase in s.phrases)
    assert [phrase for phrase in phrases if corrector.correct(phrase)] == []


def test_initials_and_beginnings_of_pinyin_are_suggested(corrector: Corrector) -> None:
    assert "注塑机" in corrector.suggestions("zsj")
    assert "注塑机" in corrector.suggestions("zhu su")
    assert corrector.suggestions("sghl") == ("树根互联",)
    assert len(corrector.suggestions("zh", limit=3)) == 3


@pytest.mark.parametrize("typed", ["z", "注塑", ""])
def test_nothing_is_suggested_for_one_letter_or_for_chinese(
    corrector: Corrector, typed: str
) -> None:
    assert corrector.suggestions(typed) == ()
