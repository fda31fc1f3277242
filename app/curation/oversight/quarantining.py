"""Quarantine: a published listing is hidden until a day, and comes back by itself."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

from app.accounts.organisations import must_not_belong
from app.accounts.visitor import Visitor
from app.catalogue import service as catalogue
from app.catalogue import standing
from app.catalogue.models import Record, Vendor
from app.catalogue.stages import Stage
from app.core import audit
from app.core.db import now
from app.core.errors import Conflict, Invalid
from app.core.formats import today
from app.core.i18n import mark
from app.core.schedule import recurring
from app.curation.applications import appeals
from app.curation.oversight.models import Quarantine
from app.curation.oversight.subjects import (
    check_reason,
    check_sentence,
    hold,
    load,
    offers_of,
    organisation_of,
    vendor_of,
)
from app.curation.reasons import QUARANTINE_REASONS
from app.curation.telling import tell
from search.engine import Kind

MOST_DAYS = 180
EVERY = timedelta(minutes=10)
OVER = mark("Its time was over")
APPEAL = mark("An appeal was allowed")
VENDOR_HIDDEN = mark("Its vendor is hidden")
VENDOR_LEFT = mark("The vendor left the pool")


def begin(
    db: Session, record: Record, *, code: str, reason: str, until: date, by: Visitor
) -> Quarantine:
    """Hide a published listing until the end of a day; a vendor takes what it offers along.

    The address says since when and the coded reason; the sentence is for the vendor and staff.
    Raises `Conflict` for a listing that is not published.
    """
    said = check_reason(code, reason, QUARANTINE_REASONS)
    _check_day(until, today())
    must_not_belong(db, organisation_of(db, record), by=by)
    hold(db, record)
    along = offers_of(db, record, Stage.PUBLISHED, to_change=True)
    quarantine = Quarantine(
        kind=record.KIND,
        record_id=record.id,
        reason_code=code,
        reason=said,
        until=until,
        by=by.person_id,
        hidden=[_name(offer) for offer in along],
    )
    db.add(quarantine)
    with catalogue.changing(db, by=by) as changes:
        for one in (record, *along):
            stage, last = Stage.QUARANTINED, until.isoformat()
            standing.take_out(db, changes, one, stage, code=code, why=said, until=last)
    _tell(db, record, "quarantine_begun", quarantine)
    return quarantine


def extend(db: Session, quarantine: Quarantine, until: date, *, reason: str, by: Visitor) -> None:
    """Keep a listing hidden for longer, until the end of a later day."""
    said = check_sentence(reason)
    _hold(db, quarantine)
    record = load(db, Kind(quarantine.kind), quarantine.record_id)
    must_not_belong(db, organisation_of(db, record), by=by)
    _check_day(until, quarantine.until)
    before, quarantine.until = quarantine.until, until
    audit.record(
        db,
        by,
        f"{record.KIND}.quarantine_extended",
        record,
        before={"until": before.isoformat()},
        after={"until": until.isoformat()},
        why=said,
    )
    _tell(db, record, "quarantine_extended", quarantine, why=said)


def lift(db: Session, quarantine: Quarantine, *, reason: str, by: Visitor | str) -> None:
    """Show a listing again, with exactly what was hidden together with it.

    What left the pool meanwhile stays out. An offer whose vendor is hidden comes back with it.
    """
    said = check_sentence(reason)
    record = load(db, Kind(quarantine.kind), quarantine.record_id)
    if not isinstance(by, str):
        must_not_belong(db, organisation_of(db, record), by=by)
    hold(db, record)
    _hold(db, quarantine)
    close(quarantine, by)
    if record.stage != Stage.QUARANTINED:
        return
    vendor = vendor_of(db, record)
    if vendor is not None and vendor is not record and vendor.stage != Stage.PUBLISHED:
        _follow_vendor(db, record, vendor, by)
        return
    with catalogue.changing(db, by=by) as changes:
        for one in (record, *_hidden_with(db, quarantine)):
            standing.bring_back(db, changes, one, why=said)
    _tell(db, record, "quarantine_lifted", quarantine)


def close(quarantine: Quarantine, by: Visitor | str) -> None:
    """It counts no longer; whoever calls this decides what becomes of the listing."""
    quarantine.lifted_at = now()
    quarantine.lifted_by = None if isinstance(by, str) else by.person_id


@appeals.on_allowed(appeals.QUARANTINE)
def lift_after_appeal(db: Session, subject_id: UUID, by: Visitor) -> None:
    """What an allowed appeal against a quarantine does; nothing when it is over already."""
    quarantine = db.get(Quarantine, subject_id)
    if quarantine is not None and quarantine.lifted_at is None:
        lift(db, quarantine, reason=APPEAL, by=by)


def live_of(db: Session, record_id: UUID) -> Quarantine | None:
    """The quarantine that a listing is in by itself; None also where its vendor's hides it."""
    chosen = select(Quarantine).where(
        Quarantine.record_id == record_id, col(Quarantine.lifted_at).is_(None)
    )
    return db.exec(chosen).first()


