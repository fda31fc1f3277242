"""The search page put together: rows, facets, tabs and ways out of an empty result."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlmodel import Session

from app.catalogue import seen
from app.catalogue.labels import code_label, codes_of, facet_label, kind_label
from app.catalogue.models import Record
from app.core.i18n import _
from app.discovery.browsing import OFFERED, SIZE, Browsing, Sort
from app.discovery.counting import count_cases, count_offers
from app.discovery.finding import Found, find
from app.discovery.rows import Counts, Row, row, total_label
from app.discovery.wording import filter_label, sort_label
from search.engine import Kind
from search.searcher import Query, Results
from search.understanding import Chip

SHOWN_CODES = 7  # of a facet before "more"
MOST_UNCOUNTED = 50  # codes of a facet that are offered without knowing which are used
COMPARABLE = (Kind.SOLUTION, Kind.VENDOR)


@dataclass(frozen=True, slots=True)
class Group:
    """One facet. `options` are (code, label, listings after a click if counted, is on)."""

    facet: str
    label: str
    options: Sequence[tuple[str, str, int | None, bool]]

    @property
    def shown(self) -> int:
        """How many to show at once; those that are on come first and are never hidden."""
        chosen = sum(1 for *_others, is_on in self.options if is_on)
        least = max(SHOWN_CODES, chosen)
        # "More" for a single one would take the room that the one needs.
        return least + 1 if len(self.options) <= least + 1 else least


@dataclass(frozen=True, slots=True)
class Tab:
    """The same search among another kind; its total is None when nobody counted."""

    label: str
    total: int | None
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
    is_degraded: bool
    records: Mapping[str, Record]

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
    kinds = {kind: browsing.of_kind(kind) for kind in Kind}
    others = {k: query_of(b, limit=0) for k, b in kinds.items() if k is not browsing.kind}
    found = find(db, query_of(browsing), others)
    total = found.results.total
    totals = {**found.others, browsing.kind: total}
    return Listing(
        browsing=browsing,
        results=found.results,
        rows=_rows(db, found),
        groups=[_group(browsing, facet, found) for facet in OFFERED[browsing.kind]],
        tabs=[
            Tab(kind_label(kind), totals.get(kind), other.url, kind is browsing.kind)
            for kind, other in kinds.items()
        ],
        last=max(1, -(-total // SIZE)),
        is_degraded=found.is_degraded,
        records=found.records,
    )


def note(listing: Listing) -> None:
    """Note what this page shows, for those whose listings they are."""
    asked = listing.browsing
    is_first = asked.page == 1 and asked.order is Sort.RELEVANCE
    records = list(listing.records.values())
    seen.note_shown(asked.kind, asked.text, asked.filters, records, is_first=is_first)


def _rows(db: Session, found: Found) -> list[Row]:
    """Rows in the order of the hits; what left the pool a moment ago is passed over."""
    records = found.records
    cases, offers = count_cases(db, records.values()), count_offers(db, records.values())
    return [
        row(hit, record, Counts(offers.get(record.id, 0), cases.get(record.id, 0)))
        for hit in found.results.hits
        if (record := records.get(hit.id))
    ]


def _group(browsing: Browsing, facet: str, found: Found) -> Group:
    chosen = browsing.filters.get(facet, ())
    options: Sequence[tuple[str, int | None]] = (
        _uncounted(facet, chosen)
        if found.is_degraded
        else _counted(facet, chosen, found.results.facets.get(facet, {}))
    )
    named = [(code, code_label(facet, code), total, code in chosen) for code, total in options]
    return Group(facet, facet_label(facet), named)


def _uncounted(facet: str, chosen: Sequence[str]) -> list[tuple[str, None]]:
    """Every code that may be chosen, those that are on first; a long list is of little use."""
    offered = codes_of(facet)
    codes = dict.fromkeys((*chosen, *(offered if len(offered) <= MOST_UNCOUNTED else ())))
    return [(code, None) for code in codes]


def _counted(facet: str, chosen: Sequence[str], found: Mapping[str, int]) -> list[tuple[str, int]]:
    """The codes of a facet, those that are on first, then the most frequent (years: the latest)."""
    counts = {**dict.fromkeys(chosen, 0), **found}

    def place(option: tuple[str, int]) -> tuple[bool, int, str]:
        code, total = option
        return (code not in chosen, -int(code) if facet == "year" else -total, code)

    ordered = sorted(counts.items(), key=place)
    return [(code, total) for code, total in ordered if total or code in chosen]
