"""Bulk writes, read back item by item."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from elasticsearch import Elasticsearch
from elasticsearch.helpers import streaming_bulk

from search.elastic.connection import reason_of
from search.elastic.layout import source
from search.engine import Entry, WriteResult

# same or newer: writing the same twice does no harm, writing an older one is told
_VERSIONING = "external_gte"
_CONFLICT = 409
_NOT_FOUND = 404
_FAILURE = 400
# what is wrong with the document itself, and will be the next time
_HOPELESS = frozenset({400, 413})
# one request holds so many operations at most, and so many bytes: a server with little memory
# refuses more
_CHUNK = 500
_CHUNK_BYTES = 5_000_000


@dataclass(slots=True)
class Outcome:
    """What became of the items of one target."""

    applied: set[str] = field(default_factory=set)
    outdated: set[str] = field(default_factory=set)
    postponed: dict[str, str] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    is_lost: bool = False
    """Whether the alias was gone, as after a switch."""

    def add(self, other: "Outcome") -> None:
        """Take in what became of further items."""
        self.applied |= other.applied
        self.outdated |= other.outdated
        self.postponed |= other.postponed
        self.refused |= other.refused

    def join(self, earlier: "Outcome") -> None:
        """Take in what became of the same items elsewhere: written means everywhere."""
        self.is_lost = self.is_lost or earlier.is_lost
        self.postponed |= earlier.postponed
        self.refused |= earlier.refused
        self.applied -= earlier.postponed.keys() | earlier.refused.keys()

    def result(self) -> WriteResult:
        """The same for whoever asked for the writes."""
        outdated = tuple(sorted(self.outdated - self.applied))
        return WriteResult(len(self.applied), outdated, self.postponed, self.refused)


def write(
    client: Elasticsearch,
    alias: str,
    space: str,
    upserts: Sequence[Entry],
    deletes: Mapping[str, int],
    *,
    refresh: bool,
) -> Outcome:
    """Write to the index behind an alias; with `refresh`, visible to the next request.

    Raises what the client raises when a whole request fails.
    """
    outcome = Outcome()
    items = streaming_bulk(
        client,
        _operations(upserts, deletes, space),
        chunk_size=_CHUNK,
        max_chunk_bytes=_CHUNK_BYTES,
        raise_on_error=False,
        index=alias,
        require_alias=True,
        refresh=refresh,
    )
    for _is_well, item in items:
        _read(item, outcome)
    return outcome


def _operations(
    upserts: Sequence[Entry], deletes: Mapping[str, int], space: str
) -> Iterator[dict[str, Any]]:
    for entry in upserts:
        id_ = entry.document.id
        if id_ not in deletes:
            version = entry.document.version
            yield {**_operation("index", id_, version), "_source": source(entry, space)}
    for id_, version in deletes.items():
        yield _operation("delete", id_, version)


def _operation(action: str, id_: str, version: int) -> dict[str, Any]:
    return {"_op_type": action, "_id": id_, "version": version, "version_type": _VERSIONING}


def _read(item: Mapping[str, Any], outcome: Outcome) -> None:
    ((action, said),) = item.items()
    id_, status, error = said["_id"], said["status"], said.get("error")
    if status < _FAILURE or (status == _NOT_FOUND and not error):  # deleting what is not there
        if action == "index":
            outcome.applied.add(id_)
    elif status == _CONFLICT:
        outcome.outdated.add(id_)
    elif status == _NOT_FOUND:
        outcome.is_lost = True
        outcome.postponed[id_] = "the index was replaced meanwhile"
    else:
        reasons = outcome.refused if status in _HOPELESS else outcome.postponed
        reasons[id_] = reason_of(error)
