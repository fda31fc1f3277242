"""One order out of words and meaning, agreement on top, exact names first."""

from typing import Any

import pytest

from search.engine import Candidate
from search.fusion import WEIGHTS, Weights, fuse

PLAIN = Weights(meaning=0.5, words=0.5)


def a_candidate(
    id_: str, words: float = 0.0, meaning: float | None = None, **more: Any
) -> Candidate:
    return Candidate(id_, words, meaning, **more)


def order(*found: Candidate, **changes: Any) -> list[str]:
    values: dict[str, Any] = {"exact": (), "preferences": {}, "weights": PLAIN}
    return [one.candidate.id for one in fuse(found, **(values | changes))]


def test_good_in_both_beats_best_in_one() -> None:
    found = (a_candidate("w", 9, 0.80), a_candidate("both", 8, 0.89), a_candidate("m", 0, 0.90))
    assert order(*found) == ["both", "w", "m"]


def test_the_only_one_that_says_the_word_is_not_buried_for_being_far_in_meaning() -> None:
    others = [a_candidate(str(i), 0, 0.84 + i % 3 / 1000) for i in range(30)]
    assert order(*others, a_candidate("said", 6, 0.79), weights=WEIGHTS)[0] == "said"


def test_the_scale_of_a_score_does_not_matter() -> None:
    small = (a_candidate("a", 1, 0.9), a_candidate("b", 3, 0.8), a_candidate("c", 2, 0.88))
    large = tuple(a_candidate(c.id, 100 * c.words, c.meaning) for c in small)
    assert order(*small) == order(*large)


def test_without_vectors_words_alone_decide() -> None:
    scores = {
        one.candidate.id: one.score
        for one in fuse([a_candidate("a", 1), a_candidate("b", 3)], (), {})
    }
    assert scores == {"a": -1.0, "b": 1.0}


def test_a_candidate_without_a_vector_counts_as_average() -> None:
    found = (a_candidate("far", 1, 0.7), a_candidate("silent", 1), a_candidate("near", 1, 0.9))
    assert order(*found) == ["near", "silent", "far"]


def test_an_exact_name_comes_first_whatever_the_scores() -> None:
    found = (a_candidate("best", 9, 0.99), a_candidate("named", 0, 0.1))
    assert order(*found, exact=("named",)) == ["named", "best"]


def test_agreement_counts_once_a_facet_with_the_best_code() -> None:
    found = [
        a_candidate("a", facets={"scenario": ("x", "y")}),
        a_candidate("b", facets={"scenario": ("y",), "industry": ("C39",)}),
        a_candidate("c", facets={}),
    ]
    preferences = {"scenario": {"x": 0.3, "y": 0.2}, "industry": {"C39": 0.2}}
    scores = {one.candidate.id: one.score for one in fuse(found, (), preferences)}
    assert scores == {"a": 0.3, "b": 0.4, "c": 0.0}


def test_a_stated_price_above_the_budget_costs_and_silence_does_not() -> None:
    found = [
        a_candidate("dear", price_from=3),
        a_candidate("silent"),
        a_candidate("fits", price_from=2),
    ]
    assert order(*found, max_price=2) == ["fits", "silent", "dear"]
    assert order(*found) == ["dear", "silent", "fits"]


def test_equals_stay_in_the_order_given() -> None:
    found = [a_candidate(id_, 1, 0.5) for id_ in "zaq"]
    assert order(*found) == ["z", "a", "q"]
    assert order() == []


def test_meaning_and_words_share_one_whole() -> None:
    assert WEIGHTS.meaning + WEIGHTS.words == pytest.approx(1)
