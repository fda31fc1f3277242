"""Each hard limit rules out what states otherwise, and nobody who says nothing."""

from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import Session

from app.catalogue.index import get_vocabulary
from app.catalogue.models import Solution
from app.catalogue.serving import places_served
from app.core.formats import today
from app.matching import limits, service
from app.matching.finding import find
from app.matching.wanted import Limits
from tests.matching.makers import Refresh, a_solution, a_vendor, wanted

DONGGUAN, CHANGAN, SHENZHEN, PROVINCE = "441900", "441900119", "440300", "440000"


def broken(
    db: Session, kept: Limits, vendor: dict[str, Any] | None = None, **says: Any
) -> set[str]:
    seller = a_vendor(db, **(vendor or {}))
    return set(limits.broken(kept, a_solution(db, vendor_id=seller.id, **says)))


@pytest.mark.parametrize(
    ("areas", "place", "is_out"),
    [
        (None, DONGGUAN, False),
        ("深圳、惠州", DONGGUAN, True),
        ("东莞", DONGGUAN, False),
        ("广东省", DONGGUAN, False),
        ("东莞", PROVINCE, False),
        ("珠三角", DONGGUAN, False),
        ("粤西", DONGGUAN, True),
        ("上海市、江苏省", DONGGUAN, True),
        ("全国", DONGGUAN, False),
        ("深圳等地", DONGGUAN, False),
        ("注塑行业数字化", DONGGUAN, False),
        ("深圳陶瓷数字化", DONGGUAN, False),  # a line of business, not a place
    ],
)
def test_a_region_rules_out_who_states_only_other_places(
    db: Session, areas: str | None, place: str, *, is_out: bool
) -> None:
    found = broken(db, Limits(region=place), {"service_areas": areas})
    assert found == ({"region"} if is_out else set())


def test_a_city_that_holds_the_place_serves_it_and_so_does_a_place_in_it() -> None:
    vocabulary = get_vocabulary()
    towns = [code for code, one in vocabulary.regions.items() if one.parent == "440600"]
    assert places_served("佛山", vocabulary) == ("440600",)
    around = limits.around("440600", vocabulary)
    assert {"440600", PROVINCE, towns[0]} <= set(around)
    assert SHENZHEN not in around


def test_where_a_vendor_is_registered_is_no_limit(db: Session) -> None:
    kept = Limits(region=DONGGUAN)
    assert broken(db, kept, {"region": "310000", "region_text": "上海市"}) == set()


@pytest.mark.parametrize(
    ("says", "is_out"),
    [
        ({}, False),
        ({"industries": ["C29"]}, False),
        ({"industries": ["C292"]}, False),  # lies in it
        ({"industries": ["C"]}, False),  # holds it
        ({"industries": ["C39"]}, True),
        ({"industries": ["C39"], "industries_text": "电子、制造"}, False),  # and every other
        ({"industries": ["C39"], "industries_text": "电子"}, True),
    ],
)
def test_an_industry_rules_out_who_states_only_others(
    db: Session, says: dict[str, Any], *, is_out: bool
) -> None:
    assert broken(db, Limits(industries=("C29",)), **says) == ({"industry"} if is_out else set())


@pytest.mark.parametrize(
    ("kept", "says", "out"),
    [
        (Limits(deployment=("on_premises",)), {}, set()),
        (Limits(deployment=("on_premises",)), {"deployment": ["on_premises", "edge"]}, set()),
        (Limits(deployment=("on_premises",)), {"deployment": ["public_cloud"]}, {"deployment"}),
        (Limits(max_price=100_000_00), {}, set()),
        (Limits(max_price=100_000_00), {"price_from": 100_000_00}, set()),
        (Limits(max_price=100_000_00), {"price_from": 100_000_01}, {"budget"}),
        (Limits(whitelist=True), {}, {"whitelist"}),
    ],
)
def test_deployment_budget_and_whitelist(
    db: Session, kept: Limits, says: dict[str, Any], out: set[str]
) -> None:
    assert broken(db, kept, **says) == out


def test_a_place_on_the_whitelist_counts_to_its_last_day(db: Session) -> None:
    vendor = a_vendor(db)
    solution = a_solution(db, vendor_id=vendor.id)
    kept = Limits(whitelist=True)
    vendor.whitelisted_until = today()
    assert limits.broken(kept, solution) == set()
    vendor.whitelisted_until = today() - timedelta(days=1)
    assert limits.broken(kept, solution) == {"whitelist"}


def pool(db: Session) -> None:
    """One says nothing, one is elsewhere, one is dear and elsewhere, one is of another trade."""
    a_solution(db, "甲联网", vendor_id=a_vendor(db, name="甲").id)
    elsewhere = a_vendor(db, name="乙", service_areas="深圳")
    a_solution(db, "乙联网", vendor_id=elsewhere.id)
    dear = a_vendor(db, name="丙", service_areas="深圳")
    a_solution(db, "丙联网", vendor_id=dear.id, price_from=900_000_00)
    a_solution(db, "丁联网", vendor_id=a_vendor(db, name="丁").id, industries=["C39"])


def test_eligible_vendors_are_counted_with_what_each_limit_costs(
    db: Session, fill_index: Refresh
) -> None:
    pool(db)
    fill_index()
    assert service.eligible(db, wanted()).vendors == 4
    told = service.eligible(db, wanted(region=DONGGUAN, industries=("C29",), max_price=500_000_00))
    assert told.vendors == 1
    assert told.excluded == {"region": 1, "industry": 1, "budget": 0}


def test_nothing_outside_a_limit_is_found_even_when_the_index_is_behind(
    db: Session, fill_index: Refresh
) -> None:
    pool(db)
    late = a_solution(db, "设备联网", vendor_id=a_vendor(db, name="戊").id)
    fill_index()
    db.get_one(Solution, late.id).price_from = 900_000_00
    db.flush()
    found = find(db, wanted(region=DONGGUAN, industries=("C29",), max_price=500_000_00))
    assert [hit.solution.name for hit in found.hits] == ["甲联网"]


def test_every_limit_has_a_rule_and_a_field() -> None:
    assert set(limits.FIELDS) == set(limits.RULES)
    assert {getattr(Limits(), field) for field in limits.FIELDS.values()} <= {None, (), False}
    assert isinstance(Solution, type)
