"""The public list of needs: what somebody may see of it, narrowed and counted.

Every count is of what a click would show to this visitor: lists, facets and totals all go
through `seeing.visible`.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Self
from urllib.parse import urlencode

from sqlalchemy import ColumnElement, and_, case, or_
from sqlmodel import Session, col, func, select
from starlette.datastructures import QueryParams

from app.accounts.visitor import Visitor
from app.catalogue.index import get_vocabulary
from app.catalogue.labels import code_label, is_known
from app.catalogue.models import Organisation
from app.catalogue.reading import Page
from app.core.db import now
from app.core.forms import clean
from app.core.i18n import _, mark
from app.discovery.narrowing import lists
from app.needs.models import Need
from app.needs.reading import SIZE, Found
from app.needs.seeing import SHOWN, is_open, shows_identity, visible
from app.needs.understanding import SCENARIO, codes

MOST_PAGE = 100_000
LONGEST = 200  # characters of words that may be asked for
MOST_WORDS = 8
OPEN, WEEK, OVER = "open", "week", "over"
WHENS: Mapping[str, str] = {
    OPEN: mark("Open for answers"),
    WEEK: mark("Closes within a week"),
    OVER: mark("Closed for answers"),
}
FACETS = (SCENARIO, "industry", "city")

Option = tuple[str, str, int, bool]  # code, label, needs after a click, is on


@dataclass(frozen=True, slots=True)
class Asked:
    """Which part of the list: words, when, codes by facet, and the page, counted from 1."""

    text: str = ""
    when: str = OPEN
    chosen: Mapping[str, tuple[str, ...]] | None = None
    page: int = 1

    @property
    def filters(self) -> Mapping[str, tuple[str, ...]]:
        return self.chosen or {}

    @property
    def active(self) -> list[tuple[str, str]]:
        """The filters that are on, as (facet, code)."""
        codes_on = [(facet, code) for facet, said in self.filters.items() for code in said]
        return codes_on if self.when == OPEN else [("when", self.when), *codes_on]

    @property
    def url(self) -> str:
        said = [("q", self.text)] if self.text else []
        paged = [("page", str(self.page))] if self.page > 1 else []
        query = urlencode([*said, *self.active, *paged])
        return f"/needs?{query}" if query else "/needs"

    def without(self, facet: str, code: str) -> Self:
        """The first page with one filter fewer."""
        if facet == "when":
            return replace(self, when=OPEN, page=1)
        left = tuple(one for one in self.filters.get(facet, ()) if one != code)
        return replace(self, chosen={**self.filters, facet: left}, page=1)

    def unfiltered(self) -> Self:
        return replace(self, when=OPEN, chosen=None, page=1)


@dataclass(frozen=True, slots=True)
class Listing:
    """Everything that the list shows."""

    page: Page  # of `Found`
    facets: Mapping[str, Sequence[Option]]


def read(parameters: QueryParams) -> tuple[Asked, list[str]]:
    """What an address asks for, and a sentence for each part that cannot be taken."""
    problems: list[str] = []
    chosen = {facet: tuple(_codes(parameters, facet, problems)) for facet in FACETS}
    when = parameters.get("when") or OPEN
    if when not in WHENS:
        problems.append(_left_out(when))
        when = OPEN
    text = " ".join(clean(parameters.get("q", "")).split())[:LONGEST]
    return Asked(text, when, chosen, _page(parameters.get("page", ""), problems)), problems


def _codes(parameters: QueryParams, facet: str, problems: list[str]) -> Iterable[str]:
    for code in dict.fromkeys(one for one in parameters.getlist(facet) if one):
        if is_known(facet, code):
            yield code
        else:
            problems.append(_left_out(code))


def _left_out(code: str) -> str:
    return _("“{code}” is not a filter that exists; it was left out.", code=code[:40])


def _page(said: str, problems: list[str]) -> int:
    if not said:
        return 1
    if said.isascii() and said.isdecimal() and len(said) <= 6 and 1 <= int(said) <= MOST_PAGE:
        return int(said)
    problems.append(_("“{said}” is not a whole number from 1; it was left out.", said=said[:40]))
    return 1


def look(db: Session, visitor: Visitor | None, asked: Asked) -> Listing:
    """The needs asked for that somebody may see: what closes next first, closed ones last."""
    seen = and_(visible(visitor), col(Need.stage).in_(SHOWN), _says(asked.text))
    narrowed = [seen, _when(asked.when)]
    narrowed += [_condition(facet, said) for facet, said in asked.filters.items() if said]
    total = db.exec(select(func.count()).select_from(Need).where(*narrowed)).one()
    closing = case((is_open(), col(Need.closes_at)))
    chosen = (
        select(Need, Organisation)
        .join(Organisation, col(Organisation.id) == col(Need.organisation_id))
        .where(*narrowed)
        .order_by(closing.is_(None), closing, col(Need.closes_at).desc(), col(Need.identifier))
    )
    rows = db.exec(chosen.offset((asked.page - 1) * SIZE).limit(SIZE)).all()
    items = [Found(need, whose if shows_identity(need, visitor) else None) for need, whose in rows]
    return Listing(Page(items, total, asked.page, SIZE), _facets(db, seen, asked))


def _says(text: str) -> ColumnElement[bool]:
    """That title or text hold each word; whose it is, is never searched."""
    words = text.split()[:MOST_WORDS]
    said = (
        or_(
            col(Need.title).icontains(word, autoescape=True),
            col(Need.text).icontains(word, autoescape=True),
        )
        for word in words
    )
    return and_(True, *said)  # noqa: FBT003


def _when(when: str) -> ColumnElement[bool]:
    if when == WEEK:
        return and_(is_open(), col(Need.closes_at) <= now() + timedelta(days=7))
    return is_open() if when == OPEN else ~is_open()


def _condition(facet: str, said: Sequence[str]) -> ColumnElement[bool]:
    if facet == "city":
        vocabulary = get_vocabulary()
        places = [code for code in vocabulary.regions if vocabulary.city_of(code) in said]
        return col(Need.region).in_(places)
    column: Any = Need.tags if facet == SCENARIO else Need.industries
    return or_(*(lists(column, code) for code in said))


def _facets(db: Session, seen: ColumnElement[bool], asked: Asked) -> dict[str, list[Option]]:
    """Needs by code, with every other filter applied but not the facet's own."""
    chosen: Any = select(
        Need.tags,
        Need.industries,
        Need.region,
        case((is_open(), case((_when(WEEK), WEEK), else_=OPEN)), else_=OVER),
    ).where(seen)
    rows = [_codes_of(*row) for row in db.exec(chosen)]
    return {facet: _options(facet, rows, asked) for facet in ("when", *FACETS)}


