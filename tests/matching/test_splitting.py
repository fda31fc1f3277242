"""A text that asks for several things is taken apart by what it names."""

import pytest

from app.matching.splitting import MOST_PARTS, split


def titles(text: str) -> list[str]:
    return [part.title for part in split(text)]


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("设备联网 + MES + 能耗", ["设备联网", "生产执行", "能耗管理"]),
        ("要上 MES 和仓储管理，另外还想管能耗", ["生产执行", "仓储管理", "能耗管理"]),
        ("计件报工、成衣仓库管理以及考勤", ["报工计件", "仓储管理", "人力资源"]),
        ("设备联网，设备数据采集", ["设备联网"]),
        ("MES 系统的质量追溯功能", ["生产执行、质量追溯"]),
        ("质量追溯，要和 ERP、PLM 对接", ["质量追溯"]),
        ("不要 MES，只做质量追溯", ["质量追溯"]),
    ],
)
def test_things_are_parted_by_the_scenarios_that_are_named(text: str, named: list[str]) -> None:
    assert titles(text) == named


def test_a_complaint_stays_whole_whatever_it_may_mean() -> None:
    text = "仓管点数老出错，库存对不上；设备说停就停"
    (part,) = split(text)
    assert part.text == text
    assert part.title.startswith("仓管点数老出错")


def test_a_clause_that_names_nothing_belongs_to_the_thing_before_it() -> None:
    first, second = split("要上 MES，车间进度看不到，另外能耗也要管，电费太高")
    assert first.text == "要上 MES，车间进度看不到"
    assert second.text == "能耗也要管，电费太高"


def test_an_and_inside_a_word_cuts_nothing() -> None:
    (part,) = split("要及时知道设备停机，与会人员和谐相处")
    assert part.text == "要及时知道设备停机，与会人员和谐相处"


def test_nothing_asked_is_no_part_and_very_much_is_not_endless() -> None:
    assert split("  ") == ()
    many = "MES、能耗管理、仓储管理、质量追溯、计划排产、人力资源、协同办公、设备联网"
    assert len(split(many)) == MOST_PARTS
