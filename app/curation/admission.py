"""The one door into the catalogue: proposals come in, a named person decides."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.orm import joinedload
from sqlmodel import Session, col, select

from app.catalogue import service as catalogue
from app.catalogue.models import MODELS, Record, Vendor
from app.catalogue.stages import Stage
from app.core import audit
from app.core.db import lock, now, transaction
from app.core.errors import Conflict
from app.curation.folding import Stated, fold
from app.curation.models import Batch, Candidate, MergeCase, Standing
from search.engine import Kind

CHUNK = 500
DECISIONS = 4_402_262  # the number of a lock; it means nothing
LIVE = (Standing.WAITING, Standing.REVIEW, Standing.ACCEPTED)
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Twin:
    """A record that the proposed one may be the same as, with the score and why."""

    record_id: UUID
    score: float
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Proposal:
    """What one row says of one record. `links` are ids of what a new record belongs to."""

    kind: Kind
    record_id: UUID
    is_new: bool
    values: dict[str, Any]
    sheet: str = ""
    row: int = 0
    digest: str = ""
    raw: dict[str, str] = field(default_factory=dict)
    since: dict[str, int] = field(default_factory=dict)
    replaces: tuple[int, ...] = ()
    links: dict[str, UUID | None] = field(default_factory=dict)
    twin: Twin | None = None
    in_review: bool = False


@contextmanager
def deciding() -> Iterator[Session]:
    """A transaction in which lists are taken in or somebody decides: one at a time.

    A row is recognised among everything that the pool knows, and a fold reads everything that
    is said of a record. Two at once would not see each other, and the same company would come
    in twice; no constraint on its name could refuse that (see `Organisation`). On SQLite
    writers take turns anyway.
    """
    with transaction() as db:
        lock(db, DECISIONS)
        yield db


def submit(db: Session, batch: Batch, proposals: Sequence[Proposal]) -> None:
    """Take proposals in as candidates. New records get their identifier but stay unseen."""
    moment = now()
    for proposal in proposals:
        if proposal.twin:
            db.add(_merge_case(proposal, proposal.twin, batch))
    if proposals:
        db.execute(insert(Candidate), [_candidate(p, batch, moment) for p in proposals])
    created = _receive(db, proposals, batch, moment)
    known = ((p.kind, p.record_id) for p in proposals if p.record_id not in created)
    with catalogue.changing(db, by=batch.by, batch_id=batch.id) as changes:
        for kind, ids in ids_by_kind(known).items():
            for record, said in load(db, kind, ids):
                if record.stage == Stage.SUBMITTED:
                    _refold(changes, record, said)


def _receive(
    db: Session, proposals: Sequence[Proposal], batch: Batch, moment: datetime
) -> set[UUID]:
    """The ids of the records that are new; those taken back earlier are only taken in again."""
    said: dict[UUID, list[Stated]] = defaultdict(list)
    for proposal in proposals:
        said[proposal.record_id].append(_stated(proposal, batch, moment))
    created: set[UUID] = set()
    new = [proposal for proposal in proposals if proposal.is_new]
    for kind, ids in ids_by_kind((p.kind, p.record_id) for p in new).items():
        known = _resubmit(db, kind, ids, by=batch.by)
        links = {p.record_id: p.links for p in new if p.kind is kind}
        drafts = [
            catalogue.Draft(id_, *fold(kind, said[id_]), links[id_])
            for id_ in ids
            if id_ not in known
        ]
        catalogue.create(db, kind, drafts)
        created.update(draft.record_id for draft in drafts)
    return created


def _resubmit(db: Session, kind: Kind, ids: Sequence[UUID], *, by: str) -> set[UUID]:
    """Take in again what was taken back earlier: it keeps its identifier and address."""
    model = MODELS[kind]
    known = db.exec(select(model).where(col(model.id).in_(ids))).all()
    for record in known:
        record.move_to(Stage.SUBMITTED)
        audit.record(db, by, f"{kind}.resubmitted", record)
    return {record.id for record in known}


def _refold(changes: catalogue.Changes, record: Record, said: list[Candidate]) -> None:
    supersede(said, said)
    live = [candidate for candidate in said if candidate.standing in LIVE]
    catalogue.restate(changes, record, *fold(record.KIND, live))


def _stated(proposal: Proposal, batch: Batch, at: datetime) -> Stated:
    """What a proposal says, as the candidate that it becomes will say it."""
    assert batch.id is not None  # noqa: S101  received before
    return Stated(
        batch_id=batch.id,
        source=batch.source,
        sheet=proposal.sheet,
        row=proposal.row,
        values=proposal.values,
        since=proposal.since,
        by=batch.by,
        created_at=at,
    )


def _candidate(proposal: Proposal, batch: Batch, at: datetime) -> dict[str, Any]:
    return {
        "batch_id": batch.id,
        "kind": proposal.kind,
        "record_id": proposal.record_id,
        "is_new": proposal.is_new,
        "standing": Standing.REVIEW if proposal.in_review else Standing.WAITING,
        "source": batch.source,
        "sheet": proposal.sheet,
        "row": proposal.row,
        "digest": proposal.digest,
        "values": proposal.values,
        "since": proposal.since,
        "replaces": list(proposal.replaces),
        "raw": proposal.raw,
        "by": batch.by,
        "created_at": at,
    }


def _merge_case(proposal: Proposal, twin: Twin, batch: Batch) -> MergeCase:
    return MergeCase(
        kind=proposal.kind,
        newer_id=proposal.record_id,
        older_id=twin.record_id,
        score=twin.score,
        reasons=list(twin.reasons),
        batch_id=batch.id,
    )


def ids_by_kind(spoken_of: Iterable[tuple[str, UUID]]) -> dict[Kind, list[UUID]]:
    """From kinds and ids: the records of each kind, each once, in the order of publishing."""
    ids: dict[Kind, dict[UUID, None]] = defaultdict(dict)
    for kind, record_id in spoken_of:
        ids[Kind(kind)][record_id] = None
    # Vendors first: what they offer cannot be published before them.
    return {kind: list(ids[kind]) for kind in sorted(ids, key=lambda k: k is not Kind.VENDOR)}


def load(db: Session, kind: Kind, ids: Sequence[UUID]) -> Iterator[tuple[Record, list[Candidate]]]:
    """Records with everything said of them or of records merged into them, in id order.

    The id of a merged record stands for the one it went into.
    """
    model = MODELS[kind]
    ids = _survivors(db, model, ids)
    merged = select(model.id, model.merged_into).where(col(model.merged_into).in_(ids))
    home = dict(db.exec(merged).all())
    said: dict[UUID | None, list[Candidate]] = defaultdict(list)
    statement = select(Candidate).where(col(Candidate.record_id).in_([*ids, *home]))
    for candidate in db.exec(statement.order_by(col(Candidate.id))):
        said[home.get(candidate.record_id, candidate.record_id)].append(candidate)
    chosen = select(model).where(col(model.id).in_(ids)).order_by(col(model.id))
    if model is Vendor:
        chosen = chosen.options(joinedload(Vendor.organisation))  # type: ignore[arg-type]
    for record in db.exec(chosen).all():
        yield record, said[record.id]


def _survivors(db: Session, model: type[Record], ids: Sequence[UUID]) -> list[UUID]:
    gone = select(model.id, model.merged_into).where(
        col(model.id).in_(ids), col(model.merged_into).is_not(None)
    )
    went = dict(db.exec(gone).all())
    return list(dict.fromkeys(went.get(i) or i for i in ids))


def supersede(said: Sequence[Candidate], newer: Sequence[Candidate]) -> None:
    replaced = {number for candidate in newer for number in candidate.replaces}
    for candidate in said:
        if candidate.id in replaced and candidate.standing in LIVE:
            candidate.standing = Standing.SUPERSEDED


def edit(db: Session, record: Record, changes: dict[str, Any], *, by: str) -> list[str]:
    """A person's correction: it wins over every list, now and later. Returns what changed.

    Raises `Conflict` for a field that this kind of record does not state.
    """
    unknown = sorted(set(changes) - set(record.STATED))
    if unknown:
        raise Conflict("There is no field {field} here.", field=", ".join(unknown))
    kind = record.KIND
    db.add(
        Candidate(
            kind=kind,
            record_id=record.id,
            standing=Standing.ACCEPTED,
            source="person",
            values=changes,
            by=by,
            decided_by=by,
            decided_at=now(),
        )
    )
    db.flush()  # the fold below reads it back
    said = next(iter(load(db, kind, [record.id])))[1]
    counted = (Standing.ACCEPTED,) if record.stage == Stage.PUBLISHED else LIVE
    values, origins = fold(kind, [c for c in said if c.standing in counted])
    with catalogue.changing(db, by=by) as kept:
        return catalogue.restate(kept, record, values, origins)
