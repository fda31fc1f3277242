"""Who is found, why, on what it rests, and that nothing but the fit decides the order."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlmodel import Session

from app.catalogue.models import Vendor
from app.core.db import at
from app.core.formats import today
from app.curation.oversight.models import Assessment, AssessmentStage
from app.matching import ordering
from app.matching.finding import find
from app.matching.found import Found, Hit
from app.matching.wanted import Limits, Part, Wanted
from tests.matching.makers import Refresh, a_case, a_solution, a_vendor, wanted
from tests.people import a_person

WEEK = datetime(2026, 11, 25, 4, 0, tzinfo=UTC)


def names(found: Found) -> list[str]:
    return [hit.solution.name for hit in found.hits]


def reasons(hit: Hit, part: int = 0) -> dict[str, dict[str, Any]]:
    return {one["kind"]: one for one in hit.parts[part]["reasons"]}


def test_a_weak_likeness_is_no_match_and_the_part_stays_uncovered(
    db: Session, fill_index: Refresh
) -> None:
    a_solution(db, "设备联网网关", summary="采集设备数据。")
    a_solution(db, "员工食堂系统", scenarios=[], summary="食堂用餐与设备。")
    fill_index()
    found = find(db, wanted("设备联网"))
    assert names(found) == ["设备联网网关"]
    assert find(db, wanted("出口报关与海运订舱")).hits == []
    assert find(db, wanted("出口报关与海运订舱")).uncovered == [0]


def test_each_part_is_met_or_not_with_the_sentence_and_the_source(
    db: Session, fill_index: Refresh
) -> None:
    a_solution(
        db,
        "工业网关",
        summary="成立于 2010 年。设备联网与设备数据采集，支持 PLC。售后完善。",
        source="https://example.com/gateway",
    )
    a_solution(db, "能耗管理平台", scenarios=["energy-management"], summary="能耗在线监测。")
    fill_index()
    found = find(db, wanted("设备联网 + 能耗"))
    by_name = {hit.solution.name: hit for hit in found.hits}
    gateway = by_name["工业网关"]
    assert [part["state"] for part in gateway.parts] == ["met", "unmet"]
    said = reasons(gateway)["words"]
    assert "".join(text for text, _is_match in said["sentence"]).startswith("设备联网与设备数据")
    assert ["设备联网", True] in said["sentence"]
    assert said["source"]["identifier"] == gateway.solution.identifier
    assert said["source"]["statement"] == "https://example.com/gateway"
    assert reasons(gateway)["scenario"]["state"] == "met"
    assert reasons(gateway, 1)["scenario"]["state"] == "unmet"
    assert found.uncovered == []
    assert [one["parts"] for one in found.cover] == [[0], [1]] or len(found.cover) == 2


def test_who_states_no_scenario_is_not_said_to_fail(db: Session, fill_index: Refresh) -> None:
    a_solution(db, "设备联网设备联网", scenarios=[], summary="设备联网。")
    fill_index()
    (hit,) = find(db, wanted("设备联网 + 等保")).hits
    assert [part["state"] for part in hit.parts] == ["met", "unknown"]


def test_components_sum_to_the_score_and_unmet_parts_earn_nothing(
    db: Session, fill_index: Refresh
) -> None:
    a_solution(db, "设备联网网关", summary="设备联网。", industries=["C29"])
    fill_index()
    (one,) = find(db, wanted("设备联网", industries=("C29",))).hits
    (two,) = find(db, wanted("设备联网 + 能耗", industries=("C29",))).hits
    assert round(sum(one.scores.values()), 6) == one.score
    assert one.scores["industry"] > 0
    assert two.parts[1]["scores"] == {}
    assert abs(two.scores["words"] - one.scores["words"] / 2) < 0.05


def test_a_case_lifts_its_solution_and_is_told_with_its_own_sentence(
    db: Session, fill_index: Refresh
) -> None:
    vendor = a_vendor(db)
    plain = a_solution(db, "平台产品", vendor_id=vendor.id, scenarios=[], summary="数字化平台。")
    a_case(
        db,
        "某注塑厂设备联网",
        vendor_id=vendor.id,
        solution_id=plain.id,
        summary="八十台注塑机设备联网，实时看到停机。",
        scenarios=["equipment-connectivity"],
        industries=["C29"],
        region="441900",
    )
    fill_index()
    (hit,) = find(db, wanted("设备联网", region="441900", industries=("C29",))).hits
    assert hit.solution.id == plain.id
    assert hit.scores["cases"] > 0
    assert hit.scores["same_industry"] > 0
    assert hit.scores["same_city"] > 0
    told = reasons(hit)["case"]
    assert told["found"] == "某注塑厂设备联网"
    assert told["source"]["kind"] == "case"
    (case,) = [one for one in hit.evidence if one["kind"] == "case"]
    assert case["same"] == ["industry", "city"]


def test_a_valid_assessment_and_the_whitelist_are_shown_and_weigh_nothing(
    db: Session, fill_index: Refresh
) -> None:
    vendor = a_vendor(db)
    a_solution(db, "设备联网网关", vendor_id=vendor.id)
    fill_index()
    before = find(db, wanted()).hits[0]
    db.get_one(Vendor, vendor.id).whitelisted_until = today() + timedelta(days=9)
    writer, confirmer = a_person(db), a_person(db)
    db.add(
        Assessment(
            vendor_id=vendor.id,
            stage=AssessmentStage.CONFIRMED,
            domains={"device": {"level": 2, "finding": "internal"}},
            written_by=writer.id,
            confirmed_by=confirmer.id,
            valid_from=today(),
            valid_until=today() + timedelta(days=9),
        )
    )
    db.flush()
    after = find(db, wanted()).hits[0]
    assert after.scores == before.scores
    told = {one["kind"]: one for one in after.evidence}
    assert told["assessment"]["levels"] == {"device": 2}
    assert "internal" not in str(after.evidence)
    assert told["whitelist"]["until"] == (today() + timedelta(days=9)).isoformat()


def test_each_limit_is_told_as_met_or_as_unknown(db: Session, fill_index: Refresh) -> None:
    a_solution(db, "设备联网网关", price_from=10_000_00)
    fill_index()
    (hit,) = find(db, wanted(max_price=50_000_00, deployment=("edge",))).hits
    said = {one["limit"]: one["state"] for one in hit.evidence if one["kind"] == "limit"}
    assert said == {"budget": "met", "deployment": "unknown"}


def alike(db: Session, count: int = 8) -> None:
    for number in range(count):
        vendor = a_vendor(db, name=f"第{number}家")
        a_solution(db, "设备联网网关", vendor_id=vendor.id, summary="设备联网。")


def test_equals_change_places_every_week_and_never_within_one(
    db: Session, fill_index: Refresh
) -> None:
    alike(db)
    fill_index()
    with at(WEEK):
        first = [hit.solution.id for hit in find(db, wanted()).hits]
    with at(WEEK + timedelta(days=2)):
        again = [hit.solution.id for hit in find(db, wanted()).hits]
    with at(WEEK + timedelta(days=7)):
        later = [hit.solution.id for hit in find(db, wanted()).hits]
    assert first == again
    assert set(first) == set(later)
    assert first != later


def test_the_week_changes_at_midnight_in_china() -> None:
    sunday = datetime(2026, 11, 29, 15, 59, 59, tzinfo=UTC)
    with at(sunday):
        before = ordering.salt_of_week()
    with at(sunday + timedelta(seconds=1)):
        after = ordering.salt_of_week()
    assert (before, after) == ("2026-W48", "2026-W49")


def test_names_of_vendors_age_and_size_change_no_score(db: Session, fill_index: Refresh) -> None:
    first, second = a_vendor(db, name="设备联网科技有限公司"), a_vendor(db, name="普通有限公司")
    says = {"summary": "设备联网与数据采集。"}
    a_solution(db, "网关甲", vendor_id=first.id, **says)
    a_solution(db, "网关乙", vendor_id=second.id, **says)
    for number in range(5):  # a vendor with many listings
        a_solution(db, f"报销{number}", vendor_id=second.id, scenarios=["finance-expenses"])
    db.get_one(Vendor, second.id).published_at = WEEK - timedelta(days=2000)
    fill_index()
    scores = {hit.solution.name: hit.scores for hit in find(db, wanted("设备联网")).hits}
    assert scores["网关甲"] == scores["网关乙"]


def test_what_is_asked_holds_no_name_of_who_asks() -> None:
    said = Wanted("设备联网", (Part("设备联网", "设备联网"),), Limits()).as_json()
    assert set(said) == {"text", "parts", "limits"}
    assert set(said["limits"]) == {"region", "industries", "deployment", "max_price", "whitelist"}
    assert set(said["parts"][0]) == {"title", "text", "scenarios"}
    assert Wanted.from_json(said).as_json() == said
