"""What the process keeps in memory of one generation, and unchanging snapshots of it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from search.embedded.columns import Facet, FacetView, Growing, Mask, Numbers
from search.embedded.journal import Gone, Line, Mark
from search.embedded.nearness import Nearness, NearnessView
from search.embedded.words import WordView
from search.engine import Vector
from search.matching import tie

KIND = "kind"


@dataclass(frozen=True)
class Snapshot:
    """One commit, with everything a request needs; rows are numbered from 0.

    `places` gives each row its vector's number or -1, `holders` each vector its row.
    """

    words: WordView
    alive: Mask
    facets: Mapping[str, FacetView]
    prices: Numbers
    ties: NDArray[np.uint64]
    places: Numbers
    holders: Numbers
    nearness: NearnessView | None
    space: str
    ids: Sequence[str]
    alphabetical: Sequence[str]
    dates: Sequence[str]
    matches: dict[object, object] = field(default_factory=dict)
    token_rows: dict[str, Numbers] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        return len(self.alive)

    @cached_property
    def count(self) -> int:
        """How many documents there are."""
        return int(np.count_nonzero(self.alive))

    @cached_property
    def holding(self) -> Sequence[Numbers]:
        """For each kind the rows that have a vector, if any."""
        kinds = self.facets[KIND]
        held = self.alive & (self.places >= 0)
        return [np.flatnonzero(held & kinds.having([k])) for k in kinds.counts(held.nonzero()[0])]

    @cached_property
    def by_date(self) -> Numbers:
        """Rank of each row from newest to oldest; rows without a date come last."""
        return _ranks(self.ties, self.dates[: self.rows], newest=True)

    @cached_property
    def by_name(self) -> Numbers:
        """Rank of each row in the order of names."""
        return _ranks(self.ties, self.alphabetical[: self.rows], newest=False)


def _ranks(ties: NDArray[np.uint64], keys: Sequence[str], *, newest: bool) -> Numbers:
    """Partial dates sort as text: 2024 is older than 2024-03."""
    _, numbers = np.unique(np.array([*keys, ""], dtype=str), return_inverse=True)
    numbers = numbers[:-1]
    order = np.lexsort((ties, -numbers if newest else numbers))
    ranks = np.empty(len(order), np.int64)
    ranks[order] = np.arange(len(order))
    return ranks


class State:
    """Grows with the journal; not for several threads at once."""

    def __init__(self) -> None:
        self.mark = Mark()
        self.space = ""
        self.dimension = 0
        self.rows: dict[str, int] = {}
        self.gone: dict[str, int] = {}
        self.versions = Growing(np.int64)
        self.documents = Growing(np.int64, 2)
        self._ids: list[str] = []
        self._alphabetical: list[str] = []
        self._dates: list[str] = []
        self._alive = bytearray()
        self._prices = Growing(np.int64)
        self._ties = Growing(np.uint64)
        self.places = Growing(np.int64)
        self._holders = Growing(np.int64)
        self._facets: dict[str, Facet] = {KIND: Facet()}
        self._nearness: Nearness | None = None

    def extend(self, written: Iterable[Line | Gone], mark: Mark) -> None:
        """Take in what lies between the last mark and this one."""
        first = len(self._ids)
        lines = []
        for line in written:
            self._replace(line)
            if isinstance(line, Line):
                lines.append(line)
        self._take(first, lines)
        self.mark = mark

    def _replace(self, line: Line | Gone) -> None:
        before = self.rows.pop(line.id, None)
        if before is not None:
            self._alive[before] = False
        if isinstance(line, Line):
            self.gone.pop(line.id, None)
            self.rows[line.id] = len(self._alive)
            self._alive.append(True)
        else:
            self.gone[line.id] = line.version

    def _take(self, first: int, lines: Sequence[Line]) -> None:
        """New rows from `first` on; whole columns at once, since line by line takes seconds."""
        self._ids += [line.id for line in lines]
        self._alphabetical += [line.alphabetical for line in lines]
        self._dates += [line.date for line in lines]
        self.versions.extend([line.version for line in lines])
        self.documents.extend([line.document for line in lines])
        self._prices.extend([-1 if line.price_from is None else line.price_from for line in lines])
        self._ties.extend([tie(line.id) for line in lines])
        self._take_vectors(first, lines)
        self._take_facets(first, lines)

    def _take_vectors(self, first: int, lines: Sequence[Line]) -> None:
        held = np.array([bool(line.space) for line in lines], np.bool_)
        numbers = len(self._holders.view()) + np.cumsum(held) - 1
        self.places.extend(np.where(held, numbers, -1))
        self._holders.extend(first + np.flatnonzero(held))
        for line in lines:
            if line.space:
                self.space, self.dimension = line.space, line.dimension
                break

    def _take_facets(self, first: int, lines: Sequence[Line]) -> None:
        for facet in dict.fromkeys(facet for line in lines for facet in line.facets):
            self._facets.setdefault(facet, Facet())
        for facet, column in self._facets.items():
            if facet == KIND:
                column.extend(first, [(line.kind,) for line in lines])
            else:
                column.extend(first, [tuple(line.facets.get(facet, ())) for line in lines])

    def snapshot(self, words: WordView, exact: Vector) -> Snapshot:
        """Everything as of the mark, beside the word index of the same commit."""
        if self.dimension and self._nearness is None:
            self._nearness = Nearness(self.dimension)
        return Snapshot(
            words=words,
            alive=np.array(self._alive, np.bool_),
            facets={name: facet.view() for name, facet in self._facets.items()},
            prices=self._prices.view(),
            ties=self._ties.view(),
            places=self.places.view(),
            holders=self._holders.view(),
            nearness=self._nearness.view(exact) if self._nearness else None,
            space=self.space,
            ids=self._ids,
            alphabetical=self._alphabetical,
            dates=self._dates,
        )
