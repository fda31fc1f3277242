"""What the pool knows already, ready to be recognised: filled from the database, grown by rows."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from sqlmodel import Session, select

from app.catalogue.models import MODELS, Organisation, Record, Vendor
from app.catalogue.stages import Stage
from ingest.resolve import Decision, Entity, Resolver
from search.engine import Kind

VENDOR_FIELDS = ("name", "aliases", "credit_code", "region")


@dataclass
class Known:
    """Resolvers by kind. `withdrawn` records are recognised, so that they can come back."""

    resolvers: dict[Kind, Resolver] = field(default_factory=dict)
    withdrawn: set[UUID] = field(default_factory=set)

    def find(self, kind: Kind, values: dict[str, Any], scope: str = "") -> Decision:
        """Which known record these values speak of; never itself."""
        return self.resolvers[kind].find(entity(kind, "", values, scope))

    def add(self, kind: Kind, values: dict[str, Any], scope: str = "") -> UUID:
        """Make a new record known; returns the id it will have."""
        record_id = uuid4()
        self.resolvers[kind].add(entity(kind, str(record_id), values, scope))
        return record_id


def entity(kind: Kind, record_id: str, values: dict[str, Any], scope: str = "") -> Entity:
    """The values by which a record is recognised."""
    return Entity(
        id=record_id,
        name=values["name"],
        aliases=tuple(values.get("aliases") or ()),
        code=values.get("credit_code") or values.get("document_number"),
        region=values.get("region"),
        scope=scope or scope_of(kind, values),
        by=str(values.get("organiser") or ""),
    )


def scope_of(kind: Kind, values: dict[str, Any]) -> str:
    """Within what a name is unique: a training on its date, information from its issuer."""
    if kind is Kind.TRAINING:
        return str(values.get("starts_on") or "")
    if kind is Kind.INFORMATION:
        return str(values.get("issuer") or "")
    return ""


def load_known(db: Session, kinds: Iterable[Kind]) -> Known:
    """Everything of these kinds, and always the vendors."""
    known = Known()
    for kind in dict.fromkeys((Kind.VENDOR, *kinds)):
        known.resolvers[kind] = Resolver(kind)
        _fill(db, known, kind)
    return known


def _fill(db: Session, known: Known, kind: Kind) -> None:
    model = MODELS[kind]
    resolver = known.resolvers[kind]
    statement = select(model, Organisation) if kind is Kind.VENDOR else select(model)
    if kind is Kind.VENDOR:
        statement = statement.join(Organisation, Vendor.organisation_id == Organisation.id)  # type: ignore[arg-type]
    for row in db.exec(statement.execution_options(yield_per=1000)):
        record, values = _described(row)
        target = record.merged_into or record.id
        resolver.add(entity(kind, str(target), values, _scope(record, values)))
        if record.stage == Stage.WITHDRAWN:
            known.withdrawn.add(record.id)
    db.expunge_all()


def _described(row: Any) -> tuple[Record, dict[str, Any]]:
    if isinstance(row, Record):
        return row, {name: getattr(row, name) for name in ("name", *row.STATED) if name != "extra"}
    vendor, organisation = row
    holder = {name: getattr(organisation, name) for name in VENDOR_FIELDS}
    return vendor, holder | {"name": vendor.name}


def _scope(record: Record, values: dict[str, Any]) -> str:
    vendor_id = getattr(record, "vendor_id", None)
    return str(vendor_id) if vendor_id else scope_of(record.KIND, values)
