"""Which saved searches a listing is news for, without asking each of them.

A listing is looked up by what it holds: its codes, words and names, and its meaning in one
product of matrices. The few searches that are found so are looked at exactly.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from uuid import UUID

from sqlmodel import Session, col, select

from app.alerts.models import Rhythm, Watch, WatchKey, WatchPlan
from app.alerts.planning import ANYTHING, facet_key, key, waiting_of
from app.alerts.reading import asked_by
from app.alerts.vectors import Kept
from app.catalogue.index import get_searcher
from app.core.chunks import chunks
from app.discovery.results import query_of
from search.engine import Document, Entry
from search.searcher import Query
from search.waiting import keys_of, near

Found = dict[UUID, list[str]]

_kept = Kept()


def waiting_for(db: Session, documents: Sequence[Document]) -> Found:
    """The saved searches that these documents are news for: watch → ids of documents.

    Only what each document says now counts, not whether somebody was told of it before.
    """
    entries = get_searcher().prepared(documents)
    candidates = _by_keys(db, entries)
    for watch_id, place in _by_meaning(db, entries):
        candidates[watch_id].add(place)
    return dict(_verified(db, entries, candidates))


def _by_keys(db: Session, entries: Sequence[Entry]) -> dict[UUID, set[int]]:
    """The watches that share a key with an entry, with the places of those entries."""
    places: dict[str, list[int]] = defaultdict(list)
    for place, entry in enumerate(entries):
        for said in dict.fromkeys(_keys(entry)):
            places[said].append(place)
    candidates: dict[UUID, set[int]] = defaultdict(set)
    for keys in chunks(list(places)):
        chosen = select(WatchKey.watch_id, WatchKey.key).where(col(WatchKey.key).in_(keys))
        for watch_id, said in db.exec(chosen):
            candidates[watch_id].update(places[said])
    return candidates


def _keys(entry: Entry) -> Iterator[str]:
    document = entry.document
    codes = (facet_key(facet, c) for facet, codes in document.facets.items() for c in codes)
    for said in (ANYTHING, *codes, *keys_of(entry)):
        yield key(document.kind, said)


def _by_meaning(db: Session, entries: Sequence[Entry]) -> Iterator[tuple[UUID, int]]:
    """The watches that an entry of their kind lies near to."""
    spaces = {entry.space for entry in entries if entry.vector is not None}
    for space in spaces:
        waiting = _kept.of(db, space)
        for place, row in near(entries, waiting.matrix, waiting.bars, space):
            if waiting.kinds[row] == str(entries[place].document.kind):
                yield waiting.watch_ids[row], place


def _verified(
    db: Session, entries: Sequence[Entry], candidates: Mapping[UUID, set[int]]
) -> Iterator[tuple[UUID, list[str]]]:
    for ids in chunks(list(candidates)):
        for watch, plan in _with_plans(db, ids):
            places = sorted(candidates[watch.id])
            good = [entries[i].document.id for i in places if fits(watch, plan, entries[i])]
            if good:
                yield watch.id, good


def _with_plans(db: Session, ids: Iterable[UUID]) -> Iterable[tuple[Watch, WatchPlan]]:
    chosen = select(Watch, WatchPlan).join(WatchPlan, col(WatchPlan.watch_id) == col(Watch.id))
    return db.exec(chosen.where(col(Watch.id).in_(ids), Watch.rhythm != Rhythm.OFF))


def fits(watch: Watch, plan: WatchPlan, entry: Entry) -> bool:
    """Whether the search would find this listing, and among what is good."""
    query = query_of(asked_by(watch))
    return _passes(query, entry.document) and (not query.text or waiting_of(plan).is_good(entry))


def _passes(query: Query, document: Document) -> bool:
    """Every filter with the meaning that it has for search."""
    if document.kind not in query.kinds:
        return False
    price = document.price_from
    if query.max_price is not None and price is not None and price > query.max_price:
        return False
    return all(
        set(codes).intersection(document.facets.get(facet, ()))
        for facet, codes in query.filters.items()
        if codes
    )
