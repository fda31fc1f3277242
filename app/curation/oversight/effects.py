"""What follows from a finding, handed to those who carry it out."""

from datetime import date
from importlib import import_module
from typing import Any

from sqlmodel import Session

from app.accounts.visitor import Visitor
from app.catalogue.models import Vendor
from app.curation.oversight.models import Effect

HOME = "app.curation.oversight"


def carry_out(
    db: Session,
    vendor: Vendor,
    effect: Effect,
    *,
    code: str,
    reason: str,
    until: date | None,
    by: Visitor,
) -> None:
    """End the whitelist entry, quarantine or remove the listing, or do nothing."""
    if effect is Effect.WHITELIST_ENDED:
        _module("whitelisting").end(db, vendor, reason, by=by)
    elif effect is Effect.QUARANTINED:
        _module("quarantining").quarantine(db, vendor, until, code, reason, by=by)
    elif effect is Effect.REMOVED:
        _module("removing").remove(db, vendor, code, reason, by=by)


def _module(name: str) -> Any:
    return import_module(f"{HOME}.{name}")
