"""From a request to the bodies of Elasticsearch's searches, and nothing else."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from elasticsearch.helpers import pack_dense_vector

from search.elastic.layout import KIND, field_of
from search.engine import CandidateRequest, Kind, Order, Vector
from search.matching import ALTERNATIVE, NEAREST, enough, rarity

Body = dict[str, Any]
# more than there are codes, so that every code is counted
_MOST_CODES = 2000
_MOST_NAMED = 2000
# the highest that Elasticsearch takes; up to there its counts of distinct codes are close to exact
_PRECISE = 40_000
DISTINCT = "distinct codes"
# The search by quantised vectors keeps so many candidates for each result; all of them are scored
# exactly, so that equals at the end of the list are told apart as everywhere.
_BREADTH = 4
_WIDEST = 10_000
# so many names are looked at for each suggestion
_WINDOW = 8
_TIE: Body = {"tie": "asc"}


@dataclass(frozen=True, slots=True)
class Ground:
    """What a question rests on, whatever the filters: how rare its words are, which documents
    carry one of its names, and which are the nearest of their kinds."""

    weights: Mapping[str, float]
    least: float
    named: tuple[str, ...]
    near: tuple[str, ...]
    has_vector: bool


def stating(request: CandidateRequest, space: str) -> Body:
    """Counts all documents, those that hold each token, and those of each kind with a vector."""
    tokens = dict.fromkeys((*request.required, *request.alternatives))
    aggregations: Body = {"kinds": {"filter": _term("space", space), "aggs": {"of": _codes(KIND)}}}
    if tokens:
        holding = [_term("words", token) for token in tokens]
        aggregations["holding"] = {"filters": {"filters": holding}}
    return {"size": 0, "track_total_hits": True, "aggs": aggregations}


def weighted(request: CandidateRequest, total: int, holding: Sequence[int]) -> dict[str, float]:
    """The weight of each token that some document holds; see `matching.rarity`."""
    required = set(request.required)
    tokens = dict.fromkeys((*request.required, *request.alternatives))
    return {
        token: rarity(total, count) * (1.0 if token in required else ALTERNATIVE)
        for token, count in zip(tokens, holding, strict=True)
        if count
    }


def least(request: CandidateRequest, weights: Mapping[str, float]) -> float:
    """The shared weight from which on a document matches."""
    return enough(sum(weights.get(token, 0.0) for token in dict.fromkeys(request.required)))


def naming(names: Iterable[str]) -> Body:
    """The documents that carry one of these names."""
    return {**_ids(_MOST_NAMED), "query": _filtered([{"terms": {"exact": list(names)}}])}


def nearest(vector: Vector, space: str, kind: Kind) -> Body:
    """The documents of a kind that lie nearest to a vector."""
    filters = [_term("space", space), _term(KIND, kind)]
    return {**_ids(NEAREST), "knn": _knn(vector, NEAREST, filters), "sort": ["_score", _TIE]}


def matching(request: CandidateRequest, ground: Ground) -> list[Body]:
    """The condition for being a match at all, none when nothing was asked."""
    asked = request.required or request.alternatives or request.exact
    if not asked and not ground.has_vector:
        return []
    ways: list[Body] = []
    if ground.weights:
        shared = {"bool": {"should": sharing(ground)}}
        ways.append({"function_score": {"query": shared, "min_score": ground.least}})
    known = sorted({*ground.named, *ground.near})
    if known:
        ways.append({"terms": {"id": known}})
    return [{"bool": {"should": ways}} if ways else {"match_none": {}}]


def sharing(ground: Ground) -> list[Body]:
    """Each shared token counts its own rarity, once."""
    return [
        {"constant_score": {"filter": _term("words", token), "boost": weight}}
        for token, weight in ground.weights.items()
    ]


def filters(request: CandidateRequest, *, but: str = "") -> list[Body]:
    """OR inside a facet, AND across; `but` one facet's own."""
    wanted = {KIND: request.kinds, **{f: codes for f, codes in request.filters.items() if codes}}
    found: list[Body] = [
        {"terms": {field_of(facet): list(codes)}} for facet, codes in wanted.items() if facet != but
    ]
    for facet, codes in request.limits.items():
        silent = {"bool": {"must_not": {"exists": {"field": field_of(facet)}}}}
        found.append({"bool": {"should": [silent, {"terms": {field_of(facet): list(codes)}}]}})
    if request.max_price is not None:
        found.append({"bool": {"must_not": {"range": {"price_from": {"gt": request.max_price}}}}})
    return found


def best_words(request: CandidateRequest, conditions: list[Body]) -> Body:
    """The best by BM25 with the total, and the counts of all facets that are not filtered by."""
    counted = {f: _codes(f) for f in request.facets if not _is_chosen(request, f)}
    if request.distinct:
        counted[DISTINCT] = {
            "cardinality": {"field": field_of(request.distinct), "precision_threshold": _PRECISE}
        }
    body: Body = {
        "query": {"bool": {"filter": conditions, "should": _scoring(request)}},
        "track_total_hits": True,
        "aggs": counted,
    }
    return body | _described(request.depth) | {"sort": ["_score", _TIE]}


