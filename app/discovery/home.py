"""The front page put together: counts, ways in, the tile map, what is new."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from app.catalogue import reading
from app.catalogue.index import get_searcher
from app.catalogue.labels import code_label
from app.catalogue.models import Record
from app.core.i18n import _
from app.discovery.browsing import Browsing
from search.engine import Kind
from search.searcher import Query

ROWS = 8  # of a list of entries
NEWEST = 5

Entry = tuple[str, str, int]  # label, address, listings there


@dataclass(frozen=True, slots=True)
class Front:
    """Everything that the front page shows; `cities` counts vendors by city code."""

    totals: Mapping[Kind, int]
    updated_at: datetime | None
    scenarios: Sequence[Entry]
    industries: Sequence[Entry]
    cities: Mapping[str, int]
    listings: Sequence[Record]
    information: Sequence[Record]


def examples() -> list[tuple[str, str]]:
    """Searches to begin with, in the reader's language, as (words, address)."""
    said = (
        _("PCB visual inspection"),
        _("compressed air energy saving"),
        _("MES for a small factory under 200,000 yuan"),
        _("classified protection assessment"),
    )
    return [(words, Browsing(text=words).url) for words in said]


def look(db: Session) -> Front:
    """Each count comes from the search that its link leads to."""
    solutions = get_searcher().search(Query(text="", kinds=(Kind.SOLUTION,), limit=0)).facets
    vendors = get_searcher().search(Query(text="", kinds=(Kind.VENDOR,), limit=0)).facets
    return Front(
        totals=reading.counts(db),
        updated_at=reading.last_change(db),
        scenarios=_entries("scenario", solutions.get("scenario", {})),
        industries=_entries("industry", solutions.get("industry", {})),
        cities=vendors.get("city", {}),
        listings=reading.newest(db, Kind.SOLUTION, NEWEST),
        information=_latest(db, Kind.INFORMATION),
    )


def _latest(db: Session, kind: Kind) -> list[Record]:
    """What was issued last, which the order of its listing does not tell."""
    latest = Query(kinds=(kind,), limit=NEWEST, order="newest")
    hits = get_searcher().search(latest).hits
    records = reading.by_identifiers(db, [hit.id for hit in hits])
    return [records[hit.id] for hit in hits if hit.id in records]


def _entries(facet: str, counts: Mapping[str, int]) -> list[Entry]:
    ordered = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    return [
        (code_label(facet, code), Browsing().only(facet, code).url, total)
        for code, total in ordered[:ROWS]
        if total
    ]
