"""How near a need lies to the complaints of each scenario, whatever words it uses."""

import threading

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
        counts = [len(texts) for texts in said.values()]
        # the scenario of each phrase, and where its phrases begin and end
        self._scenario = np.repeat(np.arange(len(said)), counts)
        self._last = np.cumsum(counts, dtype=np.int64) - 1
        self._first = self._last + 1 - counts
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
        nearest_first = np.lexsort((-cosines, self._scenario))
        ordered = cosines[nearest_first].astype(np.float64)
        best = [ordered[np.minimum(self._first + n, self._last)] for n in range(_NEAREST)]
        near: NDArray[np.float64] = np.mean(best, axis=0)
        return near

    def _bonus(self, deviation: float) -> float:
        weights = self._weights
        above = min(deviation - weights.complaint_floor, weights.complaint_limit)
        return round(weights.complaints * float(above), 6)
