"""What an exact search by meaning finds: every vector compared, in float32."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from app.cli.bench.questions import by_meaning
from search.embedded import EmbeddedEngine
from search.embeddings import Vectors
from search.engine import CandidateRequest, Engine, Order, Vector

# in the generated text of every listing: asked for, it lets the vector alone choose among all
_EVERYWHERE = "企业"
# beyond any number of documents that match by meaning alone
_MANY = 1000


@dataclass(frozen=True, slots=True)
class Exact:
    """All vectors of an index, float32 [documents, dimension], and whose they are."""

    ids: NDArray[np.str_]
    matrix: Vectors
    space: str

    @classmethod
    def of(cls, engine: EmbeddedEngine, space: str) -> "Exact | None":
        """None when there is no model."""
        if not space:
            return None
        ids = list(engine.versions(space))
        vectors = [vector for id_ in ids if (vector := engine.vector(id_, space)) is not None]
        return cls(np.array(ids), np.stack(vectors), space)

    def among(self, ids: Iterable[str]) -> "Exact":
        """The same for some of the documents."""
        chosen = np.isin(self.ids, list(ids))
        return replace(self, ids=self.ids[chosen], matrix=self.matrix[chosen])

    def recall(self, found: Collection[str], vector: Vector, depth: int) -> float:
        """Which share of the nearest `depth` documents is among those found."""
        near = self.matrix @ vector
        nearest = np.argsort(-near)[:depth]
        return len(set(self.ids[nearest].tolist()) & set(found)) / max(1, len(nearest))


def nearest_by_list(engine: Engine, request: CandidateRequest) -> list[str]:
    """Ids of the list by meaning, as deep as the request; its words take no part."""
    alone = replace(by_meaning(request), required=(_EVERYWHERE,), facets=())
    return [candidate.id for candidate in engine.candidates(alone).found]


def nearest_of_kind(engine: Engine, request: CandidateRequest) -> list[str]:
    """Ids of the documents that match because they lie nearest of their kind."""
    return list(engine.page(replace(by_meaning(request), filters={}), Order.NEWEST, 0, _MANY))