@recurring("oversight.quarantine", EVERY)
def lift_due(db: Session) -> None:
    """Bring back what was to be hidden until yesterday or before."""
    due = select(Quarantine).where(
        col(Quarantine.lifted_at).is_(None), col(Quarantine.until) < today()
    )
    # Vendors first, so that what was hidden for a reason of its own is not kept waiting.
    ordered = due.order_by(col(Quarantine.kind) != Kind.VENDOR, col(Quarantine.at))
    for quarantine in db.exec(ordered).all():
        with suppress(Conflict):  # lifted by hand, a moment ago
            lift(db, quarantine, reason=OVER, by="system")


def _check_day(until: date, after: date) -> None:
    last = today() + timedelta(days=MOST_DAYS)
    if until <= after:
        raise Invalid("Choose a day after {date}.", date=after.isoformat())
    if until > last:
        raise Invalid("Choose a day until {date}; it can be extended then.", date=last.isoformat())


def _hold(db: Session, quarantine: Quarantine) -> None:
    db.flush()  # what this transaction changed must not be read over
    db.refresh(quarantine, with_for_update=True)
    if quarantine.lifted_at is not None:
        raise Conflict("This quarantine is over already.")


def _name(record: Record) -> str:
    return f"{record.KIND}:{record.id}"


def _hidden_with(db: Session, quarantine: Quarantine) -> Sequence[Record]:
    """What went along and is still hidden, unless for a reason of its own."""
    found = []
    for name in quarantine.hidden:
        kind, _, id_ = name.partition(":")
        offer = load(db, Kind(kind), UUID(id_))
        hold(db, offer)
        if offer.stage == Stage.QUARANTINED and live_of(db, offer.id) is None:
            found.append(offer)
    return found


def _follow_vendor(db: Session, record: Record, vendor: Vendor, by: Visitor | str) -> None:
    """An offer is never public without its vendor: it comes back with it, or leaves as it did."""
    others = live_of(db, vendor.id)
    if others is not None:
        others.hidden = [*others.hidden, _name(record)]
        audit.record(db, by, f"{record.KIND}.kept_hidden", record, why=VENDOR_HIDDEN)
        return
    code = vendor.left_code or "other"
    with catalogue.changing(db, by=by) as changes:
        standing.take_out(db, changes, record, Stage.WITHDRAWN, code=code, why=VENDOR_LEFT)


def _tell(
    db: Session, record: Record, template: str, quarantine: Quarantine, why: str = ""
) -> None:
    vendor = vendor_of(db, record)
    if vendor is not None:
        said: dict[str, Any] = {
            "name": record.name,
            "until": quarantine.until,
            "code": QUARANTINE_REASONS[quarantine.reason_code],
            "reason": why or quarantine.reason,
            "count": len(quarantine.hidden),
        }
        tell(db, vendor.organisation_id, template, **said)
