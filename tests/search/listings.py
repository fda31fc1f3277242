"""A small pool for the tests of search: documents, a vocabulary, and a model of letters."""

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from search.analysis import tokens
from search.embedded import EmbeddedEngine
from search.embeddings import ModelUnavailable, Progress, Vectors
from search.engine import Document, Kind
from search.searcher import Searcher
from search.vocabulary import Vocabulary, load_vocabulary

DIMENSION = 64


class BagOfCharacters:
    """A real, if crude, model: texts that share characters are near each other."""

    name = "characters"
    dimension = DIMENSION

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        rows = np.full((len(texts), DIMENSION), 0.5, np.float32)
        for row, text in zip(rows, texts, strict=True):
            for token in tokens(text):
                row[sum(token.encode()) % DIMENSION] += 1
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)

    def encode_documents(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        if progress is not None:
            progress(len(texts), len(texts))
        return self.encode_queries(texts)


class BrokenModel(BagOfCharacters):
    """A model that turns out not to load when it is needed."""

    name = "broken"

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        raise ModelUnavailable(f"no weights for {len(texts)} texts")


def a_document(id_: str, name: str = "", **changes: Any) -> Document:
    values: dict[str, Any] = {"kind": Kind.SOLUTION, "version": 1, "name": name or f"方案 {id_}"}
    return Document(id=id_, **(values | changes))


def a_searcher(folder: Path, *documents: Document, model: Any = None) -> Searcher:
    """A searcher over these documents; `model` None means words only."""
    searcher = Searcher(EmbeddedEngine(folder), model, vocabulary())
    searcher.apply(list(documents))
    return searcher


@lru_cache
def vocabulary() -> Vocabulary:
    """Read once: it never changes."""
    return load_vocabulary()


POOL = (
    a_document(
        "mes",
        "注塑 MES",
        names=("注塑执行系统",),
        texts={
            "summary": "注塑车间排产、报工与设备停机提醒。",
            "scenario": "生产执行",
            "vendor": "支道",
        },
        facets={
            "industry": ("C29",),
            "scenario": ("manufacturing-execution",),
            "city": ("441900",),
        },
        price_from=80_000_00,
        date="2024-05",
    ),
    a_document(
        "energy",
        "工厂能耗管理系统",
        texts={
            "summary": "采集水电气用量，分析能耗并找出浪费。",
            "scenario": "能耗管理",
            "vendor": "节能科技",
        },
        facets={"industry": ("C31",), "scenario": ("energy-management",), "city": ("440600",)},
        price_from=300_000_00,
        date="2025",
    ),
    a_document(
        "wms",
        "云仓 WMS",
        texts={"summary": "条码出入库与库位管理。", "scenario": "仓储管理", "vendor": "支道"},
        facets={"scenario": ("warehouse-management",), "deployment": ("public_cloud",)},
        date="2023",
    ),
    a_document(
        "vendor",
        "支道软件",
        kind=Kind.VENDOR,
        names=("支道", "91440300MA5FTEST1X"),
        texts={"summary": "为注塑企业做管理软件。"},
        facets={"vendor_kind": ("service",), "city": ("441900",)},
    ),
)
