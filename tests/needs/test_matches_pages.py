"""The pages of matches: what an asker, a vendor and the staff see of them, and nobody else."""

from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session

from app.accounts.models import MemberRole, Person, StaffRole
from app.accounts.visitor import Visitor
from app.catalogue.models import Solution
from app.matching.models import Match, MatchRun
from app.needs.models import Confidentiality, Need
from search.engine import Kind
from tests.factories import a_record
from tests.needs.making import CITY, NAME, a_need, a_vendor, a_writer
from tests.people import a_member, sign_in, staff

REASON = {
    "kind": "words",
    "state": "met",
    "said": "设备联网",
    "field": "summary",
    "found": "",
    "sentence": [["支持", False], ["设备联网", True], ["。", False]],
    "source": {"origin": {"file": "方案.xlsx", "sheet": "表一", "row": 7}},
}
PARTS = [
    {"title": "设备联网", "state": "met", "scores": {}, "reasons": [REASON]},
    {"title": "能耗管理", "state": "unknown", "scores": {}, "reasons": []},
]
EVIDENCE = [
    {"kind": "limit", "limit": "budget", "state": "unknown", "wanted": 1, "found": None},
    {"kind": "limit", "limit": "deployment", "state": "met", "found": ["public_cloud"]},
    {"kind": "whitelist", "until": "2027-01-31"},
    {"kind": "assessment", "until": "2027-01-31", "levels": {"device": 2, "data": 3}},
    {
        "kind": "case",
        "identifier": "c-1",
        "name": "注塑厂联网",
        "same": ["industry", "city"],
        "year": 2024,
    },
]


class Market:
    """A need in Dongguan with two matches of two vendors."""

    def __init__(self, db: Session, **values: Any) -> None:
        self.db = db
        self.writer = a_writer(db)
        self.need = a_need(db, self.writer, **values)
        self.vendor, self.seller = a_vendor(db, "甲云科技有限公司")
        self.other, self.rival = a_vendor(db, "乙云科技有限公司")
        wanted = {
            "text": self.need.text,
            "parts": [
                {"title": "设备联网", "text": "机台联网", "scenarios": []},
                {"title": "能耗管理", "text": "能耗", "scenarios": []},
            ],
            "limits": {
                "region": self.need.region,
                "industries": [],
                "deployment": [],
                "max_price": None,
                "whitelist": False,
            },
        }
        run = MatchRun(
            need_id=self.need.id,
            need_version=self.need.version,
            wanted=wanted,
            weights={"words": 0.3, "step": 0.01},
            salt="2026-W48",
            eligible=7,
            excluded={"budget": 3},
            cover=[{"vendor_id": str(self.vendor.id), "parts": [0], "score": 0.3}],
            uncovered=[1],
        )
        db.add(run)
        db.flush()
        self.first = self._match(run, self.vendor, 1, 0.3)
        self.second = self._match(run, self.other, 2, 0.2)

    def _match(self, run: MatchRun, vendor: Any, rank: int, score: float) -> Match:
        solution = a_record(self.db, Kind.SOLUTION, name=f"{vendor.name}方案", vendor_id=vendor.id)
        assert isinstance(solution, Solution)
        match = Match(
            run_id=run.id,
            need_id=self.need.id,
            solution_id=solution.id,
            vendor_id=vendor.id,
            solution_version=1,
            rank=rank,
            score=score,
            scores={"words": score},
            parts=PARTS,
            evidence=EVIDENCE,
        )
        self.db.add(match)
        self.db.flush()
        return match

    def page(self) -> str:
        return f"/workspace/needs/{self.need.identifier}/matches"


def enter(client: TestClient, db: Session, who: Visitor) -> TestClient:
    return sign_in(client, db, db.get_one(Person, who.person_id), who.organisation_id)


def test_an_asker_sees_who_covers_what_with_reasons_sources_and_what_is_left(
    client: TestClient, db: Session
) -> None:
    market = Market(db)
    page = enter(client, db, market.writer).get(market.page()).text
    assert "甲云科技有限公司方案" in page
    assert "方案.xlsx, 表一, row 7" in page
    assert "<mark>设备联网</mark>" in page
    assert "Nobody in the pool covers:" in page
    assert "3 vendors" in page
    assert "7 vendors keep to the limits" in page


def test_why_a_part_is_not_met_stands_beside_it_with_its_source(
    client: TestClient, db: Session
) -> None:
    market = Market(db)
    unmet = {"kind": "scenario", "state": "unmet", "field": "scenario", "found": "设备联网"}
    unmet |= {"said": "能耗管理", "sentence": [["产线采集", False]], "source": REASON["source"]}
    shared = {**REASON, "sentence": [["字面相同", False]]}
    other = {"title": "能耗管理", "state": "unmet", "scores": {}, "reasons": [unmet, shared]}
    market.first.parts = [PARTS[0], other]
    db.flush()
    enter(client, db, market.writer)
    page = client.get(market.page()).text
    assert "产线采集" in page
    assert page.count("方案.xlsx") >= 2
    assert "字面相同" not in page


