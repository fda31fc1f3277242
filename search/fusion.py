"""One order out of two: words and meaning on one scale, agreement on top, exact names first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from search.engine import Candidate

Preferences = Mapping[str, Mapping[str, float]]


@dataclass(frozen=True, slots=True)
class Weights:
    """Every number of the ranking, in units of one standard deviation unless said otherwise.

    `meaning` and `words` share one whole. `complaints`: the need sounds like complaints that a
    listing's scenario answers, for each deviation above `complaint_floor`, up to
    `complaint_limit`. `scenario` … `price`: the need names it and the listing agrees.
    `hints` is the share of a word's weight among a scenario's complaints, `synonyms` that of
    another word for what was said, `characters` that of a single Chinese character.
    """

    meaning: float = 0.6
    words: float = 0.4
    complaints: float = 0.4
    complaint_floor: float = 1.0
    complaint_limit: float = 2.0
    scenario: float = 0.2
    industry: float = 0.2
    city: float = 0.1
    vendor_kind: float = 0.1
    deployment: float = 0.1
    price_model: float = 0.1
    price: float = 0.1
    hints: float = 0.3
    synonyms: float = 0.3
    characters: float = 0.5


WEIGHTS = Weights()
# in deviations: what is farther off is only far, or one score alone would bury what the other finds
_FARTHEST = -2.0


@dataclass(frozen=True, slots=True)
class Ranked:
    """A candidate in its place; `meaning` in deviations from the mean of all candidates."""

    candidate: Candidate
    score: float
    meaning: float
    is_exact: bool


def fuse(
    found: Sequence[Candidate],
    exact: Sequence[str],
    preferences: Preferences,
    *,
    max_price: int | None = None,
    weights: Weights = WEIGHTS,
) -> list[Ranked]:
    """Best first; candidates with equal scores stay in the order given.

    Both scores become z-scores over all candidates. A candidate without a vector counts as
    average; without any vectors the words alone decide.
    """
    words = _deviations([candidate.words for candidate in found])
    meaning = _deviations([candidate.meaning for candidate in found])
    has_meaning = any(candidate.meaning is not None for candidate in found)
    share = (weights.meaning, weights.words) if has_meaning else (0.0, 1.0)
    pinned = set(exact)
    wanted = list(preferences.items())
    ranked = []
    for candidate, word, near in zip(found, words, meaning, strict=True):
        bonus = _agreement(candidate.facets, wanted) + _price(candidate, max_price, weights)
        score = round(share[0] * near + share[1] * word + bonus, 6)
        ranked.append(Ranked(candidate, score, near, candidate.id in pinned))
    return sorted(ranked, key=lambda one: (not one.is_exact, -one.score))


def _deviations(values: Sequence[float | None]) -> list[float]:
    """Unknown values count as average."""
    given = np.array(values, np.float64)  # what is unknown becomes not a number
    is_known = ~np.isnan(given)
    count = np.count_nonzero(is_known)
    if not count:
        return [0.0] * len(values)
    mean = np.where(is_known, given, 0.0).sum() / count
    apart = np.where(is_known, given - mean, 0.0)
    spread = float(np.sqrt((apart * apart).sum() / count))
    if spread < 1e-9:
        return [0.0] * len(values)
    found: list[float] = np.maximum(_FARTHEST, apart / spread).tolist()
    return found


def _agreement(
    facets: Mapping[str, Sequence[str]], preferences: Sequence[tuple[str, Mapping[str, float]]]
) -> float:
    """For each facet the best of the candidate's codes; nothing is taken off for silence."""
    found = 0.0
    for facet, wanted in preferences:
        if codes := facets.get(facet):
            found += max([wanted.get(code, 0.0) for code in codes])
    return found


def _price(candidate: Candidate, max_price: int | None, weights: Weights) -> float:
    if max_price is None or candidate.price_from is None:
        return 0.0
    return weights.price if candidate.price_from <= max_price else -weights.price
