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
    ranked = []
    for candidate, word, near in zip(found, words, meaning, strict=True):
        bonus = _agreement(candidate, preferences) + _price(candidate, max_price, weights)
        score = round(share[0] * near + share[1] * word + bonus, 6)
        ranked.append(Ranked(candidate, score, near, candidate.id in pinned))
    return sorted(ranked, key=lambda one: (not one.is_exact, -one.score))


def _deviations(values: Sequence[float | None]) -> list[float]:
    """Unknown values count as average."""
    known = np.array(values, np.float64)  # what is unknown becomes not a number
    if np.isnan(known).all():
        return [0.0] * len(values)
    spread = float(np.nanstd(known))
    if spread < 1e-9:
        return [0.0] * len(values)
    deviations = np.maximum(_FARTHEST, (known - np.nanmean(known)) / spread)
    found: list[float] = np.nan_to_num(deviations).tolist()
    return found


def _agreement(candidate: Candidate, preferences: Preferences) -> float:
    """For each facet the best of the candidate's codes; nothing is taken off for silence."""
    return sum(
        max((wanted.get(code, 0.0) for code in candidate.facets.get(facet, ())), default=0.0)
        for facet, wanted in preferences.items()
    )


def _price(candidate: Candidate, max_price: int | None, weights: Weights) -> float:
    if max_price is None or candidate.price_from is None:
        return 0.0
    return weights.price if candidate.price_from <= max_price else -weights.price
