"""Arrays that grow at the end; an older snapshot keeps looking at its own beginning of them."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

Mask = NDArray[np.bool_]
Numbers = NDArray[np.int64]
Codes = tuple[str, ...]
# groups of values, for each value that is sought, whose largest are looked at first
_GROUPS = 4


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
    """The codes of each row. Few sets of codes occur, so a row holds only the number of its set."""

    def __init__(self) -> None:
        self._numbers = Growing(np.int32)
        self._sets: list[Codes] = []
        self._known: dict[Codes, int] = {}
        self._codes: dict[str, int] = {}
        # which set holds which code, both by number
        self._holders = Growing(np.int64)
        self._held = Growing(np.int64)
        self._number(())

    def extend(self, first: int, rows: Sequence[Codes]) -> None:
        """The codes of the rows from `first` on; rows that were passed over have none."""
        missing = first - len(self._numbers.view())
        self._numbers.extend([0] * missing + [self._number(codes) for codes in rows])

    def _number(self, codes: Codes) -> int:
        known = self._known.get(codes)
        if known is None:
            known = self._known[codes] = len(self._sets)
            once = tuple(dict.fromkeys(codes))
            self._sets.append(once)
            self._holders.extend([known] * len(once))
            self._held.extend([self._codes.setdefault(code, len(self._codes)) for code in once])
        return known

    def view(self) -> "FacetView":
        return FacetView(
            self._numbers.view(),
            self._holders.view(),
            self._held.view(),
            self._sets,
            list(self._codes),
        )


class FacetView:
    """One facet of one snapshot; sets that came later stand behind those that it knows."""

    def __init__(
        self,
        numbers: NDArray[np.int32],
        holders: Numbers,
        held: Numbers,
        sets: Sequence[Codes],
        names: list[str],
    ) -> None:
        self._numbers = numbers
        self._holders = holders
        self._held = held
        self._sets = sets
        self._size = len(sets)
        self._names = names

    def having(self, wanted: Sequence[str]) -> Mask:
        """Which rows have at least one of the wanted codes."""
        accepted = set(wanted)
        codes = np.array([name in accepted for name in self._names], np.bool_)
        table = np.zeros(self._size, np.bool_)
        table[self._holders[codes[self._held]]] = True
        return table[self._numbers]

    def stated(self) -> Mask:
        """Which rows have any code."""
        table = np.zeros(self._size, np.bool_)
        table[self._holders] = True
        return table[self._numbers]

    def counts(self, rows: Numbers) -> dict[str, int]:
        """How many of the given rows have each code; codes that none has are left out."""
        of_sets = np.bincount(self._numbers[rows], minlength=self._size)
        counted = np.bincount(self._held, of_sets[self._holders], len(self._names)).tolist()
        return {name: int(n) for name, n in zip(self._names, counted, strict=True) if n}

    def codes_of(self, rows: Numbers) -> list[Codes]:
        """The codes of each of the given rows."""
        return [self._sets[number] for number in self._numbers[rows].tolist()]


def kth_largest(values: NDArray[np.float32], k: int) -> np.float32:
    """The k-th largest of at least k values, counted from 1."""
    width = len(values) // (_GROUPS * k)
    if width > 1:
        # k groups reach their k-th largest maximum, so whatever is lower is not among the k
        groups = values[: len(values) // width * width].reshape(width, -1).max(axis=0)
        values = values[values >= np.partition(groups, -k)[-k]]
    found: np.float32 = np.partition(values, -k)[-k]
    return found
