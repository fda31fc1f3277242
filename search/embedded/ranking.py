"""The best matches by words and by meaning, and whole orders for pages beyond them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from search.embedded.columns import Mask, Numbers, kth_largest
from search.embedded.matching import Match, cosines
from search.embedded.state import Snapshot
from search.embedded.words import Scores, Scoring
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
    best, words = _best_words(snapshot, request, passed)
    meaning = None
    if found.near is not None and request.vector is not None:
        meaning = _best_meaning(snapshot, request.vector, found.near, passed, request.depth)
    named = found.named[passed[found.named]]
    rows = np.array(sorted({*best, *(meaning or {}), *named.tolist()}), np.int64)
    rows = rows[np.argsort(snapshot.ties[rows])]
    if words is None:
        unscored = [row for row in rows.tolist() if row not in best]
        words = best | _by_row(*_scores(snapshot, request, unscored))
    if meaning is not None and request.vector is not None:
        held = rows[snapshot.places[rows] >= 0].tolist()
        far = np.array([row for row in held if row not in meaning], np.int64)
        meaning |= _by_row(far, cosines(snapshot, request.vector, far))
    return Head(rows, words, meaning)


def _scoring(request: CandidateRequest) -> Scoring:
    return Scoring(request.tokens, request.hint_weight)


def _scores(
    snapshot: Snapshot, request: CandidateRequest, rows: Sequence[int]
) -> tuple[Numbers, Scores]:
    """Scores of equal documents differ in the last bits from segment to segment, so all are
    rounded."""
    found, scores = snapshot.words.scores(_scoring(request), rows)
    return found, scores.round(6)


def _by_row(rows: Numbers, scores: Scores) -> dict[int, float]:
    return dict(zip(rows.tolist(), scores.tolist(), strict=True))


def _best_words(
    snapshot: Snapshot, request: CandidateRequest, passed: Mask
) -> tuple[dict[int, float], dict[int, float] | None]:
    """The best, and the scores of all rows that passed where all were asked for."""
    few = np.flatnonzero(passed)
    if not request.tokens or not len(few):
        return {}, {}
    if len(few) > _FEW:
        return _best_of(*_deep_enough(snapshot, request, passed), snapshot, request.depth), None
    rows, scores = _scores(snapshot, request, few.tolist())
    return _best_of(rows, scores, snapshot, request.depth), _by_row(rows, scores)


def _deep_enough(
    snapshot: Snapshot, request: CandidateRequest, passed: Mask
) -> tuple[Numbers, Scores]:
    """Walk down the word index until `depth` rows passed and no tie is cut in two."""
    limit = 4 * request.depth
    while True:
        rows, scores = snapshot.words.best(_scoring(request), limit)
        scores = scores.round(6)
        kept = passed[rows]
        enough = np.count_nonzero(kept) >= request.depth
        if len(rows) < limit or (enough and scores[kept][request.depth - 1] > scores[-1]):
            return rows[kept], scores[kept]
        limit *= 4


def _best_meaning(
    snapshot: Snapshot, query: Vector, near: NDArray[np.float32], passed: Mask, depth: int
) -> dict[int, float]:
    rows = np.flatnonzero(passed & (snapshot.places >= 0))
    size = _OVERSAMPLE * depth
    if len(rows) > size:
        of_rows = near[rows]
        rows = rows[of_rows >= kth_largest(of_rows, size)]
    return _best_of(rows, cosines(snapshot, query, rows), snapshot, depth)


def _best_of(rows: Numbers, scores: Scores, snapshot: Snapshot, depth: int) -> dict[int, float]:
    """The best scores by row, ties by the salted id."""
    best = np.lexsort((snapshot.ties[rows], -scores))[:depth]
    return _by_row(rows[best], scores[best])


def ordered(snapshot: Snapshot, found: Match, passed: Mask, order: Order) -> Numbers:
    """All passed rows in a whole order; RELEVANCE goes by shared weight."""
    rows = np.flatnonzero(passed)
    if order is Order.NEWEST:
        return rows[np.argsort(snapshot.by_date[rows])]
    if order is Order.NAME:
        return rows[np.argsort(snapshot.by_name[rows])]
    return rows[np.lexsort((snapshot.ties[rows], -found.weight[rows].round(4)))]
