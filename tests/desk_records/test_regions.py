"""No list, search, export or count of the desk shows anything from outside the region.

A made-up thing of every kind stands in each of several regions, its name marked with its code.
Each function in `LISTS` answers what somebody sees; a list that is added gets one line there.
"""

from collections.abc import Callable, Iterable
from typing import Any

from sqlmodel import Session, select

from app.accounts import certification, claims, staffing
from app.accounts.models import CertificationStage, StaffRole
from app.accounts.scope import Scope
from app.accounts.visitor import Visitor
from app.bookings import approving
from app.core import audit
from app.core.access import Can
from app.curation.applications import appeals, queueing
from app.curation.applications.models import Application
from app.curation.models import Batch
from app.curation.oversight import checks, draws, reading
from app.curation.oversight.subjects import LISTED
from app.desk import auditing, exporting, merging, previewing
from app.desk.routes import exports
from app.inquiries import deciding, figures, overseeing, reporting
from tests.everything import marked, one_of_everything
from tests.factories import a_batch, a_proposal
from tests.people import PROVINCE, staff, visitor

REGIONS = ("441900101", "440100", "440106", "110108", None)
Seen = Iterable[Any]
NAMELESS = frozenset({"judged-pairs", "training-figures"})


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
    page = auditing.page(db, by, auditing.Asked(object="〔"), 10_000)
    return [line.text for line in page.items]


def exported(name: str) -> Callable[[Session, Visitor], Seen]:
    return lambda db, by: exporting.TABLES[name].rows(db, by, {})


def applications(db: Session, by: Visitor) -> Seen:
    page = queueing.queue(db, by, queueing.Asked(stages=queueing.SEEN))
    counted = queueing.counts(db, by)
    assert page.total == len(page.items) == sum(counted.stages.values())
    assert page.total == sum(counted.kinds.values()) == sum(counted.regions.values())
    return [(row.application.name, row.organisation) for row in page.items]


def appealed(db: Session, by: Visitor) -> Seen:
    page = appeals.listed(db, by, number=1, size=100)
    assert page.total == len(page.items)
    return [(appeal.text, organisation) for appeal, organisation in page.items]


def listings(db: Session, by: Visitor) -> Seen:
    for kind in LISTED:
        asked = reading.Asked(kind=kind)
        page = reading.page_of_listings(db, by, asked)
        assert page.total == len(page.items) == reading.counts_of_listings(db, by, asked)[kind]
        yield from (record.name for record, _confirmation in page.items)


def assessments(db: Session, by: Visitor) -> Seen:
    page = reading.page_of_assessments(db, by)
    assert page.total == len(page.items)
    return [vendor.name for _assessment, vendor in page.items]


def entries_of_whitelist(db: Session, by: Visitor) -> Seen:
    for standing in reading.ENTRIES:
        page = reading.page_of_entries(db, by, standing=standing)
        assert page.total == len(page.items)
        yield from (vendor.name for _entry, vendor in page.items)


def certified(db: Session, by: Visitor) -> Seen:
    page = certification.listed(db, by, None, 1)
    assert page.total == len(page.items)
    return [organisation.name for _certification, organisation in page.items]


def claimed(db: Session, by: Visitor) -> Seen:
    page = claims.for_staff(db, by, 1)
    assert page.total == len(page.items)
    return [(claim.message, organisation.name) for claim, organisation, _person in page.items]


def officials(db: Session, by: Visitor) -> Seen:
    yield from (ticket.email for ticket in staffing.invited(db, by))
    page = staffing.listed(db, by, 1, 1000)
    assert page.total == len(page.items)
    yield from (official.person.name for official in page.items)


def drawn(db: Session, by: Visitor) -> Seen:
    page = draws.page(db, 1, scope=by.scope)
    assert page.total == len(page.items)
    return [summary.draw.title for summary in page.items]


def checked(db: Session, by: Visitor) -> Seen:
    page = checks.page_for(db, by, 1)
    assert page.total == len(page.items) == sum(checks.stages(db, by).values())
    return [(row.vendor.name, row.inspector) for row in page.items]


