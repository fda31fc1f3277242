"""Quarantine, removal, the yearly re-check, and freshness, with a clock that moves."""

from datetime import timedelta

import pytest
from sqlmodel import Session, col, select

from app.catalogue.models import Record
from app.catalogue.service import INDEX_JOB
from app.catalogue.stages import Stage
from app.core import formats
from app.core.audit import AuditEntry
from app.core.errors import Conflict, Invalid
from app.core.mail import Mail
from app.core.outbox import Job
from app.curation.oversight import freshness, quarantining, reading, removing
from app.curation.oversight.reading import Asked
from tests.oversight.setting import Clock, a_publisher, a_vendor, an_entry, offers
from tests.people import a_member, visitor

SENTENCE = "用户投诉其数据外泄"


def hide(db: Session, record: Record, days: int = 30, **given: str) -> quarantining.Quarantine:
    until = formats.today() + timedelta(days=days)
    said = {"code": "complaint", "reason": SENTENCE, **given}
    return quarantining.begin(db, record, **said, until=until, by=a_publisher(db))


def stages(*records: Record) -> list[str]:
    return [str(record.stage) for record in records]


def test_a_vendor_takes_its_offers_along_and_brings_exactly_those_back(
    db: Session, clock: Clock
) -> None:
    vendor = a_vendor(db)
    solution, case = offers(db, vendor)
    hide(db, solution, days=60)
    quarantine = hide(db, vendor, days=30)
    assert stages(vendor, solution, case) == ["quarantined"] * 3
    assert (vendor.left_code, vendor.left_why) == ("complaint", None)  # the sentence stays inside
    clock.go_to(quarantine.until, hour=23)
    quarantining.lift_due(db)
    assert vendor.stage == Stage.QUARANTINED
    clock.go_to(quarantine.until + timedelta(days=1), hour=0)
    quarantining.lift_due(db)
    quarantining.lift_due(db)
    assert stages(vendor, solution, case) == ["published", "quarantined", "published"]
    assert vendor.left_on is None
    restored = select(AuditEntry.by).where(AuditEntry.action == "vendor.restored")
    assert db.exec(restored).all() == ["system"]
    followed = {job.payload["id"] for job in db.exec(select(Job).where(Job.name == INDEX_JOB))}
    assert {str(vendor.id), str(solution.id), str(case.id)} <= followed


def test_an_offer_whose_own_time_is_over_waits_for_its_vendor(db: Session, clock: Clock) -> None:
    vendor = a_vendor(db)
    solution, _case = offers(db, vendor)
    hide(db, solution, days=10)
    hide(db, vendor, days=30)
    clock.pass_days(11)
    quarantining.lift_due(db)
    assert stages(vendor, solution) == ["quarantined", "quarantined"]
    clock.pass_days(20)
    quarantining.lift_due(db)
    assert stages(vendor, solution) == ["published", "published"]


def test_no_offer_comes_back_without_its_vendor(db: Session, clock: Clock) -> None:
    vendor, publisher = a_vendor(db), a_publisher(db)
    solution, case = offers(db, vendor)
    hide(db, solution, days=10)
    removing.remove(db, case, code="other", reason="重复", by=publisher)
    vendor.move_to(Stage.WITHDRAWN)
    vendor.left_code = "request"
    clock.pass_days(11)
    quarantining.lift_due(db)
    assert (solution.stage, solution.left_code) == ("withdrawn", "request")
    with pytest.raises(Conflict, match="vendor first"):
        removing.readmit_after_appeal(db, case.id, publisher)


def test_staff_extend_a_quarantine_and_lift_it_once(db: Session, clock: Clock) -> None:
    vendor, publisher = a_vendor(db), a_publisher(db)
    quarantine = hide(db, vendor)
    with pytest.raises(Invalid, match="after"):
        quarantining.extend(db, quarantine, quarantine.until, reason="未结案", by=publisher)
    later = quarantine.until + timedelta(days=30)
    quarantining.extend(db, quarantine, later, reason="未结案", by=publisher)
    clock.pass_days(40)
    quarantining.lift_due(db)
    assert vendor.stage == Stage.QUARANTINED
    quarantining.lift_after_appeal(db, quarantine.id, publisher)
    assert vendor.stage == Stage.PUBLISHED
    quarantining.lift_after_appeal(db, quarantine.id, publisher)  # over already: nothing happens
    with pytest.raises(Conflict, match="over already"):
        quarantining.lift(db, quarantine, reason="再来一次", by=publisher)


