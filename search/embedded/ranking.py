"""The best matches by words and by meaning, and whole orders for pages beyond them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from search.embedded.columns import Mask
from search.embedded.matching import Match, cosines
from search.embedded.state import Numbers, Snapshot
from search.embedded.words import Scoring
from search.engine import CandidateRequest, Order, Vector

# int8 order is nearly right: three times the depth is scored again exactly
_OVERSAMPLE = 3
# below this many rows the word index is asked about just these
_FEW = 1000


@dataclass(frozen=True, slots=True)
class Head:
    """The union of both top lists, with both scores by row; `rows` in the order of ties."""

    rows: Numbers
    words: dict[int, float]
    meaning: dict[int, float] | None


def head(snapshot: Snapshot, request: CandidateRequest, found: Match, passed: Mask) -> Head:
    """The `depth` best of the rows that passed, by words and by meaning, and all named ones."""
    if not request.depth:
        return Head(np.zeros(0, np.int64), {}, None)
    words = _best_words(snapshot, request, passed)
    meaning = None
    if found.near is not None and request.vector is not None:
        meaning = _best_meaning(snapshot, request.vector, found.near, passed, request.depth)
    named = found.named[passed[found.named]]
    rows = np.array(sorted({*words, *(meaning or {}), *named.tolist()}), np.int64)
    rows = rows[np.argsort(snapshot.ties[rows])]
    unscored = rows[~np.isin(rows, np.array(list(words), np.int64))]
    words |= _rounded(snapshot.words.scores(_scoring(request), unscored))
    if meaning is not None and request.vector is not None:
        far = rows[~np.isin(rows, np.array(list(meaning), np.int64))]
        meaning |= cosines(snapshot, request.vector, far)
    return Head(rows, words, meaning)


def _scoring(request: CandidateRequest) -> Scoring:
    return Scoring(request.tokens, request.hint_weight)


def _best_words(snapshot: Snapshot, request: CandidateRequest, passed: Mask) -> dict[int, float]:
    if not request.tokens or not passed.any():
        return {}
    few = np.flatnonzero(passed) if int(passed.sum()) <= _FEW else None
    if few is not None:
        scores = _rounded(snapshot.words.scores(_scoring(request), few))
        rows, values = np.array(list(scores), np.int64), np.array(list(scores.values()))
    else:
        rows, values = _deep_enough(snapshot, request, passed)
    best = _top(rows, values, snapshot.ties, request.depth)
    return dict(zip(rows[best].tolist(), values[best].tolist(), strict=True))


def _deep_enough(
    snapshot: Snapshot, request: CandidateRequest, passed: Mask
) -> tuple[Numbers, NDArray[np.float64]]:
    """Walk down the word index until `depth` rows passed and no tie is cut in two."""
    limit = 4 * request.depth
    while True:
        rows, scores = snapshot.words.best(_scoring(request), limit)
        scores = scores.round(6)
        kept = passed[rows]
        enough = int(kept.sum()) >= request.depth
        if len(rows) < limit or (enough and scores[kept][request.depth - 1] > scores[-1]):
            return rows[kept], scores[kept]
        limit *= 4


def _best_meaning(
    snapshot: Snapshot, query: Vector, near: NDArray[np.float32], passed: Mask, depth: int
) -> dict[int, float]:
    rows = np.flatnonzero(passed & (snapshot.places >= 0))
    size = _OVERSAMPLE * depth
    if len(rows) > size:
        lowest = np.partition(near[rows], -size)[-size]
        rows = rows[near[rows] >= lowest]
    scored = cosines(snapshot, query, np.sort(rows))
    rows, values = np.array(list(scored), np.int64), np.array(list(scored.values()))
    best = _top(rows, values, snapshot.ties, depth)
    return dict(zip(rows[best].tolist(), values[best].tolist(), strict=True))


def _top(
    rows: Numbers, scores: NDArray[np.float64], ties: NDArray[np.uint64], limit: int
) -> Numbers:
    """Places of the best scores, ties by the salted id."""
    return np.lexsort((ties[rows], -scores))[:limit]


def _rounded(scores: dict[int, float]) -> dict[int, float]:
    """Scores of equal documents differ in the last bits from segment to segment."""
    return {row: round(score, 6) for row, score in scores.items()}


def ordered(snapshot: Snapshot, found: Match, passed: Mask, order: Order) -> Numbers:
    """All passed rows in a whole order; RELEVANCE goes by shared weight."""
    rows = np.flatnonzero(passed)
    if order is Order.NEWEST:
        return rows[np.argsort(snapshot.by_date[rows])]
    if order is Order.NAME:
        return rows[np.argsort(snapshot.by_name[rows])]
    return rows[np.lexsort((snapshot.ties[rows], -found.weight[rows].round(4)))]
