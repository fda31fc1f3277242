"""The bare parts of a search: one call of the library and nothing around it, to compare with."""

from pathlib import Path

import numpy as np
import tantivy
from tantivy import Occur

from app.cli.bench.timing import timed
from search.embedded import EmbeddedEngine
from search.embedded.generation import current
from search.embeddings import Vectors
from search.engine import CandidateRequest


class BareWords:
    """The same tokens asked of the same files: one ranked list, no filter, no facet."""

    def __init__(self, folder: Path) -> None:
        self._index = tantivy.Index.open(str(folder / current(folder) / "words"))
        self._index.reload()
        self._searcher = self._index.searcher()

    def seconds(self, request: CandidateRequest) -> float:
        """What the bare call takes."""
        return timed(lambda: self._best(request))[0]

    def _best(self, request: CandidateRequest) -> int:
        schema = self._index.schema
        terms = [tantivy.Query.term_query(schema, "words", token) for token in request.tokens]
        query = tantivy.Query.boolean_query([(Occur.Should, term) for term in terms])
        return len(self._searcher.search(query, request.depth, count=False).hits)


class BareVectors:
    """The same vector against every vector: one product in float32 and the best of it."""

    def __init__(self, matrix: Vectors) -> None:
        self._matrix = matrix

    @classmethod
    def of(cls, engine: EmbeddedEngine, space: str) -> "BareVectors":
        """All vectors of an index in memory; float32 [documents, dimension]."""
        vectors = (engine.vector(id_, space) for id_ in engine.versions(space))
        return cls(np.stack([vector for vector in vectors if vector is not None]))

    def seconds(self, request: CandidateRequest) -> float:
        """What the bare call takes."""
        return timed(lambda: self._best(request))[0]

    def _best(self, request: CandidateRequest) -> int:
        assert request.vector is not None  # noqa: S101  asked with a model
        near = self._matrix @ request.vector
        depth = min(request.depth, len(near) - 1)
        return len(np.argpartition(-near, depth)[:depth])