def best_meaning(request: CandidateRequest, conditions: list[Body]) -> Body:
    """The nearest to the request's vector of those that fulfil the conditions."""
    if request.vector is None:
        return {"size": 0, "query": {"match_none": {}}}
    held = [*conditions, _term("space", request.space)]
    knn = _knn(request.vector, request.depth, held)
    return _described(request.depth) | {"knn": knn, "sort": ["_score", _TIE]}


def counting(request: CandidateRequest, facet: str, match: list[Body]) -> Body:
    """The counts of one facet that is filtered by, as if it were not."""
    conditions = [*match, *filters(request, but=facet)]
    return {"size": 0, "query": _filtered(conditions), "aggs": {facet: _codes(facet)}}


def chosen(request: CandidateRequest) -> list[str]:
    """The facets asked for that are filtered by themselves."""
    return [facet for facet in request.facets if _is_chosen(request, facet)]


def _is_chosen(request: CandidateRequest, facet: str) -> bool:
    return facet == KIND or bool(request.filters.get(facet))


def among(ids: Sequence[str], conditions: list[Body]) -> Body:
    """Which of these documents fulfil the conditions."""
    query = _filtered([{"terms": {"id": list(ids)}}, *conditions])
    return _described(len(ids)) | {"query": query}


def words_of(ids: Sequence[str], request: CandidateRequest) -> Body:
    """BM25 of given documents."""
    query = {"filter": [{"terms": {"id": list(ids)}}], "should": _scoring(request)}
    return {**_ids(len(ids)), "query": {"bool": query}}


def meaning_of(ids: Sequence[str], vector: Vector, space: str) -> Body:
    """Cosines of given documents."""
    held = [{"terms": {"id": list(ids)}}, _term("space", space)]
    return {**_ids(len(ids)), "knn": _knn(vector, len(ids), held)}


def paging(request: CandidateRequest, ground: Ground, order: Order, skipped: Sequence[str]) -> Body:
    """A whole order of the matches, without those that were shown before."""
    query: Body = {"filter": [*matching(request, ground), *filters(request)]}
    if skipped:
        query["must_not"] = [{"terms": {"id": list(skipped)}}]
    sort: list[Any] = [{"date": {"order": "desc", "missing": "_last"}}, _TIE]
    if order is Order.NAME:
        sort = [{"alphabetical": "asc"}, _TIE]
    elif order is Order.RELEVANCE:
        query["should"] = sharing(ground)
        sort = ["_score", _TIE]
    return {**_ids(0), "query": {"bool": query}, "sort": sort}


def starting(prefix: str, kinds: Sequence[Kind], limit: int) -> Body:
    """Documents with a suggestion key that begins so: whole keys and short names first."""
    conditions: list[Body] = [{"prefix": {"prefixes": prefix}}, {"terms": {KIND: list(kinds)}}]
    whole = {"constant_score": {"filter": _term("prefixes", prefix)}}
    return {
        **_ids(_WINDOW * limit),
        "query": {"bool": {"filter": conditions, "should": [whole]}},
        "sort": ["_score", {"length": "asc"}, _TIE],
        "docvalue_fields": ["id", "prefixes"],
    }


def _scoring(request: CandidateRequest) -> list[Body]:
    parts = []
    for name, share in (("words", 1.0), ("hints", request.hint_weight)):
        for token, weight in request.tokens.items() if share else ():
            parts.append({"term": {name: {"value": token, "boost": share * weight}}})
    return parts


def _knn(vector: Vector, count: int, conditions: list[Body]) -> Body:
    breadth = min(_WIDEST, _BREADTH * count)
    return {
        "field": "vector",
        "query_vector": pack_dense_vector(vector),  # a quarter of the size of its numbers
        "k": breadth,
        "num_candidates": breadth,
        "filter": conditions,
    }


def _ids(size: int) -> Body:
    # names come from columns: reading them from what is stored takes longer than the search
    return {
        "size": size,
        "_source": False,
        "stored_fields": "_none_",
        "docvalue_fields": ["id"],
        "track_total_hits": False,
    }


def _described(size: int) -> Body:
    return {
        "size": size,
        "_source": False,
        "stored_fields": "_none_",
        "docvalue_fields": ["id", "price_from", field_of("*")],
    }


def _codes(facet: str) -> Body:
    return {"terms": {"field": field_of(facet), "size": _MOST_CODES}}


def _term(name: str, value: str) -> Body:
    return {"term": {name: value}}


def _filtered(conditions: list[Body]) -> Body:
    return {"bool": {"filter": conditions}}
