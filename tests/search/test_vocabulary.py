"""Loading the vocabulary and finding places, industries and scenarios with it."""

from collections import Counter
from pathlib import Path

import pytest

from search.vocabulary import Vocabulary, load_vocabulary
from search.vocabulary.lexicon import Lexicon


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("广东 东莞市", "441900"),
        ("东莞", "441900"),
        ("東莞市", "441900"),
        ("莞", "441900"),
        ("Dongguan", "441900"),
        ("Dongguan, Guangdong, China", "441900"),
        ("佛山高明", "440608"),
        ("高明", "440608"),
        ("广东省佛山市南海区狮山镇", "440605"),
        ("中山市小榄镇", "442000118"),
        ("东莞长安", "441900119"),
        ("汕尾市城区", "441502"),
        ("乳源县", "440232"),
        ("广东", "440000"),
        ("上海市", "310000"),
        ("浙江 杭州市", "330000"),
        ("贵阳市白云区", "520000"),
        ("广州市天河区中山大道", "440106"),
        ("南海 佛山", "440605"),
    ],
)
def test_a_cell_names_its_most_exact_place(vocabulary: Vocabulary, cell: str, code: str) -> None:
    region = vocabulary.find_region(cell)
    assert region is not None
    assert region.code == code


@pytest.mark.parametrize(
    "cell", ["", "全国", "珠三角", "中山大学", "长安汽车", "广州、深圳", "深圳大道", "佛山南山区"]
)
def test_a_cell_without_one_place_names_none(vocabulary: Vocabulary, cell: str) -> None:
    assert vocabulary.find_region(cell) is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("我们在佛山高明做陶瓷", ["佛山高明"]),
        ("东莞、深圳都有厂", ["东莞", "深圳"]),
        ("战略性新兴产业", []),
        ("发展新兴业务，光明前景", []),
        ("孙中山在中山大学", []),
        ("莞企上云", ["莞企"]),
        ("莞产", []),
        ("珠江三角洲的珠海", ["珠海"]),
        ("中山古镇灯饰", ["中山古镇"]),
        ("宝安 电子厂", ["宝安"]),
        ("精度高要求严", []),
        ("广东省 东莞市 长安镇", ["广东省 东莞市 长安镇"]),
    ],
)
def test_places_in_a_sentence(vocabulary: Vocabulary, text: str, said: list[str]) -> None:
    assert [mention.said for mention in vocabulary.regions_in(text)] == said


def test_a_mention_stands_where_it_says(vocabulary: Vocabulary) -> None:
    (mention,) = vocabulary.regions_in("①在東莞市")
    assert (mention.start, mention.end, mention.said) == (2, 5, "東莞市")


@pytest.mark.parametrize(
    ("code", "city"),
    [
        ("441900119", "441900"),
        ("440608", "440600"),
        ("440300", "440300"),
        ("440000", None),
        ("310000", None),
        ("999999", None),
    ],
)
def test_a_county_or_town_belongs_to_its_city(
    vocabulary: Vocabulary, code: str, city: str | None
) -> None:
    assert vocabulary.city_of(code) == city


def test_the_province_has_21_cities_with_short_and_english_names(vocabulary: Vocabulary) -> None:
    cities = [region for region in vocabulary.regions.values() if region.level == "city"]
    assert len(cities) == 21
    assert all(city.name == city.short + "市" and city.name_en for city in cities)
    assert vocabulary.regions["440100"].name_en == "Guangzhou"


def test_every_place_is_found_by_its_own_full_name(vocabulary: Vocabulary) -> None:
    names = Counter(region.name for region in vocabulary.regions.values())
    assert [name for name, count in names.items() if count > 1] == []
    wrong = [
        region.name
        for region in vocabulary.regions.values()
        if vocabulary.find_region(region.name) != region
    ]
    assert wrong == []


@pytest.mark.parametrize(
    ("cell", "codes"),
    [
        ("计算机、通信和其他电子设备制造业", ("C39",)),
        ("石油、煤炭及其他燃料加工业；食品制造业", ("C25", "C14")),
        ("注塑、3C电子", ("C29", "C39")),
        ("橡胶和塑料制品业", ("C29",)),
        ("Furniture", ("C21",)),
        ("采矿业", ("B06", "B07", "B08", "B09", "B10", "B11", "B12")),
        ("塑料制品业", ("C29",)),
        ("航空、航天器及设备制造", ("C37",)),
        ("化工园区", ("C26",)),
        ("汽车行业、家具厂", ("C36", "C21")),
    ],
)
def test_a_cell_of_industries_gives_divisions(
    vocabulary: Vocabulary, cell: str, codes: tuple[str, ...]
) -> None:
    match = vocabulary.industries_of(cell)
    assert (match.codes, match.unknown, match.every) == (codes, (), False)


@pytest.mark.parametrize("cell", ["通用", "制造业", "各行业", "大型制造企业"])
def test_some_words_mean_every_industry(vocabulary: Vocabulary, cell: str) -> None:
    assert vocabulary.industries_of(cell).every
    assert vocabulary.industries_of(cell).codes == ()


def test_unknown_industries_are_listed_beside_the_known(vocabulary: Vocabulary) -> None:
    match = vocabulary.industries_of("玄学、食品制造业、玄学")
    assert (match.codes, match.unknown) == (("C14",), ("玄学",))
    assert vocabulary.industries_of("").codes == ()
    assert not vocabulary.industries_of("").every


