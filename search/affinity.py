"""How near a need lies to the complaints of each scenario, whatever words it uses."""

import threading
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from search.embeddings import Embedder, Vectors
from search.engine import Vector
from search.fusion import WEIGHTS, Weights
from search.vocabulary import Vocabulary

# a scenario is as near as its two nearest phrases: one alone may be an accident
_NEAREST = 2


class Affinity:
    """Phrases of all scenarios, embedded apart when first asked about."""

    def __init__(
        self, vocabulary: Vocabulary, embedder: Embedder, weights: Weights = WEIGHTS
    ) -> None:
        self._embedder = embedder
        self._weights = weights
        said = {
            scenario.code: (scenario.name, *scenario.aliases, *(p.text for p in scenario.phrases))
            for scenario in vocabulary.scenarios.values()
        }
        self._codes = list(said)
        self._phrases = [text for texts in said.values() for text in texts]
        self._places = _places([len(texts) for texts in said.values()])
        self._lock = threading.Lock()
        self._vectors: Vectors | None = None

    def warm(self) -> Vectors:
        """Embed the phrases now; float32 [phrases, dimension]."""
        with self._lock:
            if self._vectors is None:
                self._vectors = self._embedder.encode_documents(self._phrases)
            return self._vectors

    def preferences(self, query: Vector) -> dict[str, float]:
        """Scenario code → bonus, only for scenarios that stand out of all for this query."""
        if not self._phrases:
            return {}
        near = self._by_scenario(self.warm() @ query)
        deviations = (near - near.mean()) / (float(near.std()) or 1.0)
        bonuses = zip(self._codes, map(self._bonus, deviations.tolist()), strict=True)
        return {code: bonus for code, bonus in bonuses if bonus > 0}

    def _by_scenario(self, cosines: Vector) -> NDArray[np.float64]:
        """How near each scenario is: the mean of its nearest phrases."""
        by_scenario = np.append(cosines, np.float32(-np.inf))[self._places]
        nearest = np.partition(by_scenario, -_NEAREST, axis=1)[:, -_NEAREST:]
        near: NDArray[np.float64] = nearest.mean(axis=1, dtype=np.float64)
        return near

    def _bonus(self, deviation: float) -> float:
        weights = self._weights
        above = min(deviation - weights.complaint_floor, weights.complaint_limit)
        return round(weights.complaints * float(above), 6)


def _places(counts: Sequence[int]) -> NDArray[np.int64]:
    """The places of each scenario's phrases in one row: a single phrase stands there twice, and
    what is left of the row is the place behind all phrases."""
    table = np.full((len(counts), max(_NEAREST, *counts, 0)), sum(counts))
    first = 0
    for row, count in zip(table, counts, strict=True):
        row[:_NEAREST] = first
        row[:count] = range(first, first + count)
        first += count
    return table
