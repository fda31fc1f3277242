"""Imported lists as staff read them, and what admitting one would change. Nothing is changed."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, true
from sqlmodel import Session, col, select

from app.accounts.scope import Scope
from app.accounts.visitor import Visitor
from app.catalogue import service as catalogue
from app.catalogue.models import MODELS, Record
from app.catalogue.reading import Page
from app.catalogue.stages import Stage
from app.core.errors import Forbidden, NotFound
from app.core.i18n import mark
from app.curation.admission import load
from app.curation.folding import fold, is_empty
from app.curation.models import Batch, Candidate, MergeCase, MergeState, Standing
from app.curation.places import lists_inside, speaks_inside
from app.desk.wording import field_label, field_text
from search.engine import Kind

SIZE = 25


class Part(StrEnum):
    """What a batch holds, by what admitting it would do."""

    NEW = "new"
    CHANGED = "changed"
    QUEUED = "queued"  # held back: perhaps a record that is there already
    UNVERIFIED = "unverified"  # held back: its list says that nobody checked it
    DONE = "done"


PARTS: Mapping[Part, str] = {
    Part.NEW: mark("New"),
    Part.CHANGED: mark("Known already"),
    Part.QUEUED: mark("In the merge queue"),
    Part.UNVERIFIED: mark("Not verified"),
    Part.DONE: mark("Already decided"),
}


@dataclass(frozen=True, slots=True)
class Listed:
    """A batch in the list, with how many candidates of each standing it has in the region."""

    batch: Batch
    standing: Mapping[str, int]

    @property
    def total(self) -> int:
        return sum(self.standing.values())


@dataclass(frozen=True, slots=True)
class Change:
    """One field, what is public now and what would be."""

    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Row:
    """What a batch says of one record."""

    record: Record
    places: Sequence[tuple[str, int]]  # sheet and row
    changes: Sequence[Change]
    standing: str
    twin: MergeCase | None = field(default=None)


def page_of_batches(db: Session, visitor: Visitor, number: int, size: int = SIZE) -> Page:
    """The batches that say something of the region, newest first."""
    seen = lists_inside(visitor.scope)
    total = db.exec(select(func.count()).select_from(Batch).where(seen)).one()
    chosen = select(Batch).where(seen).order_by(col(Batch.id).desc())
    batches = db.exec(chosen.offset((number - 1) * size).limit(size)).all()
    return Page(_listed(db, visitor, batches), total, number, size)


def wholly_inside(scope: Scope) -> ColumnElement[bool]:
    """Batches that speak of nothing outside."""
    if scope.is_whole:
        return true()
    outside = select(Candidate.batch_id).where(
        ~_inside(scope), col(Candidate.batch_id).is_not(None)
    )
    return and_(lists_inside(scope), col(Batch.id).not_in(outside))


def _inside(scope: Scope) -> ColumnElement[bool]:
    return speaks_inside(scope, Candidate.kind, Candidate.record_id)


def _listed(db: Session, visitor: Visitor, batches: Sequence[Batch]) -> list[Listed]:
    counted = (
        select(Candidate.batch_id, Candidate.standing, func.count())
        .where(col(Candidate.batch_id).in_([batch.id for batch in batches]))
        .where(_inside(visitor.scope))
        .group_by(col(Candidate.batch_id), col(Candidate.standing))
    )
    counts: dict[Any, dict[str, int]] = defaultdict(dict)
    for batch_id, standing, number in db.exec(counted).all():
        counts[batch_id][str(standing)] = number
    return [Listed(batch, counts[batch.id]) for batch in batches]


def find_for(db: Session, visitor: Visitor, batch_id: int) -> Batch:
    """Raises `NotFound` when no such batch says something of this person's region."""
    chosen = select(Batch).where(Batch.id == batch_id, lists_inside(visitor.scope))
    batch = db.exec(chosen).first()
    if batch is None:
        raise NotFound("There is no batch {batch}.", batch=batch_id)
    return batch


def find_to_take_back(db: Session, visitor: Visitor, batch_id: int) -> Batch:
    """As `find_for`; raises `Forbidden` where a part of the batch lies outside the region."""
    batch = find_for(db, visitor, batch_id)
    if not is_whole(db, visitor, batch):
        raise Forbidden("Parts of this list lie outside your region: the province takes it back.")
    return batch


def is_whole(db: Session, visitor: Visitor, batch: Batch) -> bool:
    """Whether everything that a batch speaks of lies inside this person's region."""
    chosen = select(Batch.id).where(Batch.id == batch.id, wholly_inside(visitor.scope))
    return db.exec(chosen).first() is not None


