"""Out of the pool by the staff, and the yearly look at whether a vendor still belongs there."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func
from sqlmodel import Session, col, select

from app.accounts.organisations import must_not_belong
from app.accounts.visitor import Visitor
from app.catalogue import service as catalogue
from app.catalogue import standing
from app.catalogue.models import MODELS, Record, Vendor
from app.catalogue.stages import Stage
from app.core import audit
from app.core.audit import AuditEntry
from app.core.db import now
from app.core.errors import Conflict
from app.core.i18n import mark
from app.curation.applications import appeals
from app.curation.oversight import quarantining, whitelisting
from app.curation.oversight.subjects import (
    LISTED,
    check_reason,
    check_sentence,
    hold,
    load,
    offers_of,
    organisation_of,
    vendor_of,
)
from app.curation.reasons import REMOVAL_REASONS
from app.curation.telling import tell
from app.curation.trail import told_since

YEAR = timedelta(days=365)
RECHECKED = "vendor.rechecked"
APPEAL = mark("An appeal was allowed")


def remove(db: Session, record: Record, *, code: str, reason: str, by: Visitor) -> None:
    """Take a listing out of the pool for good; a vendor takes everything that it offers along.

    Its address says when and why. What was quarantined or whitelisted is so no longer.
    """
    said = check_reason(code, reason, REMOVAL_REASONS)
    must_not_belong(db, organisation_of(db, record), by=by)
    hold(db, record)
    along = offers_of(db, record, Stage.PUBLISHED, Stage.QUARANTINED, to_change=True)
    if isinstance(record, Vendor):
        whitelisting.end_of(db, record, reason=said, by=by)
    with catalogue.changing(db, by=by) as changes:
        for one in (record, *along):
            quarantine = quarantining.live_of(db, one.id)
            if quarantine is not None:
                quarantining.close(quarantine, by)
            standing.take_out(db, changes, one, Stage.REMOVED, code=code, said=said, why=said)
    vendor = vendor_of(db, record)
    if vendor is not None:
        what: dict[str, Any] = {"name": record.name, "code": REMOVAL_REASONS[code], "reason": said}
        tell(db, vendor.organisation_id, "removal_told", **what, count=len(along))


@appeals.on_allowed(appeals.REMOVAL)
def readmit_after_appeal(db: Session, subject_id: UUID, by: Visitor) -> None:
    """What an allowed appeal against a removal does: all that left together comes back."""
    record = _removed(db, subject_id)
    if record is None:
        return
    hold(db, record)
    vendor = vendor_of(db, record)
    if vendor is not None and vendor is not record and vendor.stage != Stage.PUBLISHED:
        raise Conflict("Its vendor is not in the pool. Decide about the vendor first.")
    left = (record.left_on, record.left_code, record.left_why)
    along = [
        offer
        for offer in offers_of(db, record, Stage.REMOVED, to_change=True)
        if (offer.left_on, offer.left_code, offer.left_why) == left
    ]
    with catalogue.changing(db, by=by) as changes:
        for one in (record, *along):
            standing.bring_back(db, changes, one, why=APPEAL)


def _removed(db: Session, subject_id: UUID) -> Record | None:
    for kind in LISTED:
        if db.get(MODELS[kind], subject_id) is not None:
            record = load(db, kind, subject_id)
            return record if record.stage == Stage.REMOVED else None
    return None


def pass_recheck(db: Session, vendor: Vendor, *, reason: str, by: Visitor) -> None:
    """Record that a vendor still belongs into the pool; it is due again in a year.

    One that does not is removed, with the code `recheck`.
    """
    said = check_sentence(reason)
    must_not_belong(db, vendor.organisation_id, by=by)
    hold(db, vendor)
    if vendor.stage != Stage.PUBLISHED:
        raise Conflict("“{name}” is not published, so there is nothing to check.", name=vendor.name)
    audit.record(db, by, RECHECKED, vendor, after={"passed": True}, why=said)


def due_for_recheck() -> ColumnElement[bool]:
    """That a vendor was admitted, and last re-checked, more than a year ago.

    The trail is where a re-check is recorded.
    """
    since = now() - YEAR
    was_admitted = col(Vendor.published_at) <= since
    is_there = col(Vendor.stage) == Stage.PUBLISHED
    return is_there & was_admitted & ~told_since(RECHECKED, Vendor.id, since)


def last_recheck(db: Session, vendor: Vendor) -> datetime | None:
    """When a vendor last passed."""
    return db.exec(
        select(func.max(AuditEntry.at)).where(
            AuditEntry.action == RECHECKED, AuditEntry.subject_id == str(vendor.id)
        )
    ).one()
