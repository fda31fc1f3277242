"""The front page put together: counts, ways in, the tile map, what is new."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from app.catalogue import reading
from app.catalogue.index import get_searcher, get_vocabulary
from app.catalogue.labels import code_label
from app.catalogue.models import Record
from app.discovery.browsing import Browsing
from search.engine import Kind
from search.searcher import Query

ROWS = 8  # of a list of entries
NEWEST = 5
SHADES = 5


@dataclass(frozen=True, slots=True)
class Entry:
    """A way in: a filter, how many listings it gives, its share of the largest in percent."""

    code: str
    label: str
    total: int
    share: int
    url: str


@dataclass(frozen=True, slots=True)
class Front:
    """Everything that the front page shows."""

    totals: Mapping[Kind, int]
    updated_at: datetime | None
    scenarios: Sequence[Entry]
    industries: Sequence[Entry]
    cities: Sequence[Entry]
    listings: Sequence[Record]
    information: Sequence[Record]


def look(db: Session) -> Front:
    """Each count comes from the search that its link leads to."""
    solutions = get_searcher().search(Query(text="", kinds=(Kind.SOLUTION,), limit=0)).facets
    vendors = get_searcher().search(Query(text="", kinds=(Kind.VENDOR,), limit=0)).facets
    return Front(
        totals=reading.counts(db),
        updated_at=reading.last_change(db),
        scenarios=_entries(Kind.SOLUTION, "scenario", solutions.get("scenario", {}))[:ROWS],
        industries=_entries(Kind.SOLUTION, "industry", solutions.get("industry", {}))[:ROWS],
        cities=_entries(Kind.VENDOR, "city", _every_city(vendors.get("city", {}))),
        listings=reading.newest(db, Kind.SOLUTION, NEWEST),
        information=reading.newest(db, Kind.INFORMATION, NEWEST),
    )


def _every_city(counts: Mapping[str, int]) -> dict[str, int]:
    regions = get_vocabulary().regions.values()
    return {region.code: counts.get(region.code, 0) for region in regions if region.level == "city"}


def _entries(kind: Kind, facet: str, counts: Mapping[str, int]) -> list[Entry]:
    largest = max(counts.values(), default=0) or 1
    ordered = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    return [
        Entry(
            code=code,
            label=code_label(facet, code),
            total=total,
            share=-(-total * 100 // largest),
            url=Browsing(kind=kind).only(facet, code).url,
        )
        for code, total in ordered
    ]
