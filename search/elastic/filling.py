"""Filling an index beside the live one, checking it, switching to it."""

import time
from collections.abc import Iterator, Mapping, Set
from contextlib import suppress
from itertools import islice

from elasticsearch import ApiError, Elasticsearch, TransportError

from search.elastic.indices import Indices
from search.elastic.writing import Outcome, write
from search.engine import NOTHING, Document, EngineBusy, EngineUnusable, Entry, WriteResult

# entries sent at a time: bounds memory, not time
_BATCH = 500
# every so manieth document is compared before the switch
_SAMPLED = 100
_PAGE = 10_000
_KEEP_ALIVE = "2m"
# seconds before each further try of what could not be written for the moment
_PAUSES = (1, 2, 4, 8, 16)
# seconds before each look at what seems to differ: a write may be under way
_LOOKS = (0, 1, 2)
_DISPLACED = "another process has begun to build this index"


def fill(client: Elasticsearch, indices: Indices, entries: Iterator[Entry]) -> WriteResult:
    """Make, fill, check, switch; when anything fails the live index stays and this one goes.

    Whoever writes meanwhile writes into both, and neither takes an older version over a newer
    one, so it does not matter who comes first.
    """
    before = versions(client, indices.live_alias)
    name = indices.begin(client)
    try:
        outcome, copied, sample = _copy(client, indices, name, entries)
        _compare(client, indices, name, before, copied)
        _look_at(client, name, sample)
    except BaseException:
        with suppress(ApiError, TransportError):  # if it stays, the next run removes it
            client.indices.delete(index=name)
        raise
    # whoever gets no answer to this cannot know which index is live, and must delete neither
    indices.switch(client, name)
    client.indices.refresh(index=name)
    return outcome.result()


def _copy(
    client: Elasticsearch, indices: Indices, name: str, entries: Iterator[Entry]
) -> tuple[Outcome, set[str], dict[str, Document]]:
    """What became of it, the ids written, and some documents to be looked at again."""
    outcome = Outcome()
    copied: set[str] = set()
    sample: dict[str, Document] = {}
    while batch := list(islice(entries, _BATCH)):
        index = next((i for i in indices.targets(client) if i.name == name), None)
        if index is None:
            raise EngineBusy(_DISPLACED)
        space = indices.space_of(client, index, batch)
        written = _patiently(client, indices.next_alias, space, batch)
        outcome.add(written)
        kept = [e.document for e in batch if e.document.id not in written.refused]
        copied |= {document.id for document in kept}
        sample |= {document.id: document for document in kept[::_SAMPLED]}
    return outcome, copied, sample


def _patiently(client: Elasticsearch, alias: str, space: str, batch: list[Entry]) -> Outcome:
    """Write again what a busy server put off."""
    outcome = write(client, alias, space, batch, NOTHING, refresh=False)
    for pause in _PAUSES:
        if outcome.is_lost:
            raise EngineBusy(_DISPLACED)
        if not outcome.postponed:
            return outcome
        time.sleep(pause)
        again = [entry for entry in batch if entry.document.id in outcome.postponed]
        outcome.postponed = {}
        outcome.add(write(client, alias, space, again, NOTHING, refresh=False))
    if outcome.postponed:
        raise EngineUnusable(f"not written: {next(iter(outcome.postponed.values()))}")
    return outcome


def _compare(
    client: Elasticsearch,
    indices: Indices,
    name: str,
    before: Mapping[str, int],
    copied: Set[str],
) -> None:
    """Whatever was copied, or written or deleted meanwhile, is so in the new index too."""
    differing: set[str] | None = None
    for pause in _LOOKS:
        time.sleep(pause)
        client.indices.refresh(index=name)
        # in this order: what is in the live index was in the new one before
        live = versions(client, indices.live_alias)
        held = versions(client, name)
        seen = {
            *(id_ for id_ in live if id_ in copied and id_ not in held),
            *(id_ for id_, v in live.items() if before.get(id_) != v and held.get(id_, -1) < v),
            *(id_ for id_ in before if id_ not in live and id_ in held),
        }
        differing = seen if differing is None else differing & seen
        if not differing:
            return
    raise EngineUnusable(f"the new index lacks what became of {len(differing or ())} documents")


def _look_at(client: Elasticsearch, name: str, sample: Mapping[str, Document]) -> None:
    for document in _documents(client, name, list(sample)):
        written = sample[document.id]
        if document.version == written.version and document != written:
            raise EngineUnusable(f"the new index holds {document.id} other than it was written")


def _documents(client: Elasticsearch, index: str, ids: list[str]) -> Iterator[Document]:
    if ids:
        answer = client.mget(index=index, ids=ids, source_includes=["document"])
        found = (hit["_source"]["document"] for hit in answer["docs"] if hit.get("found"))
        yield from map(Document.from_dict, found)


def versions(client: Elasticsearch, index: str, space: str = "") -> dict[str, int]:
    """Every id with its version, or only those with a vector of one model."""
    found: dict[str, int] = {}
    moment = client.open_point_in_time(index=index, keep_alive=_KEEP_ALIVE)["id"]
    after = None
    try:
        while True:
            answer = client.search(
                pit={"id": moment, "keep_alive": _KEEP_ALIVE},
                query={"term": {"space": space}} if space else {"match_all": {}},
                size=_PAGE,
                sort=[{"_shard_doc": "asc"}],
                search_after=after,
                docvalue_fields=[{"field": "id"}, {"field": "version"}],
                stored_fields="_none_",
                source=False,
                track_total_hits=False,
            )
            hits = answer["hits"]["hits"]
            if not hits:
                return found
            found |= {h["fields"]["id"][0]: h["fields"]["version"][0] for h in hits}
            after = hits[-1]["sort"]
    finally:
        with suppress(ApiError, TransportError):
            client.close_point_in_time(id=moment)
