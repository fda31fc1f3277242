"""How entries lie in an index: its settings, its mapping, and what is written of each entry."""

from typing import Any

from elasticsearch.helpers import pack_dense_vector

from search.engine import LAYOUT, Entry
from search.matching import tie

KIND = "kind"
# listings are leafed through to the end
WINDOW = 200_000
_FACETS = "facets"

SETTINGS: dict[str, Any] = {
    # One shard: its statistics and counts are the whole index's, so scores are comparable and
    # counts true without a second round.
    "number_of_shards": 1,
    # a copy wherever there is a second node
    "auto_expand_replicas": "0-1",
    # How long a deletion is remembered: longer than any rebuild or retry lasts, or an older
    # version could come back.
    "gc_deletes": "24h",
    "max_result_window": WINDOW,
    "refresh_interval": "5s",
}


def mappings() -> dict[str, Any]:
    """The mapping of an empty index: model and dimension of its vectors follow from the first.

    `document` is only kept, not searched.
    """
    text = {"type": "text", "analyzer": "whitespace"}
    return {
        "_meta": meta(LAYOUT, ""),
        "dynamic": False,
        "_source": {"includes": ["document"]},
        "dynamic_templates": [
            {"facets": {"path_match": f"{_FACETS}.*", "mapping": {"type": "keyword"}}}
        ],
        "properties": {
            "document": {"type": "object", "enabled": False},
            "id": {"type": "keyword"},
            KIND: {"type": "keyword"},
            "version": {"type": "long"},
            "space": {"type": "keyword"},
            "tie": {"type": "long"},
            "words": text,
            "hints": text,
            "exact": {"type": "keyword", "doc_values": False},
            "prefixes": {"type": "keyword"},
            "length": {"type": "integer"},
            "alphabetical": {"type": "keyword"},
            "date": {"type": "keyword"},
            "price_from": {"type": "long"},
            _FACETS: {"type": "object", "dynamic": True},
            "vector": {
                "type": "dense_vector",
                "similarity": "dot_product",
                # All are looked at, as in the embedded engine: among many listings that say
                # nearly the same, a graph's edges stay in their own clump and the rest is lost.
                "index_options": {"type": "int8_flat", "rescore_vector": {"oversample": 2.0}},
            },
        },
    }


def meta(layout: int, space: str) -> dict[str, Any]:
    """What an index says of itself."""
    return {"layout": layout, "space": space}


def field_of(facet: str) -> str:
    """The field that holds a facet's codes."""
    return facet if facet == KIND else f"{_FACETS}.{facet}"


def place(id_: str) -> int:
    """The tie-breaker as a signed number."""
    return tie(id_) >> 1


def source(entry: Entry, space: str) -> dict[str, Any]:
    """What is written of an entry; a vector of another model than the index's is left out."""
    document = entry.document
    written: dict[str, Any] = {
        "document": document.as_dict(),
        "id": document.id,
        KIND: document.kind,
        "version": document.version,
        "tie": place(document.id),
        "words": " ".join(entry.words),
        "hints": " ".join(entry.hints),
        "exact": entry.exact,
        "prefixes": entry.prefixes,
        "length": len(document.name),
        "alphabetical": entry.alphabetical,
        _FACETS: {facet: list(codes) for facet, codes in document.facets.items()},
    }
    if document.date:
        written["date"] = document.date
    if document.price_from is not None:
        written["price_from"] = document.price_from
    if entry.vector is not None and entry.space == space:
        written |= {"vector": pack_dense_vector(entry.vector), "space": space}
    return written