def test_every_division_is_found_by_its_official_and_its_short_name(
    vocabulary: Vocabulary,
) -> None:
    divisions = [i for i in vocabulary.industries.values() if i.level == "division"]
    assert len(divisions) == 97
    assert [i.name for i in divisions if vocabulary.industries_of(i.name).codes != (i.code,)] == []
    assert all(i.name_en and len(i.short) <= 8 for i in divisions)


@pytest.mark.parametrize(
    ("cell", "codes"),
    [
        ("设备联网", ("equipment-connectivity",)),
        ("MES/ERP", ("manufacturing-execution", "enterprise-resource-planning")),
        ("报工与生产管理", ("work-reporting", "manufacturing-execution")),
        ("設備聯網", ("equipment-connectivity",)),
    ],
)
def test_a_cell_of_scenarios_gives_codes(
    vocabulary: Vocabulary, cell: str, codes: tuple[str, ...]
) -> None:
    assert vocabulary.scenarios_of(cell).codes == codes


def test_unknown_scenarios_are_listed(vocabulary: Vocabulary) -> None:
    assert vocabulary.scenarios_of("炼丹；设备联网").unknown == ("炼丹",)


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("注塑机老停机", [("C29",)]),
        ("想在手机上看到", []),
        ("手机厂", [("C39",)]),
        ("空压机和机床联网", []),
        ("机床厂", [("C34",)]),
        ("通用系统", []),
    ],
)
def test_a_machine_in_a_question_tells_who_uses_it_not_who_makes_it(
    vocabulary: Vocabulary, text: str, codes: list[tuple[str, ...]]
) -> None:
    assert [mention.value for mention in vocabulary.industries_in(text)] == codes


def test_the_longest_name_wins_and_latin_names_are_whole_words() -> None:
    lexicon = Lexicon({"电子": 1, "电子商务": 2, "AI": 3, "泵": 4})
    found = lexicon.find("电子商务 maintain ＡＩ 水泵 泵")
    assert [(mention.value, mention.said) for mention in found] == [
        (2, "电子商务"),
        (3, "ＡＩ"),
        (4, "泵"),
    ]
    assert "ai" in lexicon
    assert lexicon.get("电子商") is None


def write(folder: Path, name: str, text: str) -> Path:
    (folder / name).write_text(text, "utf-8")
    return folder


def test_staff_add_rows_and_replace_rows_with_the_same_key(tmp_path: Path) -> None:
    write(
        tmp_path,
        "scenarios.csv",
        "code,name,name_en,group,aliases\nalchemy,炼丹,Alchemy,生产,炼金;点金\n",
    )
    write(tmp_path, "industry_aliases.csv", "text,codes\n注塑,C41\n")
    write(tmp_path, "complaints.csv", "scenario,phrase,about\nalchemy,丹炉老是炸,symptom\n")
    write(tmp_path, "places_pinyin.csv", "\ufefftext,pinyin\n长安镇,chang an zhen\n")
    changed = load_vocabulary(tmp_path)
    assert changed.scenarios_of("点金").codes == ("alchemy",)
    assert [mention.value for mention in changed.scenarios_in("我们丹炉老是炸")] == [("alchemy",)]
    assert changed.industries_of("注塑").codes == ("C41",)
    assert "equipment-connectivity" in changed.scenarios


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("words.csv", "wort\n停机\n", "words.csv, line 1: no column word"),
        ("words.csv", "", "words.csv, line 1: no column word"),
        ("words.csv", "word\n停机,x\n", "words.csv, line 2: 2 cells where the header has 1"),
        (
            "words.csv",
            "word\n停机\n停機\n",
            "words.csv, line 3: says the same as words.csv, line 2",
        ),
        ("synonyms.csv", "words\n\n停机;\n", "synonyms.csv, line 3: a group of synonyms needs two"),
        (
            "scenarios.csv",
            "code,name,name_en,group\na,,A,g\n",
            "scenarios.csv, line 2: nothing in name",
        ),
        (
            "complaints.csv",
            "scenario,phrase,about\nnone-such,x,symptom\n",
            "complaints.csv, line 2: unknown code none-such",
        ),
        (
            "complaints.csv",
            "scenario,phrase,about\nquality-inspection,x,feeling\n",
            "complaints.csv, line 2: about must be one of symptom, equipment, department",
        ),
        (
            "industry_aliases.csv",
            "text,codes\nx,C99\n",
            "industry_aliases.csv, line 2: unknown code C99",
        ),
        ("region_names.csv", "name,code\nx,1\n", "region_names.csv, line 2: unknown code 1"),
        (
            "regions.csv",
            "code,name,level,parent\n1,x,city,2\n",
            "regions.csv, line 2: unknown code 2",
        ),
        ("words.csv", 'word\n"停"机\n', "words.csv: not a CSV file in UTF-8"),
    ],
)
def test_a_wrong_row_is_named_by_file_and_line(
    tmp_path: Path, name: str, text: str, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        load_vocabulary(write(tmp_path, name, text))


def test_a_file_in_another_encoding_is_refused(tmp_path: Path) -> None:
    (tmp_path / "words.csv").write_bytes("word\n停机\n".encode("gb18030"))
    with pytest.raises(ValueError, match=r"words.csv: not a CSV file in UTF-8"):
        load_vocabulary(tmp_path)
