"""Which region a record belongs to: its organisation's, or its own where it has none."""

from typing import Any

from sqlalchemy import ColumnElement, and_, or_, true
from sqlmodel import col, select

from app.accounts.scope import Scope
from app.catalogue.models import MODELS, Case, Organisation, Record, Solution, Vendor
from app.curation.models import Batch, Candidate, MergeCase
from search.engine import Kind


def region_of(record: Record) -> str | None:
    """Where a record whose vendor and organisation are loaded belongs."""
    if isinstance(record, Vendor):
        return record.organisation.region
    vendor = record.vendor if isinstance(record, Solution | Case) else None
    return vendor.organisation.region if vendor else getattr(record, "region", None)


def ids_inside(scope: Scope, kind: Kind) -> Any:
    """A query for the ids of the records of a kind that belong into a scope."""
    model = MODELS[kind]
    chosen = select(model.id)
    if model is Vendor:
        return chosen.join(Organisation).where(scope.inside(Organisation.region))
    if model is Solution:
        offers = chosen.join(Vendor).join(Organisation)
        return offers.where(scope.inside(Organisation.region))
    if model is Case:
        cases = chosen.join(Vendor, isouter=True).join(Organisation, isouter=True)
        own, vendors = scope.inside(Case.region), scope.inside(Organisation.region)
        return cases.where(
            or_(
                and_(col(Case.vendor_id).is_(None), own), and_(col(Vendor.id).is_not(None), vendors)
            )
        )
    return chosen.where(scope.inside(model.region))  # type: ignore[attr-defined]


def speaks_inside(scope: Scope, kind: Any, *record_ids: Any) -> ColumnElement[bool]:
    """Whether a row that names a kind and records of it speaks of one inside a scope."""
    if scope.is_whole:
        return true()
    return or_(
        *(
            and_(col(kind) == one, col(id_).in_(ids_inside(scope, one)))
            for one in Kind
            for id_ in record_ids
        )
    )


def pairs_inside(scope: Scope) -> ColumnElement[bool]:
    """Pairs of the merge queue of which at least one record lies inside."""
    return speaks_inside(scope, MergeCase.kind, MergeCase.newer_id, MergeCase.older_id)


def lists_inside(scope: Scope) -> ColumnElement[bool]:
    """Imported lists that say something of a record inside."""
    if scope.is_whole:
        return true()
    of_records = speaks_inside(scope, Candidate.kind, Candidate.record_id)
    return col(Batch.id).in_(select(Candidate.batch_id).where(of_records))
