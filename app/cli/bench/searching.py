"""How fast a question is answered, and what the bare parts of the answer would take."""

import time
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property, partial
from itertools import chain, cycle, islice
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np

from app.catalogue.index import get_searcher, get_vocabulary
from app.cli.bench import child
from app.cli.bench.bare import BareVectors, BareWords
from app.cli.bench.documents import companies_for, generated
from app.cli.bench.listings import Generator
from app.cli.bench.machine import resident
from app.cli.bench.timing import latency, ratio, timed
from app.cli.output import progress
from app.core.settings import get_settings
from search.embedded import EmbeddedEngine
from search.embeddings import Embedder, Progress, Vectors
from search.engine import CandidateRequest, Candidates, Document
from search.preparation import meaning_of
from search.searcher import Query, Searcher
from search.vocabulary import Vocabulary

REAL_TEXTS = 128
NOISE = 0.15  # of the length of a vector: copies of one listing stay near it, but apart
WARM_UP = 5


def measure(
    home: Path, sizes: list[int], *, questions: int, texts: int = REAL_TEXTS
) -> list[dict[str, Any]]:
    """One row a size; each index is filled in one process and asked in another."""
    found = []
    for size in sizes:
        folder = f"embedded://{home}/index-{size}"
        setting = child.environment(home, POOL_SEARCH_URL=folder)
        filled = child.run("search.fill", setting, size=size, texts=min(size, texts))
        asked = child.run("search.ask", setting, size=size, questions=questions)
        found.append(filled | asked)
    return found


