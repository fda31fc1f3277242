"""What a visitor looks at, as the address carries it: words, kind, filters, order, page."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Self
from urllib.parse import urlencode

from starlette.datastructures import QueryParams

from app.catalogue.labels import FACETS, is_known, kind_label
from app.core.i18n import _
from search.engine import Kind

SIZE = 20  # listings on a page
MOST_CHARACTERS = 1000
MOST_PAGE = 100_000
MOST_YUAN = 100_000_000_000
PATHS: Mapping[Kind, str] = {
    Kind.VENDOR: "/vendors",
    Kind.CASE: "/cases",
    Kind.INFORMATION: "/information",
}
OFFERED: Mapping[Kind, tuple[str, ...]] = {
    Kind.SOLUTION: (
        "scenario",
        "industry",
        "city",
        "vendor_kind",
        "deployment",
        "price_model",
        "whitelist",
    ),
    Kind.VENDOR: ("scenario", "industry", "city", "vendor_kind", "whitelist"),
    Kind.CASE: ("scenario", "industry", "city", "vendor_kind"),
    Kind.INFORMATION: ("category", "year", "city"),
    Kind.TRAINING: ("scenario", "industry", "city", "mode", "level"),
}
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]+")


class Sort(StrEnum):
    """The orders that a list can have."""

    RELEVANCE = "relevance"
    NEWEST = "newest"
    NAME = "name"


@dataclass(frozen=True, slots=True)
class Browsing:
    """One state of the search page. `max_price` is in yuan; pages count from 1."""

    text: str = ""
    kind: Kind = Kind.SOLUTION
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    max_price: int | None = None
    ignored: tuple[str, ...] = ()
    plain: bool = False
    sort: Sort = Sort.RELEVANCE
    page: int = 1

    @property
    def path(self) -> str:
        return PATHS.get(self.kind, "/search")

    @property
    def url(self) -> str:
        """The address of this state, always written the same way."""
        query = urlencode(list(self._parameters()))
        return f"{self.path}?{query}" if query else self.path

    @property
    def lasting(self) -> str:
        """What is searched, whatever the page and the order: a query that `read` understands."""
        parts = replace(self, page=1, sort=Sort.RELEVANCE)._parameters()
        return urlencode([("kind", self.kind.value), *(p for p in parts if p[0] != "kind")])

    @property
    def order(self) -> Sort:
        """The order that is meant: without words there is nothing to be relevant to."""
        return Sort.NEWEST if self.sort is Sort.RELEVANCE and not self.text else self.sort

    @property
    def active(self) -> list[tuple[str, str]]:
        """Every filter that is on, as (facet, code)."""
        chosen = [(facet, code) for facet, codes in self.filters.items() for code in codes]
        return [*chosen, ("max_price", str(self.max_price))] if self.max_price else chosen

    def at(self, page: int) -> Self:
        return replace(self, page=page)

    def sorted_by(self, sort: str) -> Self:
        return replace(self, sort=Sort(sort), page=1)

    def only(self, facet: str, code: str) -> Self:
        """With one more filter; a budget replaces the one before."""
        if facet == "max_price":
            return replace(self, max_price=int(code), page=1)
        codes = tuple(dict.fromkeys((*self.filters.get(facet, ()), code)))
        return replace(self, filters={**self.filters, facet: codes}, page=1)

    def without(self, facet: str, code: str | None = None) -> Self:
        """With one filter fewer; without a code the whole facet goes."""
        if facet == "max_price":
            return replace(self, max_price=None, page=1)
        left = tuple(c for c in self.filters.get(facet, ()) if code is not None and c != code)
        others = {name: codes for name, codes in self.filters.items() if name != facet}
        return replace(self, filters={**others, facet: left} if left else others, page=1)

    def unfiltered(self) -> Self:
        return replace(self, filters={}, max_price=None, page=1)

    def ignoring(self, facet: str, code: str) -> Self:
        """Not taking the words as this any longer."""
        ignored = tuple(dict.fromkeys((*self.ignored, f"{facet}:{code}")))
        return replace(self, ignored=ignored, page=1)

    def heeding(self, *, plain: bool) -> Self:
        """With the words taken as typed (`plain`), or understood again."""
        return replace(self, plain=plain, ignored=(), page=1)

    def saying(self, text: str) -> Self:
        """The same search in other words."""
        return replace(self, text=text, ignored=(), page=1)

    def of_kind(self, kind: Kind) -> Self:
        """The same search among another kind, with the filters that it knows too."""
        kept = {facet: codes for facet, codes in self.filters.items() if facet in OFFERED[kind]}
        budget = self.max_price if kind is Kind.SOLUTION else None
        return replace(self, kind=kind, filters=kept, max_price=budget, page=1)

    def kept(self, path: str) -> list[tuple[str, str]]:
        """What a form of filters at `path` must carry along, as hidden fields."""
        own = {"kind", "q", "ignore", "plain", "sort"} - (
            {"kind"} if path in PATHS.values() else set()
        )
        said = [("kind", self.kind.value)] if self.kind in PATHS else []
        return [(name, value) for name, value in (*said, *self._parameters()) if name in own]

    @property
    def carried(self) -> list[tuple[str, str]]:
        """What stays when other words are typed: the kind and the filters."""
        own = {"kind", "max_price", *FACETS}
        return [(name, value) for name, value in self._parameters() if name in own]

    def _parameters(self) -> Iterator[tuple[str, str]]:
        if self.text:
            yield "q", self.text
        if self.kind not in (Kind.SOLUTION, *PATHS):
            yield "kind", self.kind.value
        for facet, codes in sorted(self.filters.items()):
            yield from ((facet, code) for code in codes)
        if self.max_price is not None:
            yield "max_price", str(self.max_price)
        yield from (("ignore", ignored) for ignored in self.ignored)
        if self.plain:
            yield "plain", "1"
        if self.sort is not Sort.RELEVANCE:
            yield "sort", self.sort.value
        if self.page > 1:
            yield "page", str(self.page)


def read(parameters: QueryParams, kind: Kind | None = None) -> tuple[Browsing, list[str]]:
    """The state that an address asks for, and a sentence for each part that cannot be taken.

    What cannot be taken is left out, so that the rest still leads somewhere. `kind` is the one
    that the path has fixed.
    """
    reader = _Reader(parameters)
    kind = kind or reader.kind()
    browsing = Browsing(
        text=reader.text(),
        kind=kind,
        filters=reader.filters(kind),
        max_price=reader.number("max_price", MOST_YUAN) if kind is Kind.SOLUTION else None,
        ignored=tuple(i for i in dict.fromkeys(reader.several("ignore")) if _is_chip(i)),
        plain=reader.one("plain") not in ("", "0"),
        sort=reader.sort(),
        page=reader.number("page", MOST_PAGE) or 1,
    )
    return browsing, reader.problems


def _is_chip(said: str) -> bool:
    facet, _colon, code = said.partition(":")
    return is_known(facet, code) or (facet == "max_price" and code.isascii() and code.isdecimal())


class _Reader:
    """Reads parameters and notes what cannot be taken."""

    def __init__(self, parameters: QueryParams) -> None:
        self._parameters = parameters
        self.problems: list[str] = []

    def several(self, name: str) -> list[str]:
        said = (_CONTROL.sub(" ", value).strip() for value in self._parameters.getlist(name))
        return [value for value in said if value]

    def one(self, name: str) -> str:
        return next(iter(self.several(name)), "")

    def text(self) -> str:
        said = re.sub(r"\s+", " ", self.one("q"))
        if len(said) > MOST_CHARACTERS:
            self.problems.append(
                _("Only the first {n} characters are searched for.", n=MOST_CHARACTERS)
            )
        return said[:MOST_CHARACTERS].strip()

    def kind(self) -> Kind:
        said = self.one("kind") or Kind.SOLUTION
        if said in set(Kind):
            return Kind(said)
        offered = ", ".join(kind_label(kind) for kind in Kind)
        self.problems.append(
            _("There is no such kind of listing; there are {kinds}.", kinds=offered)
        )
        return Kind.SOLUTION

    def filters(self, kind: Kind) -> dict[str, tuple[str, ...]]:
        found = {facet: tuple(self._codes(facet)) for facet in FACETS if facet in OFFERED[kind]}
        return {facet: codes for facet, codes in found.items() if codes}

    def _codes(self, facet: str) -> Iterator[str]:
        for code in dict.fromkeys(self.several(facet)):
            if is_known(facet, code):
                yield code
            else:
                self.problems.append(
                    _("“{code}” is not a filter that exists; it was left out.", code=code[:40])
                )

    def number(self, name: str, most: int) -> int | None:
        said = self.one(name)
        if not said:
            return None
        plain = said.isascii() and said.isdecimal() and len(said) <= len(str(most))
        if plain and 1 <= int(said) <= most:
            return int(said)
        self.problems.append(
            _("“{said}” is not a whole number from 1; it was left out.", said=said[:40])
        )
        return None

    def sort(self) -> Sort:
        said = self.one("sort") or Sort.RELEVANCE
        if said in set(Sort):
            return Sort(said)
        self.problems.append(_("There is no such order; the usual one is used."))
        return Sort.RELEVANCE
