"""Meaning comes from any model, is remembered, and its absence is explained."""

import threading
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from search.embeddings import (
    Embedder,
    ModelUnavailable,
    Progress,
    TransformerEmbedder,
    Vectors,
    find_embedder,
)
from search.vector_cache import QUERIES, CachedEmbedder


class CountingEmbedder:
    """A real, if crude, embedding (letters counted), that remembers what it was asked."""

    def __init__(self, name: str = "letters") -> None:
        self.name = name
        self.dimension = 8
        self.asked: list[str] = []

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        self.asked += texts
        rows = np.ones((len(texts), self.dimension), np.float32)
        for row, text in zip(rows, texts, strict=True):
            for letter in text:
                row[ord(letter) % self.dimension] += 1
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)

    def encode_documents(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        if progress is not None:
            progress(len(texts), len(texts))
        return self.encode_queries(texts)


@pytest.fixture(scope="module")
def embedder(model_folder: Path) -> Embedder:
    loaded = find_embedder(str(model_folder))
    assert loaded.embedder is not None, loaded.reason
    return loaded.embedder


@pytest.mark.parametrize(
    ("model", "reason"),
    [(None, "configured"), ("", "configured"), ("/nowhere/at/all", "no embedding model in")],
)
def test_a_missing_model_is_explained(model: str | None, reason: str) -> None:
    loaded = find_embedder(model)
    assert loaded.embedder is None
    assert reason in loaded.reason


def test_a_folder_without_a_model_is_explained(tmp_path: Path) -> None:
    loaded = find_embedder(str(tmp_path))
    assert loaded.embedder is None
    assert "holds no embedding model" in loaded.reason


def test_a_broken_model_is_explained_when_it_is_first_needed(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}", encoding="utf-8")
    embedder = find_embedder(str(tmp_path)).embedder
    assert embedder is not None
    with pytest.raises(ModelUnavailable, match="cannot be loaded"):
        embedder.encode_queries(["a"])


@pytest.mark.model
def test_texts_that_mean_the_same_are_near(embedder: Embedder) -> None:
    query = embedder.encode_queries(["设备坏了没人及时修"])[0]
    near, far = embedder.encode_documents(["设备故障报修与维修管理", "面向门店的会员营销小程序"])
    assert query @ near > query @ far


@pytest.mark.model
def test_rows_are_unit_vectors_in_the_order_asked(embedder: Embedder) -> None:
    texts = ["短", "长" * 900, "中等长度的一句话"]
    done: list[tuple[int, int]] = []
    together = embedder.encode_documents(texts, lambda at, of: done.append((at, of)))
    assert together.shape == (3, embedder.dimension)
    assert np.allclose(np.linalg.norm(together, axis=1), 1, atol=1e-5)
    assert done == [(3, 3)]
    for text, row in zip(texts, together, strict=True):
        assert embedder.encode_documents([text])[0] @ row > 0.9999
    assert embedder.encode_queries([]).shape == (0, embedder.dimension)


@pytest.mark.model
def test_indexing_and_asking_at_the_same_time_disturb_nothing(embedder: Embedder) -> None:
    alone = embedder.encode_queries(["排产"])[0]
    indexing = threading.Thread(target=embedder.encode_documents, args=(["仓库盘点"] * 40,))
    indexing.start()
    answers = [embedder.encode_queries(["排产"])[0] for _ in range(5)]
    indexing.join()
    assert all(answer @ alone > 0.9999 for answer in answers)


@pytest.mark.model
def test_the_name_follows_the_content_of_the_folder(embedder: Embedder, model_folder: Path) -> None:
    assert isinstance(embedder, TransformerEmbedder)
    assert embedder.name.startswith(f"{model_folder.name}@")


def test_a_text_is_embedded_once_even_after_a_restart(tmp_path: Path) -> None:
    first = CountingEmbedder()
    cold = CachedEmbedder(first, tmp_path / "vectors.db").encode_documents(["a", "b", "a"])
    second = CountingEmbedder()
    done: list[tuple[int, int]] = []
    cache = CachedEmbedder(second, tmp_path / "vectors.db")
    warm = cache.encode_documents(["b", "c", "a"], lambda at, of: done.append((at, of)))
    assert first.asked == ["a", "b"]
    assert second.asked == ["c"]
    assert done == [(1, 1)]
    assert np.array_equal(cold[[1, 0]], warm[[0, 2]])
    assert cache.encode_documents([]).shape == (0, 8)


def test_another_model_never_gets_the_first_ones_vectors(tmp_path: Path) -> None:
    CachedEmbedder(CountingEmbedder("one"), tmp_path / "vectors.db").encode_documents(["a"])
    other = CountingEmbedder("two")
    CachedEmbedder(other, tmp_path / "vectors.db").encode_documents(["a"])
    assert other.asked == ["a"]


def test_recent_queries_cost_nothing_and_old_ones_are_forgotten(tmp_path: Path) -> None:
    embedder = CountingEmbedder()
    cache = CachedEmbedder(embedder, tmp_path / "vectors.db")
    assert cache.name == "letters"
    cache.encode_queries(["first"])
    cache.encode_queries(["first", "second", "second"])
    assert embedder.asked == ["first", "second"]
    cache.encode_queries([str(number) for number in range(QUERIES)])
    cache.encode_queries(["first"])
    assert embedder.asked.count("first") == 2
