"""How factories speak leads to the right scenario, by the meaning of the complaints."""

import csv
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from search.embeddings import Embedder, find_embedder
from search.vocabulary import Vocabulary, load_vocabulary

SAID = Path(__file__).with_name("said_in_factories.csv")


@pytest.fixture(scope="module")
def embedder(model_folder: Path) -> Embedder:
    loaded = find_embedder(str(model_folder))
    assert loaded.embedder
    return loaded.embedder


def sayings() -> list[tuple[str, str]]:
    with SAID.open(encoding="utf-8", newline="") as file:
        return [(row["scenario"], row["said"]) for row in csv.DictReader(file)]


def named(vocabulary: Vocabulary) -> Iterator[tuple[str, str]]:
    for scenario in vocabulary.scenarios.values():
        yield scenario.code, scenario.name


def complained(vocabulary: Vocabulary) -> Iterator[tuple[str, str]]:
    for scenario in vocabulary.scenarios.values():
        yield from ((scenario.code, phrase.text) for phrase in scenario.phrases)


def ranks(embedder: Embedder, words: list[tuple[str, str]], nearest: int) -> list[int]:
    """The place of the right scenario for each saying; a scenario's score is the mean of its
    `nearest` closest words."""
    codes = np.array([code for code, _ in words])
    said = embedder.encode_queries([text for _, text in sayings()])
    likeness = said @ embedder.encode_queries([text for _, text in words]).T
    scenarios = sorted(set(codes))
    scores = np.stack(
        [np.sort(likeness[:, codes == code])[:, -nearest:].mean(1) for code in scenarios], axis=1
    )
    order = np.argsort(-scores, axis=1)
    right = [scenarios.index(code) for code, _ in sayings()]
    return [int(np.flatnonzero(row == r)[0]) + 1 for row, r in zip(order, right, strict=True)]


@pytest.mark.model
def test_complaints_find_the_scenario_of_what_a_factory_says_better_than_names(embedder: Embedder):
    vocabulary = load_vocabulary()
    by_name = ranks(embedder, list(named(vocabulary)), nearest=1)
    by_complaint = ranks(embedder, list(complained(vocabulary)), nearest=3)

    assert sum(rank == 1 for rank in by_complaint) >= 36
    assert sum(rank <= 3 for rank in by_complaint) >= 42
    assert sum(rank == 1 for rank in by_complaint) > sum(rank == 1 for rank in by_name)


def test_every_scenario_is_tried_by_one_saying_that_no_list_holds():
    vocabulary = load_vocabulary()
    assert sorted(code for code, _ in sayings()) == sorted(vocabulary.scenarios)
    assert not {said for _, said in sayings()} & {text for _, text in complained(vocabulary)}
