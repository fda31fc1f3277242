"""What a question that waits is boiled down to, and which documents are good news for it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from search.embeddings import Vectors
from search.engine import Document, Engine, Kind
from search.searcher import Query, Searcher, Waiting
from search.waiting import MOST, keys_of, near
from tests.search.listings import POOL, BagOfCharacters, a_document, a_searcher, vocabulary


@pytest.fixture
def words_only(tmp_path: Path) -> Iterator[Searcher]:
    searcher = a_searcher(tmp_path / "index", *POOL)
    yield searcher
    searcher.close()


@pytest.fixture
def searcher(tmp_path: Path) -> Iterator[Searcher]:
    searcher = a_searcher(tmp_path / "index", *POOL, model=BagOfCharacters())
    yield searcher
    searcher.close()


def is_good(searcher: Searcher, waiting: Waiting, document: Document) -> bool:
    (entry,) = searcher.prepared([document])
    return waiting.is_good(entry)


def test_most_of_the_words_are_enough_and_one_common_word_is_not(words_only: Searcher) -> None:
    waiting = words_only.waiting(Query("码垛机器人"), Kind.SOLUTION)
    assert is_good(words_only, waiting, a_document("a", "高速码垛机器人工作站"))
    assert not is_good(words_only, waiting, a_document("b", "喷涂机器"))


def test_every_document_that_is_good_by_words_has_one_of_the_keys(words_only: Searcher) -> None:
    waiting = words_only.waiting(Query("注塑车间能耗管理与设备停机提醒"), Kind.SOLUTION)
    tokens = list(waiting.words)
    for mask in range(1, 1 << min(len(tokens), 10)):
        held = [token for place, token in enumerate(tokens[:10]) if mask >> place & 1]
        shared = sum(waiting.words[token] for token in held)
        if shared >= MOST * waiting.total:
            assert set(waiting.keys) & {f"w:{token}" for token in held}
    assert len(waiting.keys) < len(tokens)


def test_a_name_is_good_whatever_its_words_weigh(words_only: Searcher) -> None:
    waiting = words_only.waiting(Query("支道"), Kind.SOLUTION)
    offer = a_document("x", "新方案", texts={"vendor": "支道"})
    (entry,) = words_only.prepared([offer])
    assert waiting.is_good(entry)
    assert set(keys_of(entry)) & set(waiting.keys)


def test_what_is_near_is_good_only_with_a_word_or_the_scenario_in_common(
    searcher: Searcher,
) -> None:
    waiting = searcher.waiting(Query("能耗管理"), Kind.SOLUTION)
    assert waiting.scenarios == ("energy-management",)
    assert waiting.vector is not None
    scenario = {"scenario": ("energy-management",)}
    texts = ["电量监测", "完全无关的东西"]
    for text in texts:
        for facets in ({}, scenario):
            (entry,) = searcher.prepared([a_document("n", text, facets=facets)])
            is_near = float(waiting.vector @ entry.vector) >= waiting.bar
            assert waiting.is_good(entry) == (is_near and bool(facets))


def test_vectors_of_another_model_are_not_compared(searcher: Searcher) -> None:
    waiting = searcher.waiting(Query("能耗管理"), Kind.SOLUTION)
    facets = {"scenario": ("energy-management",)}

    class Other(BagOfCharacters):
        name = "another"

        def encode_queries(self, texts: list[str]) -> Vectors:  # type: ignore[override]
            return super().encode_queries(texts)

    other = Searcher(searcher.engine, Other(), vocabulary())
    (entry,) = other.prepared([a_document("n", "工厂电量", facets=facets)])
    assert not waiting.is_good(entry)
    matrix, bars = np.ones((1, 64), np.float32), np.full(1, -1, np.float32)
    assert list(near([entry], matrix, bars, "characters")) == []


def test_the_bar_is_the_nearness_of_the_last_that_counts_as_near(searcher: Searcher) -> None:
    waiting = searcher.waiting(Query("能耗管理"), Kind.SOLUTION)
    found = searcher.rank(Query("能耗管理"))
    best = max(one.candidate.meaning or 0.0 for one in found)
    assert waiting.bar == pytest.approx(best)  # three documents of the kind: the nearest counts


def test_in_an_empty_pool_everything_is_near(tmp_path: Path) -> None:
    empty = a_searcher(tmp_path / "index", model=BagOfCharacters())
    assert empty.waiting(Query("能耗"), Kind.SOLUTION).bar == -1
    empty.close()


def test_both_engines_boil_a_question_down_to_the_same(
    any_engine: Callable[[], Engine], words_only: Searcher
) -> None:
    other = Searcher(any_engine(), None, vocabulary())
    other.apply(list(POOL))
    query = Query("注塑车间能耗管理 WMS")
    assert other.waiting(query, Kind.SOLUTION) == words_only.waiting(query, Kind.SOLUTION)
