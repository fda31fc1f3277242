"""What must hold of the vocabulary's tables and of the judged needs, whoever edits them."""

import csv
import json
import re
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from openpyxl import load_workbook

ROOT = Path(__file__).parents[2]
VOCABULARY = ROOT / "search" / "vocabulary"
SAMPLES = ROOT / "ingest" / "samples"
ABOUT = {"symptom", "equipment", "department"}

# Cells of the vendors' list that name an industry where a field of service is asked for.
NOT_A_SCENARIO = {"电子", "汽车科技", "工程机械", "光学装备", "2D"}

Row = dict[str, str]


def table(name: str) -> list[Row]:
    with (VOCABULARY / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def solutions() -> list[Row]:
    with (SAMPLES / "解决方案清单.csv").open(encoding="gb18030", newline="") as file:
        return list(csv.DictReader(file))


def fields_of_service() -> Iterator[str]:
    """The column 服务领域（类别） of every sheet: rows that start with a number."""
    for sheet in load_workbook(SAMPLES / "供应商汇总表.xlsx"):
        for number, *cells in sheet.iter_rows(values_only=True):
            if str(number).isdigit():
                yield str(cells[3]).strip()


def judged() -> list[dict[str, object]]:
    lines = (ROOT / "tests" / "search" / "judgements.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines]


def listed(cell: str, separator: str = ";") -> list[str]:
    return [part.strip() for part in re.split(f"[{separator}]", cell) if part.strip()]


def repeated(values: list[str]) -> list[str]:
    return [value for value, count in Counter(values).items() if count > 1]


SCENARIOS = [row["code"] for row in table("scenarios.csv")]


def test_there_are_about_forty_scenarios_in_a_handful_of_groups():
    assert 38 <= len(SCENARIOS) <= 48
    assert len({row["group"] for row in table("scenarios.csv")}) <= 9


def test_every_scenario_has_a_code_for_addresses_and_a_name_in_both_languages():
    for row in table("scenarios.csv"):
        assert re.fullmatch(r"[a-z]+(-[a-z]+)*", row["code"])
        assert re.search(r"[\u4e00-\u9fff]", row["name"])
        assert re.fullmatch(r"[A-Z0-9][A-Za-z0-9, -]+", row["name_en"])


def test_no_two_scenarios_share_a_name():
    rows = table("scenarios.csv")
    names = [name.lower() for r in rows for name in {r["name"], *listed(r["aliases"])}]
    assert not repeated([*SCENARIOS, *names])


@pytest.mark.parametrize("code", SCENARIOS)
def test_a_scenario_has_ten_to_twenty_complaints_of_each_sort(code: str):
    complaints = [row for row in table("complaints.csv") if row["scenario"] == code]
    assert 10 <= len(complaints) <= 20
    assert {row["about"] for row in complaints} == ABOUT


def test_no_complaint_stands_in_two_scenarios():
    rows = table("complaints.csv")
    assert {row["scenario"] for row in rows} == set(SCENARIOS)
    assert not repeated([row["phrase"] for row in rows])


def test_complaints_are_not_copied_from_the_judged_needs():
    needs = [str(need["query"]) for need in judged()]
    runs = {need[i : i + 6] for need in needs for i in range(len(need) - 5)}
    copied = [row["phrase"] for row in table("complaints.csv") if in_any(row["phrase"], runs)]
    assert not copied


def in_any(phrase: str, runs: set[str]) -> bool:
    return any(phrase[i : i + 6] in runs for i in range(len(phrase) - 5))


def test_the_words_of_lists_lead_to_scenarios_that_exist():
    rows = table("scenario_aliases.csv")
    assert {code for row in rows for code in listed(row["codes"])} <= set(SCENARIOS)
    assert not repeated([row["text"].lower() for row in rows])


def test_every_scenario_can_be_reached_from_the_words_of_lists():
    rows = table("scenario_aliases.csv")
    reached = {code for row in rows for code in listed(row["codes"])}
    assert reached == set(SCENARIOS)


def test_every_application_scenario_of_the_sample_solutions_is_known():
    known = {row["text"] for row in table("scenario_aliases.csv") if row["codes"]}
    parts = {part for row in solutions() for part in listed(row["应用场景"])}
    assert parts <= known


def test_every_field_of_service_of_the_sample_vendors_is_known():
    codes = {row["text"]: row["codes"] for row in table("scenario_aliases.csv")}
    fields = set(fields_of_service())
    assert len(fields) > 60
    assert fields <= set(codes)
    assert {text for text, found in codes.items() if not found} == NOT_A_SCENARIO


def test_industry_words_lead_to_divisions_of_the_national_standard():
    divisions = {r["code"] for r in table("industries.csv") if r["level"] == "division"}
    rows = table("industry_aliases.csv")
    reached = {code for row in rows for code in listed(row["codes"])}
    assert reached <= divisions
    assert {code for code in divisions if code.startswith("C")} <= reached
    assert not repeated([row["text"].lower() for row in rows])


def test_every_industry_of_the_sample_solutions_and_of_the_judged_needs_is_known():
    known = {row["text"] for row in table("industry_aliases.csv")}
    cells = [row["适用行业"] for row in solutions()] + [str(n["industry"]) for n in judged()]
    assert {part for cell in cells for part in listed(cell, ";、,；，")} <= known


@pytest.mark.parametrize("text", ["通用", "制造", "工业", "中小企业", "离散制造"])
def test_a_word_for_all_industry_narrows_nothing(text: str):
    codes = {row["text"]: row["codes"] for row in table("industry_aliases.csv")}
    assert codes[text] == ""


def test_no_synonym_stands_in_two_groups_and_no_group_is_a_single_word():
    groups = [listed(row["words"]) for row in table("synonyms.csv")]
    assert len(groups) >= 120
    assert all(len(group) >= 2 for group in groups)
    assert not repeated([word.lower() for group in groups for word in group])


def test_dictionary_words_are_short_chinese_words_each_said_once():
    words = [row["word"] for row in table("words.csv")]
    assert len(words) >= 500
    assert all(re.fullmatch(r"[\u4e00-\u9fff]{2,5}", word) for word in words)
    assert not repeated(words)


def test_every_judgement_speaks_of_a_solution_in_the_sample_list():
    offered = {(row["解决方案名称"], row["供应商"]) for row in solutions()}
    for need in judged():
        graded = [(j["name"], j["vendor"]) for j in need["judgements"]]
        assert set(graded) <= offered
        assert len(graded) == len(set(graded))


def test_at_least_forty_needs_are_judged_once_each_on_the_scale():
    needs = judged()
    assert len({need["query"] for need in needs}) == len(needs) >= 40
    assert {j["grade"] for need in needs for j in need["judgements"]} == {0, 1, 2, 3}


def test_a_need_is_said_to_fit_nothing_exactly_when_no_solution_helps():
    for need in judged():
        grades = [j["grade"] for j in need["judgements"]]
        assert bool(need.get("nothing_fits")) == (max(grades) == 0)


def test_each_needs_judgements_are_listed_from_best_to_worst():
    for need in judged():
        grades = [j["grade"] for j in need["judgements"]]
        assert all(better >= worse for better, worse in pairwise(grades))


def test_sample_cases_repeat_what_the_other_lists_state_with_its_source():
    with (SAMPLES / "应用案例.csv").open(encoding="utf-8-sig", newline="") as file:
        cases = list(csv.DictReader(file))
    sheets = load_workbook(SAMPLES / "供应商汇总表.xlsx")
    vendors = [tuple(row[-2:]) for s in sheets for row in s.iter_rows(values_only=True)]
    stated = {(row["方案简介"], row["来源"]) for row in solutions()} | set(vendors)
    assert {(case["案例简介"], case["来源"]) for case in cases} <= stated
    assert not any(case["成效"] for case in cases)
