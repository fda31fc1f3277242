"""Search as the application sees it: questions in, explained results out."""

import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache, partial
from pathlib import Path
from urllib.parse import urlsplit

from search import asking
from search.affinity import Affinity
from search.answers import Hit, Query, Reason, Relaxation, Results, Suggestion
from search.asking import Question, Said
from search.elastic import Connection, ElasticEngine
from search.embedded import EmbeddedEngine
from search.embeddings import Embedder, ModelUnavailable, find_embedder
from search.engine import (
    NOTHING,
    Candidate,
    Candidates,
    Document,
    Engine,
    Entry,
    Kind,
    Order,
    Vector,
    WriteResult,
)
from search.fusion import WEIGHTS, Ranked, Weights, fuse
from search.hits import hits
from search.preparation import Preparation
from search.reasons import reason_text
from search.relaxing import relaxations
from search.suggesting import is_named, suggest
from search.vector_cache import CachedEmbedder
from search.vocabulary import Vocabulary
from search.waiting import Waiting, boil_down

__all__ = [
    "Hit",
    "Query",
    "Reason",
    "Relaxation",
    "Results",
    "Searcher",
    "Suggestion",
    "Waiting",
    "open_searcher",
    "reason_text",
]
# both top lists go so deep; beyond them pages go on in the engine's own order
DEPTH = 100
_KEPT = 256
# seconds until a name that another process has written is no mistake of sound any more
_BELIEVED = 60.0