class Resampled:
    """Gives listings vectors that the model gave to others, with noise, under its name.

    A hundred thousand listings take the model hours. Their vectors differ, lie as those of the
    model lie, and take as long to search.
    """

    def __init__(self, real: Embedder, base: Vectors) -> None:
        self.name = real.name
        self.dimension = base.shape[1]
        self._real = real
        self._base = base
        self._random = np.random.default_rng(0)

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        return self._real.encode_queries(texts)

    def encode_documents(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        shape = (len(texts), self.dimension)
        noise = self._random.standard_normal(shape, np.float32) * NOISE / self.dimension**0.5
        rows = self._base[self._random.integers(len(self._base), size=len(texts))] + noise
        if progress is not None:
            progress(len(texts), len(texts))
        vectors: Vectors = rows / np.linalg.norm(rows, axis=1, keepdims=True)
        return vectors


class Watched(EmbeddedEngine):
    """The engine, remembering what it was last asked."""

    asked: CandidateRequest

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.folder = folder

    def candidates(self, request: CandidateRequest) -> Candidates:
        if request.depth:  # the rest only counts what dropping a filter would bring
            self.asked = request
        return super().candidates(request)


class Clocked:
    """The model, adding up the seconds that questions take it."""

    def __init__(self, real: Embedder) -> None:
        self._real = real
        self.seconds = 0.0

    @property
    def name(self) -> str:
        return self._real.name

    @cached_property
    def dimension(self) -> int:
        return self._real.dimension

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        seconds, vectors = timed(lambda: self._real.encode_queries(texts))
        self.seconds += seconds
        return vectors

    def encode_documents(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        return self._real.encode_documents(texts, progress)


def fill(size: int, texts: int) -> dict[str, Any]:
    """Index so many generated listings, `texts` of which the model has really seen."""
    vocabulary, searcher = get_vocabulary(), get_searcher()
    listings = generated(vocabulary, size)
    first = list(islice(listings, texts))
    filling = searcher
    if searcher.embedder is not None:
        seen = [meaning_of(document) for document in first]
        with progress("embed complaints and listings") as step:
            # Those of the scenarios too: the first question would wait for them.
            vectors = searcher.embedder.encode_documents([*seen, *_phrases(vocabulary)], step)
        base = vectors[: len(seen)]
        filling = Searcher(searcher.engine, Resampled(searcher.embedder, base), vocabulary)
    start = time.perf_counter()
    with progress(f"index {size}") as step:
        filling.rebuild(_counted(chain(first, listings), size, step))
    seconds = time.perf_counter() - start
    return {"listings": size, "texts": texts, "indexed_per_second": round(size / seconds)}


def _phrases(vocabulary: Vocabulary) -> Iterator[str]:
    for scenario in vocabulary.scenarios.values():
        yield from (scenario.name, *scenario.aliases, *(p.text for p in scenario.phrases))


def _counted(listings: Iterable[Document], size: int, step: Progress) -> Iterator[Document]:
    for done, document in enumerate(listings, start=1):
        step(done, size)
        yield document


def ask(size: int, questions: int) -> dict[str, Any]:
    """Ask the index different questions with all facets and mixed filters, and its bare parts."""
    vocabulary = get_vocabulary()
    folder = Path(urlsplit(get_settings().search_url).path)
    before = resident()
    engine = Watched(folder)
    Searcher(engine, None, vocabulary).search(Query("设备联网"))
    with_index = resident()
    real = get_searcher().embedder
    clocked = Clocked(real) if real is not None else None
    searcher = Searcher(engine, clocked, vocabulary)
    queries = list(_queries(vocabulary, size, questions + WARM_UP))
    for query in queries[:WARM_UP]:
        searcher.search(query)
    memory = {
        "memory_base": round(before),
        "memory_index": round(with_index - before),
        "memory_model": round(resident() - with_index) if clocked else None,
    }
    return memory | compare(searcher, engine, clocked, queries[WARM_UP:])


def _queries(vocabulary: Vocabulary, size: int, count: int) -> Iterator[Query]:
    generator = Generator(vocabulary)
    companies = generator.companies(companies_for(size))
    offers = list(generator.offers(min(size, 1000), companies))
    texts = generator.needs(count, offers)
    for text, offer, number in zip(texts, cycle(offers), cycle(range(4)), strict=False):
        filters = (
            {},
            {"city": (offer.company.city.code,)},
            {"deployment": (offer.deployment.code,)},
            {"industry": tuple(industry.code for industry in offer.company.industries)},
        )[number]
        yield Query(text, filters=filters)


def compare(
    searcher: Searcher, engine: Watched, clocked: Clocked | None, queries: Sequence[Query]
) -> dict[str, Any]:
    """Ask each question as a whole and, right behind it, its bare parts."""
    words = BareWords(engine.folder)
    vectors = BareVectors.of(engine, clocked.name) if clocked else None
    times: dict[str, list[float]] = {"whole": [], "embedding": [], "rest": [], "tantivy": []}
    times["numpy"] = []
    with progress(f"ask {len(queries)} questions") as step:
        for done, query in enumerate(queries, start=1):
            embedded = clocked.seconds if clocked else 0.0
            whole, _ = timed(partial(searcher.search, query))
            embedding = clocked.seconds - embedded if clocked else 0.0
            times["whole"].append(whole)
            times["embedding"].append(embedding)
            times["rest"].append(whole - embedding)
            times["tantivy"].append(words.seconds(engine.asked))
            if vectors is not None:
                times["numpy"].append(vectors.seconds(engine.asked))
            step(done, len(queries))
    return _summary(times)


def _summary(times: dict[str, list[float]]) -> dict[str, Any]:
    figures: dict[str, Any] = {}
    for name, seconds in times.items():
        found = latency(seconds) if seconds else None
        figures[f"{name}_p50"] = found.p50 if found else None
        figures[f"{name}_p99"] = found.p99 if found else None
    bare = figures["tantivy_p50"] + (figures["numpy_p50"] or 0.0)
    return {
        "questions": len(times["whole"]),
        **figures,
        "embedding_share": round(sum(times["embedding"]) / sum(times["whole"]), 3),
        "whole_to_tantivy": ratio(figures["whole_p50"], figures["tantivy_p50"]),
        "whole_to_numpy": ratio(figures["whole_p50"], figures["numpy_p50"] or 0.0),
        "rest_to_bare": ratio(figures["rest_p50"], bare),
    }
