"""Models that are given instead of the real one, so that a measurement can be afforded or read."""

from collections.abc import Sequence
from functools import cached_property

import numpy as np

from app.cli.bench.timing import timed
from search.embeddings import Embedder, Progress, Vectors

NOISE = 0.15  # of the length of a vector: copies of one listing stay near it, but apart


class Resampled:
    """Gives listings vectors that the model gave to others, with noise, under its name.

    A hundred thousand listings take the model hours. Their vectors differ, lie as those of the
    model lie, and take as long to search.
    """

    def __init__(self, real: Embedder, base: Vectors) -> None:
        self.name = real.name
        self.dimension = base.shape[1]
        self._real = real
        self._base = base
        self._random = np.random.default_rng(0)

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        return self._real.encode_queries(texts)

    def encode_documents(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        shape = (len(texts), self.dimension)
        noise = self._random.standard_normal(shape, np.float32) * NOISE / self.dimension**0.5
        rows = self._base[self._random.integers(len(self._base), size=len(texts))] + noise
        if progress is not None:
            progress(len(texts), len(texts))
        vectors: Vectors = rows / np.linalg.norm(rows, axis=1, keepdims=True)
        return vectors


class Clocked:
    """The model, adding up the seconds that questions take it.

    `kept` remembers listings and complaints. Questions go past it, or the second engine to be
    asked would get the vector for nothing.
    """

    def __init__(self, real: Embedder, kept: Embedder) -> None:
        self._real = real
        self._kept = kept
        self.seconds = 0.0

    @property
    def name(self) -> str:
        return self._kept.name

    @cached_property
    def dimension(self) -> int:
        return self._kept.dimension

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        seconds, vectors = timed(lambda: self._real.encode_queries(texts))
        self.seconds += seconds
        return vectors

    def encode_documents(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        return self._kept.encode_documents(texts, progress)
