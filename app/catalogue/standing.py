"""The verbs that change whether a record is seen: out of the catalogue, back, whitelisted."""

from datetime import date
from typing import Any

from sqlmodel import Session

from app.catalogue import service as catalogue
from app.catalogue.models import Record, Vendor
from app.catalogue.stages import Stage
from app.core import audit
from app.core.formats import today


def take_out(
    db: Session,
    changes: catalogue.Changes,
    record: Record,
    stage: Stage,
    *,
    code: str,
    why: str,
    said: str | None = None,
    **details: Any,
) -> None:
    """Hide a published record; its address says since when, the coded reason, and `said`.

    `why` is for the trail alone. Raises `Conflict` where the move is not lawful.
    """
    before = _standing(record)
    record.move_to(stage)
    record.version += 1
    record.left_on, record.left_code, record.left_why = today(), code, said
    _note(db, changes, record, stage, before, why, **details)


def bring_back(db: Session, changes: catalogue.Changes, record: Record, *, why: str) -> None:
    """Show a record again that was hidden or taken out."""
    before = _standing(record)
    record.move_to(Stage.PUBLISHED)
    record.version += 1
    record.left_on = record.left_code = record.left_why = None
    _note(db, changes, record, "restored", before, why)


def whitelist(changes: catalogue.Changes, vendor: Vendor, until: date | None) -> None:
    """Show a vendor on the whitelist until the end of a day, or no longer; the index follows."""
    vendor.whitelisted_until = until
    vendor.version += 1
    catalogue.tell_index(changes, vendor)


def _standing(record: Record) -> dict[str, Any]:
    return {"stage": str(record.stage), "code": record.left_code}


def _note(
    db: Session,
    changes: catalogue.Changes,
    record: Record,
    verb: str,
    before: dict[str, Any],
    why: str,
    **details: Any,
) -> None:
    action = f"{record.KIND}.{verb}"
    after = _standing(record)
    audit.record(db, changes.by, action, record, before=before, after=after, why=why, **details)
    catalogue.tell_index(changes, record)
