"""The search page put together: rows, facets, tabs and ways out of an empty result."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session

from app.catalogue import reading
from app.catalogue.index import get_searcher
from app.catalogue.labels import code_label, facet_label
from app.catalogue.models import Record
from app.discovery.browsing import OFFERED, SIZE, Browsing, Sort
from app.discovery.counting import count_cases, count_offers
from search.engine import Kind
from search.searcher import Hit, Query, Results
from search.understanding import Chip

SHOWN_CODES = 7  # of a facet before "more"


@dataclass(frozen=True, slots=True)
class Row:
    """A hit with its record; `offers` counts a vendor's solutions, `cases` what proves it."""

    hit: Hit
    record: Record
    cases: int
    offers: int


@dataclass(frozen=True, slots=True)
class Option:
    """One tick box of a facet; `total` is what the list holds after a click on it."""

    code: str
    label: str
    total: int
    is_on: bool


@dataclass(frozen=True, slots=True)
class Group:
    """One facet: what is shown at once and what is behind "more"."""

    facet: str
    label: str
    options: Sequence[Option]
    more: Sequence[Option]


@dataclass(frozen=True, slots=True)
class Tab:
    """The same search among another kind."""

    kind: Kind
    total: int
    url: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class Listing:
    """Everything that the search page shows."""

    browsing: Browsing
    results: Results
    rows: Sequence[Row]
    groups: Sequence[Group]
    tabs: Sequence[Tab]
    last: int

    @property
    def chips(self) -> Sequence[Chip]:
        return self.results.understanding.chips


def query_of(browsing: Browsing, *, limit: int = SIZE) -> Query:
    """What search is asked for this state."""
    order = browsing.sort
    if order is Sort.RELEVANCE and not browsing.text:
        order = Sort.NEWEST  # without words there is nothing to be relevant to
    budget = browsing.max_price
    return Query(
        text=browsing.text,
        kinds=(browsing.kind,),
        filters=dict(browsing.filters),
        max_price=budget * 100 if budget is not None else None,
        limit=limit,
        offset=(browsing.page - 1) * SIZE,
        understand=not browsing.plain,
        ignored=frozenset(browsing.ignored),
        order=order.value,
    )


def look(db: Session, browsing: Browsing) -> Listing:
    """Search, and read from the database what the rows show."""
    results = get_searcher().search(query_of(browsing))
    return Listing(
        browsing=browsing,
        results=results,
        rows=_rows(db, results.hits),
        groups=[_group(browsing, facet, results) for facet in OFFERED[browsing.kind]],
        tabs=_tabs(browsing, results.total),
        last=max(1, -(-results.total // SIZE)),
    )


def _rows(db: Session, hits: Sequence[Hit]) -> list[Row]:
    """Rows in the order of the hits; what left the pool a moment ago is passed over."""
    records = reading.by_identifiers(db, [hit.id for hit in hits])
    proofs = count_cases(db, records.values())
    offers = count_offers(db, records.values())
    return [
        Row(hit, record, proofs.get(record.id, 0), offers.get(record.id, 0))
        for hit in hits
        if (record := records.get(hit.id))
    ]


def _group(browsing: Browsing, facet: str, results: Results) -> Group:
    """The codes of a facet, those that are on first, then the most frequent."""
    chosen = browsing.filters.get(facet, ())
    counts = dict(results.facets.get(facet, {}))
    counts.update({code: counts.get(code, 0) for code in chosen})
    ordered = sorted(counts.items(), key=lambda pair: (pair[0] not in chosen, -pair[1], pair[0]))
    options = [
        Option(code, code_label(facet, code), total, code in chosen)
        for code, total in ordered
        if total or code in chosen
    ]
    shown = max(SHOWN_CODES, len(chosen))
    if len(options) <= shown + 1:  # "more" for a single one would hide what fits
        shown += 1
    return Group(facet, facet_label(facet), options[:shown], options[shown:])


def _tabs(browsing: Browsing, total: int) -> list[Tab]:
    """Every kind with what the same search finds there, keeping the filters it shares."""
    tabs = []
    for kind in Kind:
        other = browsing.of_kind(kind)
        is_current = kind is browsing.kind
        found = total if is_current else get_searcher().search(query_of(other, limit=0)).total
        tabs.append(Tab(kind, found, other.url, is_current))
    return tabs
