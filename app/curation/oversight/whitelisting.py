"""The whitelist: an entry rests on an assessment, warns before its end, and ends by itself."""

from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID

from sqlmodel import Session, col, select

from app.accounts.organisations import must_not_belong
from app.accounts.visitor import Visitor
from app.catalogue import service as catalogue
from app.catalogue import standing
from app.catalogue.models import Vendor
from app.catalogue.stages import Stage
from app.core import audit
from app.core.errors import Conflict, Forbidden, Invalid
from app.core.formats import today
from app.core.i18n import mark
from app.core.schedule import recurring
from app.core.settings import get_settings
from app.curation.oversight.models import Assessment, AssessmentStage, Domain, WhitelistEntry
from app.curation.oversight.subjects import (
    check_sentence,
    hold,
    load_vendor,
)
from app.curation.telling import OWNERS, tell

WARNINGS = (90, 30, 7)  # days before the end
EXPIRED = mark("Its time was over")
LEFT = mark("The vendor left the pool")
REPLACED = mark("A new entry took its place")
EVERY = timedelta(minutes=10)  # how soon after midnight the index follows


def minimum() -> dict[Domain, int]:
    """The least level in each domain, as the operator set it (`POOL_WHITELIST_MINIMUM`)."""
    levels = get_settings().whitelist_minimum.split(",")
    return {domain: int(level) for domain, level in zip(Domain, levels, strict=True)}


def falls_short(assessment: Assessment) -> list[Domain]:
    """The domains in which an assessment does not reach the minimum."""
    found = assessment.domains
    return [domain for domain, least in minimum().items() if found[domain]["level"] < least]


def admit(db: Session, assessment: Assessment, until: date, *, by: Visitor) -> WhitelistEntry:
    """Put a vendor on the whitelist from today until the end of a day.

    Rests on a confirmed assessment that holds all the while and reaches the minimum; an entry
    that still runs is replaced. Raises `Conflict`, `Invalid` or `Forbidden` otherwise.
    """
    vendor = load_vendor(db, assessment.vendor_id)
    hold(db, vendor)
    db.refresh(assessment, ["stage"], with_for_update=True)
    _must_carry(assessment, vendor, until)
    must_not_belong(db, vendor.organisation_id, by=by)
    if assessment.written_by == by.person_id:
        raise Forbidden("You wrote this assessment; somebody else has to decide about it.")
    before = vendor.whitelisted_until
    for entry in _live(db, vendor.id):
        _close(entry, today(), REPLACED, by.person_id)
    entry = WhitelistEntry(
        vendor_id=vendor.id,
        assessment_id=assessment.id,
        valid_from=today(),
        valid_until=until,
        decided_by=by.person_id,
        warned=[mark_ for mark_ in WARNINGS if (until - today()).days < mark_],
    )
    db.add(entry)
    with catalogue.changing(db, by=by) as changes:
        standing.whitelist(changes, vendor, until)
    audit.record(
        db,
        by,
        "whitelistentry.admitted",
        entry,
        before={"until": _iso(before)},
        after={"until": _iso(until)},
        vendor=vendor.identifier,
        assessment=str(assessment.id),
    )
    tell(db, vendor.organisation_id, "whitelist_admitted", name=vendor.name, until=until)
    return entry


def _must_carry(assessment: Assessment, vendor: Vendor, until: date) -> None:
    if assessment.stage != AssessmentStage.CONFIRMED:
        raise Conflict("Only a confirmed assessment can carry a whitelist entry.")
    if vendor.stage != Stage.PUBLISHED:
        raise Conflict("“{name}” is not published, so it cannot be whitelisted.", name=vendor.name)
    if not assessment.valid_from <= today() <= assessment.valid_until:
        raise Conflict("The assessment does not hold today.")
    if falls_short(assessment):
        raise Conflict("The assessment does not reach the minimum for the whitelist.")
    if until < today():
        raise Invalid("The last day cannot lie in the past.")
    if until > assessment.valid_until:
        raise Invalid(
            "The assessment holds until {date}; the entry cannot last longer.",
            date=assessment.valid_until.isoformat(),
        )


