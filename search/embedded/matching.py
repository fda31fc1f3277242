"""Which documents match, which of them pass the filters, and how many there are of each kind."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from search.embedded.columns import Mask
from search.embedded.nearness import MARGIN
from search.embedded.state import KIND, Numbers, Snapshot
from search.engine import CandidateRequest, Vector
from search.matching import ALTERNATIVE, enough, nearest, rarity

K = TypeVar("K")
V = TypeVar("V")
_KEPT_QUERIES = 16
_KEPT_TOKENS = 512


@dataclass(frozen=True, slots=True)
class Match:
    """One query against one snapshot, before any filter: per row, whether it matches, the
    weight of the shared tokens, and the approximate cosine (None without vectors)."""

    matched: Mask
    weight: NDArray[np.float32]
    near: NDArray[np.float32] | None
    named: Numbers


def match(snapshot: Snapshot, request: CandidateRequest) -> Match:
    """Decide row by row; the answer is kept for the next page or filter of the same query."""
    vector = None if request.vector is None else request.vector.tobytes()
    key = (request.required, request.alternatives, request.exact, vector, request.space)
    kept = snapshot.matches.get(key)
    if isinstance(kept, Match):
        return kept
    found = _match(snapshot, request)
    _keep(snapshot.matches, key, found, _KEPT_QUERIES)
    return found


def _match(snapshot: Snapshot, request: CandidateRequest) -> Match:
    weight, least = _weights(snapshot, request)
    matched = weight >= least
    named = snapshot.words.rows_named(request.exact)
    named = named[snapshot.alive[named]]
    matched[named] = True
    near = None
    if request.vector is not None and snapshot.nearness and request.space == snapshot.space:
        near = _by_row(snapshot, snapshot.nearness.approximate(request.vector))
        matched |= _nearest(snapshot, request.vector, near)
    asked = request.required or request.alternatives or request.exact
    if not asked and request.vector is None:
        matched[:] = True
    return Match(matched & snapshot.alive, weight, near, named)


def _weights(snapshot: Snapshot, request: CandidateRequest) -> tuple[NDArray[np.float32], float]:
    """The weight of shared tokens of each row, rarer ones weighing more, and how much suffices."""
    weight = np.zeros(snapshot.rows, np.float32)
    alive = int(snapshot.alive.sum())
    total = 0.0
    required = set(request.required)
    for token in dict.fromkeys((*request.required, *request.alternatives)):
        rows = _rows_with(snapshot, token)
        if len(rows):
            own = rarity(alive, len(rows))
            weight[rows] += own if token in required else ALTERNATIVE * own
            total += own if token in required else 0.0
    return weight, enough(total)


def _rows_with(snapshot: Snapshot, token: str) -> Numbers:
    kept = snapshot.token_rows.get(token)
    if kept is None:
        kept = snapshot.words.rows_with(token)
        _keep(snapshot.token_rows, token, kept, _KEPT_TOKENS)
    return kept


def _keep(cache: dict[K, V], key: K, value: V, limit: int) -> None:
    """Forget the oldest beyond the limit; two threads at once do no harm."""
    cache[key] = value
    if len(cache) > limit:
        cache.pop(next(iter(cache.copy())), None)


def _by_row(snapshot: Snapshot, by_place: NDArray[np.float32]) -> NDArray[np.float32]:
    near = np.full(snapshot.rows, -1, np.float32)
    near[snapshot.holders] = by_place
    return near


def _nearest(snapshot: Snapshot, query: Vector, near: NDArray[np.float32]) -> Mask:
    """The documents of each kind that lie nearest, whatever the filters; see `matching.nearest`."""
    passed = np.zeros(snapshot.rows, np.bool_)
    held = snapshot.alive & (snapshot.places >= 0)
    kinds = snapshot.facets[KIND]
    for kind in kinds.counts(held):
        rows = np.flatnonzero(held & kinds.having([kind], snapshot.rows))
        most = nearest(len(rows))
        floor = np.partition(near[rows], -most)[-most] - 2 * MARGIN
        close = rows[near[rows] >= floor]
        exact = _cosines(snapshot, query, close)
        passed[close[np.lexsort((snapshot.ties[close], -exact))[:most]]] = True
    return passed


def _cosines(snapshot: Snapshot, query: Vector, rows: Numbers) -> NDArray[np.float64]:
    if snapshot.nearness is None:
        return np.zeros(0)
    return snapshot.nearness.cosines(query, snapshot.places[rows])


def cosines(snapshot: Snapshot, query: Vector, rows: Numbers) -> dict[int, float]:
    """Exact cosines, rounded to six decimals, of those rows that have a vector."""
    rows = rows[snapshot.places[rows] >= 0]
    return dict(zip(rows.tolist(), _cosines(snapshot, query, rows).tolist(), strict=True))


@dataclass(frozen=True, slots=True)
class Filtered:
    """The matches that pass every filter, and per facet those that pass every other filter."""

    rows: Mask
    facets: Mapping[str, Mapping[str, int]]
    distinct: int


def filtered(snapshot: Snapshot, request: CandidateRequest, matched: Mask) -> Filtered:
    """OR inside a facet, AND across; a facet's counts disregard its own filter."""
    base = matched.copy()
    if request.max_price is not None:
        base &= snapshot.prices <= request.max_price
    for facet, codes in request.limits.items():
        if column := snapshot.facets.get(facet):
            base &= column.having(codes, snapshot.rows) | ~column.stated(snapshot.rows)
    wanted = {facet: codes for facet, codes in request.filters.items() if codes}
    masks = {facet: _having(snapshot, facet, codes) for facet, codes in wanted.items()}
    masks[KIND] = _having(snapshot, KIND, request.kinds)
    counts = {facet: _counts(snapshot, facet, _all(base, masks, facet)) for facet in request.facets}
    rows = _all(base, masks, "")
    distinct = len(_counts(snapshot, request.distinct, rows)) if request.distinct else 0
    return Filtered(rows, counts, distinct)


def _having(snapshot: Snapshot, facet: str, codes: tuple[str, ...]) -> Mask:
    column = snapshot.facets.get(facet)
    if column is None:
        return np.zeros(snapshot.rows, np.bool_)
    return column.having(codes, snapshot.rows)


def _counts(snapshot: Snapshot, facet: str, mask: Mask) -> dict[str, int]:
    column = snapshot.facets.get(facet)
    return column.counts(mask) if column else {}


def _all(base: Mask, masks: Mapping[str, Mask], but: str) -> Mask:
    passed = base.copy()
    for facet, mask in masks.items():
        if facet != but:
            passed &= mask
    return passed
