"""The front page put together: counts, ways in, the tile map, what is new."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from sqlmodel import Session

from app.bookings.suggesting import Suggested, upcoming
from app.catalogue import reading
from app.catalogue.asking import ask
from app.catalogue.labels import code_label
from app.catalogue.models import Record
from app.core.i18n import _
from app.discovery import fallback
from app.discovery.browsing import Browsing
from search.engine import Kind
from search.searcher import Query, Results, Searcher

ROWS = 8  # of a list of entries
NEWEST = 5

Entry = tuple[str, str, int]  # label, address, listings there
Facets = Mapping[str, Mapping[str, int]]
# What was issued last, which the order of its listing does not tell.
LATEST = Query(kinds=(Kind.INFORMATION,), limit=NEWEST, order="newest")


@dataclass(frozen=True, slots=True)
class Front:
    """Everything that the front page shows; `cities` counts vendors by city code.

    `is_degraded`: nobody can count by scenario, industry and city just now.
    """

    totals: Mapping[Kind, int]
    updated_at: datetime | None
    scenarios: Sequence[Entry]
    industries: Sequence[Entry]
    cities: Mapping[str, int]
    listings: Sequence[Record]
    information: Sequence[Record]
    trainings: Sequence[Suggested]
    is_degraded: bool


def examples() -> list[tuple[str, str]]:
    """Searches to begin with, in the reader's language, as (words, address)."""
    said = (
        _("PCB visual inspection"),
        _("compressed air energy saving"),
        _("MES for a small factory under 200,000 yuan"),
        _("classified protection assessment"),
    )
    return [(words, Browsing(text=words).url) for words in said]


@dataclass(frozen=True, slots=True)
class _Found:
    """What search says: facets of all solutions and vendors, the information issued last."""

    solutions: Facets
    vendors: Facets
    latest: tuple[Results, Mapping[str, Record]]
    is_degraded: bool = False


def look(db: Session) -> Front:
    """Each count comes from the search that its link leads to."""
    found = ask(
        partial(_search, db), lambda: _Found({}, {}, fallback.search(db, LATEST), is_degraded=True)
    )
    latest, records = found.latest
    return Front(
        totals=reading.counts(db),
        updated_at=reading.last_change(db),
        scenarios=_entries("scenario", found.solutions.get("scenario", {})),
        industries=_entries("industry", found.solutions.get("industry", {})),
        cities=found.vendors.get("city", {}),
        listings=reading.newest(db, Kind.SOLUTION, NEWEST),
        information=[records[hit.id] for hit in latest.hits if hit.id in records],
        trainings=upcoming(db)[:NEWEST],
        is_degraded=found.is_degraded,
    )


def _search(db: Session, searcher: Searcher) -> _Found:
    latest = searcher.search(LATEST)
    return _Found(
        solutions=searcher.search(Query(kinds=(Kind.SOLUTION,), limit=0)).facets,
        vendors=searcher.search(Query(kinds=(Kind.VENDOR,), limit=0)).facets,
        latest=(latest, reading.by_identifiers(db, [hit.id for hit in latest.hits])),
    )


def _entries(facet: str, counts: Mapping[str, int]) -> list[Entry]:
    ordered = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    return [
        (code_label(facet, code), Browsing().only(facet, code).url, total)
        for code, total in ordered[:ROWS]
        if total
    ]
