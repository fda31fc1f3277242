"""What programs may ask: the parameters of each address, and what is wrong with them."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal

from fastapi import Query
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field

from app.catalogue.labels import is_known
from app.core.i18n import _, mark
from app.discovery.browsing import MOST_CHARACTERS, MOST_PAGE, MOST_YUAN, OFFERED, Sort
from search import searcher
from search.engine import Kind

SIZE, MOST_SIZE = 20, 100
MOST_SUGGESTIONS = 20
MOST_IGNORED = 50

Text = Annotated[str, Field(max_length=MOST_CHARACTERS, description=mark("What to look for."))]
Codes = Annotated[list[str], Field(max_length=100, description=mark("Codes, one is enough."))]


class Asked(BaseModel):
    """Every address takes a language; a parameter that does not exist is a mistake."""

    model_config = ConfigDict(extra="forbid")

    lang: Literal["zh-Hans", "en"] | None = Field(
        default=None, description=mark("The language of names and problems.")
    )


class Paging(Asked):
    """Which page of a list."""

    page: int = Field(default=1, ge=1, le=MOST_PAGE, description=mark("Counts from 1."))
    size: int = Field(default=SIZE, ge=1, le=MOST_SIZE, description=mark("Items on a page."))


class Suggesting(Asked):
    """The beginning of a name, its pinyin or its initials."""

    q: Text = ""
    limit: int = Field(default=8, ge=1, le=MOST_SUGGESTIONS, description=mark("At most so many."))


class Searching(Paging):
    """A search: words, filters (OR inside one, AND across), order, page."""

    q: Text = ""
    kind: Kind = Field(default=Kind.SOLUTION, description=mark("What kind of thing to look for."))
    scenario: Codes = []
    industry: Codes = []
    city: Codes = []
    vendor_kind: Codes = []
    deployment: Codes = []
    price_model: Codes = []
    whitelist: Codes = []
    category: Codes = []
    year: Codes = []
    mode: Codes = []
    level: Codes = []
    max_price: int | None = Field(
        default=None,
        ge=1,
        le=MOST_YUAN,
        description=mark("Leaves out what is stated to cost more, in yuan."),
    )
    plain: bool = Field(
        default=False, description=mark("Take the words as typed; understand nothing from them.")
    )
    ignore: list[Annotated[str, Field(pattern=r"^[a-z_]{1,20}:.{1,80}$")]] = Field(
        default=[],
        max_length=MOST_IGNORED,
        description=mark("What was understood but not meant, as facet:code."),
    )
    sort: Sort = Field(default=Sort.RELEVANCE, description=mark("The order of the list."))

    def query(self) -> searcher.Query:
        """What search is asked; raises `RequestValidationError` naming every unknown code."""
        mistakes = list(self._mistakes())
        if mistakes:
            raise RequestValidationError(mistakes)
        order = self.sort
        if order is Sort.RELEVANCE and not self.q.strip():
            order = Sort.NEWEST  # without words there is nothing to be relevant to
        return searcher.Query(
            text=self.q.strip(),
            kinds=(self.kind,),
            filters=self._filters(),
            max_price=self.max_price * 100 if self.max_price is not None else None,
            limit=self.size,
            offset=(self.page - 1) * self.size,
            understand=not self.plain,
            ignored=frozenset(self.ignore),
            order=order.value,
        )

    def _filters(self) -> Mapping[str, tuple[str, ...]]:
        chosen = {facet: tuple(dict.fromkeys(getattr(self, facet))) for facet in FACETS}
        return {facet: codes for facet, codes in chosen.items() if codes}

    def _mistakes(self) -> Iterator[dict[str, Any]]:
        if self.max_price is not None and self.kind is not Kind.SOLUTION:
            yield _mistake("max_price", _("Only solutions have a price."))
        for facet, codes in self._filters().items():
            if facet not in OFFERED[self.kind]:
                yield _mistake(facet, _("This kind of listing has no such filter."))
                continue
            for code in codes:
                if not is_known(facet, code):
                    yield _mistake(facet, _("There is no code “{code}”.", code=code[:40]))


FACETS = tuple(dict.fromkeys(facet for facets in OFFERED.values() for facet in facets))

SearchAsked = Annotated[Searching, Query()]
SuggestAsked = Annotated[Suggesting, Query()]
PageAsked = Annotated[Paging, Query()]
ItemAsked = Annotated[Asked, Query()]


def _mistake(parameter: str, why: str) -> dict[str, Any]:
    return {"loc": ("query", parameter), "msg": why, "type": "value_error"}
