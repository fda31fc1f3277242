"""The same questions to every engine in turn: what else the machine does troubles all alike."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from itertools import cycle
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from app.catalogue.index import get_searcher, get_vocabulary
from app.cli.bench.contenders import Contender, elastic, embedded
from app.cli.bench.documents import generated
from app.cli.bench.embedders import Clocked
from app.cli.bench.exact import Exact, nearest_by_list, nearest_of_kind
from app.cli.bench.machine import resident
from app.cli.bench.questions import (
    FACETS,
    KINDS,
    Filter,
    by_both,
    by_meaning,
    by_words,
    filters,
    needs,
)
from app.cli.bench.timing import timed
from app.cli.output import progress
from app.core.settings import get_settings
from search.embedded import EmbeddedEngine
from search.embeddings import find_embedder
from search.engine import CandidateRequest, Engine, Entry, Order
from search.matching import nearest
from search.preparation import Preparation
from search.searcher import DEPTH, Query, Searcher
from search.vocabulary import Vocabulary

EMBEDDED, ELASTIC = "embedded", "elasticsearch"
WAYS: dict[str, Callable[[CandidateRequest], CandidateRequest]] = {
    "words": by_words,
    "meaning": by_meaning,
    "both": by_both,
}
WARM_UP = 9
SAVED = 20


def ask(size: int, questions: int, urls: dict[str, str]) -> dict[str, Any]:
    """The figures of each engine by its name, and under "asked" what was asked of them."""
    vocabulary = get_vocabulary()
    folder = Path(urlsplit(urls[EMBEDDED]).path)
    before = resident()
    engine = EmbeddedEngine(folder)
    Searcher(engine, None, vocabulary).search(Query("设备联网"))
    memory = round(resident() - before, 1)
    model = _model()
    exact = Exact.of(engine, model.name) if model else None
    contenders = {EMBEDDED: embedded(folder, exact)}
    if ELASTIC in urls:
        contenders[ELASTIC] = elastic(urls[ELASTIC])
    comparison = Comparison(contenders, model, exact, vocabulary)
    with progress(f"ask {questions} questions") as step:
        for number, text in enumerate(needs(vocabulary, size, questions + WARM_UP), start=1):
            if number == WARM_UP + 1:
                comparison.forget()
            comparison.ask(text)
            step(max(0, number - WARM_UP), questions)
    for contender in contenders.values():
        save(contender, vocabulary, exact)
    figures = {name: contender.figures() for name, contender in contenders.items()}
    for of_one in figures.values():
        needed = of_one["embedding_p50"] + of_one["calls_p50"]
        of_one["added"] = round(100 * of_one["ours_p50"] / needed)
    figures[EMBEDDED]["memory"] = memory
    asked = {"questions": questions, "filters": [one.said for one in comparison.filters]}
    return {"asked": {**asked, "by_meaning": exact is not None}, **figures}


def _model() -> Clocked | None:
    real = find_embedder(get_settings().embedding_model).embedder
    kept = get_searcher().embedder
    return Clocked(real, kept) if real is not None and kept is not None else None


class Comparison:
    """Asks every engine, and leaves with each what was measured of it."""

    def __init__(
        self,
        contenders: dict[str, Contender],
        model: Clocked | None,
        exact: Exact | None,
        vocabulary: Vocabulary,
    ) -> None:
        """The first engine's is the truth about which listings pass a filter."""
        self._pairs = [(c, Searcher(c.engine, model, vocabulary)) for c in contenders.values()]
        self._model = model
        engine = self._pairs[0][0].engine
        self.filters = filters(engine)
        self._next = cycle(self.filters)
        self._exact = exact
        self._most = nearest(engine.count())  # of the one kind there is
        self._passed = {f.name: exact.among(_passing(engine, f)) for f in self.filters if exact}

    def forget(self) -> None:
        """What was measured so far was for warming up."""
        for contender, _ in self._pairs:
            contender.times.clear()
            contender.values.clear()

    def ask(self, text: str) -> None:
        """One question as a whole, then in each way, then how right the vectors were."""
        chosen = next(self._next)
        for contender, searcher in self._pairs:
            _ask_whole(contender, searcher, self._model, Query(text, KINDS, chosen.codes))
        request = replace(self._pairs[0][0].asked, facets=FACETS)
        for way, made in WAYS.items():
            for contender, _ in self._pairs:
                spent, _found = timed(partial(contender.engine.candidates, made(request)))
                contender.times[f"{way}, {chosen.name}"].append(spent)
        if self._exact is not None and request.vector is not None:
            for contender, _ in self._pairs:
                listed = nearest_by_list(contender.engine, request)
                recall = self._passed[chosen.name].recall(listed, request.vector, DEPTH)
                contender.values[f"recall, {chosen.name}"].append(recall)
                matched = nearest_of_kind(contender.engine, request)
                recall = self._exact.recall(matched, request.vector, self._most)
                contender.values["recall, of a kind"].append(recall)
        self._pairs.reverse()  # nobody always comes first


def _passing(engine: Engine, chosen: Filter) -> list[str]:
    request = CandidateRequest(KINDS, filters=chosen.codes)
    return list(engine.page(request, Order.NEWEST, 0, engine.count()))


def _ask_whole(
    contender: Contender, searcher: Searcher, model: Clocked | None, query: Query
) -> None:
    """The whole of it; how long the model, the engine, its client, the server took of that.

    `calls` are the calls of libraries that cannot be spared: the client's, or the bare ones.
    """
    watched, client, times = contender.watched, contender.client, contender.times
    embedding, engine = model.seconds if model else 0.0, watched.seconds
    sent, server, trips = (client.seconds, client.server, client.calls) if client else (0, 0, 0)
    whole, _ = timed(partial(searcher.search, query))
    embedding = model.seconds - embedding if model else 0.0
    times["whole"].append(whole)
    times["embedding"].append(embedding)
    times["engine"].append(watched.seconds - engine)
    calls = bare = contender.bare.seconds(contender.asked)
    times["bare"].append(bare)
    if client:
        calls = client.seconds - sent
        times["client"].append(calls)
        times["server"].append(client.server - server)
        contender.values["trips"].append(client.calls - trips)
    contender.times["calls"].append(calls)
    times["above"].append(whole - embedding - (watched.seconds - engine))
    times["ours"].append(whole - embedding - calls)


def save(contender: Contender, vocabulary: Vocabulary, exact: Exact | None) -> None:
    """How long it takes from saving a new listing until the next search finds it by name."""
    documents = (replace(one, id=f"saved-{one.id}") for one in generated(vocabulary, SAVED))
    for number, entry in enumerate(Preparation(vocabulary, None).stream(documents)):
        if exact is not None:
            entry = replace(entry, vector=exact.matrix[number], space=exact.space)
        spent, _ = timed(partial(_save, contender.engine, entry))
        contender.times["found"].append(spent)


def _save(engine: Engine, entry: Entry) -> None:
    engine.apply([entry])
    request = CandidateRequest(KINDS, exact=entry.exact[:1], depth=1)
    while entry.document.id not in engine.candidates(request).exact:
        pass
