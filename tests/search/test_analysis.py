"""What becomes of a text before it is compared: folding, tokens, pinyin, marked words."""

import pytest

from search.analysis import (
    highlight,
    highlights,
    initials,
    match_tokens,
    normalise,
    pinyin,
    syllables,
    tokens,
)


@pytest.mark.parametrize(
    ("typed", "folded"),
    [
        ("ＰＣＢ　ＡＯＩ质检", "pcb aoi质检"),
        ("空壓機節能", "空压机节能"),
        ("  設備\t聯網 \n", "设备 联网"),
        ("ＲＳ－４８５", "rs-485"),
        ("①㎡", "1m2"),
        ("", ""),
    ],
)
def test_width_case_script_and_spaces_do_not_matter(typed: str, folded: str) -> None:
    assert normalise(typed) == folded


def test_chinese_gives_characters_and_pairs_and_latin_gives_words() -> None:
    assert tokens("PCB AOI质检") == ["pcb", "aoi", "质", "质检", "检"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("RS-485", {"rs485", "rs", "485"}),
        ("RS485", {"rs485", "rs", "485"}),
        ("GC-WMS-GJS", {"gcwmsgjs", "gc", "wms", "gjs"}),
        ("5G", {"5g"}),
        ("C#", {"c#"}),
        ("C++", {"c++"}),
        ("3.5吨", {"3.5", "吨"}),
        ("Node.js", {"nodejs", "node", "js"}),
        ("MES/ERP", {"mes", "erp"}),
        ("I/O", {"i", "o"}),
        ("锂电X光", {"锂", "锂电", "电", "x", "x光", "光"}),
        ("EL图", {"el", "图"}),
    ],
)
def test_a_code_is_found_whole_and_by_its_parts(text: str, expected: set[str]) -> None:
    assert set(tokens(text)) == expected


def test_a_token_is_repeated_as_often_as_it_occurs() -> None:
    assert tokens("停机 停机").count("停机") == 2


def test_a_letter_inside_a_word_does_not_join_the_chinese_behind_it() -> None:
    assert "x光" not in tokens("linux光盘")


def test_fillers_of_a_question_decide_nothing_and_build_no_pairs() -> None:
    decisive = match_tokens("我们厂注塑机经常半夜停机没人知道")
    assert {"注塑", "塑机", "半夜", "停机"} <= set(decisive)
    assert not {"我们", "厂注", "经常", "机经", "常半"} & set(decisive)


def test_common_words_of_listings_decide_only_when_nothing_else_is_asked() -> None:
    assert match_tokens("设备管理系统") == ["设备"]
    assert "系统" in match_tokens("管理系统")


def test_a_question_of_fillers_alone_still_asks_something() -> None:
    assert match_tokens("怎么") == ["怎么"]


def test_a_single_character_is_kept_only_when_it_is_the_whole_query() -> None:
    assert match_tokens("锅") == ["锅"]
    assert "泵" not in match_tokens("泵 阀门")


def test_each_deciding_token_comes_once() -> None:
    assert match_tokens("停机，停机") == ["停机"]


def test_nothing_asked_decides_nothing() -> None:
    assert match_tokens(" ，。") == []


def test_matched_words_are_marked_in_the_text_as_written() -> None:
    marked = highlight("ＲＳ－４８５ 空壓機節能", ["rs485", "空压", "压机"])
    assert marked == [("ＲＳ－４８５", True), (" ", False), ("空壓機", True), ("節能", False)]


def test_a_latin_word_is_not_marked_inside_another() -> None:
    assert highlight("maintain AI", ["ai"]) == [("maintain ", False), ("AI", True)]


def test_single_characters_are_marked_only_when_nothing_longer_matched() -> None:
    assert highlight("设备与备件", ["设备", "备"]) == [("设备", True), ("与备件", False)]
    assert highlight("备件", ["备"]) == [("备", True), ("件", False)]


def test_marking_loses_no_character() -> None:
    text = "①㎡  ﬁ 設備"
    assert "".join(segment for segment, _ in highlight(text, ["设备"])) == text
    assert highlight("", ["设备"]) == []


def test_texts_marked_together_are_marked_as_each_alone():
    texts = ["机床设", "备件ＲＳ－４８５", "", "㎏ T恤 rs", "485 plc"]
    wanted = ["设备", "rs485", "t恤", "485", "备件"]
    assert highlights(texts, wanted) == [highlight(text, wanted) for text in texts]
    assert highlights(texts, wanted)[0] == [("机床设", False)]


@pytest.mark.parametrize(
    ("text", "said", "first_letters"),
    [
        ("注塑机", "zhusuji", "zsj"),
        ("PCB检测", "pcbjiance", "pcbjc"),
        ("东莞市长安镇", "dongguanshichanganzhen", "dgscaz"),
        ("厚街", "houjie", "hj"),
        ("重庆", "chongqing", "cq"),
        ("ＭＥＳ", "mes", "mes"),
    ],
)
def test_names_are_spelt_as_people_say_them(text: str, said: str, first_letters: str) -> None:
    assert pinyin(text) == said
    assert initials(text) == first_letters


def test_syllables_are_one_for_each_character() -> None:
    assert syllables("质检 3.5 AOI") == ["zhi", "jian", "3", "5", "aoi"]
