"""What a question asks for, and what is said beside it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from search.budget import budgets_in
from search.understanding import Reader, Understanding, understand
from search.vocabulary import Vocabulary, load_vocabulary


def chips(understanding: Understanding) -> set[tuple[str, str]]:
    return {(chip.facet, chip.code) for chip in understanding.chips}


def test_a_long_question_says_what_where_and_for_how_much(vocabulary: Vocabulary) -> None:
    question = "我们厂注塑机经常半夜停机没人知道，想在手机上看到，东莞，预算二十万"
    read = understand(question, vocabulary)
    assert chips(read) == {
        ("industry", "C29"),
        ("scenario", "equipment-connectivity"),
        ("city", "441900"),
        ("max_price", "200000"),
    }
    assert read.core == "注塑机经常半夜停机没人知道，想在手机上看到"
    assert {"啤机", "宕机", "手机端"} <= set(read.synonyms)
    assert read.corrected is None


def test_a_chip_stands_where_it_was_said(vocabulary: Vocabulary) -> None:
    question = "①東莞　ＭＥＳ　≤２０万元"
    for chip in understand(question, vocabulary).chips:
        assert question[chip.start : chip.end] == chip.said


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("空壓機節能", {("scenario", "energy-management")}),
        ("PCB AOI质检", {("industry", "C39"), ("scenario", "quality-inspection")}),
        ("ＭＥＳ", {("scenario", "manufacturing-execution")}),
        (
            "energy management in Dongguan under 200000 yuan",
            {("scenario", "energy-management"), ("city", "441900"), ("max_price", "200000")},
        ),
        (
            "深圳宝安电子厂 按年付费 设备点检",
            {
                ("city", "440300"),
                ("industry", "C39"),
                ("price_model", "subscription"),
                ("scenario", "equipment-management"),
            },
        ),
        (
            "找东莞的平台商做设备联网",
            {
                ("city", "441900"),
                ("vendor_kind", "platform"),
                ("scenario", "equipment-connectivity"),
            },
        ),
        ("本地部署的系统集成商", {("deployment", "on_premises"), ("vendor_kind", "service")}),
        ("云边协同", {("deployment", "hybrid")}),
        ("食品企业", {("industry", "C13"), ("industry", "C14")}),
    ],
)
def test_filters_said_in_words_are_recognised(
    vocabulary: Vocabulary, question: str, expected: set[tuple[str, str]]
) -> None:
    assert chips(understand(question, vocabulary)) == expected


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("不想上云", {("deployment", "on_premises")}),
        ("不想把数据上云", {("deployment", "on_premises")}),
        ("数据不出厂", {("deployment", "on_premises")}),
        ("不要私有云", set()),
        ("不要ERP", set()),
        ("除了广州", set()),
        ("广州以外", set()),
        ("不在深圳", set()),
        ("非陶瓷行业", set()),
        ("不要平台商", set()),
        ("without ERP", set()),
    ],
)
def test_what_is_refused_is_not_offered(
    vocabulary: Vocabulary, question: str, expected: set[tuple[str, str]]
) -> None:
    offered = {c for c in chips(understand(question, vocabulary)) if c[1] != "cloud-resources"}
    assert offered == expected


@pytest.mark.parametrize(
    "question",
    [
        "免费试用",
        "想在手机上看到",
        "树根互联",
        "中山大学",
        "战略性新兴产业",
        "上海宝信",
        "材料",
        "通用",
        "一线员工 300 人",
        "",
    ],
)
def test_what_only_looks_like_a_filter_is_none(vocabulary: Vocabulary, question: str) -> None:
    assert understand(question, vocabulary).chips == ()


def test_systems_to_connect_with_are_not_what_is_wanted(vocabulary: Vocabulary) -> None:
    read = understand("MES 要和 ERP、PLM 对接", vocabulary)
    assert chips(read) == {("scenario", "manufacturing-execution")}
    assert chips(understand("和ERP对接", vocabulary)) == {
        ("scenario", "enterprise-resource-planning")
    }


def test_no_more_than_three_scenarios_are_offered(vocabulary: Vocabulary) -> None:
    assert len(understand("MES ERP WMS QMS AGV", vocabulary).chips) == 3


def test_each_filter_is_offered_once_where_it_was_first_said(vocabulary: Vocabulary) -> None:
    (chip,) = understand("东莞，我们在东莞市", vocabulary).chips
    assert (chip.said, chip.start) == ("东莞", 0)


@pytest.mark.parametrize(
    ("question", "core"),
    [
        ("有没有什么系统能管仓库", "管仓库"),
        ("请问有没有便宜的排产软件，谢谢", "排产软件"),
        ("我们在中山古镇做灯饰，想上MES", "做灯饰，MES"),
        ("不想上云的MES，佛山顺德陶瓷厂", "MES，陶瓷厂"),
        ("东莞的注塑车间节能怎么做？预算20万以内", "注塑车间节能"),
        ("仓库里没有什么标识", "仓库里没有什么标识"),
        ("上海 注塑 MES", "注塑 MES"),
        ("免费的低代码平台", "低代码平台"),
        ("企业上云", "企业上云"),
        ("energy management in Dongguan", "energy management"),
        ("东莞", "东莞"),
        ("有没有", "有没有"),
        ("  ", ""),
    ],
)
def test_the_core_is_the_need_alone(vocabulary: Vocabulary, question: str, core: str) -> None:
    assert understand(question, vocabulary).core == core


@pytest.mark.parametrize(
    ("question", "codes"),
    [
        ("production scheduling for a garment factory", {"planning-scheduling", "C18"}),
        ("defect detection in electronics", {"quality-inspection", "C39"}),
    ],
)
def test_a_question_in_english_is_read_too(
    vocabulary: Vocabulary, question: str, codes: set[str]
) -> None:
    assert {chip.code for chip in understand(question, vocabulary).chips} == codes


def test_what_a_question_in_english_names_is_searched_in_chinese_too(
    vocabulary: Vocabulary,
) -> None:
    assert "质量追溯" in understand("track and trace", vocabulary).synonyms
    assert "质量追溯" not in understand("track and trace 成品", vocabulary).synonyms


def test_a_mistake_of_sound_is_read_as_what_was_meant(vocabulary: Vocabulary) -> None:
    read = understand("东莞 zhusuji 联网", vocabulary)
    assert read.text == "东莞 zhusuji 联网"
    assert read.corrected == "东莞 注塑机 联网"
    assert read.core == "注塑机 联网"
    assert ("industry", "C29") in chips(read)
    for chip in read.chips:
        assert read.corrected[chip.start : chip.end] == chip.said


def test_the_visitor_may_insist_on_what_was_typed(vocabulary: Vocabulary) -> None:
    read = understand("注诉机", vocabulary, correct=False)
    assert (read.corrected, read.core, read.chips) == (None, "注诉机", ())


def test_names_of_the_catalogue_may_be_typed_by_their_sound(vocabulary: Vocabulary) -> None:
    assert understand("lankunkeji", vocabulary).corrected is None
    assert Reader(vocabulary, ["蓝鲲科技"]).understand("lankunkeji").corrected == "蓝鲲科技"


def test_synonyms_are_words_not_said_and_not_of_what_is_refused(vocabulary: Vocabulary) -> None:
    assert "宕机" in understand("停机", vocabulary).synonyms
    assert "宕机" not in understand("停机和宕机", vocabulary).synonyms
    assert "迁云" not in understand("不想上云", vocabulary).synonyms
    assert understand("xyz", vocabulary).synonyms == ()


@pytest.mark.parametrize(
    ("text", "yuan", "said"),
    [
        ("二十万以内", 200_000, "二十万以内"),
        ("预算20万", 200_000, "预算20万"),
        ("20-30万", 300_000, "20-30万"),
        ("10到20万的预算", 200_000, "10到20万的预算"),
        ("≤20万元", 200_000, "≤20万元"),
        ("不超过5千", 5_000, "不超过5千"),
        ("MES 20万", 200_000, "20万"),
        ("预算：三十万左右", 300_000, "预算：三十万左右"),
        ("二十来万", 200_000, "二十来万"),
        ("十几万以内", 200_000, "十几万以内"),
        ("30多万以内", 400_000, "30多万以内"),
        ("三万多以内", 40_000, "三万多以内"),
        ("两三万以内", 30_000, "两三万以内"),
        ("预算一万五", 15_000, "预算一万五"),
        ("一万半以内", 15_000, "一万半以内"),
        ("一百二十万元", 1_200_000, "一百二十万元"),
        ("一百零五万以内", 1_050_000, "一百零五万以内"),
        ("5k以内", 5_000, "5k以内"),
        ("¥200,000", 200_000, "¥200,000"),
        ("预算200000", 200_000, "预算200000"),
        ("预算 ５０ 万", 500_000, "预算 ５０ 万"),
        ("每年不超过3万元", 30_000, "不超过3万元"),
        ("under 200000 yuan", 200_000, "under 200000 yuan"),
        ("不要超过 10 万", 100_000, "不要超过 10 万"),
        ("1.5万以内", 15_000, "1.5万以内"),
        ("几百块，三百多块", 400, "三百多块"),
    ],
)
def test_a_budget_is_an_upper_limit_in_yuan(text: str, yuan: int, said: str) -> None:
    (mention,) = budgets_in(text)
    assert (mention.value, mention.said) == (yuan, said)
    assert text[mention.start : mention.end] == said


@pytest.mark.parametrize(
    "text",
    [
        "年产20万件",
        "产值5000万以上",
        "预算20万以上",
        "至少20万",
        "10万点以内",
        "1000 台设备以内",
        "50人以内",
        "停机 3 小时内通知",
        "20万级洁净车间",
        "预算50",
        "预算零元",
        "几万块",
        "30 万起",
    ],
)
def test_other_numbers_are_no_budget(text: str) -> None:
    assert budgets_in(text) == []


PACKAGED = load_vocabulary()
WORDS = st.sampled_from(
    [
        "东莞",
        "注塑机",
        "不想",
        "上云",
        "预算",
        "20",
        "二十万",
        "以内",
        "，",
        " ",
        "zhu",
        "suji",
        "①",
    ]
)


@settings(max_examples=60, deadline=None, derandomize=True, database=None)
@given(st.lists(st.one_of(WORDS, st.text(max_size=4)), max_size=8).map("".join))
def test_whatever_is_typed_is_read_and_every_chip_stands_where_it_says(text: str) -> None:
    read = understand(text, PACKAGED)
    searched = read.corrected or text
    assert all(searched[chip.start : chip.end] == chip.said for chip in read.chips)
    assert read.core or not searched.strip()


@pytest.mark.parametrize("part", ["注诉机停", "9", "预算二十万", "a b ", "东莞、", " ", "不"])
def test_a_very_long_text_is_read_too(part: str) -> None:
    assert understand(part * 500, PACKAGED).core or not part.strip()