def test_the_vendor_reads_the_sentence_and_the_trail_says_before_after_and_why(
    db: Session,
) -> None:
    vendor = a_vendor(db)
    a_member(db, vendor.organisation_id, language="en")
    hide(db, vendor)
    assert SENTENCE in db.exec(select(Mail.text)).one()
    (entry,) = db.exec(select(AuditEntry).where(AuditEntry.action == "vendor.quarantined"))
    assert entry.before == {"stage": "published", "code": None}
    assert entry.after == {"stage": "quarantined", "code": "complaint"}
    assert entry.why == SENTENCE


def test_removal_takes_everything_along_and_an_appeal_brings_it_back(db: Session) -> None:
    vendor, publisher = a_vendor(db), a_publisher(db)
    solution, case = offers(db, vendor)
    entry = an_entry(db, vendor)
    quarantine = hide(db, solution)
    removing.remove(db, vendor, code="violation", reason="伪造案例", by=publisher)
    assert stages(vendor, solution, case) == ["removed"] * 3
    assert (vendor.left_code, vendor.left_why) == ("violation", "伪造案例")
    assert entry.ended_on == formats.today()
    assert quarantine.lifted_at is not None
    with pytest.raises(Conflict):
        removing.remove(db, vendor, code="violation", reason="伪造案例", by=publisher)
    removing.readmit_after_appeal(db, vendor.id, publisher)
    assert stages(vendor, solution, case) == ["published"] * 3


def test_a_vendor_is_due_for_its_recheck_a_year_after_the_last(db: Session, clock: Clock) -> None:
    vendor, publisher = a_vendor(db), a_publisher(db)
    due = Asked(standing="recheck")

    def names() -> list[str]:
        db.flush()
        page = reading.page_of_listings(db, publisher, due)
        return [record.name for record, _confirmation in page.items]

    clock.pass_days(364)
    assert names() == []
    clock.pass_days(2)
    assert names() == [vendor.name]
    removing.pass_recheck(db, vendor, reason="资料齐全", by=publisher)
    db.exec(
        select(AuditEntry).where(AuditEntry.action == removing.RECHECKED)
    ).one().at = clock.moment
    assert names() == []
    clock.pass_days(366)
    assert names() == [vendor.name]


def test_what_was_untouched_for_a_year_is_asked_about_in_one_mail_and_then_archived(
    db: Session, clock: Clock
) -> None:
    vendor = a_vendor(db)
    solution, case = offers(db, vendor)
    owner = visitor(db, a_member(db, vendor.organisation_id), vendor.organisation_id)
    clock.pass_days(366)
    freshness.keep_fresh(db)
    freshness.keep_fresh(db)
    assert len(db.exec(select(Mail)).all()) == 1
    assert len(freshness.waiting_of(db, vendor.organisation_id)) == 3
    freshness.confirm(db, freshness.find_own(db, owner, solution.id), by=owner)
    clock.pass_days(89)
    freshness.keep_fresh(db)
    assert stages(vendor, solution, case) == ["published"] * 3
    clock.pass_days(2)
    freshness.keep_fresh(db)
    freshness.keep_fresh(db)
    # A vendor stays while something that it offers still holds.
    assert stages(vendor, solution, case) == ["published", "published", "withdrawn"]
    assert case.left_code == "outdated"
    archived = select(AuditEntry.by).where(col(AuditEntry.action).endswith(".withdrawn"))
    assert db.exec(archived).all() == ["system"]
    with pytest.raises(Conflict, match="cannot be confirmed"):
        freshness.confirm(db, case, by=owner)


def test_what_nobody_claimed_is_shown_to_the_staff_and_never_archived(
    db: Session, clock: Clock
) -> None:
    vendor, publisher = a_vendor(db), a_publisher(db)
    clock.pass_days(366)
    freshness.keep_fresh(db)
    clock.pass_days(100)
    freshness.keep_fresh(db)
    assert vendor.stage == Stage.PUBLISHED
    stale = Asked(standing="stale")
    assert reading.page_of_listings(db, publisher, stale).total == 1
    freshness.confirm(db, vendor, by=publisher)
    db.flush()
    assert reading.page_of_listings(db, publisher, stale).total == 0
