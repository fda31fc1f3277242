"""The bare part of a search: one ranked list by words, one by meaning, and nothing around them."""

from pathlib import Path
from typing import Protocol

import numpy as np
import tantivy
from elasticsearch.helpers import pack_dense_vector
from tantivy import Occur

from app.cli.bench.exact import Exact
from app.cli.bench.timing import timed
from search.elastic import Connection
from search.embedded.generation import current
from search.engine import CandidateRequest


class Bare(Protocol):
    """The same tokens and the same vector as a request, with no filter and no facet."""

    def seconds(self, request: CandidateRequest) -> float:
        """What the bare calls take."""
        ...


class BareEmbedded:
    """tantivy on the same files, and one product with all vectors in float32."""

    def __init__(self, folder: Path, exact: Exact | None) -> None:
        self._index = tantivy.Index.open(str(folder / current(folder) / "words"))
        self._index.reload()
        self._searcher = self._index.searcher()
        self._exact = exact

    def seconds(self, request: CandidateRequest) -> float:
        words = timed(lambda: self._words(request))[0]
        return words + timed(lambda: self._meaning(request))[0]

    def _words(self, request: CandidateRequest) -> int:
        schema = self._index.schema
        terms = [tantivy.Query.term_query(schema, "words", token) for token in request.tokens]
        query = tantivy.Query.boolean_query([(Occur.Should, term) for term in terms])
        return len(self._searcher.search(query, request.depth, count=False).hits)

    def _meaning(self, request: CandidateRequest) -> int:
        if self._exact is None or request.vector is None:
            return 0
        near = self._exact.matrix @ request.vector
        depth = min(request.depth, len(near) - 1)
        return len(np.argpartition(-near, depth)[:depth])


class BareElastic:
    """Both lists in one round trip, each as Elasticsearch gives it by default."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def seconds(self, request: CandidateRequest) -> float:
        with self._connection.writing() as client:
            searches = [line for body in _bodies(request) for line in (self._head, body)]
            return timed(lambda: client.msearch(searches=searches))[0]

    @property
    def _head(self) -> dict[str, str]:
        return {"index": self._connection.prefix}


def _bodies(request: CandidateRequest) -> list[dict[str, object]]:
    shown = {"size": request.depth, "_source": False}
    words = [{"term": {"words": token}} for token in request.tokens]
    bodies: list[dict[str, object]] = [{**shown, "query": {"bool": {"should": words}}}]
    if request.vector is not None:
        packed, depth = pack_dense_vector(request.vector), request.depth
        knn = {"field": "vector", "query_vector": packed, "k": depth, "num_candidates": depth}
        bodies.append({**shown, "knn": knn})
    return bodies