def end(db: Session, entry: WhitelistEntry, *, reason: str, by: Visitor) -> None:
    """End an entry by hand, from today; raises `Conflict` when it has ended already."""
    said = check_sentence(reason)
    vendor = load_vendor(db, entry.vendor_id)
    hold(db, vendor)
    db.refresh(entry, with_for_update=True)
    if entry.ended_on:
        raise Conflict("This entry has ended already.")
    _finish(db, entry, vendor, today(), said, by)
    tell(db, vendor.organisation_id, "whitelist_ended", name=vendor.name, reason=said)


def end_of(db: Session, vendor: Vendor, *, reason: str, by: Visitor) -> bool:
    """End whatever entry a vendor has; returns whether there was one."""
    entries = _live(db, vendor.id)
    for entry in entries:
        end(db, entry, reason=reason, by=by)
    return bool(entries)


def end_resting_on(db: Session, assessment: Assessment, *, reason: str, by: Visitor) -> None:
    """End the entries that rest on an assessment that no longer counts."""
    for entry in _live(db, assessment.vendor_id):
        if entry.assessment_id == assessment.id:
            end(db, entry, reason=reason, by=by)


def _live(db: Session, vendor_id: UUID) -> Sequence[WhitelistEntry]:
    return db.exec(
        select(WhitelistEntry).where(
            WhitelistEntry.vendor_id == vendor_id, col(WhitelistEntry.ended_on).is_(None)
        )
    ).all()


def _finish(
    db: Session,
    entry: WhitelistEntry,
    vendor: Vendor,
    on: date,
    why: str,
    by: Visitor | str,
) -> None:
    """End the entry and take the badge away, in the pages and in the index."""
    before = _iso(vendor.whitelisted_until)
    _close(entry, on, why, None if isinstance(by, str) else by.person_id)
    with catalogue.changing(db, by=by) as changes:
        standing.whitelist(changes, vendor, None)
    audit.record(
        db,
        by,
        "whitelistentry.ended",
        entry,
        before={"until": before},
        after={"until": None, "ended_on": on.isoformat()},
        why=why,
        vendor=vendor.identifier,
    )


def _close(entry: WhitelistEntry, on: date, why: str, by: UUID | None) -> None:
    entry.ended_on, entry.ended_by, entry.reason = on, by, why


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


@recurring("oversight.whitelist", EVERY)
def keep_time(db: Session) -> None:
    """End what is over since yesterday, and warn of what will be."""
    expire_due(db)
    warn_due(db)


def expire_due(db: Session) -> None:
    """End the entries whose last day is past, and those of vendors that left the pool."""
    present = (Stage.PUBLISHED, Stage.QUARANTINED)
    chosen = (
        select(WhitelistEntry)
        .join(Vendor, col(Vendor.id) == col(WhitelistEntry.vendor_id))
        .where(
            col(WhitelistEntry.ended_on).is_(None),
            (col(WhitelistEntry.valid_until) < today()) | col(Vendor.stage).not_in(present),
        )
    )
    for entry in db.exec(chosen).all():
        vendor = load_vendor(db, entry.vendor_id)
        hold(db, vendor)
        db.refresh(entry, with_for_update=True)
        if entry.ended_on:  # by hand, a moment ago
            continue
        if entry.valid_until < today():
            _finish(db, entry, vendor, entry.valid_until + timedelta(days=1), EXPIRED, "system")
            tell(db, vendor.organisation_id, "whitelist_expired", name=vendor.name)
        else:
            _finish(db, entry, vendor, today(), LEFT, "system")


def warn_due(db: Session) -> None:
    """Write to the owners once for each of the days before the end; a late warning counts."""
    chosen = (
        select(WhitelistEntry)
        .where(
            col(WhitelistEntry.ended_on).is_(None),
            col(WhitelistEntry.valid_until) <= today() + timedelta(days=WARNINGS[0]),
        )
        .with_for_update()
    )
    for entry in db.exec(chosen).all():
        left = (entry.valid_until - today()).days
        due = [days for days in WARNINGS if left <= days and days not in entry.warned]
        if due and left >= 0:
            vendor = load_vendor(db, entry.vendor_id)
            entry.warned = [*entry.warned, *due]
            said = {"name": vendor.name, "until": entry.valid_until, "left": left}
            tell(db, vendor.organisation_id, "whitelist_warning", OWNERS, **said)
