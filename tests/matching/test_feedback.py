"""Verdicts, what staff read from them, who gets the good places, and what leaves the house."""

from datetime import timedelta

import pytest
from sqlmodel import Session, select

from app.accounts.scope import Scope
from app.accounts.visitor import Visitor
from app.catalogue.models import Organisation, Vendor
from app.core.db import now
from app.core.errors import Forbidden, Invalid
from app.matching import feedback, figures, pairs, service
from app.matching.models import Match, MatchFeedback, Verdict
from tests.matching.makers import Refresh, a_need, a_solution, a_vendor, wanted
from tests.people import DONGGUAN, GUANGZHOU, PROVINCE, a_member, a_person, an_organisation, visitor


@pytest.fixture
def match(db: Session, fill_index: Refresh) -> Match:
    a_solution(db, "设备联网网关")
    need_id = a_need(db)
    fill_index()
    text = "东莞测试机械有限公司要设备联网，电话 13800138000"
    asked = wanted(text, region=DONGGUAN)
    service.keep(db, need_id=need_id, need_version=1, wanted=asked)
    return db.exec(select(Match)).one()


@pytest.fixture
def asker(db: Session) -> Visitor:
    organisation = an_organisation(db, name="测试机械", aliases=["小测"])
    return visitor(db, a_member(db, organisation.id), organisation.id)


def verdicts(db: Session) -> dict[str, str]:
    return {one.verdict: one.reason for one in db.exec(select(MatchFeedback))}


def test_the_newest_opinion_counts_and_what_happened_stays(
    db: Session, match: Match, asker: Visitor
) -> None:
    feedback.say(db, asker, match, Verdict.SHORTLISTED)
    feedback.say(db, asker, match, Verdict.USEFUL)
    feedback.say(db, asker, match, Verdict.WRONG, " 只做电子行业 ")
    feedback.say(db, asker, match, Verdict.WRONG, "只做纺织")
    assert verdicts(db) == {"shortlisted": "", "wrong": "只做纺织"}
    assert asker.acts_for is not None
    (said,) = feedback.verdicts(db, match.need_id, asker.acts_for).values()
    assert set(said) == {Verdict.SHORTLISTED, Verdict.WRONG}


def test_wrong_needs_a_reason_and_somebody_to_speak_for(
    db: Session, match: Match, asker: Visitor
) -> None:
    with pytest.raises(Invalid):
        feedback.say(db, asker, match, Verdict.WRONG, "  ")
    with pytest.raises(Forbidden):
        feedback.say(db, visitor(db, a_person(db)), match, Verdict.USEFUL)
    assert verdicts(db) == {}


def test_what_follows_is_noted_at_the_match_that_led_to_it(
    db: Session, match: Match, asker: Visitor
) -> None:
    whom = {"vendor_id": match.vendor_id, "organisation_id": asker.acts_for}
    assert asker.acts_for is not None
    noted = feedback.note(
        db,
        need_id=match.need_id,
        vendor_id=match.vendor_id,
        organisation_id=asker.acts_for,
        verdict=Verdict.CONTACTED,
    )
    assert noted is not None
    assert noted.match_id == match.id
    stranger = a_vendor(db, name="未匹配的")
    nothing = feedback.note(
        db,
        need_id=match.need_id,
        vendor_id=stranger.id,
        organisation_id=asker.acts_for,
        verdict=Verdict.CONTACTED,
    )
    assert nothing is None
    assert whom["organisation_id"]


def test_staff_see_the_figures_of_their_region_by_week_and_scenario(
    db: Session, match: Match, asker: Visitor
) -> None:
    feedback.say(db, asker, match, Verdict.WRONG, "只做纺织")
    feedback.say(db, asker, match, Verdict.SHORTLISTED)
    told = figures.quality(db, Scope(PROVINCE))
    assert told.whole.useful == 0
    assert told.whole.funnel == (1, 0, 0)
    assert told.whole.wrong == {"只做纺织": 1}
    assert list(told.weeks) == [figures.week_of(now())]
    assert list(told.scenarios) == ["equipment-connectivity"]
    assert figures.quality(db, Scope(DONGGUAN)).whole.funnel == (1, 0, 0)
    elsewhere = figures.quality(db, Scope(GUANGZHOU))
    assert elsewhere.whole.useful is None
    assert elsewhere.weeks == {}


def test_exposure_sets_the_places_of_new_and_small_vendors_beside_what_they_offer(
    db: Session, fill_index: Refresh
) -> None:
    old = a_vendor(db, name="老厂")
    new = a_vendor(db, name="新厂")
    for number in range(3):
        a_solution(db, f"设备联网{number}", vendor_id=old.id)
    a_solution(db, "设备联网新", vendor_id=new.id)
    db.get_one(Vendor, old.id).published_at = now() - timedelta(days=200)
    need_id = a_need(db)
    fill_index()
    asked = wanted(region=DONGGUAN)
    service.keep(db, need_id=need_id, need_version=1, wanted=asked)
    told = figures.exposure(db, Scope(DONGGUAN))
    assert told.places == {3: 3, 10: 4}
    assert told.new[10] == told.small[10] == 0.25
    assert told.offered_new == told.offered_small == 0.25
    assert figures.exposure(db, Scope(GUANGZHOU)).places == {3: 0, 10: 0}


def test_judged_pairs_tell_nobody(db: Session, match: Match, asker: Visitor) -> None:
    reason = "测试机械的王工说不对，微信：wanggong88，邮箱 w@example.com"
    feedback.say(db, asker, match, Verdict.WRONG, reason)
    (row,) = pairs.judged_pairs(db, Scope(PROVINCE))
    told = dict(zip(pairs.COLUMNS, row, strict=True))
    assert told["name"] == "设备联网网关"
    assert told["verdict"] == "wrong"
    assert "设备联网" in str(told["text"])
    whole = " ".join(map(str, row))
    asking = db.get_one(Organisation, asker.acts_for)
    for secret in (asking.name, "13800138000", "wanggong88", "w@example.com", "有限公司", DONGGUAN):
        assert secret not in whole
    assert str(match.need_id) not in whole
    assert list(pairs.judged_pairs(db, Scope(GUANGZHOU))) == []