def chosen_inside(
    db: Session, visitor: Visitor, batch: Batch, ticked: frozenset[UUID] | None
) -> frozenset[UUID] | None:
    """What may be admitted of a batch: what was ticked inside the region; None means all."""
    if visitor.scope.is_whole:
        return ticked
    own = select(Candidate.record_id).where(Candidate.batch_id == batch.id, _inside(visitor.scope))
    inside = frozenset(db.exec(own))
    return inside if ticked is None else inside & ticked


def counts(db: Session, visitor: Visitor, batch: Batch) -> dict[Part, int]:
    """How many records each part speaks of."""
    records = func.count(col(Candidate.record_id).distinct())
    return {
        part: db.exec(select(records).where(*_conditions(visitor, batch, part))).one()
        for part in Part
    }


def page(db: Session, visitor: Visitor, batch: Batch, part: Part, number: int) -> Page:
    """One page of what a part of a batch says, in the order of its list."""
    conditions = _conditions(visitor, batch, part)
    total = db.exec(
        select(func.count(col(Candidate.record_id).distinct())).where(*conditions)
    ).one()
    first = func.min(Candidate.id)
    chosen = select(Candidate.kind, Candidate.record_id).where(*conditions)
    ordered = chosen.group_by(col(Candidate.kind), col(Candidate.record_id)).order_by(first)
    found = db.exec(ordered.offset((number - 1) * SIZE).limit(SIZE)).all()
    return Page(_rows(db, batch, part, found), total, number, SIZE)


def _conditions(visitor: Visitor, batch: Batch, part: Part) -> tuple[ColumnElement[bool], ...]:
    standing = col(Candidate.standing)
    queued = col(Candidate.record_id).in_(
        select(MergeCase.newer_id).where(MergeCase.state == MergeState.WAITING)
    )
    meant = {
        Part.NEW: and_(standing == Standing.WAITING, _is_submitted()),
        Part.CHANGED: and_(standing == Standing.WAITING, ~_is_submitted()),
        Part.QUEUED: and_(standing == Standing.REVIEW, queued),
        Part.UNVERIFIED: and_(standing == Standing.REVIEW, ~queued),
        Part.DONE: standing.not_in((Standing.WAITING, Standing.REVIEW)),
    }
    return (col(Candidate.batch_id) == batch.id, _inside(visitor.scope), meant[part])


def _is_submitted() -> ColumnElement[bool]:
    return or_(
        *(
            and_(
                col(Candidate.kind) == kind,
                col(Candidate.record_id).in_(
                    select(model.id).where(model.stage == Stage.SUBMITTED)
                ),
            )
            for kind, model in MODELS.items()
        )
    )


def _rows(db: Session, batch: Batch, part: Part, found: Sequence[tuple[str, UUID]]) -> list[Row]:
    twins = _twins(db, [record_id for _kind, record_id in found])
    rows: dict[UUID, Row] = {}
    for kind in {Kind(kind) for kind, _id in found}:
        ids = [record_id for one, record_id in found if one == kind]
        for record, said in load(db, kind, ids):
            own = [one for one in said if one.batch_id == batch.id]
            row = _row(part, record, said, own, twins)
            rows.update({one.record_id: row for one in own})
    return [rows[record_id] for _kind, record_id in found]


def _row(
    part: Part,
    record: Record,
    said: Sequence[Candidate],
    own: Sequence[Candidate],
    twins: Mapping[UUID, MergeCase],
) -> Row:
    return Row(
        record=record,
        places=[(one.sheet, one.row) for one in own],
        changes=list(_changes(record, said, own)) if part is not Part.DONE else (),
        standing=str(own[-1].standing),
        twin=twins.get(record.id),
    )


def _twins(db: Session, record_ids: Sequence[UUID]) -> dict[UUID, MergeCase]:
    waiting = select(MergeCase).where(
        col(MergeCase.newer_id).in_(record_ids), MergeCase.state == MergeState.WAITING
    )
    return {case.newer_id: case for case in db.exec(waiting)}


def _changes(
    record: Record, said: Sequence[Candidate], own: Sequence[Candidate]
) -> Iterator[Change]:
    """What the record would say differently; the rules of `batches.accept`, nothing written."""
    waits = (Standing.WAITING, Standing.REVIEW)
    fresh = [one for one in own if one.standing in waits]
    replaced = {number for one in fresh for number in one.replaces}
    accepted = [one for one in said if one.standing == Standing.ACCEPTED and one.id not in replaced]
    values, _origins = fold(record.KIND, [*accepted, *fresh])
    is_new = record.stage == Stage.SUBMITTED
    for name in record.STATED:
        before = None if is_new else catalogue.stated(record, name)
        after = values.get(name)
        if before != after and not (is_empty(before) and is_empty(after)):
            label = field_label(record.KIND, name)
            yield Change(label, field_text(name, before), field_text(name, after))