def asked(db: Session, by: Visitor) -> Seen:
    counted = overseeing.counts(db, by)
    for tab in overseeing.Tab:
        page = overseeing.page(db, by, tab, 1)
        assert page.total == len(page.items) == counted[tab]
        yield from ((row.asker, row.vendor.name) for row in page.items)
    assert figures.of(db, by).sent == 2 * counted[overseeing.Tab.WAITING]


def reported(db: Session, by: Visitor) -> Seen:
    page = reporting.page(db, by, 1)
    assert page.total == len(page.items) == reporting.waiting(db, by)
    return [(case.report.text, case.row.asker) for case in page.items]


def rated(db: Session, by: Visitor) -> Seen:
    page = deciding.page(db, by, deciding.Tab.FLAGGED, 1)
    assert page.total == len(page.items) == deciding.waiting(db, by)
    return [(one.rating.text, one.row.asker) for one in page.items]


def subsidised(db: Session, by: Visitor) -> Seen:
    return [(row.training.name, row.person) for row in approving.waiting_for(db, by)]


LISTS: dict[str, Callable[[Session, Visitor], Seen]] = {
    "appeals": appealed,
    "applications": applications,
    "assessments": assessments,
    "audit trail": entries,
    "audit trail, searched": searched,
    "certifications": certified,
    "claims": claimed,
    "draws": drawn,
    "imported lists": previews,
    "inquiries": asked,
    "listings": listings,
    "merge queue": pairs,
    "ratings": rated,
    "reports": reported,
    "spot checks": checked,
    "staff": officials,
    "subsidised seats": subsidised,
    "whitelist": entries_of_whitelist,
    # these name nothing and nobody; that they end there too is tried where they are counted
    **{f"export of {name}": exported(name) for name in exporting.TABLES if name not in NAMELESS},
}


def test_lists_searches_exports_and_counts_end_at_the_border(db: Session) -> None:
    assert exports.router  # whose import declares the tables
    for region in REGIONS:
        one_of_everything(db, region)
    for scope in map(Scope, (PROVINCE, "441900", "440106", "110000")):
        by = visitor(db, staff(db, *StaffRole, region=scope.region, name="看者"))
        for name, shown in LISTS.items():
            said = repr(list(shown(db, by)))
            seen = {region for region in REGIONS if marked(region) in said}
            assert seen == {region for region in REGIONS if scope.covers(region)}, (name, scope)


def test_what_the_desk_says_to_wait_is_what_its_lists_hold(db: Session) -> None:
    for region in REGIONS:
        one_of_everything(db, region)
    for scope in map(Scope, (PROVINCE, "441900", "440100", "110000")):
        by = visitor(db, staff(db, *StaffRole, region=scope.region))
        submitted = certification.listed(db, by, CertificationStage.SUBMITTED, 1)
        assert queueing.waiting_elsewhere(db, by) == {
            Can.DECIDE_MERGES: merging.count(db, by, merging.Asked()),
            Can.ACCEPT_BATCHES: sum(
                one.batch.accepted_at is None for one in previewing.page_of_batches(db, by, 1).items
            ),
            Can.CERTIFY: submitted.total,
            Can.DECIDE_CLAIMS: claims.for_staff(db, by, 1).total,
            Can.DECIDE_APPEALS: appeals.listed(db, by, number=1, size=1).total,
            Can.INSPECT: len(checks.own(db, by)),
        }


def test_the_trail_offers_no_act_that_was_done_elsewhere_alone(db: Session) -> None:
    made = one_of_everything(db, "440100")
    elsewhere = db.get_one(Application, made["application_id"])
    audit.record(db, "Test", "application.refused", elsewhere)
    by = visitor(db, staff(db, StaffRole.AUDITOR, region="441900"))
    assert auditing.actions(db, by) == []
    by = visitor(db, staff(db, StaffRole.AUDITOR, region="440100"))
    assert "application.refused" in auditing.actions(db, by)


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
    one_of_everything(db, "441900")
    for region in ("", "990000", "abc"):
        by = visitor(db, staff(db), scope=Scope(region))
        for name, shown in LISTS.items():
            assert list(shown(db, by)) == [], (name, region)