def _codes_of(
    tags: Sequence[Mapping[str, str]], industries: Sequence[str], region: str | None, when: str
) -> dict[str, set[str]]:
    city = get_vocabulary().city_of(region) if region else None
    return {
        "when": {OPEN, WEEK} if when == WEEK else {when},
        SCENARIO: set(codes(tags, SCENARIO)),
        "industry": set(industries),
        "city": {city} if city else set(),
    }


def _options(facet: str, rows: Sequence[Mapping[str, set[str]]], asked: Asked) -> list[Option]:
    on = {**asked.filters, "when": (asked.when,)}
    others = {name: set(said) for name, said in on.items() if name != facet and said}
    counts: Counter[str] = Counter()
    for row in rows:
        if all(row[name] & said for name, said in others.items()):
            counts.update(row[facet])
    if facet == "when":
        return [(w, _(WHENS[w]), counts[w], w == asked.when) for w in WHENS]
    chosen = on.get(facet, ())
    known = {**dict.fromkeys(chosen, 0), **counts}
    ordered = sorted(known.items(), key=lambda pair: (pair[0] not in chosen, -pair[1], pair[0]))
    return [(code, code_label(facet, code), total, code in chosen) for code, total in ordered]


def label_of(facet: str, code: str) -> str:
    """What a code of a facet of this list is called."""
    return _(WHENS[code]) if facet == "when" else code_label(facet, code)
