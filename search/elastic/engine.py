"""The engine in a cluster: any number of processes and machines read and write one index."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TypeVar

import numpy as np

from search.elastic import queries, reading
from search.elastic.asking import Answer, Asking, Grounds, key_of
from search.elastic.connection import Connection
from search.elastic.filling import fill, versions
from search.elastic.indices import Index, Indices, misfit
from search.elastic.layout import WINDOW, place
from search.elastic.queries import Body, Ground
from search.elastic.writing import Outcome, write
from search.engine import (
    NOTHING,
    CandidateRequest,
    Candidates,
    Document,
    EngineUnusable,
    Entry,
    Kind,
    Order,
    Vector,
    WriteResult,
)

T = TypeVar("T")
_ATTEMPTS = 3


@dataclass(frozen=True, slots=True)
class _Head:
    """Both top lists and the exact names, as hits by id; the first answer has the total."""

    words: Mapping[str, Answer]
    meaning: Mapping[str, Answer]
    named: Mapping[str, Answer]
    total: int
    facets: Mapping[str, Mapping[str, int]]
    distinct: int

    @property
    def ids(self) -> list[str]:
        """In the order of ties."""
        return sorted({**self.words, **self.meaning, **self.named}, key=place)


class ElasticEngine:
    """One index of a cluster. Making one sends nothing; the index is made when first needed."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._indices = Indices(connection)
        self._asking = Asking(connection, self._indices.live_alias)
        self._grounds = Grounds()

    def apply(self, upserts: Sequence[Entry], deletes: Mapping[str, int] = NOTHING) -> WriteResult:
        """Write to the live index, and to one that is being filled."""
        for _attempt in range(_ATTEMPTS):
            self._indices.live()
            outcome = self._write(upserts, deletes)
            if not outcome.is_lost:
                break
            self._indices.forget()  # a switch came in between: now it is known
        self._grounds.forget()
        return outcome.result()

    def _write(self, upserts: Sequence[Entry], deletes: Mapping[str, int]) -> Outcome:
        outcome = Outcome()
        with self._connection.writing() as client:
            for index in self._indices.targets(client):
                alias = self._indices.alias_of(index)
                space = self._indices.space_of(client, index, upserts)
                is_live = alias == self._indices.live_alias
                written = write(client, alias, space, upserts, deletes, refresh=is_live)
                written.join(outcome)
                outcome = written
        return outcome

    def candidates(self, request: CandidateRequest) -> Candidates:
        """Three round trips at most, one for a question asked a moment ago that only counts."""
        return self._twice(lambda: self._candidates(request))

    def _candidates(self, request: CandidateRequest) -> Candidates:
        head = self._head(request)
        ids = head.ids
        words, meaning = self._scores(request, head, ids)
        described = {**head.words, **head.meaning, **head.named}
        return Candidates(
            found=[reading.candidate(id_, described[id_], words, meaning) for id_ in ids],
            exact=[id_ for id_ in ids if id_ in head.named],
            total=head.total,
            facets=head.facets,
            distinct=head.distinct,
        )

    def page(
        self, request: CandidateRequest, order: Order, offset: int, limit: int
    ) -> Sequence[str]:
        """Ids of one page of a whole order; RELEVANCE goes on where `candidates` ends."""
        size = min(limit, WINDOW - offset)
        if size < 1:  # further than anybody leafs, and refused
            return []
        return self._twice(lambda: self._page(request, order, offset, size))

    def _page(
        self, request: CandidateRequest, order: Order, offset: int, size: int
    ) -> Sequence[str]:
        skipped = self._head(request).ids if order is Order.RELEVANCE else []
        body = queries.paging(request, self._ground(request), order, skipped)
        (answer,) = self._asking.ask([{**body, "from": offset, "size": size}], key_of(request))
        return [reading.id_of(hit) for hit in reading.hits(answer)]

    def documents(self, ids: Sequence[str]) -> Sequence[Document]:
        """The documents as they were given; unknown ids are left out."""
        if not ids:
            return []
        self._indices.live()
        with self._connection.reading() as client:
            # only the document is kept as source
            answer = client.mget(index=self._indices.live_alias, ids=list(ids))
        return [reading.document(hit) for hit in answer["docs"] if hit.get("found")]

    def vector(self, id: str, space: str) -> Vector | None:
        """The unit vector of a document in the space of one model."""
        query = {"bool": {"filter": [{"term": {"id": id}}, {"term": {"space": space}}]}}
        self._indices.live()
        (answer,) = self._asking.ask([{"query": query, "fields": ["vector"], "_source": False}])
        for hit in reading.hits(answer):
            return np.array(hit["fields"]["vector"], np.float32)
        return None

    def starting_with(
        self, prefixes: Sequence[str], kinds: Sequence[Kind], limit: int
    ) -> Sequence[Document]:
        """Documents with a suggestion key under one of the prefixes, earlier prefixes first."""
        self._indices.live()
        answers = self._asking.ask([queries.starting(p, kinds, limit) for p in prefixes])
        found: dict[str, None] = {}
        for prefix, answer in zip(prefixes, answers, strict=True):
            named = sorted(reading.hits(answer), key=partial(reading.shortest_key, prefix))
            found |= dict.fromkeys(map(reading.id_of, named))
        return self.documents(list(found)[:limit])

    def versions(self, space: str = "") -> Mapping[str, int]:
        """Every id with its version; with `space`, only those with a vector of that model."""
        self._indices.live()
        with self._connection.writing() as client:
            return versions(client, self._indices.live_alias, space)

    def count(self, space: str = "") -> int:
        """How many documents there are, or how many with a vector of one model."""
        query = {"term": {"space": space}} if space else {"match_all": {}}
        self._indices.live()
        (answer,) = self._asking.ask([{"size": 0, "track_total_hits": True, "query": query}])
        return reading.total(answer)

    def misfit(self) -> str:
        """Why the live index was laid out for another version of this code, empty when it fits."""
        return misfit(self._indices.live())

    def rebuild(self, entries: Iterable[Entry]) -> WriteResult:
        """Fill an index beside the live one, which is written on, check it, and switch."""
        self._indices.live()
        with self._connection.writing() as client:
            result = fill(client, self._indices, iter(entries))
        self._grounds.forget()
        return result

    def kept(self) -> Sequence[str]:
        """Names of the indexes that were live before."""
        with self._connection.writing() as client:
            return self._indices.kept(client)

    def discard(self) -> None:
        """Delete the indexes that were live before."""
        with self._connection.writing() as client:
            for name in self._indices.kept(client):
                client.indices.delete(index=name)

    def close(self) -> None:
        """Let the connections go."""
        self._connection.close()

    def _twice(self, read: Callable[[], T]) -> T:
        """Once more when a rebuild came in between: what was believed may not fit any more."""
        try:
            return read()
        except EngineUnusable:
            if not self._indices.is_replaced():
                raise
            self._grounds.forget()
            return read()

    def _ground(self, request: CandidateRequest) -> Ground:
        key = key_of(request)
        ground = self._grounds.get(key)
        if ground is None:
            ground = self._stated(request, self._indices.live())
            self._grounds.put(key, ground)
        return ground

    def _stated(self, request: CandidateRequest, live: Index) -> Ground:
        vector = request.vector if live.space and request.space == live.space else None
        tokens = request.required or request.alternatives
        if not tokens and not request.exact and vector is None:
            return Ground({}, 0.0, (), (), has_vector=False)
        bodies = [queries.stating(request, request.space), queries.naming(request.exact)]
        if vector is not None:
            bodies += [queries.nearest(vector, request.space, kind) for kind in Kind]
        counts, named, *near = self._asking.ask(bodies, key_of(request))
        weights = queries.weighted(request, reading.total(counts), reading.holding(counts))
        return Ground(
            weights=weights,
            least=queries.least(request, weights),
            named=tuple(reading.id_of(hit) for hit in reading.hits(named)),
            near=tuple(reading.nearest_of_kinds(counts, near)),
            has_vector=vector is not None,
        )

    def _head(self, request: CandidateRequest) -> _Head:
        ground = self._ground(request)
        match = queries.matching(request, ground)
        conditions = [*match, *queries.filters(request)]
        bodies: list[Body] = [queries.best_words(request, conditions)]
        if request.depth:
            asked = request if ground.has_vector else replace(request, vector=None)
            bodies.append(queries.best_meaning(asked, conditions))
            bodies.append(queries.among(ground.named, conditions))
        first = len(bodies)
        own = queries.chosen(request)
        bodies += [queries.counting(request, facet, match) for facet in own]
        answers = self._asking.ask(bodies, key_of(request))
        words, *lists = answers[:first]
        meaning, named = lists or (reading.NO_HITS, reading.NO_HITS)
        counts = reading.counts([words, *answers[first:]])
        return _Head(
            words={reading.id_of(hit): hit for hit in reading.hits(words) if hit["_score"]},
            meaning={reading.id_of(hit): hit for hit in reading.hits(meaning)},
            named={reading.id_of(hit): hit for hit in reading.hits(named)},
            total=reading.total(words),
            facets={facet: counts.get(facet, {}) for facet in request.facets},
            distinct=reading.distinct(words),
        )

    def _scores(
        self, request: CandidateRequest, head: _Head, ids: Sequence[str]
    ) -> tuple[Mapping[str, float], Mapping[str, float] | None]:
        """BM25 and cosine of each candidate; what one list lacks is asked for when it was cut."""
        words = {id_: round(hit["_score"], 6) for id_, hit in head.words.items()}
        meaning = {id_: reading.cosine(hit) for id_, hit in head.meaning.items()}
        unheard = [id_ for id_ in ids if id_ not in words]
        unseen = [id_ for id_ in ids if id_ not in meaning]
        ground = self._ground(request)
        bodies: list[Body] = []
        is_cut = len(words) == request.depth and unheard
        if is_cut:
            bodies.append(queries.words_of(unheard, request))
        if ground.has_vector and unseen and request.vector is not None:
            bodies.append(queries.meaning_of(unseen, request.vector, request.space))
        answers = self._asking.ask(bodies, key_of(request))
        if is_cut:
            heard = reading.hits(answers.pop(0))
            words |= {reading.id_of(hit): round(hit["_score"], 6) for hit in heard}
        for answer in answers:
            meaning |= {reading.id_of(hit): reading.cosine(hit) for hit in reading.hits(answer)}
        return words, meaning if ground.has_vector else None
