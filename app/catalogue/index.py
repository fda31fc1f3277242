"""Between the database and the index: jobs that follow changes, the proof that both agree."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

from app.catalogue import following
from app.catalogue.documents import document_of
from app.catalogue.models import MODELS, Case, Record, Solution
from app.catalogue.reading import OPTIONS
from app.catalogue.service import INDEX_JOB
from app.catalogue.stages import Stage
from app.core.db import try_lock
from app.core.errors import Conflict
from app.core.outbox import Later, SomeFailed, job
from app.core.settings import get_settings
from search.engine import Document, EngineAway, Kind, WriteResult
from search.searcher import Searcher, open_searcher
from search.vocabulary import Vocabulary, load_vocabulary

CHUNK = 500
REBUILD_LOCK = 4_402_261  # one rebuild at a time; the number means nothing
Progress = Callable[[int, int], None]


@lru_cache
def get_vocabulary() -> Vocabulary:
    """The vocabulary of this process: the packaged one and what staff added to it."""
    return load_vocabulary(get_settings().vocabulary)


@lru_cache
def get_searcher() -> Searcher:
    """The searcher of this process; the model is loaded when the first text is embedded."""
    settings = get_settings()
    return open_searcher(
        settings.search_url,
        model=settings.embedding_model,
        cache=settings.cache,
        vocabulary=get_vocabulary(),
        ca=settings.search_ca,
        api_key=settings.search_api_key.get_secret_value(),
    )


@job(INDEX_JOB, batch=CHUNK, writes=False)
def follow(db: Session, payloads: list[dict[str, Any]]) -> None:
    """Make the index say what the database says of these records; safe to repeat.

    A vendor takes its solutions and cases along: they show its name, city and kind.
    """
    brought = _brought(db, payloads)
    places: dict[str, set[int]] = {}
    upserts: list[Document] = []
    deletes: dict[str, int] = {}
    told: dict[str, tuple[Kind, UUID]] = {}
    for kind, by_id in brought.items():
        for record in _records(db, kind, set(by_id)):
            document = document_of(record, get_vocabulary())
            places[document.id] = by_id[record.id]
            if record.stage == Stage.PUBLISHED:
                upserts.append(document)
                told[document.id] = (kind, record.id)
            else:
                deletes[document.id] = document.version
    try:
        result = get_searcher().apply(upserts, deletes)
    except EngineAway as away:
        raise Later(str(away)) from away
    unwritten = {*result.postponed, *result.refused}
    following.tell(db, (listing for id_, listing in told.items() if id_ not in unwritten))
    _tell_failures(result, places)


def _brought(db: Session, payloads: list[dict[str, Any]]) -> dict[Kind, dict[UUID, set[int]]]:
    """The records to follow, each with the places of the payloads that brought it."""
    brought: dict[Kind, dict[UUID, set[int]]] = {kind: defaultdict(set) for kind in Kind}
    for place, payload in enumerate(payloads):
        brought[Kind(payload["kind"])][UUID(payload["id"])].add(place)
    vendors = brought[Kind.VENDOR]
    for model in (Solution, Case):
        of_vendors = select(model.id, model.vendor_id).where(col(model.vendor_id).in_(vendors))
        rows: Any = db.exec(of_vendors)
        for id_, vendor_id in rows:
            brought[model.KIND][id_] |= vendors[vendor_id]
    return brought


def _tell_failures(result: WriteResult, places: Mapping[str, set[int]]) -> None:
    """Raise `SomeFailed` with what could not be written; one that may yet be goes on trying."""
    postponed = {place: why for id_, why in result.postponed.items() for place in places[id_]}
    refused = {place: why for id_, why in result.refused.items() for place in places[id_]}
    hopeless = {place: why for place, why in refused.items() if place not in postponed}
    if postponed or hopeless:
        raise SomeFailed(postponed, hopeless)


def _records(db: Session, kind: Kind, ids: set[UUID]) -> list[Record]:
    model = MODELS[kind]
    statement = select(model).where(col(model.id).in_(ids)).options(*OPTIONS.get(kind, ()))
    return list(db.exec(statement))


def documents(db: Session) -> Iterator[Document]:
    """The document of every public record, read in chunks."""
    for kind, model in MODELS.items():
        last: UUID | None = None
        while True:
            chosen = select(model).where(model.stage == Stage.PUBLISHED).order_by(col(model.id))
            if last is not None:
                chosen = chosen.where(col(model.id) > last)
            records = db.exec(chosen.limit(CHUNK).options(*OPTIONS.get(kind, ()))).all()
            if not records:
                break
            yield from (document_of(record, get_vocabulary()) for record in records)
            last = records[-1].id
            db.expunge_all()  # read only: keeps memory level over a long walk


@dataclass(frozen=True, slots=True)
class Difference:
    """What the index lacks, holds in another version, or holds without reason (id → version)."""

    missing: tuple[str, ...]
    outdated: tuple[str, ...]
    stray: Mapping[str, int]

    def __bool__(self) -> bool:
        return bool(self.missing or self.outdated or self.stray)


def compare(db: Session) -> Difference:
    """What differs between the index and the database."""
    indexed = dict(get_searcher().versions())
    missing, outdated = [], []
    for document in documents(db):
        version = indexed.pop(document.id, None)
        if version is None:
            missing.append(document.id)
        elif version != document.version:
            outdated.append(document.id)
    return Difference(tuple(missing), tuple(outdated), indexed)


def repair(db: Session, difference: Difference) -> None:
    """Make the index equal to the database again, touching only what differs."""
    searcher = get_searcher()
    if searcher.is_stale:  # vectors of another model cannot be mixed with ours
        rebuild(db)
        return
    searcher.apply([], difference.stray)
    wanted = set(difference.missing) | set(difference.outdated)
    found = [d for d in documents(db) if d.id in wanted]
    for start in range(0, len(found), CHUNK):
        if searcher.apply(found[start : start + CHUNK]).outdated:
            # The index is ahead of the database, as after a restored backup, and refuses.
            rebuild(db)
            return


def rebuild(db: Session, progress: Callable[[int], None] | None = None) -> WriteResult:
    """Fill a fresh index and switch to it, while searches and writes go on.

    Raises Conflict while another process does so on the same PostgreSQL.
    """
    if not try_lock(db, REBUILD_LOCK):
        raise Conflict("The index is being built by another process; wait until it is done.")

    def counted() -> Iterator[Document]:
        for done, document in enumerate(documents(db), start=1):
            yield document
            if progress:
                progress(done)

    return get_searcher().rebuild(counted())
