"""Into the catalogue: never early, never over an open objection, through the one door."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import Session, select

from app.catalogue import reading
from app.catalogue.models import Organisation, Revision, Solution, Vendor
from app.catalogue.stages import Stage
from app.core import formats
from app.core.errors import Conflict, Forbidden, Invalid
from app.core.outbox import Job
from app.curation.admission import edit
from app.curation.applications import notices, publishing
from app.curation.applications.models import Objection
from app.curation.models import Candidate, Standing
from search.engine import Kind
from tests.desk.applications import VALUES, an_application, announced, at_notice, publisher
from tests.factories import a_record, the_record
from tests.people import an_organisation

EVE = datetime(2026, 3, 6, 12, tzinfo=formats.CHINA)  # a Friday


def set_clock(monkeypatch: pytest.MonkeyPatch, moment: datetime) -> None:
    monkeypatch.setattr(formats, "now", lambda: moment)


def a_change(db: Session, **changes: Any) -> Any:
    """A published solution, and a change of it under a notice that may be published today."""
    record = a_record(db, Kind.SOLUTION, name="排产", summary="旧", year=2024)
    vendor = db.get_one(Vendor, record.vendor_id)
    application = at_notice(
        db,
        Kind.SOLUTION,
        record_id=record.id,
        organisation=db.get_one(Organisation, vendor.organisation_id),
        is_new=False,
        base_version=record.version,
        links={"vendor_id": str(vendor.id)},
        values={"name": "排产", "summary": "旧", **changes},
    )
    return record, application


def test_a_notice_runs_five_working_days_and_publication_follows(
    db: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_clock(monkeypatch, EVE)
    assert notices.dates_from(date(2026, 3, 9)) == (date(2026, 3, 13), date(2026, 3, 16))
    # free from 1 to 7 October, worked on Saturday the 10th
    assert notices.dates_from(date(2026, 9, 30)) == (date(2026, 10, 12), date(2026, 10, 13))
    application = an_application(db, stage=Stage.REVIEWED)
    with pytest.raises(Invalid, match="today or tomorrow"):
        notices.start(db, application, date(2026, 3, 9), by=publisher(db))
    notice = notices.start(db, application, date(2026, 3, 7), by=publisher(db))
    assert (notice.ends_on, notice.publish_on) == (date(2026, 3, 13), date(2026, 3, 16))


def test_nothing_is_published_before_its_day_in_china(
    db: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_clock(monkeypatch, EVE)
    application, by = an_application(db, stage=Stage.REVIEWED), publisher(db)
    notice = announced(db, application)
    assert notice.publish_on == date(2026, 3, 13)
    midnight = datetime(2026, 3, 13, tzinfo=formats.CHINA)
    set_clock(monkeypatch, midnight - timedelta(seconds=1))
    with pytest.raises(Conflict, match="before 2026-03-13"):
        publishing.publish(db, application, by=by)
    publishing.publish_due(db)
    assert db.exec(select(Job).where(Job.name == publishing.PUBLISH_ONE)).all() == []
    set_clock(monkeypatch, midnight)
    publishing.publish(db, application, by=by)
    assert application.stage == Stage.PUBLISHED


def test_the_job_publishes_on_the_day_in_the_name_of_who_announced_it(db: Session) -> None:
    application = at_notice(db)
    publishing.publish_due(db)
    publishing.publish_due(db)  # the second run finds the job waiting
    waiting = db.exec(select(Job).where(Job.name == publishing.PUBLISH_ONE)).all()
    assert len(waiting) == 1
    publishing.publish_one(db, [waiting[0].payload])
    publishing.publish_one(db, [waiting[0].payload])  # a job may run twice
    notice = notices.objections_of(db, application)
    assert (application.stage, application.open_for, notice) == (Stage.PUBLISHED, None, [])
    assert application.decided_by is not None


def test_a_new_vendor_takes_its_place_with_the_organisation_that_is_known(db: Session) -> None:
    organisation = an_organisation(db, VALUES["name"], credit_code="91440300708461136T")
    application = at_notice(db, organisation=organisation)
    publishing.publish(db, application, by=publisher(db))
    record = the_record(db, Kind.VENDOR, application.record_id)
    assert isinstance(record, Vendor)
    assert record.organisation_id == organisation.id
    assert organisation.credit_code == "91440300708461136T"
    assert record.summary == VALUES["summary"]
    assert record.origins["summary"]["by"] == organisation.name
    assert reading.find_public(db, Kind.VENDOR, record.slug) is record
    candidate = db.exec(select(Candidate).where(Candidate.record_id == record.id)).one()
    assert (candidate.standing, candidate.source, candidate.batch_id) == (
        Standing.ACCEPTED,
        "person",
        None,
    )


def test_a_change_touches_only_what_the_vendor_changed(db: Session) -> None:
    record, application = a_change(db, summary="新的说明", price_text="面议")
    edit(db, record, {"deployment": ["cloud"]}, by="op")
    publishing.publish(db, application, by=publisher(db))
    assert (record.summary, record.price_text, record.deployment) == (
        "新的说明",
        "面议",
        ["cloud"],
    )
    assert record.year == 2024  # no field of the vendors' form
    assert "batch" in record.origins["name"]
    assert "by" in record.origins["summary"]
    numbers = db.exec(select(Revision.number).where(Revision.record_id == record.id)).all()
    assert sorted(numbers) == [1, 2, 3]


def test_what_changed_on_the_live_listing_has_to_be_seen_first(db: Session) -> None:
    record, application = a_change(db, summary="新的说明")
    edit(db, record, {"summary": "工作人员更正"}, by="op")
    by = publisher(db)
    with pytest.raises(Conflict, match="changed meanwhile"):
        publishing.publish(db, application, by=by)
    with pytest.raises(Conflict, match="changed meanwhile"):
        publishing.publish(db, application, seen=record.version - 1, by=by)
    publishing.publish_one(db, [{"id": str(application.id)}])
    assert application.stage == Stage.NOTICE  # the job leaves it to a person
    publishing.publish(db, application, seen=record.version, by=by)
    assert record.summary == "新的说明"


def test_an_offer_waits_for_its_vendor(db: Session) -> None:
    organisation = an_organisation(db)
    own = at_notice(db, organisation=organisation)
    offer = at_notice(db, Kind.SOLUTION, organisation=organisation, values={"name": "排产"})
    by = publisher(db)
    with pytest.raises(Conflict, match="names no vendor"):
        publishing.publish(db, offer, by=by)
    vendor = publishing.publish(db, own, by=by)
    offer.links = {"vendor_id": str(a_record(db, Kind.VENDOR, name="别家").id)}
    with pytest.raises(Conflict, match="names no vendor of its organisation"):
        publishing.publish(db, offer, by=by)
    offer.links = {"vendor_id": str(vendor.id)}
    vendor.stage = Stage.QUARANTINED
    with pytest.raises(Conflict, match="is not published"):
        publishing.publish(db, offer, by=by)
    vendor.stage = Stage.PUBLISHED
    record = publishing.publish(db, offer, by=by)
    assert isinstance(record, Solution)
    assert record.vendor_id == vendor.id


def test_an_open_or_upheld_objection_keeps_it_from_publication(db: Session) -> None:
    application, by = at_notice(db, publish_on=formats.today()), publisher(db)
    notice = notices.running(db, application)
    assert notice is not None
    assert notice.id is not None
    db.add(Objection(notice_id=notice.id, name="甲", contact="a@example.com", text="不实"))
    db.flush()
    with pytest.raises(Conflict, match="every objection"):
        publishing.publish(db, application, by=by)
    objection = notices.objections_of(db, application)[0]
    assert objection.id is not None
    notices.decide_objection(db, application, objection.id, "属实", is_upheld=True, by=by)
    with pytest.raises(Conflict, match="decided already"):
        notices.decide_objection(db, application, objection.id, "x", is_upheld=False, by=by)
    with pytest.raises(Conflict, match="upheld"):
        publishing.publish(db, application, by=by)


def test_whoever_recommended_cannot_publish(db: Session) -> None:
    by = publisher(db)
    application = at_notice(db, recommended_by=by.person_id)
    with pytest.raises(Forbidden, match="recommended this yourself"):
        publishing.publish(db, application, by=by)


def test_a_listing_that_left_comes_back_by_a_new_application(db: Session) -> None:
    record, application = a_change(db, summary="回来了")
    record.stage, record.left_on, record.left_why = Stage.REMOVED, formats.today(), "过期"
    publishing.publish(db, application, by=publisher(db))
    assert (record.stage, record.left_on, record.left_why) == (Stage.PUBLISHED, None, None)
    record.stage = Stage.QUARANTINED
    hidden = at_notice(
        db,
        Kind.SOLUTION,
        record_id=record.id,
        organisation=db.get_one(Organisation, application.organisation_id),
        links=application.links,
        values={"name": "x"},
    )
    with pytest.raises(Conflict, match="hidden for now"):
        publishing.publish(db, hidden, by=publisher(db))
