"""The verbs that change the catalogue; `app.curation` decides when they may."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, func, select

from app.catalogue.identifiers import new_identifier, readable_slug
from app.catalogue.models import MODELS, Organisation, Record, Revision, Stage, Vendor
from app.core import audit, outbox
from app.core.db import now
from search.engine import Kind

INDEX_JOB = "catalogue.index"


def create(db: Session, kind: Kind, record_id: UUID, name: str, **links: UUID | None) -> Record:
    """A new record at the door of the pool, with its permanent identifier and address.

    `links` are the ids of what it belongs to (`vendor_id`, `solution_id`). A vendor brings its
    organisation with it. Nothing is public yet.
    """
    model = MODELS[kind]
    identifier = new_identifier(kind.value[0])
    record = model(
        id=record_id, identifier=identifier, slug=_free_slug(db, model, name, identifier), name=name
    )
    for link, target in links.items():
        setattr(record, link, target)
    if isinstance(record, Vendor):
        record.organisation = Organisation(name=name)
    db.add(record)
    return record


def _free_slug(db: Session, model: type[Record], name: str, identifier: str) -> str:
    slug = readable_slug(name)
    pending = db.info.setdefault(("slugs", model), set())
    taken = slug in pending or db.exec(select(model.id).where(model.slug == slug)).first()
    if taken:
        slug = f"{slug}-{identifier[2:7]}"
    pending.add(slug)
    return slug


def stated(record: Record, field: str) -> Any:
    """The present value of a stated field; a vendor's organisation must be loaded."""
    return getattr(record.holder(field), field)


def snapshot(record: Record) -> dict[str, Any]:
    """Every stated field with its present value."""
    return {field: stated(record, field) for field in record.STATED}


def restate(
    db: Session,
    record: Record,
    values: Mapping[str, Any],
    origins: Mapping[str, Any],
    *,
    by: str,
    batch_id: int | None = None,
) -> list[str]:
    """Make the record say `values` (fields that are absent become empty); returns what changed.

    A published record keeps the earlier values as a revision and tells the index.
    """
    changed = [f for f in record.STATED if _set(record, f, values.get(f))]
    if changed or record.origins != origins:
        record.origins = dict(origins)
    if changed:
        record.version += 1
        record.updated_at = now()
        if record.stage == Stage.PUBLISHED:
            _keep_revision(db, record, changed, by=by, batch_id=batch_id)
            audit.record(db, by, f"{record.KIND}.changed", record, fields=changed)
            tell_index(db, record)
    return changed


def _set(record: Record, field: str, value: Any) -> bool:
    holder = record.holder(field)
    before = getattr(holder, field)
    if value is None and isinstance(before, list | dict):
        value = type(before)()
    if value == before:
        return False
    setattr(holder, field, value)
    if field == "name" and isinstance(record, Vendor):
        record.organisation.name = value
    return True


def publish(db: Session, record: Record, *, by: str, batch_id: int | None = None) -> None:
    """Put a record in the public catalogue and its index."""
    record.move_to(Stage.PUBLISHED)
    record.published_at = record.published_at or now()
    record.version += 1
    _keep_revision(db, record, list(record.STATED), by=by, batch_id=batch_id)
    audit.record(db, by, f"{record.KIND}.published", record)
    tell_index(db, record)


def leave(
    db: Session, record: Record, stage: Stage, *, by: str, into: Record | None = None
) -> None:
    """Take a record out of the public catalogue: withdrawn, or merged into another."""
    record.move_to(stage)
    record.version += 1
    record.merged_into = into.id if into else None
    audit.record(db, by, f"{record.KIND}.{stage}", record, into=into.identifier if into else None)
    tell_index(db, record)


def _keep_revision(
    db: Session, record: Record, changed: list[str], *, by: str, batch_id: int | None
) -> None:
    last = db.exec(
        select(func.max(Revision.number)).where(col(Revision.record_id) == record.id)
    ).one()
    revision = Revision(
        kind=record.KIND,
        record_id=record.id,
        number=(last or 0) + 1,
        values=snapshot(record),
        changed=changed,
        by=by,
        batch_id=batch_id,
    )
    db.add(revision)


def tell_index(db: Session, record: Record) -> None:
    """Have the index follow this record once this transaction has committed."""
    outbox.enqueue(db, INDEX_JOB, kind=str(record.KIND), id=str(record.id))
