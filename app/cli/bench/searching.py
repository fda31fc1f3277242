"""Both engines on the same listings: how fast, how right, how large, and what our layers add."""

import secrets
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from itertools import chain, islice
from pathlib import Path
from typing import Any

from app.catalogue.index import get_searcher, get_vocabulary
from app.cli.bench import child
from app.cli.bench.comparing import ELASTIC, EMBEDDED
from app.cli.bench.contenders import remove
from app.cli.bench.documents import generated
from app.cli.bench.embedders import Resampled
from app.cli.bench.timing import Pulled, ratio, timed
from app.cli.output import progress
from app.core.settings import get_settings
from search.embeddings import Progress
from search.engine import Document
from search.preparation import Preparation, meaning_of
from search.vocabulary import Vocabulary

REAL_TEXTS = 128


def measure(
    home: Path,
    sizes: list[int],
    *,
    questions: int,
    elasticsearch: str = "",
    texts: int = REAL_TEXTS,
) -> list[dict[str, Any]]:
    """One row a size, with the figures of each engine and the ratios of the first to the second.

    Each index is filled in a process of its own; then one process asks both in turn, so that
    what else the machine does troubles both alike.
    """
    bring_vectors(home)
    found = []
    for size in sizes:
        with _addresses(home, size, elasticsearch) as urls:
            filled = {
                name: child.run(
                    "search.fill",
                    child.environment(home, POOL_SEARCH_URL=url),
                    size=size,
                    texts=min(size, texts),
                )
                for name, url in urls.items()
            }
            setting = child.environment(home)
            asked = child.run("search.ask", setting, size=size, questions=questions, urls=urls)
        figures = {name: filled[name] | asked.pop(name) for name in urls}
        found.append(
            {
                "listings": size,
                "texts": min(size, texts),
                **asked["asked"],
                **figures,
                "ratios": _ratios(figures),
            }
        )
    return found


def bring_vectors(home: Path) -> None:
    """What the pool here has embedded before, complaints above all, need not be embedded again."""
    kept = get_settings().cache / "vectors.db"
    if kept.exists():
        (home / "cache").mkdir(parents=True, exist_ok=True)
        with (
            closing(sqlite3.connect(kept)) as old,
            closing(sqlite3.connect(home / "cache" / kept.name)) as new,
        ):
            old.backup(new)


@contextmanager
def _addresses(home: Path, size: int, elasticsearch: str) -> Iterator[dict[str, str]]:
    urls = {EMBEDDED: f"embedded://{home}/index-{size}"}
    if not elasticsearch:
        yield urls
        return
    address = f"{elasticsearch.rstrip('/')}/pool-bench-{secrets.token_hex(4)}"
    try:
        yield urls | {ELASTIC: address}
    finally:
        remove(address)


def _ratios(figures: dict[str, dict[str, Any]]) -> dict[str, float | None]:
    """Embedded : Elasticsearch, of every figure that both have."""
    one, other = figures[EMBEDDED], figures.get(ELASTIC, {})
    return {name: ratio(one[name], other[name]) for name in one if name in other}


def fill(size: int, texts: int) -> dict[str, Any]:
    """Index so many generated listings, `texts` of which the model has really seen.

    `indexed` rows a second are the engine's own; `prepared` are tokens, names and pinyin.
    """
    vocabulary, searcher = get_vocabulary(), get_searcher()
    listings = generated(vocabulary, size)
    first = list(islice(listings, texts))
    model = None
    if searcher.embedder is not None:
        seen = [meaning_of(document) for document in first]
        with progress("embed complaints and listings") as step:
            # Those of the scenarios too: the first question would wait for them.
            vectors = searcher.embedder.encode_documents([*seen, *_phrases(vocabulary)], step)
        model = Resampled(searcher.embedder, vectors[: len(seen)])
    with progress(f"index {size}") as step:
        documents = _counted(chain(first, listings), size, step)
        entries = Pulled(Preparation(vocabulary, model).stream(documents))
        seconds, _ = timed(lambda: searcher.engine.rebuild(entries))
    return {
        "indexed": round(size / (seconds - entries.seconds)),
        "prepared": round(size / entries.seconds),
    }


def _phrases(vocabulary: Vocabulary) -> Iterator[str]:
    for scenario in vocabulary.scenarios.values():
        yield from (scenario.name, *scenario.aliases, *(p.text for p in scenario.phrases))


def _counted(listings: Iterable[Document], size: int, step: Progress) -> Iterator[Document]:
    for done, document in enumerate(listings, start=1):
        step(done, size)
        yield document
