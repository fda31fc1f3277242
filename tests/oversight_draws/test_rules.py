"""Who may draw, report and decide, and what each leaves behind."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, select

from app.accounts.models import MemberRole, Membership, StaffRole
from app.core.audit import AuditEntry
from app.core.db import transaction
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.core.formats import today
from app.core.mail import Mail
from app.core.settings import Settings
from app.curation.oversight import checks, draws, effects, preparing, spotchecks
from app.curation.oversight.models import CheckStage, Effect, Finding, SpotCheck
from app.curation.oversight.spotchecks import Decision
from tests.oversight_draws.pools import (
    a_check,
    a_draw,
    a_publisher,
    a_report,
    a_vendor,
    a_wish,
    an_inspector,
)
from tests.people import DONGGUAN, GUANGZHOU, a_member, staff, visitor


def nothing_follows(check: SpotCheck) -> Decision:
    return Decision(check.version, Effect.NONE, "Nothing was wrong there.")


def test_only_published_vendors_of_the_region_and_kind_are_drawn_from(db: Session) -> None:
    inside = a_vendor(db, "东莞市甲软件有限公司", "441900003", kind="platform")
    a_vendor(db, "东莞市乙软件有限公司", kind="service")
    a_vendor(db, "广州市丙软件有限公司", GUANGZHOU, kind="platform")
    a_vendor(db, "东莞市丁软件有限公司", kind="platform").stage = "withdrawn"
    an_inspector(db, DONGGUAN)
    an_inspector(db)
    an_inspector(db, GUANGZHOU)
    own = a_publisher(db, DONGGUAN)
    found = preparing.preview(db, a_wish(region=DONGGUAN, kinds=("platform",)), by=own)
    assert [one["id"] for one in found.inputs["vendors"]] == [inside.identifier]
    assert found.inputs["vendors"][0]["city"] == DONGGUAN
    # the city's own inspectors and those of the province, whose region holds the city
    assert sorted(one["region"] for one in found.inputs["inspectors"]) == ["440000", DONGGUAN]
    assert found.unchecked == []


@pytest.mark.parametrize("region", ["440000", GUANGZHOU, "110000", ""])
def test_nobody_draws_outside_their_region(db: Session, region: str) -> None:
    a_vendor(db, "广州市丙软件有限公司", GUANGZHOU)
    an_inspector(db)
    with pytest.raises(NotFound):
        preparing.prepare(db, a_wish(region=region), by=a_publisher(db, DONGGUAN))


def test_another_regions_draw_looks_missing(db: Session) -> None:
    a_vendor(db, "广州市丙软件有限公司", GUANGZHOU)
    an_inspector(db)
    draw = preparing.prepare(db, a_wish(region=GUANGZHOU), by=a_publisher(db))
    db.flush()
    with pytest.raises(NotFound):
        draws.find_for(db, a_publisher(db, DONGGUAN), draw.id)


def test_who_was_drawn_lately_is_left_out_with_the_day(db: Session) -> None:
    vendor = a_vendor(db, "东莞市甲软件有限公司")
    an_inspector(db)
    by = a_publisher(db)
    draw = a_draw(db, by)
    a_vendor(db, "东莞市乙软件有限公司")
    found = preparing.preview(db, a_wish(), by=by)
    assert found.excluded == [
        {
            "id": vendor.identifier,
            "name": vendor.name,
            "reason": "checked",
            "on": today().isoformat(),
        }
    ]
    check = db.exec(select(SpotCheck)).one()
    check.stage = CheckStage.CLOSED
    draw.drawn_at -= timedelta(days=400)
    db.flush()
    assert preparing.preview(db, a_wish(), by=by).excluded == []


def test_a_draw_is_made_once_and_leaves_a_trail(db: Session) -> None:
    check, inspector, publisher = a_check(db)
    draw = draws.find_public(db, check.draw_id)
    with pytest.raises(Conflict):
        draws.make(db, draw, "", by=publisher)
    with pytest.raises(Conflict):
        draws.drop(db, draw, "Too late for this.", by=publisher)
    acts = {entry.action: entry for entry in db.exec(select(AuditEntry))}
    assert acts["draw.prepared"].after == {"inputs_hash": draw.inputs_hash, "vendors": 1}
    assert acts["draw.made"].after == {"seed": draw.seed, "checks": 1}
    assert db.exec(select(Mail)).one().to == inspector.email


def test_without_a_vendor_or_an_inspector_nothing_is_prepared(db: Session) -> None:
    by = a_publisher(db)
    with pytest.raises(Conflict, match="nobody to draw from"):
        preparing.prepare(db, a_wish(), by=by)
    a_vendor(db, "东莞市甲软件有限公司")
    with pytest.raises(Conflict, match="no inspector"):
        preparing.prepare(db, a_wish(), by=by)


def test_a_report_needs_an_answer_for_everything_unless_nobody_was_there(db: Session) -> None:
    check, inspector, _publisher = a_check(db)
    said = a_report(check, answers={}, finding=None, report="")
    assert spotchecks.save(db, check, said, by=inspector) == {}
    missing = spotchecks.hand_over(db, check, by=inspector)
    assert len(missing) == len(check.checklist) + 2
    alone = a_report(check, answers={}, finding=Finding.UNREACHABLE)
    spotchecks.save(db, check, alone, by=inspector)
    assert spotchecks.hand_over(db, check, by=inspector) == {}
    assert check.stage == CheckStage.REPORTED
    with pytest.raises(Conflict):
        spotchecks.save(db, check, a_report(check), by=inspector)


def test_the_second_of_two_windows_overwrites_nothing(db: Session) -> None:
    check, inspector, _publisher = a_check(db)
    seen = a_report(check)
    spotchecks.save(db, check, seen, by=inspector)
    with pytest.raises(Conflict):
        spotchecks.save(db, check, seen, by=inspector)


def test_only_the_inspector_who_was_drawn_reports(db: Session) -> None:
    check, _inspector, publisher = a_check(db)
    with pytest.raises(Forbidden):
        spotchecks.save(db, check, a_report(check), by=publisher)


def test_an_inspector_never_decides_their_own_check(db: Session) -> None:
    person = staff(db, StaffRole.INSPECTOR, StaffRole.PUBLISHER)
    check, inspector, _publisher = a_check(db, person)
    spotchecks.save(db, check, a_report(check), by=inspector)
    spotchecks.hand_over(db, check, by=inspector)
    with pytest.raises(Forbidden):
        spotchecks.decide(db, check, nothing_follows(check), by=inspector)
    check.decided_by = person.id  # not even by hand
    with pytest.raises(IntegrityError, match="decider_is_another"):
        db.flush()


def test_nobody_decides_about_a_vendor_that_they_belong_to(db: Session) -> None:
    check, inspector, publisher = a_check(db)
    spotchecks.save(db, check, a_report(check), by=inspector)
    spotchecks.hand_over(db, check, by=inspector)
    organisation_id = spotchecks.vendor_of(db, check).organisation_id
    db.add(
        Membership(
            organisation_id=organisation_id, person_id=publisher.person_id, role=MemberRole.VIEWER
        )
    )
    db.flush()
    with pytest.raises(Forbidden):
        spotchecks.decide(db, check, nothing_follows(check), by=publisher)


def test_nothing_follows_from_a_check_that_was_passed(db: Session) -> None:
    check, inspector, publisher = a_check(db)
    spotchecks.save(db, check, a_report(check), by=inspector)
    spotchecks.hand_over(db, check, by=inspector)
    reason = "It is not what it says."
    removal = Decision(check.version, Effect.REMOVED, reason, code="failed_check", reason=reason)
    with pytest.raises(Invalid):
        spotchecks.decide(db, check, removal, by=publisher)


def test_a_decision_is_published_told_and_can_be_taken_back_by_an_appeal(
    db: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken_back: list[Effect] = []
    monkeypatch.setattr(effects, "take_back", lambda *told, **_by: taken_back.append(told[2]))
    check, inspector, publisher = a_check(db)
    owner = a_member(db, spotchecks.vendor_of(db, check).organisation_id, language="en")
    spotchecks.save(db, check, a_report(check), by=inspector)
    spotchecks.hand_over(db, check, by=inspector)
    spotchecks.decide(db, check, nothing_follows(check), by=publisher)
    db.flush()
    told = db.exec(select(Mail).where(Mail.to == owner.email)).one()
    assert told.subject == "The spot check of 东莞市甲乙软件有限公司: Passed"
    assert checks.published(db, 1).total == 1
    spotchecks.reopen_after_appeal(db, check.id, a_publisher(db))
    db.flush()
    assert (check.stage, check.effect, check.decided_by) == (CheckStage.REPORTED, None, None)
    assert taken_back == [Effect.NONE]
    assert check.earlier[0]["finding"] == Finding.PASSED
    with pytest.raises(Forbidden):
        spotchecks.decide(db, check, nothing_follows(check), by=publisher)
    spotchecks.decide(db, check, nothing_follows(check), by=a_publisher(db))


def test_the_next_inspector_in_the_seeds_order_takes_over(db: Session) -> None:
    first, second = an_inspector(db, GUANGZHOU), an_inspector(db, "440600")
    an_inspector(db, DONGGUAN)
    check, *_people, publisher = a_check(db, first)
    before = check.inspector_id
    draws.substitute(db, check, "Worked for this vendor.", by=publisher)
    assert {before, check.inspector_id} == {first.id, second.id}
    assert check.substituted[0]["reason"] == "Worked for this vendor."
    with pytest.raises(Conflict, match="No other inspector"):
        draws.substitute(db, check, "Is ill for months.", by=publisher)


def test_an_inspector_sees_their_own_check_outside_of_their_region(db: Session) -> None:
    check, inspector, _publisher = a_check(db)
    assert inspector.scope.region == GUANGZHOU
    assert checks.find_for(db, inspector, check.id) is check
    other = visitor(db, an_inspector(db, GUANGZHOU))
    with pytest.raises(NotFound):
        checks.find_for(db, other, check.id)


def test_what_follows_is_carried_out_and_taken_back_after_an_appeal(db: Session) -> None:
    pytest.importorskip("app.curation.oversight.quarantining")
    check, inspector, publisher = a_check(db)
    vendor = spotchecks.vendor_of(db, check)
    said = a_report(check, finding=Finding.FAILED, report="Nobody knows the product there.")
    spotchecks.save(db, check, said, by=inspector)
    spotchecks.hand_over(db, check, by=inspector)
    reason = "The product does not exist."
    ended = Decision(check.version, Effect.WHITELIST_ENDED, reason, reason=reason)
    with pytest.raises(Conflict, match="not on the whitelist"), db.begin_nested():
        spotchecks.decide(db, check, ended, by=publisher)
    hidden = Decision(
        check.version,
        Effect.QUARANTINED,
        reason,
        code="failed_check",
        reason=reason,
        until=today() + timedelta(days=30),
    )
    spotchecks.decide(db, check, hidden, by=publisher)
    assert vendor.stage == "quarantined"
    spotchecks.reopen_after_appeal(db, check.id, a_publisher(db))
    assert vendor.stage == "published"
    removed = Decision(check.version, Effect.REMOVED, reason, code="failed_check", reason=reason)
    spotchecks.decide(db, check, removed, by=a_publisher(db))
    assert vendor.stage == "removed"


def test_of_two_who_draw_at_once_one_is_told_so(own_database: Settings) -> None:
    with transaction() as db:
        a_vendor(db, "东莞市甲软件有限公司")
        an_inspector(db)
        by = a_publisher(db)
        draw_id = preparing.prepare(db, a_wish(), by=by).id

    def make(_turn: int) -> bool:
        try:
            with transaction() as db:
                draws.make(db, draws.find_for(db, by, draw_id, locked=True), "", by=by)
        except Conflict:
            return False
        return True

    with ThreadPoolExecutor(2) as both:
        assert sorted(both.map(make, range(2))) == [False, True]
    with transaction(writes=False) as db:
        assert len(db.exec(select(SpotCheck)).all()) == 1
