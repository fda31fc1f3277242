"""Where the listings of a shortlist are today: public, merged into another, hidden or gone."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from sqlmodel import Session, col, select

from app.catalogue.models import MODELS, Record
from app.catalogue.reading import OPTIONS
from app.catalogue.stages import Stage
from app.shortlists.models import ShortlistItem
from search.engine import Kind


class Standing(StrEnum):
    """What became of a listing since it was put on a list."""

    PUBLIC = "public"
    MERGED = "merged"  # part of another one, which is public
    HIDDEN = "hidden"  # for some time
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Followed:
    """A listing today: what it was called, its standing, and the public record if there is one.

    `left` is the record that left the pool, for when and why.
    """

    name: str
    standing: Standing
    record: Record | None
    left: Record | None = None


def follow(db: Session, items: Sequence[ShortlistItem]) -> dict[UUID, Followed]:
    """What each item leads to today, by the item's id: one query a kind and step of merging."""
    wanted: dict[Kind, set[UUID]] = defaultdict(set)
    for item in items:
        wanted[Kind(item.kind)].add(item.record_id)
    known = {kind: _load(db, kind, ids) for kind, ids in wanted.items()}
    return {item.id: _followed(known[Kind(item.kind)], item.record_id) for item in items}


def _load(db: Session, kind: Kind, ids: Iterable[UUID]) -> Mapping[UUID, Record]:
    """These records, and whatever they were merged into."""
    known: dict[UUID, Record] = {}
    missing = set(ids)
    while missing:
        model = MODELS[kind]
        chosen = select(model).where(col(model.id).in_(missing))
        found = db.exec(chosen.options(*OPTIONS.get(kind, ()))).all()
        known |= {record.id: record for record in found}
        missing = {r.merged_into for r in found if r.merged_into} - known.keys()
    return known


def _followed(known: Mapping[UUID, Record], id_: UUID) -> Followed:
    first = record = known.get(id_)
    seen: set[UUID] = set()
    while record is not None and record.merged_into and record.id not in seen:
        seen.add(record.id)
        record = known.get(record.merged_into)
    if first is None or record is None:
        return Followed("", Standing.GONE, None)
    if record.stage == Stage.PUBLISHED:
        standing = Standing.PUBLIC if record is first else Standing.MERGED
        return Followed(first.name, standing, record)
    hidden = record.stage == Stage.QUARANTINED
    return Followed(first.name, Standing.HIDDEN if hidden else Standing.GONE, None, record)