class Searcher:
    """One index, one model and one vocabulary; safe to use from several threads."""

    def __init__(
        self,
        engine: Engine,
        embedder: Embedder | None,
        vocabulary: Vocabulary,
        *,
        weights: Weights = WEIGHTS,
        reason: str = "",
    ) -> None:
        """`reason` says why there is no embedder, when there is none."""
        self.engine = engine
        self.vocabulary = vocabulary
        self.weights = weights
        self.reason = reason
        self._generic = asking.generic_words(vocabulary)
        self._warming = threading.Event()
        self._use(embedder)

    def _use(self, embedder: Embedder | None) -> None:
        self.embedder = embedder
        self._preparation = Preparation(self.vocabulary, embedder)
        self._affinity = Affinity(self.vocabulary, embedder, self.weights) if embedder else None
        # a page asks the same again for each kind, and again for each filter and page
        self._understood = lru_cache(maxsize=_KEPT)(self._understand)

    @property
    def _space(self) -> str:
        return self.embedder.name if self.embedder else ""

    @property
    def by_meaning(self) -> bool:
        """Whether questions are compared by meaning, or by words alone."""
        return self.embedder is not None

    @property
    def is_warming(self) -> bool:
        """Whether the model is being loaded, so that questions are answered by words so far."""
        return self._warming.is_set()

    def warm(self) -> None:
        """Load the model before somebody has to wait for it.

        Until this returns, other threads' questions are answered by words alone and at once.
        """
        self._warming.set()
        try:
            vector = self._vector("")
            if vector is not None and self._affinity is not None:
                self._affinity.preferences(vector)
        finally:
            self._warming.clear()

    @property
    def is_stale(self) -> bool:
        """Whether the index was made with another model or layout and has to be rebuilt."""
        if self.engine.misfit():
            return True
        return bool(self.engine.count()) and not self.engine.count(self._space)

    def search(self, query: Query) -> Results:
        """One page of results with true totals; `limit` 0 only counts."""
        question = self._question(query)
        request = question.request
        is_ranked = bool(request.tokens or request.exact) and query.order == Order.RELEVANCE
        depth = DEPTH if is_ranked and query.limit else 0
        answer = self.engine.candidates(replace(request, depth=depth))
        ranked = self._fused(answer, question)
        end = query.offset + query.limit
        page = ranked[query.offset : end]
        if len(page) < query.limit and query.offset + len(page) < answer.total:
            page += self._further(
                query, question, is_ranked=is_ranked, skipped=len(ranked), taken=len(page)
            )
        return Results(
            hits=hits(self.engine, page, question, self.vocabulary),
            total=answer.total,
            facets=answer.facets,
            understanding=question.understanding,
            relaxations=() if answer.total else relaxations(self.engine, request),
            by_meaning=_has_meaning(ranked) if ranked else request.vector is not None,
            is_warming=question.request.vector is None and self.is_warming,
        )

    def rank(self, query: Query) -> list[Ranked]:
        """The best candidates of a question with both scores, for evaluation."""
        question = self._question(query)
        return self._fused(self.engine.candidates(replace(question.request, depth=DEPTH)), question)

    def ask(self, query: Query, depth: int = DEPTH) -> tuple[Question, Candidates]:
        """A question as it was understood, and both top lists with their scores."""
        question = self._question(query)
        return question, self.engine.candidates(replace(question.request, depth=depth))

    def waiting(self, query: Query, kind: Kind) -> Waiting:
        """What the question of a query waits for among new documents of a kind."""
        return boil_down(self._question(query), kind, self.engine)

    def prepared(self, documents: Sequence[Document]) -> list[Entry]:
        """The documents as they are indexed; what was embedded before is not embedded again."""
        try:
            return self._preparation.entries(documents)
        except ModelUnavailable as error:
            self._lose(error)
            return self._preparation.entries(documents)

    def similar(
        self, id: str, kinds: Sequence[Kind] = (Kind.SOLUTION,), limit: int = 6
    ) -> tuple[Hit, ...]:
        """What resembles a document, without itself; nothing when it is not indexed."""
        documents = self.engine.documents([id])
        if not documents:
            return ()
        (document,) = documents
        vector = self.engine.vector(id, self._space)
        question = asking.likeness(document, tuple(kinds), vector, self._space, self.weights)
        answer = self.engine.candidates(replace(question.request, depth=DEPTH))
        others = [r for r in self._fused(answer, question) if r.candidate.id != id]
        return hits(self.engine, others[:limit], question, self.vocabulary)

    def suggest(self, text: str, limit: int = 8) -> tuple[Suggestion, ...]:
        """Names that fit what is being typed; needs no model."""
        return suggest(self.engine, text, limit)

    def apply(
        self, upserts: Sequence[Document], deletes: Mapping[str, int] = NOTHING
    ) -> WriteResult:
        """Embed what has changed and write; visible to the next search."""
        written = self.engine.apply(self.prepared(upserts), deletes)
        self._understood.cache_clear()  # a new name is no mistake of sound any more
        return written

    def rebuild(self, documents: Iterable[Document]) -> WriteResult:
        """Fill a fresh index and switch to it; on error the live one stays."""
        self._vector("")
        written = self.engine.rebuild(self._preparation.stream(documents))
        self._understood.cache_clear()
        return written

    def versions(self) -> Mapping[str, int]:
        """Every id whose entry is complete, vectors of the present model included."""
        return self.engine.versions(self._space)

    def close(self) -> None:
        """Let the index go."""
        self.engine.close()

    def _question(self, query: Query) -> Question:
        said = asking.said_in(query)
        if self.is_warming:
            return asking.narrowed(self._understand(said, by_meaning=False), query)
        moment = int(time.monotonic() // _BELIEVED)
        return asking.narrowed(self._understood(said, moment), query)

    def _understand(self, said: Said, _moment: int = 0, *, by_meaning: bool = True) -> Question:
        understanding = asking.read(said, self.vocabulary, partial(is_named, self.engine))
        vector = self._vector(understanding.core) if by_meaning and understanding.core else None
        meaning = asking.Meaning(vector, self._space, self._affinity)
        return asking.question(understanding, meaning, self.weights, self._generic)

    def _vector(self, text: str) -> Vector | None:
        if self.embedder is None:
            return None
        try:
            vector: Vector = self.embedder.encode_queries([text])[0]
            return vector
        except ModelUnavailable as error:
            self._lose(error)
            return None

    def _lose(self, error: ModelUnavailable) -> None:
        self.reason = str(error)
        self._use(None)  # go on by words alone

    def _fused(self, answer: Candidates, question: Question) -> list[Ranked]:
        return fuse(
            answer.found,
            answer.exact,
            question.preferences,
            max_price=question.max_price,
            weights=self.weights,
        )

    def _further(
        self, query: Query, question: Question, *, is_ranked: bool, skipped: int, taken: int
    ) -> list[Ranked]:
        """What comes behind the ranked candidates, in an order of the engine's."""
        order = Order.RELEVANCE if is_ranked else Order(query.order)
        if not is_ranked and order is Order.RELEVANCE:
            order = Order.NEWEST
        offset = max(0, query.offset - skipped)
        ids = self.engine.page(
            replace(question.request, depth=DEPTH if is_ranked else 0),
            order,
            offset,
            query.limit - taken,
        )
        return [Ranked(Candidate(id_, 0.0, None), 0.0, 0.0, is_exact=False) for id_ in ids]


def _has_meaning(ranked: Sequence[Ranked]) -> bool:
    return any(one.candidate.meaning is not None for one in ranked)


def open_searcher(
    url: str,
    *,
    model: str | None,
    cache: Path,
    vocabulary: Vocabulary,
    ca: Path | None = None,
    api_key: str = "",
) -> Searcher:
    """A searcher by address; a missing model means words only.

    `embedded:///absolute/folder` or `http(s)://[user:password@]host:port[,host…]/prefix`, for
    which `ca` is the certificate authority to trust and `api_key` stands for user and password.
    `cache` is a folder for vectors. The model is loaded when the first text is embedded, and
    nothing is sent to a server before the first request. Raises ValueError for an address that
    no engine knows, EngineUnusable when `ca` is missing.
    """
    engine = _open_engine(url, ca, api_key)
    found = find_embedder(model)
    embedder = CachedEmbedder(found.embedder, cache / "vectors.db") if found.embedder else None
    return Searcher(engine, embedder, vocabulary, reason=found.reason)


def _open_engine(url: str, ca: Path | None, api_key: str) -> Engine:
    parts = urlsplit(url)
    if parts.scheme == "embedded":
        return EmbeddedEngine(Path(parts.netloc + parts.path))
    if parts.scheme in {"http", "https"}:
        return ElasticEngine(Connection(url, ca=ca, api_key=api_key))
    raise ValueError(f"no search engine is known for {parts.scheme}://")
