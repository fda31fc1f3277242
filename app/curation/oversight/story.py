"""What was done to a listing, as a story: its entries in the audit trail, in plain words."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from app.catalogue.models import Record, Vendor
from app.core.audit import AuditEntry
from app.core.i18n import _, mark
from app.curation.oversight.models import Assessment, SpotCheck, WhitelistEntry

MOST = 100  # entries; older ones are in the trail
DONE: Mapping[str, str] = {
    "published": mark("Published"),
    "changed": mark("Changed"),
    "restored": mark("Shown again"),
    "quarantined": mark("Hidden for some time"),
    "quarantine_extended": mark("Hidden for longer"),
    "kept_hidden": mark("Still hidden with its vendor"),
    "withdrawn": mark("Withdrawn"),
    "removed": mark("Removed from the pool"),
    "merged": mark("Merged into another listing"),
    "resubmitted": mark("Handed in again"),
    "confirmed": mark("Confirmed that it still holds"),
    "rechecked": mark("Passed the yearly re-check"),
    "assessment.written": mark("Assessment begun"),
    "assessment.rewritten": mark("Assessment changed"),
    "assessment.confirmed": mark("Assessment confirmed"),
    "assessment.revoked": mark("Assessment revoked"),
    "whitelistentry.admitted": mark("Put on the whitelist"),
    "whitelistentry.ended": mark("Taken off the whitelist"),
    "spotcheck.reported": mark("Spot check reported"),
    "spotcheck.returned": mark("Spot check returned to the inspector"),
    "spotcheck.substituted": mark("Spot check given to another inspector"),
    "spotcheck.closed": mark("Spot check closed"),
    "spotcheck.reopened": mark("Spot check opened again"),
}


@dataclass(frozen=True, slots=True)
class Told:
    """One act: when, what, by whom, why, and what else is said of it."""

    at: datetime
    what: str
    by: str
    why: str
    details: str


def story_of(db: Session, record: Record) -> list[Told]:
    """What was done to a listing and to what belongs to it, the newest first."""
    about = [str(record.id), *_related(db, record)]
    chosen = select(AuditEntry).where(col(AuditEntry.subject_id).in_(about))
    entries = db.exec(chosen.order_by(col(AuditEntry.at).desc()).limit(MOST)).all()
    return [_told(entry) for entry in entries]


def _related(db: Session, record: Record) -> list[str]:
    found: list[str] = []
    if isinstance(record, Vendor):
        for model in (Assessment, WhitelistEntry, SpotCheck):
            found += map(str, db.exec(_ids_of(model, record)))
    return found


def _ids_of(model: Any, vendor: Vendor) -> Any:
    return select(model.id).where(model.vendor_id == vendor.id)


def _told(entry: AuditEntry) -> Told:
    verb = entry.action.partition(".")[2]
    what = DONE.get(entry.action) or DONE.get(verb)
    return Told(
        at=entry.at,
        what=_(what) if what else entry.action,
        by=_("The system") if entry.by == "system" else entry.by,
        why=_(entry.why) if entry.why else "",
        details=_difference(entry),
    )


def _difference(entry: AuditEntry) -> str:
    """The days that an act set, which is what readers look for; the trail has the rest."""
    after = entry.after or {}
    if isinstance(after.get("valid"), str):
        return str(after["valid"])
    until = after.get("until") or entry.details.get("until")
    return _("until {date}", date=until) if isinstance(until, str) else ""
