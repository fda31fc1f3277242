"""How near a need lies to the complaints of each scenario, whatever words it uses."""

import threading

import numpy as np

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
        self._phrases = [
            (scenario.code, text)
            for scenario in vocabulary.scenarios.values()
            for text in (scenario.name, *scenario.aliases, *(p.text for p in scenario.phrases))
        ]
        self._lock = threading.Lock()
        self._vectors: Vectors | None = None

    def warm(self) -> Vectors:
        """Embed the phrases now; float32 [phrases, dimension]."""
        with self._lock:
            if self._vectors is None:
                self._vectors = self._embedder.encode_documents([text for _, text in self._phrases])
            return self._vectors

    def preferences(self, query: Vector) -> dict[str, float]:
        """Scenario code → bonus, only for scenarios that stand out of all for this query."""
        if not self._phrases:
            return {}
        near = self._by_scenario(self.warm() @ query)
        values = np.array(list(near.values()))
        spread = float(values.std()) or 1.0
        bonuses = {code: self._bonus((v - values.mean()) / spread) for code, v in near.items()}
        return {code: bonus for code, bonus in bonuses.items() if bonus > 0}

    def _by_scenario(self, cosines: Vector) -> dict[str, float]:
        grouped: dict[str, list[float]] = {}
        for (code, _), cosine in zip(self._phrases, cosines.tolist(), strict=True):
            grouped.setdefault(code, []).append(cosine)
        best = {code: sorted(values)[-_NEAREST:] for code, values in grouped.items()}
        return {code: sum(values) / len(values) for code, values in best.items()}

    def _bonus(self, deviation: float) -> float:
        weights = self._weights
        above = min(deviation - weights.complaint_floor, weights.complaint_limit)
        return round(weights.complaints * float(above), 6)
