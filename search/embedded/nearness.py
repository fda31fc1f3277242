"""Exact nearest vectors: int8 codes choose, float32 decides."""

from dataclasses import dataclass

import numpy as np
import simsimd
from numpy.typing import NDArray

from search.embedded.columns import Growing
from search.engine import Vector

# eight times the spread of the error that two int8 roundings make of real vectors
MARGIN = 0.004
_CHUNK = 8192


@dataclass(frozen=True, slots=True)
class NearnessView:
    """The vectors of one snapshot: int8 codes around a centre, and the float32 rows on disk."""

    codes: NDArray[np.int8]
    centre: Vector
    step: float
    exact: Vector

    def approximate(self, query: Vector) -> NDArray[np.float32]:
        """Cosine of every vector to a unit query, good to MARGIN."""
        if not len(self.codes):
            return np.zeros(0, np.float32)
        step = float(np.abs(query).max()) / 127 or 1.0
        asked = np.round(query / step).astype(np.int8)[None]
        products = np.asarray(simsimd.cdist(asked, self.codes, "dot", threads=1), np.float32)[0]
        near: NDArray[np.float32] = products * np.float32(step * self.step)
        near += np.float32(query @ self.centre)
        return near

    def cosines(self, query: Vector, places: NDArray[np.int64]) -> NDArray[np.float64]:
        """Exact cosines at given places, rounded to six decimals: equal vectors score equally."""
        rows = np.asarray(self.exact[np.sort(places)], np.float64)
        values = np.empty(len(places))
        values[np.argsort(places, kind="stable")] = rows @ query.astype(np.float64)
        return values.round(6)


class Nearness:
    """Codes of all vectors in memory, fitted again whenever their number has doubled.

    The fit looks at the first 2^k vectors only, so every process that has read the same
    vectors has the same codes.
    """

    def __init__(self, dimension: int) -> None:
        self._dimension = dimension
        self._fitted = 0
        self._centre = np.zeros(dimension, np.float32)
        self._step = 1.0
        self._codes = Growing(np.int8, dimension)

    def view(self, exact: Vector) -> NearnessView:
        """Take in what is new in `exact` (all vectors so far) and look at everything."""
        size = 1 << (len(exact).bit_length() - 1) if len(exact) else 0
        if size > self._fitted:
            self._fit(exact[:size])
        for start in range(len(self._codes.view()), len(exact), _CHUNK):
            self._codes.extend(self._encode(exact[start : start + _CHUNK]))
        return NearnessView(self._codes.view(), self._centre, self._step, exact)

    def _fit(self, sample: Vector) -> None:
        self._fitted = len(sample)
        self._centre = sample.mean(axis=0, dtype=np.float64).astype(np.float32)
        spread = 0.0
        for start in range(0, len(sample), _CHUNK):
            apart = np.abs(sample[start : start + _CHUNK] - self._centre)
            spread = max(spread, float(apart.max()))
        # room for later vectors that lie farther out than any seen so far
        self._step = (1.25 * spread or 1.0) / 127
        self._codes = Growing(np.int8, self._dimension)

    def _encode(self, vectors: Vector) -> NDArray[np.int8]:
        scaled = np.round((vectors - self._centre) / self._step)
        return np.clip(scaled, -127, 127).astype(np.int8)
