"""What oversight acts on: listings inside somebody's region, with what depends on them."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_
from sqlmodel import Session, col, select

from app.accounts.scope import Scope
from app.accounts.visitor import Visitor
from app.catalogue.models import MODELS, Case, Organisation, Record, Solution, Vendor
from app.catalogue.reading import OPTIONS, SLUG, VENDOR
from app.catalogue.stages import Stage
from app.core.errors import Invalid, NotFound
from app.core.i18n import mark
from search.engine import Kind

LISTED = (Kind.VENDOR, Kind.SOLUTION, Kind.CASE)
LONGEST_REASON = 1000  # characters
NOTHING_HERE = mark("There is no such listing in your region.")


def inside(kind: Kind, scope: Scope) -> ColumnElement[bool]:
    """That a listing of this kind lies inside: its vendor does, or a case of nobody does.

    The query must join the vendor and its organisation, as `joined` does.
    """
    of_vendor = scope.inside(Organisation.region)
    if kind is not Kind.CASE:
        return of_vendor
    has_vendor = col(Case.vendor_id).is_not(None)
    return and_(has_vendor, of_vendor) | and_(~has_vendor, scope.inside(Case.region))


def joined(chosen: Any, kind: Kind) -> Any:
    """A query of this kind with the vendor and its organisation beside each listing."""
    if kind is not Kind.VENDOR:
        model: Any = MODELS[kind]
        chosen = chosen.join(Vendor, Vendor.id == model.vendor_id, isouter=True)
    return chosen.join(Organisation, Organisation.id == Vendor.organisation_id, isouter=True)


def find_listing_for(db: Session, visitor: Visitor, identifier: str) -> Record:
    """A listing that is or was published, inside the visitor's region, with what it belongs to.

    Raises `NotFound` for hidden and missing alike.
    """
    kind = next((k for k in LISTED if identifier.startswith(f"{k.value[0]}-")), None)
    if kind is None or not SLUG.fullmatch(identifier):
        raise NotFound(NOTHING_HERE)
    model = MODELS[kind]
    chosen = joined(select(model), kind).where(
        model.identifier == identifier,
        col(model.published_at).is_not(None),
        inside(kind, visitor.scope),
    )
    record: Record | None = db.exec(chosen.options(*OPTIONS[kind])).first()
    if record is None:
        raise NotFound(NOTHING_HERE)
    return record


def find_vendor_for(db: Session, visitor: Visitor, identifier: str) -> Vendor:
    """The same for what must be a vendor."""
    record = find_listing_for(db, visitor, identifier)
    if not isinstance(record, Vendor):
        raise NotFound(NOTHING_HERE)
    return record


def load(db: Session, kind: Kind, record_id: UUID) -> Record:
    """A listing with what it belongs to; raises `NotFound` when it is gone."""
    model = MODELS[kind]
    record = db.exec(select(model).where(model.id == record_id).options(*OPTIONS[kind])).first()
    if record is None:
        raise NotFound("There is no such page.")
    return record


def load_vendor(db: Session, vendor_id: UUID) -> Vendor:
    """A vendor with its organisation."""
    return db.exec(select(Vendor).where(Vendor.id == vendor_id).options(VENDOR)).one()


def hold(db: Session, record: Record) -> None:
    """Read a listing's standing afresh and keep others from changing it until the end.

    Its vendor is held before it, always in this order, so that two never wait for each other.
    """
    db.flush()  # what this transaction changed must not be read over
    vendor = vendor_of(db, record)
    for one in (record,) if vendor is None or vendor is record else (vendor, record):
        db.refresh(one, ["stage", "version"], with_for_update=True)


def offers_of(db: Session, record: Record, *stages: Stage, to_change: bool = False) -> list[Record]:
    """The solutions and cases of a vendor in these stages; nothing for another listing.

    Others are kept from changing them when they are read `to_change` them.
    """
    found: list[Record] = []
    if isinstance(record, Vendor):
        for model in (Solution, Case):
            of_vendor = select(model).where(
                model.vendor_id == record.id, col(model.stage).in_(stages)
            )
            chosen = of_vendor.order_by(col(model.name), col(model.id))
            found += db.exec(chosen.with_for_update() if to_change else chosen).all()
    return found


def vendor_of(db: Session, record: Record) -> Vendor | None:
    """The vendor that a listing is of; a case may have none."""
    if isinstance(record, Vendor):
        return record
    vendor_id = getattr(record, "vendor_id", None)
    return db.get(Vendor, vendor_id) if vendor_id else None


def organisation_of(db: Session, record: Record) -> UUID | None:
    """Whose listing it is; a case may be nobody's."""
    vendor = vendor_of(db, record)
    return vendor.organisation_id if vendor else None


def check_reason(code: str, reason: str, codes: Mapping[str, str]) -> str:
    """The sentence without spaces around it; raises `Invalid` unless both can be taken."""
    if code not in codes:
        raise Invalid("Choose one of the reasons.")
    return check_sentence(reason)


def check_sentence(reason: str) -> str:
    """The sentence without spaces around it; raises `Invalid` when it is empty or too long."""
    said = reason.strip()
    if not said:
        raise Invalid("Say why, in a sentence.")
    if len(said) > LONGEST_REASON:
        raise Invalid("Say it in at most {most} characters.", most=LONGEST_REASON)
    return said
