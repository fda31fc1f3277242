"""Freezing a shortlist: each listing as it is public at that moment, kept word for word.

What was kept can be read as the listing that it was: with facts, sources and vendor.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from sqlmodel import Session

from app.accounts.visitor import Visitor
from app.catalogue.models import Case, Record, Solution, Vendor
from app.catalogue.past import restored
from app.catalogue.service import snapshot
from app.core import audit
from app.core.db import now
from app.shortlists import keeping
from app.shortlists.following import follow
from app.shortlists.models import Shortlist
from search.engine import Kind


def freeze(db: Session, shortlist_id: UUID, version: int, *, by: Visitor) -> Shortlist:
    """Keep what every listing on the list says now; from here on nothing in it changes.

    Raises `Conflict` when the list was changed since `version`, or is frozen already.
    """
    shortlist = keeping.to_change(db, shortlist_id, by=by, version=version)
    items = keeping.items_of(db, shortlist.id)
    found = follow(db, items)
    for item in items:
        record = found[item.id].record
        item.frozen = kept_of(record) if record else {"name": found[item.id].name}
        item.frozen_version = record.version if record else None
    shortlist.frozen_at, shortlist.frozen_by = now(), by.person_id
    keeping.touch(shortlist)
    audit.record(db, by, "shortlist.frozen", shortlist, items=len(items))
    return shortlist


def kept_of(record: Record) -> dict[str, Any]:
    """Everything that the public page of a listing says, as JSON."""
    kept = _kept(record)
    if isinstance(record, Vendor) and record.listed_until:
        kept["whitelisted_until"] = record.listed_until.isoformat()
    if isinstance(record, Solution | Case) and record.vendor:
        kept["vendor"] = kept_of(record.vendor)
    if isinstance(record, Case) and record.shown_solution:
        solution = record.shown_solution
        kept["solution"] = _kept(solution)
    return kept


def _kept(record: Record) -> dict[str, Any]:
    return {
        "id": str(record.id),
        "identifier": record.identifier,
        "slug": record.slug,
        "version": record.version,
        "values": snapshot(record),
        "origins": record.origins,
    }


def as_it_was(kind: Kind, kept: Mapping[str, Any]) -> Record | None:
    """The listing that was kept; None where it was not public."""
    if "values" not in kept:
        return None
    vendor = as_it_was(Kind.VENDOR, kept.get("vendor", {}))
    solution = as_it_was(Kind.SOLUTION, kept.get("solution", {}))
    until = kept.get("whitelisted_until")
    return restored(
        kind,
        kept["values"],
        vendor=vendor if isinstance(vendor, Vendor) else None,
        solution=solution if isinstance(solution, Solution) else None,
        whitelisted_until=date.fromisoformat(until) if until else None,
        id=UUID(kept["id"]),
        origins=kept["origins"],
        **{name: kept[name] for name in ("identifier", "slug", "version")},
    )
