"""How good the ranking is on judged queries: words, meaning and both, side by side."""

import gzip
import json
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from statistics import fmean
from tempfile import TemporaryDirectory
from typing import Any

from search.embedded import EmbeddedEngine
from search.embeddings import Embedder
from search.engine import Document, Kind
from search.fusion import Ranked
from search.preparation import exact_key
from search.searcher import Query, Searcher
from search.vocabulary import load_vocabulary

METRICS = ("ndcg@10", "mrr@10", "recall@50")
LEGS: Mapping[str, Callable[[Ranked], float]] = {
    "words": lambda one: one.candidate.words,
    "meaning": lambda one: one.candidate.meaning or 0.0,
}
_RESAMPLES = 1000
Progress = Callable[[int, int], None]
Grades = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean over queries with its 95 % bootstrap interval."""

    mean: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Report:
    """leg → metric → interval, over `queries` that have something relevant; `skipped` have not."""

    queries: int
    skipped: int
    legs: Mapping[str, Mapping[str, Interval]]

    def as_dict(self) -> dict[str, Any]:
        """For --json: {"queries", "skipped", leg: {metric: [mean, low, high]}}."""
        legs = {
            leg: {name: [i.mean, i.low, i.high] for name, i in metrics.items()}
            for leg, metrics in self.legs.items()
        }
        return {"queries": self.queries, "skipped": self.skipped, **legs}

    def as_text(self) -> str:
        """A table, one line a leg."""
        lines = [f"{'':8}" + "".join(f"{name:>24}" for name in METRICS)]
        for leg, metrics in self.legs.items():
            cells = (f"{m.mean:.3f} [{m.low:.3f}, {m.high:.3f}]" for m in metrics.values())
            lines.append(f"{leg:8}" + "".join(f"{cell:>24}" for cell in cells))
        return "\n".join([*lines, f"{self.queries} queries, {self.skipped} without an answer"])


def ndcg(order: Sequence[str], grades: Grades, depth: int = 10) -> float:
    """Normalised discounted gain, gains 2^grade - 1; 0 when nothing is relevant."""
    best = _gain(sorted(grades.values(), reverse=True)[:depth])
    return _gain([grades.get(one, 0) for one in order[:depth]]) / best if best else 0.0


def _gain(grades: Iterable[int]) -> float:
    return math.fsum((2.0**grade - 1) / math.log2(place + 2) for place, grade in enumerate(grades))


def reciprocal_rank(order: Sequence[str], grades: Grades, depth: int = 10) -> float:
    """1 / the place of the first relevant one, 0 when it is not among the first `depth`."""
    for place, one in enumerate(order[:depth], start=1):
        if grades.get(one, 0) > 0:
            return 1 / place
    return 0.0


def recall(order: Sequence[str], grades: Grades, depth: int = 50) -> float:
    """The share of relevant ones among the first `depth`."""
    relevant = {one for one, grade in grades.items() if grade > 0}
    return len(relevant & set(order[:depth])) / len(relevant) if relevant else 0.0


def bootstrap(values: Sequence[float], *, seed: int = 7) -> Interval:
    """The mean and where 95 % of the means of resampled queries lie; repeatable."""
    if not values:
        return Interval(0.0, 0.0, 0.0)
    random = Random(seed)  # noqa: S311 (resampling, not secrets)
    means = sorted(fmean(random.choices(values, k=len(values))) for _ in range(_RESAMPLES))
    return Interval(fmean(values), means[int(0.025 * _RESAMPLES)], means[int(0.975 * _RESAMPLES)])


def summarise(runs: Iterable[tuple[Mapping[str, Sequence[str]], Grades]]) -> Report:
    """One report from (leg → order, grades) a query."""
    scores: dict[str, dict[str, list[float]]] = {}
    skipped = queries = 0
    for orders, grades in runs:
        if not any(grade > 0 for grade in grades.values()):
            skipped += 1
            continue
        queries += 1
        for leg, order in orders.items():
            kept = scores.setdefault(leg, {name: [] for name in METRICS})
            for name, measure in zip(METRICS, (ndcg, reciprocal_rank, recall), strict=True):
                kept[name].append(measure(order, grades))
    legs = {
        leg: {name: bootstrap(values) for name, values in metrics.items()}
        for leg, metrics in scores.items()
    }
    return Report(queries, skipped, legs)


def evaluate_judgements(
    path: Path, searcher: Searcher, *, progress: Progress | None = None
) -> Report:
    """Judged needs over the pool's solutions; one JSON object a line, with `query` and
    `judgements`: a list of `name`, `vendor` and `grade` (0 to 3)."""
    lines = [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]

    def runs() -> Iterator[tuple[Mapping[str, Sequence[str]], Grades]]:
        for line in _counted(lines, progress):
            ranked = searcher.rank(Query(line["query"]))
            keys, grades = _judged(line["judgements"], searcher, ranked)
            yield _orders(ranked, keys), grades

    return summarise(runs())


def _judged(
    judgements: Sequence[Mapping[str, Any]], searcher: Searcher, ranked: Sequence[Ranked]
) -> tuple[dict[str, str], dict[str, int]]:
    """Keys of the found documents and grades by key.

    A solution goes by its name alone unless two judged ones share it, since the pool may call
    the vendor by another of its names than the list did.
    """
    names = [exact_key(one["name"]) for one in judgements]
    shared = {name for name in names if names.count(name) > 1}

    def key(name: str, vendor: str) -> str:
        folded = exact_key(name)
        return f"{folded}|{exact_key(vendor)}" if folded in shared else folded

    documents = searcher.engine.documents([one.candidate.id for one in ranked])
    keys = {d.id: key(d.name, d.texts.get("vendor", "")) for d in documents}
    return keys, {key(one["name"], one["vendor"]): one["grade"] for one in judgements}


def _orders(ranked: Sequence[Ranked], keys: Mapping[str, str]) -> dict[str, list[str]]:
    """leg → keys, best first; a leg without any score is left out."""
    orders = {}
    for leg, score in LEGS.items():
        if any(score(one) for one in ranked) or leg == "words":
            orders[leg] = sorted(ranked, key=lambda one, score=score: -score(one))  # type: ignore[misc]
    orders["hybrid"] = list(ranked)
    return {leg: [keys.get(one.candidate.id, "") for one in order] for leg, order in orders.items()}


def evaluate_dataset(
    folder: Path, *, embedder: Embedder | None, progress: Progress | None = None
) -> Report:
    """A folder with corpus.jsonl, queries.jsonl (`_id`, `title`, `text`) and qrels.tsv, each
    possibly gzipped; indexed in a temporary folder, vectors from the embedder's cache."""
    corpus = [_information(row) for row in _rows(folder, "corpus.jsonl")]
    grades = _qrels(folder)
    queries = [row for row in _rows(folder, "queries.jsonl") if row["_id"] in grades]
    with TemporaryDirectory() as place:
        searcher = Searcher(EmbeddedEngine(Path(place)), embedder, load_vocabulary())
        searcher.rebuild(_counted(corpus, progress))

        def runs() -> Iterator[tuple[Mapping[str, Sequence[str]], Grades]]:
            for row in _counted(queries, progress):
                ranked = searcher.rank(Query(row["text"], kinds=(Kind.INFORMATION,)))
                keys = {one.candidate.id: one.candidate.id for one in ranked}
                yield _orders(ranked, keys), grades[row["_id"]]

        report = summarise(runs())
        searcher.close()
    return report


def _information(row: Mapping[str, Any]) -> Document:
    title = row.get("title") or ""
    return Document(row["_id"], Kind.INFORMATION, 1, title, texts={"body": row["text"]})


def _rows(folder: Path, name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in _lines(folder, name)]


def _qrels(folder: Path) -> dict[str, dict[str, int]]:
    grades: dict[str, dict[str, int]] = {}
    for line in _lines(folder, "qrels.tsv"):
        query, document, grade = line.split("\t")
        if grade.isdigit():  # the first line may be a heading
            grades.setdefault(query, {})[document] = int(grade)
    return grades


def _lines(folder: Path, name: str) -> list[str]:
    packed = folder / f"{name}.gz"
    if packed.is_file():
        text = gzip.decompress(packed.read_bytes()).decode()
    else:
        text = (folder / name).read_text("utf-8")
    return [line for line in text.splitlines() if line.strip()]


def _counted(rows: Sequence[Any], progress: Progress | None) -> Iterator[Any]:
    for done, row in enumerate(rows, start=1):
        yield row
        if progress is not None:
            progress(done, len(rows))
