"""No list, search, export or count of the desk shows anything from outside the region.

A made-up thing of every kind stands in each of several regions, its name marked with its code.
Each function in `LISTS` answers what somebody sees; a list that is added gets one line there.
"""

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any
from uuid import uuid4

from sqlmodel import Session, select

from app.accounts.models import Certification, CertificationStage, StaffRole
from app.accounts.scope import Scope
from app.accounts.visitor import Visitor
from app.catalogue.models import Organisation, Vendor
from app.catalogue.stages import Stage
from app.core import audit
from app.core.db import now
from app.curation.admission import Twin
from app.curation.applications.models import Application
from app.curation.models import Batch
from app.curation.oversight.models import Assessment, Draw, SpotCheck, WhitelistEntry
from app.desk import auditing, exporting, merging, previewing, tables
from search.engine import Kind
from tests.factories import a_batch, a_proposal, a_record
from tests.people import PROVINCE, staff, visitor

REGIONS = ("441900101", "440100", "440106", "110108", None)
Seen = Iterable[Any]


def marked(region: str | None) -> str:
    """What everything in a region is called by."""
    return f"〔{region}〕"


def fill(db: Session) -> None:
    """One of everything in every region, all acts by people of that region."""
    for region in REGIONS:
        fill_one(db, region, marked(region))


def fill_one(db: Session, region: str | None, mark: str) -> None:
    vendor = a_record(db, Kind.VENDOR, name=f"{mark}厂", region=region)
    a_record(db, Kind.SOLUTION, name=f"{mark}方案", vendor_id=vendor.id)
    a_record(db, Kind.CASE, name=f"{mark}案例", vendor_id=None, region=region)
    twin = Twin(vendor.id, 0.8, ("The names sound the same.",))
    comes = a_proposal(name=f"{mark}场", region=region, twin=twin, in_review=True)
    changed = a_proposal(record_id=vendor.id, name=f"{mark}厂", summary=f"{mark}新")
    a_batch(db, comes, changed, a_proposal(name=f"{mark}新厂", region=region), source=f"{mark}.csv")
    organisation = db.get_one(Organisation, db.get_one(Vendor, vendor.id).organisation_id)
    person = staff(db, StaffRole.INSPECTOR, region=region or PROVINCE, name=f"{mark}人")
    other = staff(db, StaffRole.INSPECTOR, region=region or PROVINCE, name=f"{mark}另一人")
    application = Application(
        kind=Kind.VENDOR,
        record_id=vendor.id,
        organisation_id=organisation.id,
        region=region,
        stage=Stage.SUBMITTED,
        name=f"{mark}申报",
        proposed_by=person.id,
        submitted_at=now(),
    )
    certification = Certification(
        organisation_id=organisation.id,
        region=region,
        stage=CertificationStage.SUBMITTED,
        submitted_at=now(),
    )
    days = {"valid_from": date(2026, 1, 1), "valid_until": date(2027, 1, 1)}
    assessment = Assessment(vendor_id=vendor.id, written_by=person.id, **days)
    draw = Draw(
        title=f"{mark}抽签",
        region=region or PROVINCE,
        seed="0",
        inputs={},
        outcome={},
        drawn_by=person.id,
    )
    subjects = [application, certification, assessment, draw]
    db.add_all(subjects)
    db.flush()
    entry = WhitelistEntry(
        vendor_id=vendor.id, assessment_id=assessment.id, decided_by=other.id, **days
    )
    check = SpotCheck(draw_id=draw.id, vendor_id=vendor.id, inspector_id=person.id, region=region)
    db.add_all([entry, check])
    db.flush()
    for subject in (*subjects, entry, check, person, organisation, f"list:{uuid4()}"):
        audit.record(db, visitor(db, person), "thing.done", subject, why=f"{mark}因")


def previews(db: Session, by: Visitor) -> Seen:
    for listed in previewing.page_of_batches(db, by, 1, 1000).items:
        yield listed.batch.source
        counts = previewing.counts(db, by, listed.batch)
        for part in [part for part in previewing.Part if counts[part]]:
            page = previewing.page(db, by, listed.batch, part, 1)
            assert page.total == len(page.items) == counts[part]
            for row in page.items:
                yield row.record.name, [(change.before, change.after) for change in row.changes]


def pairs(db: Session, by: Visitor) -> Seen:
    page = merging.page(db, by, merging.Asked(), 1000)
    assert page.total == len(page.items) == merging.count(db, by, merging.Asked())
    return [(pair.newer.name, pair.older.name) for pair in page.items]


def entries(db: Session, by: Visitor) -> Seen:
    page = auditing.page(db, by, auditing.Asked(), 10_000)
    assert page.total == len(page.items)
    return [(line.text, line.entry.why, line.changes, line.details) for line in page.items]


def searched(db: Session, by: Visitor) -> Seen:
    for wanted in ("〔", *map(marked, REGIONS)):
        page = auditing.page(db, by, auditing.Asked(object=wanted), 10_000)
        yield from (line.text for line in page.items)


def exported(name: str) -> Callable[[Session, Visitor], Seen]:
    return lambda db, by: exporting.TABLES[name].rows(db, by, {})


LISTS: dict[str, Callable[[Session, Visitor], Seen]] = {
    "merge queue": pairs,
    "imported lists": previews,
    "audit trail": entries,
    "audit trail, searched": searched,
    **{f"export of {name}": exported(name) for name in exporting.TABLES},
}


def test_lists_searches_exports_and_counts_end_at_the_border(db: Session) -> None:
    assert tables  # whose import declares them
    fill(db)
    for scope in map(Scope, (PROVINCE, "441900", "440100", "440106", "110000")):
        by = visitor(db, staff(db, *StaffRole, region=scope.region, name="看者"))
        for name, shown in LISTS.items():
            said = repr(list(shown(db, by)))
            seen = {region for region in REGIONS if marked(region) in said}
            assert seen == {region for region in REGIONS if scope.covers(region)}, (name, scope)


def test_a_batch_from_many_regions_shows_each_its_own_rows(db: Session) -> None:
    rows = [a_proposal(name=f"{marked(region)}厂", region=region) for region in REGIONS]
    batch = a_batch(db, *rows)
    for scope in map(Scope, ("441900", "440106")):
        by = visitor(db, staff(db, StaffRole.PUBLISHER, region=scope.region))
        found = previewing.page(db, by, batch, previewing.Part.NEW, 1)
        inside = {marked(region) for region in REGIONS if scope.covers(region)}
        assert {row.record.name.removesuffix("厂") for row in found.items} == inside
        assert previewing.page_of_batches(db, by, 1).items[0].total == len(inside)
        chosen = previewing.chosen_inside(db, by, batch, None)
        assert chosen == {row.record.id for row in found.items}
        assert not previewing.is_whole(db, by, batch)
        assert "batch.received" not in {
            line.entry.action for line in auditing.page(db, by, auditing.Asked()).items
        }
    assert db.exec(select(Batch)).one().accepted_at is None


def test_a_scope_that_is_no_place_sees_nothing(db: Session) -> None:
    fill_one(db, "441900", marked("441900"))
    for region in ("", "990000", "abc"):
        by = visitor(db, staff(db), scope=Scope(region))
        for name, shown in LISTS.items():
            assert list(shown(db, by)) == [], (name, region)
