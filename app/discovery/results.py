"""The search page put together: rows, facets, tabs and ways out of an empty result."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session

from app.catalogue import reading
from app.catalogue.index import get_searcher
from app.catalogue.labels import code_label, facet_label, kind_label
from app.core.i18n import _
from app.discovery.browsing import OFFERED, SIZE, Browsing, Sort
from app.discovery.counting import count_cases, count_offers
from app.discovery.rows import Counts, Row, row, total_label
from app.discovery.wording import filter_label, sort_label
from search.engine import Kind
from search.searcher import Hit, Query, Results
from search.understanding import Chip

SHOWN_CODES = 7  # of a facet before "more"
COMPARABLE = (Kind.SOLUTION, Kind.VENDOR)


@dataclass(frozen=True, slots=True)
class Group:
    """One facet. `options` are (code, label, listings after a click, is on)."""

    facet: str
    label: str
    options: Sequence[tuple[str, str, int, bool]]

    @property
    def shown(self) -> int:
        """How many to show at once; those that are on come first and are never hidden."""
        chosen = sum(1 for *_others, is_on in self.options if is_on)
        least = max(SHOWN_CODES, chosen)
        # "More" for a single one would take the room that the one needs.
        return least + 1 if len(self.options) <= least + 1 else least


@dataclass(frozen=True, slots=True)
class Tab:
    """The same search among another kind."""

    label: str
    total: int
    url: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class Meant:
    """Something that was understood: its words, and what can be done about it."""

    facet: str
    label: str
    only: str | None
    away: str


@dataclass(frozen=True, slots=True)
class Listing:
    """Everything that the search page shows. Pairs are (text, address)."""

    browsing: Browsing
    results: Results
    rows: Sequence[Row]
    groups: Sequence[Group]
    tabs: Sequence[Tab]
    last: int

    @property
    def title(self) -> str:
        return total_label(self.browsing.kind, self.results.total)

    @property
    def is_comparable(self) -> bool:
        return self.browsing.kind in COMPARABLE and bool(self.rows)

    @property
    def understood(self) -> list[Meant]:
        return [self._meant(chip) for chip in self.results.understanding.chips]

    def _meant(self, chip: Chip) -> Meant:
        can_filter = chip.facet == "max_price" or chip.facet in OFFERED[self.browsing.kind]
        is_on = (chip.facet, chip.code) in self.browsing.active
        narrower = self.browsing.only(chip.facet, chip.code).url
        return Meant(
            facet=facet_label(chip.facet),
            label=filter_label(chip.facet, chip.code),
            only=narrower if can_filter and not is_on else None,
            away=self.browsing.ignoring(chip.facet, chip.code).url,
        )

    @property
    def filters(self) -> list[tuple[str, str, str]]:
        """The filters that are on, as (facet, value, address without it)."""
        return [
            (facet_label(facet), filter_label(facet, code), self.browsing.without(facet, code).url)
            for facet, code in self.browsing.active
        ]

    @property
    def orders(self) -> list[tuple[str, str, bool]]:
        offered = [sort for sort in Sort if sort is not Sort.RELEVANCE or self.browsing.text]
        current = self.browsing.order
        return [(sort_label(s), self.browsing.sorted_by(s).url, s is current) for s in offered]

    @property
    def ways_out(self) -> list[tuple[str, str]]:
        """What to drop when nothing was found, with what would come back."""
        return [
            (
                _(
                    "Without “{name}”: {total}",
                    name=filter_label(way.facet, way.code) if way.code else facet_label(way.facet),
                    total=total_label(self.browsing.kind, way.total),
                ),
                self.browsing.without(way.facet, way.code).url,
            )
            for way in self.results.relaxations
        ]


def query_of(browsing: Browsing, *, limit: int = SIZE) -> Query:
    """What search is asked for this state."""
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
        order=browsing.order.value,
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
    cases, offers = count_cases(db, records.values()), count_offers(db, records.values())
    return [
        row(hit, record, Counts(offers.get(record.id, 0), cases.get(record.id, 0)))
        for hit in hits
        if (record := records.get(hit.id))
    ]


def _group(browsing: Browsing, facet: str, results: Results) -> Group:
    """The codes of a facet, those that are on first, then the most frequent (years: the latest)."""
    chosen = browsing.filters.get(facet, ())
    counts = {**dict.fromkeys(chosen, 0), **results.facets.get(facet, {})}

    def place(option: tuple[str, int]) -> tuple[bool, int, str]:
        code, total = option
        return (code not in chosen, -int(code) if facet == "year" else -total, code)

    ordered = sorted(counts.items(), key=place)
    options = [
        (code, code_label(facet, code), total, code in chosen)
        for code, total in ordered
        if total or code in chosen
    ]
    return Group(facet, facet_label(facet), options)


def _tabs(browsing: Browsing, total: int) -> list[Tab]:
    """Every kind with what the same search finds there, keeping the filters it shares."""
    tabs = []
    for kind in Kind:
        other = browsing.of_kind(kind)
        is_current = kind is browsing.kind
        found = total if is_current else get_searcher().search(query_of(other, limit=0)).total
        tabs.append(Tab(kind_label(kind), found, other.url, is_current))
    return tabs