def test_why_a_match_is_in_its_place_names_neighbours_to_the_asker_only(
    client: TestClient, db: Session
) -> None:
    market = Market(db)
    address = f"/matches/{market.second.id}/why"
    page = enter(client, db, market.writer).get(address).text
    assert "甲云科技有限公司方案" in page
    assert "it is the same" in page
    page = enter(client, db, market.rival).get(address).text
    assert "甲云科技有限公司方案" not in page
    assert "The place before" in page


def test_nobody_else_sees_a_match_or_says_what_it_is_worth(client: TestClient, db: Session) -> None:
    market = Market(db, confidentiality=Confidentiality.MATCHED)
    address = f"/matches/{market.first.id}/why"
    stranger = a_writer(db, "另一家有限公司")
    assert enter(client, db, stranger).get(address).status_code == 404
    assert enter(client, db, stranger).get(market.page()).status_code == 404
    assert enter(client, db, market.rival).get(address).status_code == 404
    said = {"verdict": "useful"}
    for who in (stranger, market.seller, market.rival):
        answer = enter(client, db, who).post(f"/matches/{market.first.id}/feedback", data=said)
        assert answer.status_code == 404
    elsewhere = staff(db, StaffRole.REVIEWER, region="440300")
    assert sign_in(client, db, elsewhere).get(address).status_code == 404
    inside = staff(db, StaffRole.REVIEWER, region=CITY)
    assert sign_in(client, db, inside).get(address).status_code == 200


def test_an_opinion_is_kept_and_wrong_needs_a_reason(client: TestClient, db: Session) -> None:
    market = Market(db)
    enter(client, db, market.writer)
    client.follow_redirects = False
    address = f"/matches/{market.first.id}/feedback"
    lacking = client.post(address, data={"verdict": "wrong"})
    assert lacking.status_code == 422
    assert f'id="reason-{market.first.id}-error">Say what is wrong with it.' in lacking.text
    assert client.post(address, data={"verdict": "awarded"}).status_code == 422
    assert client.post(address, data={"verdict": "wrong", "reason": "只做纺织"}).status_code == 303
    page = client.get(market.page()).text
    assert "You said: Wrong" in page
    assert "只做纺织" in page


def test_a_viewer_reads_matches_and_says_nothing(client: TestClient, db: Session) -> None:
    market = Market(db)
    person = a_member(db, market.need.organisation_id, MemberRole.VIEWER)
    sign_in(client, db, person, market.need.organisation_id)
    assert "Is this match useful?" not in client.get(market.page()).text
    answer = client.post(f"/matches/{market.first.id}/feedback", data={"verdict": "useful"})
    assert answer.status_code == 403


@pytest.mark.parametrize("choice", Confidentiality)
def test_a_vendor_sees_the_needs_that_fit_and_a_hidden_name_never(
    client: TestClient, db: Session, choice: Confidentiality
) -> None:
    market = Market(db, confidentiality=choice)
    page = enter(client, db, market.seller).get("/workspace/fitting-needs").text
    assert market.need.title in page
    assert (NAME in page) is (choice is not Confidentiality.HIDDEN)
    why = client.get(f"/matches/{market.first.id}/why").text
    assert (NAME in why) is False
    assert (
        market.need.title
        not in enter(client, db, a_writer(db, "无关有限公司")).get("/workspace/fitting-needs").text
    )


def test_what_no_longer_fits_is_not_listed(client: TestClient, db: Session) -> None:
    market = Market(db)
    market.first.is_current = False
    db.flush()
    page = enter(client, db, market.seller).get("/workspace/fitting-needs").text
    assert market.need.title not in page
    assert client.get(f"/matches/{market.first.id}/why").status_code == 404


def test_staff_see_figures_of_matching_in_their_region(client: TestClient, db: Session) -> None:
    market = Market(db)
    enter(client, db, market.writer).post(
        f"/matches/{market.first.id}/feedback", data={"verdict": "wrong", "reason": "只做纺织"}
    )
    inside = staff(db, StaffRole.AUDITOR, region=CITY)
    assert "只做纺织" in sign_in(client, db, inside).get("/desk/matches").text
    csv = client.post("/desk/exports/judged-pairs", data={"format": "csv"}).text
    assert "只做纺织" in csv
    assert NAME not in csv
    outside = staff(db, StaffRole.AUDITOR, region="440300")
    assert "只做纺织" not in sign_in(client, db, outside).get("/desk/matches").text
    csv = client.post("/desk/exports/judged-pairs", data={"format": "csv"}).text
    assert "只做纺织" not in csv


def test_a_need_that_was_not_matched_yet_says_so(client: TestClient, db: Session) -> None:
    writer = a_writer(db)
    need: Need = a_need(db, writer)
    page = enter(client, db, writer).get(f"/workspace/needs/{need.identifier}/matches").text
    assert "It was not matched yet" in page
