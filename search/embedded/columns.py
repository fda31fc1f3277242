"""Arrays that grow at the end; an older snapshot keeps looking at its own beginning of them."""

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

Mask = NDArray[np.bool_]


class Growing:
    """A numpy array with room to grow; what was handed out is never written again."""

    def __init__(self, dtype: DTypeLike, width: int | None = None) -> None:
        self._tail = () if width is None else (width,)
        self._values = np.empty((64, *self._tail), dtype)
        self._size = 0

    def extend(self, values: Sequence[Any] | NDArray[Any]) -> None:
        end = self._size + len(values)
        if end > len(self._values):
            room = np.empty((max(end, 2 * len(self._values)), *self._tail), self._values.dtype)
            room[: self._size] = self._values[: self._size]
            self._values = room
        if len(values):
            self._values[self._size : end] = values
        self._size = end

    def view(self) -> NDArray[Any]:
        return self._values[: self._size]


class Facet:
    """Which row has which codes: pairs of row and code number, and the codes' names."""

    def __init__(self) -> None:
        self._rows = Growing(np.int64)
        self._codes = Growing(np.int64)
        self._numbers: dict[str, int] = {}

    def extend(self, pairs: Iterable[tuple[int, str]]) -> None:
        rows, codes = [], []
        for row, code in pairs:
            rows.append(row)
            codes.append(self._numbers.setdefault(code, len(self._numbers)))
        self._rows.extend(rows)
        self._codes.extend(codes)

    def view(self) -> "FacetView":
        return FacetView(self._rows.view(), self._codes.view(), list(self._numbers))


class FacetView:
    """One facet of one snapshot."""

    def __init__(self, rows: NDArray[np.int64], codes: NDArray[np.int64], names: list[str]) -> None:
        self._rows = rows
        self._codes = codes
        self._names = names

    def having(self, wanted: Sequence[str], rows: int) -> Mask:
        """Which of the first `rows` rows have at least one of the wanted codes."""
        accepted = set(wanted)
        table = np.array([name in accepted for name in self._names], np.bool_)
        mask = np.zeros(rows, np.bool_)
        mask[self._rows[table[self._codes]]] = True
        return mask

    def stated(self, rows: int) -> Mask:
        """Which of the first `rows` rows have any code."""
        mask = np.zeros(rows, np.bool_)
        mask[self._rows] = True
        return mask

    def counts(self, mask: Mask) -> dict[str, int]:
        """How many of the chosen rows have each code; codes that none has are left out."""
        chosen = self._codes[mask[self._rows]]
        counted = np.bincount(chosen, minlength=len(self._names))
        return {name: int(n) for name, n in zip(self._names, counted, strict=True) if n}

    def codes_of(self, rows: NDArray[np.int64]) -> dict[int, tuple[str, ...]]:
        """The codes of given rows."""
        # pairs are written in order of rows, so each row's pairs lie together
        starts = np.searchsorted(self._rows, rows, "left")
        counts = np.searchsorted(self._rows, rows, "right") - starts
        places = np.repeat(starts - np.cumsum(counts) + counts, counts) + np.arange(counts.sum())
        codes = map(self._names.__getitem__, self._codes[places].tolist())
        pairs = zip(rows.tolist(), counts.tolist(), strict=True)
        return {row: tuple(islice(codes, count)) for row, count in pairs if count}
