"""The verbs that change the catalogue; `app.curation` decides when they may."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import insert
from sqlmodel import Session, SQLModel, col, func, select

from app.catalogue.identifiers import new_identifier, readable_slug
from app.catalogue.models import MODELS, Organisation, Record, Revision, Training, Vendor
from app.catalogue.stages import Stage
from app.core import audit, outbox
from app.core.db import now
from app.core.formats import today
from search.engine import Kind

INDEX_JOB = "catalogue.index"


@dataclass(frozen=True, slots=True)
class Draft:
    """A record to be: what it will say, and `links`, the ids of what it belongs to."""

    record_id: UUID
    values: Mapping[str, Any]
    origins: Mapping[str, Any]
    links: Mapping[str, UUID | None] = field(default_factory=dict)


@dataclass(slots=True)
class Changes:
    """What changes to records leave behind; `changing` writes it, many rows in one statement."""

    by: str | audit.Actor
    batch_id: int | None = None
    revisions: list[tuple[Record, list[str], dict[str, Any]]] = field(default_factory=list)
    entries: list[audit.Entry] = field(default_factory=list)
    indexed: dict[UUID, Kind] = field(default_factory=dict)


@contextmanager
def changing(
    db: Session, *, by: str | audit.Actor, batch_id: int | None = None
) -> Iterator[Changes]:
    """Changes made by one person in one go; their revisions and audit entries, and what the
    index has to follow, are written at the end of the block."""
    changes = Changes(by, batch_id)
    yield changes
    _keep_revisions(db, changes)
    audit.record_all(db, by, changes.entries)
    payloads = ({"kind": str(kind), "id": str(id_)} for id_, kind in changes.indexed.items())
    outbox.enqueue_all(db, INDEX_JOB, payloads)


def create(db: Session, kind: Kind, drafts: Sequence[Draft]) -> None:
    """New records at the door of the pool, each with its permanent identifier and address.

    A vendor brings its organisation with it unless that is linked. Nothing is public yet. They
    are written as rows, which takes a third of the time that objects would.
    """
    model = MODELS[kind]
    slugs = [readable_slug(str(draft.values["name"])) for draft in drafts]
    taken = set(db.exec(select(model.slug).where(col(model.slug).in_(slugs))))
    rows: list[dict[str, Any]] = []
    organisations: list[dict[str, Any]] = []
    for draft, slug in zip(drafts, slugs, strict=True):
        row = _row(model, draft, slug, taken)
        taken.add(row["slug"])
        rows.append(row)
        if model is Vendor and "organisation_id" not in draft.links:
            organisations.append(_organisation(draft))
            row["organisation_id"] = organisations[-1]["id"]
    if organisations:
        db.execute(insert(Organisation), organisations)
    if rows:
        db.execute(insert(model), rows)


def _row(model: type[Record], draft: Draft, slug: str, taken: set[str]) -> dict[str, Any]:
    identifier = new_identifier(model.KIND.value[0])
    moment = now()
    held = Vendor.HELD_BY_ORGANISATION if model is Vendor else frozenset()
    own = [name for name in model.STATED if name not in held]
    return {
        **_blank(model),
        **{name: value for name in own if (value := draft.values.get(name)) is not None},
        **draft.links,
        "id": draft.record_id,
        "identifier": identifier,
        "slug": f"{slug}-{identifier[2:7]}" if slug in taken else slug,
        "origins": draft.origins,
        "created_at": moment,
        "updated_at": moment,
    }


def _organisation(draft: Draft) -> dict[str, Any]:
    held = (name for name in Vendor.HELD_BY_ORGANISATION if draft.values.get(name) is not None)
    return {
        **_blank(Organisation),
        **{name: draft.values[name] for name in held},
        "id": uuid4(),
        "identifier": new_identifier("o"),
        "name": draft.values["name"],
        "created_at": now(),
    }


@cache
def _blank(model: type[SQLModel]) -> Mapping[str, Any]:
    """What a row of this table says before anything is known; nobody changes it."""
    fields = model.model_fields.items()
    return {n: f.get_default(call_default_factory=True) for n, f in fields if not f.is_required()}


def stated(record: Record, field: str) -> Any:
    """The present value of a stated field; a vendor's organisation must be loaded."""
    return getattr(record.holder(field), field)


def snapshot(record: Record) -> dict[str, Any]:
    """Every stated field with its present value."""
    return {field: stated(record, field) for field in record.STATED}


def restate(
    changes: Changes, record: Record, values: Mapping[str, Any], origins: Mapping[str, Any]
) -> list[str]:
    """Make the record say `values` (fields that are absent become empty); returns what changed.

    A published record keeps the earlier values as a revision and tells the index. What follows
    from something else stays as it is.
    """
    follows = record.followed if isinstance(record, Training) else frozenset()
    said = [f for f in record.STATED if f not in follows]
    changed = [f for f in said if _set(record, f, values.get(f))]
    if changed or record.origins != origins:
        record.origins = dict(origins)
    return _changed(changes, record, changed)


def follow(changes: Changes, record: Record, values: Mapping[str, Any]) -> list[str]:
    """Make the record say what follows from something else that changed; returns what changed."""
    return _changed(changes, record, [f for f in values if _set(record, f, values[f])])


def _changed(changes: Changes, record: Record, changed: list[str]) -> list[str]:
    if changed:
        record.version += 1
        record.updated_at = now()
        if record.stage == Stage.PUBLISHED:
            changes.revisions.append((record, changed, snapshot(record)))
            _note(changes, record, "changed", fields=changed)
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


def publish(changes: Changes, record: Record, *, admitted_whole: bool = False) -> None:
    """Put a record in the public catalogue and its index.

    `admitted_whole`: with the list that names it, without the steps of an application.
    """
    record.move_to(Stage.PUBLISHED, admitted_whole=admitted_whole)
    record.published_at = record.published_at or now()
    record.left_on = record.left_code = record.left_why = None
    record.version += 1
    changes.revisions.append((record, list(record.STATED), snapshot(record)))
    _note(changes, record, "published")


def leave(changes: Changes, record: Record, stage: Stage, *, into: Record | None = None) -> None:
    """Take a record out of the public catalogue: withdrawn, or merged into another."""
    record.move_to(stage)
    record.version += 1
    record.left_on = today()
    record.merged_into = into.id if into else None
    _note(changes, record, stage, into=into.identifier if into else None)


def tell_index(changes: Changes, record: Record) -> None:
    """Have the index follow this record once this transaction has committed."""
    changes.indexed[record.id] = record.KIND


def _note(changes: Changes, record: Record, verb: str, **details: Any) -> None:
    changes.entries.append(audit.Entry(f"{record.KIND}.{verb}", record, details))
    tell_index(changes, record)


def _keep_revisions(db: Session, changes: Changes) -> None:
    if not changes.revisions:
        return
    ids = [record.id for record, _changed, _values in changes.revisions]
    kept = select(Revision.record_id, func.max(Revision.number))
    of_these = kept.where(col(Revision.record_id).in_(ids)).group_by(col(Revision.record_id))
    last: dict[UUID, int] = dict(db.exec(of_these).all())
    rows = []
    for record, changed, values in changes.revisions:
        number = last[record.id] = last.get(record.id, 0) + 1
        rows.append(
            {
                "kind": record.KIND,
                "record_id": record.id,
                "number": number,
                "values": values,
                "changed": changed,
                "by": audit.name_of(changes.by),
                "batch_id": changes.batch_id,
                "at": now(),
            }
        )
    db.execute(insert(Revision), rows)
