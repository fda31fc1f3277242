"""What Elasticsearch's answers say, in the engine's own words."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from search.elastic.asking import Answer
from search.elastic.layout import field_of, place
from search.elastic.queries import DISTINCT
from search.engine import Candidate, Document, Kind
from search.matching import nearest

_FACET = field_of("")
NO_HITS: Answer = {"hits": {"hits": []}}


def hits(answer: Answer) -> list[Answer]:
    """The hits, best first."""
    hits: list[Answer] = answer["hits"]["hits"]
    return hits


def total(answer: Answer) -> int:
    """How many match in all."""
    return int(answer["hits"]["total"]["value"])


def id_of(hit: Answer) -> str:
    """A document's id."""
    return str(hit["fields"]["id"][0])


def cosine(hit: Answer) -> float:
    """Elasticsearch moves dot products into 0 … 1."""
    return round(2 * float(hit["_score"]) - 1, 6)


def holding(answer: Answer) -> list[int]:
    """How many documents hold each token asked about."""
    found = answer["aggregations"].get("holding", {"buckets": []})
    return [bucket["doc_count"] for bucket in found["buckets"]]


def counts(answers: Iterable[Answer]) -> dict[str, dict[str, int]]:
    """facet → code → count, from whichever answer has it."""
    return {
        facet: {bucket["key"]: bucket["doc_count"] for bucket in found["buckets"]}
        for answer in answers
        for facet, found in answer.get("aggregations", {}).items()
        if "buckets" in found
    }


def distinct(answer: Answer) -> int:
    """How many different codes there are, when that was asked."""
    return int(answer.get("aggregations", {}).get(DISTINCT, {}).get("value", 0))


def nearest_of_kinds(stated: Answer, answers: Sequence[Answer]) -> Iterator[str]:
    """Of each kind as many as match by meaning, ties broken as everywhere."""
    of_kind = {b["key"]: b["doc_count"] for b in stated["aggregations"]["kinds"]["of"]["buckets"]}
    for kind, answer in zip(Kind, answers, strict=False):
        order = sorted(hits(answer), key=lambda hit: (-cosine(hit), place(id_of(hit))))
        yield from (id_of(hit) for hit in order[: nearest(of_kind.get(kind, 0))])


def shortest_key(prefix: str, hit: Answer) -> tuple[int, str]:
    """The shortest of a document's keys that begin so; the shorter, the nearer to what is typed."""
    keys = (key for key in hit["fields"]["prefixes"] if key.startswith(prefix))
    return min((len(key), key) for key in keys)


def document(hit: Answer) -> Document:
    """The document as it was given."""
    return Document.from_dict(hit["_source"]["document"])


def candidate(
    id_: str, hit: Answer, words: Mapping[str, float], meaning: Mapping[str, float] | None
) -> Candidate:
    """A candidate with the scores that are known of it."""
    fields = dict(hit["fields"])
    (price,) = fields.pop("price_from", [None])
    return Candidate(
        id=id_,
        words=words.get(id_, 0.0),
        meaning=None if meaning is None else meaning.get(id_),
        facets={
            name.removeprefix(_FACET): tuple(codes)
            for name, codes in fields.items()
            if name.startswith(_FACET)
        },
        price_from=price,
    )
