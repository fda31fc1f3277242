"""The whitelist rests on an assessment, warns, and ends by itself, to the day."""

from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session, col, select

from app.catalogue import index
from app.catalogue.documents import document_of
from app.catalogue.models import Vendor
from app.catalogue.stages import Stage
from app.core import formats
from app.core.audit import AuditEntry
from app.core.errors import Conflict, Forbidden, Invalid
from app.core.mail import Mail
from app.core.outbox import Job
from app.curation.oversight import assessing, whitelisting
from app.curation.oversight.models import Domain, WhitelistEntry
from search.engine import Kind
from tests.factories import the_record
from tests.oversight.setting import (
    Clock,
    a_publisher,
    a_vendor,
    an_assessment,
    an_entry,
    an_inspector,
    found,
    offers,
)
from tests.people import a_member, visitor


def mails(db: Session) -> list[str]:
    return list(db.exec(select(Mail.subject).order_by(col(Mail.id))))


def test_an_entry_needs_a_confirmed_assessment_that_holds_all_the_while(db: Session) -> None:
    vendor, publisher = a_vendor(db), a_publisher(db)
    draft = assessing.write(db, vendor, found(), by=an_inspector(db))
    db.flush()
    with pytest.raises(Conflict, match="confirmed"):
        whitelisting.admit(db, draft, draft.valid_until, by=publisher)
    assessment = an_assessment(db, vendor)
    with pytest.raises(Invalid, match="cannot last longer"):
        whitelisting.admit(db, assessment, assessment.valid_until + timedelta(days=1), by=publisher)
    whitelisting.admit(db, assessment, assessment.valid_until, by=publisher)
    assert vendor.whitelisted_until == assessment.valid_until


def test_an_entry_needs_the_minimum_in_every_domain(db: Session) -> None:
    assessment = an_assessment(db, a_vendor(db), control=0)
    assert whitelisting.falls_short(assessment) == [Domain.CONTROL]
    with pytest.raises(Conflict, match="minimum"):
        whitelisting.admit(db, assessment, assessment.valid_until, by=a_publisher(db))


def test_who_belongs_to_the_vendor_does_not_decide_about_it(db: Session) -> None:
    vendor = a_vendor(db)
    assessment = an_assessment(db, vendor)
    member = visitor(db, a_member(db, vendor.organisation_id), vendor.organisation_id)
    with pytest.raises(Forbidden, match="belong"):
        whitelisting.admit(db, assessment, assessment.valid_until, by=member)


def test_badge_and_filter_value_are_gone_the_day_after_even_before_the_job_runs(
    db: Session, client: TestClient, clock: Clock
) -> None:
    vendor = a_vendor(db)
    solution, _case = offers(db, vendor)
    last = an_entry(db, vendor).valid_until
    vocabulary = index.get_vocabulary()
    clock.go_to(last, hour=23)
    assert document_of(vendor, vocabulary).facets["whitelist"] == ("valid",)
    assert f"Whitelist until {last}" in client.get(f"/vendors/{vendor.slug}").text
    clock.go_to(last + timedelta(days=1), hour=0)  # still yesterday in UTC
    record = the_record(db, Kind.VENDOR, vendor.id)
    assert "whitelist" not in document_of(record, vocabulary).facets
    for page in (f"/vendors/{vendor.slug}", f"/solutions/{solution.slug}"):
        assert "Whitelist until" not in client.get(page).text


def test_the_job_ends_an_entry_once_and_has_the_index_follow(db: Session, clock: Clock) -> None:
    vendor = a_vendor(db)
    entry = an_entry(db, vendor)
    a_member(db, vendor.organisation_id, language="en")
    clock.go_to(entry.valid_until, hour=23)
    whitelisting.keep_time(db)
    assert entry.ended_on is None
    version = vendor.version
    clock.go_to(entry.valid_until + timedelta(days=1), hour=0)
    db.exec(select(Job)).all()
    whitelisting.keep_time(db)
    whitelisting.keep_time(db)
    vendor = the_record(db, Kind.VENDOR, vendor.id)
    assert isinstance(vendor, Vendor)
    assert (vendor.whitelisted_until, vendor.version) == (None, version + 1)
    assert entry.ended_on == entry.valid_until + timedelta(days=1)
    assert entry.ended_by is None
    ended = select(AuditEntry).where(AuditEntry.action == "whitelistentry.ended")
    assert [one.by for one in db.exec(ended)] == ["system"]
    assert mails(db)[-1] == f"The whitelist entry of {vendor.name} has ended"


def test_owners_are_warned_once_90_30_and_7_days_before(db: Session, clock: Clock) -> None:
    vendor = a_vendor(db)
    entry = an_entry(db, vendor, days=200)
    a_member(db, vendor.organisation_id, language="en")
    said = []
    for left in (91, 90, 89, 31, 30, 8, 7, 7, 0):
        clock.go_to(entry.valid_until - timedelta(days=left), hour=1)
        before = len(mails(db))
        whitelisting.keep_time(db)
        said += [left] * (len(mails(db)) - before)
    assert said == [90, 30, 7]


def test_warnings_that_were_missed_become_one(db: Session, clock: Clock) -> None:
    vendor = a_vendor(db)
    entry = an_entry(db, vendor, days=200)
    a_member(db, vendor.organisation_id)
    before = len(mails(db))
    clock.go_to(entry.valid_until - timedelta(days=5))
    whitelisting.warn_due(db)
    assert len(mails(db)) == before + 1
    assert entry.warned == [90, 30, 7]


def test_a_new_entry_replaces_the_one_that_still_runs(db: Session) -> None:
    vendor = a_vendor(db)
    first = an_entry(db, vendor, days=20)
    second = an_entry(db, vendor, days=100)
    assert first.ended_on == formats.today()
    assert second.ended_on is None
    assert vendor.whitelisted_until == second.valid_until


def test_revoking_the_assessment_ends_what_rests_on_it(db: Session) -> None:
    vendor, publisher = a_vendor(db), a_publisher(db)
    assessment = an_assessment(db, vendor)
    entry = whitelisting.admit(db, assessment, assessment.valid_until, by=publisher)
    assessing.revoke(db, assessment, reason="证据是伪造的", by=publisher)
    assert vendor.whitelisted_until is None
    assert (entry.ended_by, entry.reason) == (publisher.person_id, "证据是伪造的")
    with pytest.raises(Conflict, match="ended already"):
        whitelisting.end(db, entry, reason="再来一次", by=publisher)


def test_an_entry_ends_when_its_vendor_leaves_the_pool(db: Session) -> None:
    vendor = a_vendor(db)
    entry = an_entry(db, vendor)
    vendor.move_to(Stage.WITHDRAWN)
    db.flush()
    whitelisting.keep_time(db)
    assert entry.ended_on == formats.today()
    assert db.exec(select(WhitelistEntry).where(col(WhitelistEntry.ended_on).is_(None))).all() == []
