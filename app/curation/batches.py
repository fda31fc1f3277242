"""Batches: one reading of one file, accepted whole by a named person, or taken back."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

from app.catalogue import service as catalogue
from app.catalogue.models import Case, Record, Solution
from app.catalogue.stages import Stage
from app.core import audit
from app.core.db import now
from app.core.errors import Conflict, NotFound
from app.curation.admission import LIVE, ids_by_kind, load, supersede
from app.curation.folding import fold
from app.curation.models import Batch, Candidate, MergeCase, MergeState, Standing
from search.engine import Kind

CHUNK = 500
Progress = Callable[[int, int], None]


def receive(db: Session, *, source: str, sha256: str, kind: str, by: str) -> Batch:
    """A batch for one reading of one file; its number is how people speak of it."""
    batch = Batch(source=source, sha256=sha256, kind=kind, by=by)
    db.add(batch)
    db.flush()  # its number goes into every candidate
    audit.record(db, by, "batch.received", batch, source=source)
    return batch


def find(db: Session, batch_id: int) -> Batch:
    """Raises `NotFound` when there is no such batch."""
    batch = db.get(Batch, batch_id)
    if batch is None:
        raise NotFound("There is no batch {batch}.", batch=batch_id)
    return batch


def latest(db: Session, limit: int = 50) -> list[Batch]:
    """The newest batches first."""
    return list(db.exec(select(Batch).order_by(col(Batch.id).desc()).limit(limit)))


def accept(
    db: Session,
    batch: Batch,
    *,
    by: str | audit.Actor,
    unverified: bool = False,
    only: frozenset[UUID] | None = None,
    why: str | None = None,
    progress: Progress | None = None,
) -> dict[str, int]:
    """Publish everything of a batch that waits; what the merge queue holds stays there.

    `unverified` also takes the rows that their own list marks as not yet verified; `only` leaves
    what is said of other records waiting.

    Returns how many records were published and how many changed. Accepting twice is harmless.
    """
    if batch.taken_back_at:
        raise Conflict("Batch {batch} was taken back.", batch=batch.id)
    if unverified:
        _release_unverified(db, batch, only)
    waiting = db.exec(
        select(Candidate.kind, Candidate.record_id)
        .where(Candidate.batch_id == batch.id, Candidate.standing == Standing.WAITING)
        .order_by(col(Candidate.id))
    ).all()
    waiting = [(kind, id_) for kind, id_ in waiting if only is None or id_ in only]
    counts = {"published": 0, "changed": 0}
    done = 0
    for kind, ids in ids_by_kind(waiting).items():
        for start in range(0, len(ids), CHUNK):
            chunk = ids[start : start + CHUNK]
            with catalogue.changing(db, by=by, batch_id=batch.id) as changes:
                for record, said in load(db, kind, chunk):
                    counts[_accept_one(changes, record, said, batch)] += 1
            db.flush()  # keeps the number of pending rows bounded
            done += len(chunk)
            if progress:
                progress(done, len(waiting))
    if waiting:
        batch.accepted_by, batch.accepted_at = audit.name_of(by), now()
        audit.record(db, by, "batch.accepted", batch, why=why, **dict[str, Any](counts))
    return counts


def accept_repeated(db: Session, source: str, digests: Iterable[str], *, by: str) -> None:
    """Publish what earlier batches of a source said in rows that it still holds, and that waits."""
    waiting = select(Candidate.batch_id, Candidate.digest, Candidate.record_id).where(
        Candidate.source == source, Candidate.standing == Standing.WAITING
    )
    held = set(digests)
    records: dict[int, set[UUID]] = defaultdict(set)
    for batch_id, digest, record_id in db.exec(waiting).all():
        if batch_id is not None and digest in held:
            records[batch_id].add(record_id)
    for batch_id in sorted(records):
        accept(db, find(db, batch_id), by=by, only=frozenset(records[batch_id]))


def with_vendors(db: Session, batch: Batch, chosen: frozenset[UUID]) -> frozenset[UUID]:
    """What was chosen of a batch, and the vendors that it belongs to and that wait there too.

    An offer cannot be public without its vendor.
    """
    waiting = select(Candidate.record_id).where(
        Candidate.batch_id == batch.id,
        Candidate.kind == Kind.VENDOR,
        Candidate.standing == Standing.WAITING,
    )
    vendors: set[UUID] = set()
    for model in (Solution, Case):
        theirs = select(model.vendor_id).where(col(model.id).in_(chosen))
        needed = theirs.where(col(model.vendor_id).in_(waiting))
        vendors.update(id_ for id_ in db.exec(needed) if id_)
    return chosen | vendors


def _release_unverified(db: Session, batch: Batch, only: frozenset[UUID] | None) -> None:
    in_queue = select(MergeCase.newer_id).where(MergeCase.state == MergeState.WAITING)
    held = select(Candidate).where(
        Candidate.batch_id == batch.id,
        Candidate.standing == Standing.REVIEW,
        col(Candidate.record_id).not_in(in_queue),
    )
    for candidate in db.exec(held):
        if only is None or candidate.record_id in only:
            candidate.standing = Standing.WAITING


def _accept_one(
    changes: catalogue.Changes, record: Record, said: list[Candidate], batch: Batch
) -> str:
    fresh = [c for c in said if c.batch_id == batch.id and c.standing == Standing.WAITING]
    supersede(said, fresh)
    for candidate in fresh:
        candidate.standing, candidate.decided_by, candidate.decided_at = (
            Standing.ACCEPTED,
            audit.name_of(changes.by),
            now(),
        )
    accepted = [c for c in said if c.standing == Standing.ACCEPTED]
    values, origins = fold(record.KIND, accepted)
    catalogue.restate(changes, record, values, origins)
    if record.stage == Stage.SUBMITTED:
        catalogue.publish(changes, record, admitted_whole=True)
        return "published"
    return "changed"


def take_back(
    db: Session, batch: Batch, *, by: str | audit.Actor, why: str | None = None
) -> dict[str, int]:
    """Undo a batch: what only it said is gone, what it replaced is back, the rest stays.

    Records that nobody else speaks of leave the pool (and keep identifier and address).
    Returns how many records were withdrawn and how many restored. Raises `Conflict` when the
    batch was taken back before.
    """
    if batch.taken_back_at:
        raise Conflict("Batch {batch} was taken back.", batch=batch.id)
    own = db.exec(
        select(Candidate.kind, Candidate.record_id).where(Candidate.batch_id == batch.id)
    ).all()
    counts = {"withdrawn": 0, "restored": 0}
    for kind, ids in reversed(ids_by_kind(own).items()):  # vendors last: their offers leave first
        for start in range(0, len(ids), CHUNK):
            with catalogue.changing(db, by=by, batch_id=batch.id) as changes:
                for record, said in load(db, kind, ids[start : start + CHUNK]):
                    counts[_take_back_one(changes, record, said, batch)] += 1
            db.flush()  # keeps the number of pending rows bounded
    batch.taken_back_at = now()
    audit.record(db, by, "batch.taken_back", batch, why=why, **dict[str, Any](counts))
    return counts


def _take_back_one(
    changes: catalogue.Changes, record: Record, said: list[Candidate], batch: Batch
) -> str:
    restored: set[int] = set()
    for candidate in said:
        if candidate.batch_id == batch.id:
            candidate.standing = Standing.TAKEN_BACK
            restored.update(candidate.replaces)
    for candidate in said:
        if candidate.id in restored and candidate.standing == Standing.SUPERSEDED:
            candidate.standing = Standing.ACCEPTED if candidate.decided_by else Standing.WAITING
    public = record.stage == Stage.PUBLISHED
    live = [
        c for c in said if c.standing == Standing.ACCEPTED or (not public and c.standing in LIVE)
    ]
    if any("name" in c.values for c in live):  # somebody still lists it
        values, origins = fold(record.KIND, live)
        catalogue.restate(changes, record, values, origins)
        return "restored"
    if record.stage in (Stage.SUBMITTED, Stage.PUBLISHED):
        catalogue.leave(changes, record, Stage.WITHDRAWN)
    return "withdrawn"
