"""Which documents match, which of them pass the filters, and how many there are of each kind."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from search.embedded.columns import Mask, Numbers, kth_largest
from search.embedded.nearness import MARGIN
from search.embedded.state import KIND, Snapshot
from search.engine import CandidateRequest, Vector
from search.matching import ALTERNATIVE, enough, nearest, rarity

K = TypeVar("K")
V = TypeVar("V")
_KEPT_QUERIES = 16
_KEPT_TOKENS = 1024


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
    total = 0.0
    required = set(request.required)
    for token in dict.fromkeys((*request.required, *request.alternatives)):
        rows = _rows_with(snapshot, token)
        if len(rows):
            own = rarity(snapshot.count, len(rows))
            weight[rows] += own if token in required else ALTERNATIVE * own
            total += own if token in required else 0.0
    return weight, enough(total)


def _rows_with(snapshot: Snapshot, token: str) -> Numbers:
    # taken out and put back behind the others, so that the words of every day stay
    kept = snapshot.token_rows.pop(token, None)
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
    for rows in snapshot.holding:
        most = nearest(len(rows))
        of_kind = near[rows]
        close = rows[of_kind >= kth_largest(of_kind, most) - 2 * MARGIN]
        exact = cosines(snapshot, query, close)
        passed[close[np.lexsort((snapshot.ties[close], -exact))[:most]]] = True
    return passed


def cosines(snapshot: Snapshot, query: Vector, rows: Numbers) -> NDArray[np.float64]:
    """Exact cosines, rounded to six decimals, of rows that have a vector."""
    if snapshot.nearness is None:
        return np.zeros(0)
    return snapshot.nearness.cosines(query, snapshot.places[rows])


@dataclass(frozen=True, slots=True)
class Filtered:
    """The matches that pass every filter: whether a row does, how many do, and per facet how many
    pass every other filter."""

    rows: Mask
    total: int
    facets: Mapping[str, Mapping[str, int]]
    distinct: int


def filtered(snapshot: Snapshot, request: CandidateRequest, matched: Mask) -> Filtered:
    """OR inside a facet, AND across; a facet's counts disregard its own filter."""
    base = matched.copy()
    if request.max_price is not None:
        base &= snapshot.prices <= request.max_price
    for facet, codes in request.limits.items():
        if column := snapshot.facets.get(facet):
            base &= column.having(codes) | ~column.stated()
    wanted = {facet: codes for facet, codes in request.filters.items() if codes}
    masks = {facet: _having(snapshot, facet, codes) for facet, codes in wanted.items()}
    masks[KIND] = _having(snapshot, KIND, request.kinds)
    passed = _all(base, masks, "")
    rows = np.flatnonzero(passed)
    counts = {}
    for facet in request.facets:
        others = np.flatnonzero(_all(base, masks, facet)) if facet in masks else rows
        counts[facet] = _counts(snapshot, facet, others)
    distinct = len(_counts(snapshot, request.distinct, rows)) if request.distinct else 0
    return Filtered(passed, len(rows), counts, distinct)


def _having(snapshot: Snapshot, facet: str, codes: tuple[str, ...]) -> Mask:
    column = snapshot.facets.get(facet)
    if column is None:
        return np.zeros(snapshot.rows, np.bool_)
    return column.having(codes)


def _counts(snapshot: Snapshot, facet: str, rows: Numbers) -> dict[str, int]:
    column = snapshot.facets.get(facet)
    return column.counts(rows) if column else {}


def _all(base: Mask, masks: Mapping[str, Mask], but: str) -> Mask:
    passed = base.copy()
    for facet, mask in masks.items():
        if facet != but:
            passed &= mask
    return passed
