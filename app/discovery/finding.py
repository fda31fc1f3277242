"""Finding: by the search engine, or by the database alone while the engine is away."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlmodel import Session

from app.catalogue import reading
from app.catalogue.asking import ask
from app.catalogue.models import Record
from app.discovery import fallback
from search.engine import Kind
from search.searcher import Query, Results, Searcher, Suggestion


@dataclass(frozen=True, slots=True)
class Found:
    """A page of results with its records by identifier, and totals among other kinds.

    `is_degraded`: found by name and words in the database; then neither facets nor the other
    kinds are counted.
    """

    results: Results
    records: Mapping[str, Record]
    others: Mapping[Kind, int]
    is_degraded: bool = False


def find(db: Session, query: Query, others: Mapping[Kind, Query] | None = None) -> Found:
    """Search, and count what each of the other queries would find."""

    def search(searcher: Searcher) -> Found:
        results = searcher.search(query)
        totals = {kind: searcher.search(other).total for kind, other in (others or {}).items()}
        records = reading.by_identifiers(db, [hit.id for hit in results.hits])
        return Found(results, records, totals)

    return ask(search, lambda: Found(*fallback.search(db, query), {}, is_degraded=True))


def suggest(db: Session, text: str, limit: int) -> Sequence[Suggestion]:
    """At most `limit` names for what is being typed; none that left since the index knew it."""
    if not text:
        return ()
    found = ask(
        lambda searcher: searcher.suggest(text, limit), lambda: fallback.suggest(db, text, limit)
    )
    public = reading.public_among(db, [one.id for one in found])
    return [one for one in found if one.id in public]
