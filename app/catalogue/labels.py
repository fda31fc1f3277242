"""What codes and kinds are called in the visitor's language."""

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Protocol

from app.catalogue.index import get_vocabulary
from app.core.i18n import _, current_language, mark
from search.engine import Kind
from search.vocabulary import Vocabulary

FACETS: Mapping[str, str] = {
    "scenario": mark("Scenario"),
    "industry": mark("Industry"),
    "city": mark("City"),
    "vendor_kind": mark("Vendor type"),
    "deployment": mark("Deployment"),
    "price_model": mark("Pricing"),
    "whitelist": mark("Verification"),
    "category": mark("Category"),
    "mode": mark("Form"),
    "level": mark("Level"),
    "language": mark("Language"),
    "price": mark("Price"),
    "year": mark("Year"),
    "max_price": mark("Budget"),
}
KINDS: Mapping[Kind, str] = {
    Kind.SOLUTION: mark("Solutions"),
    Kind.VENDOR: mark("Vendors"),
    Kind.CASE: mark("Cases"),
    Kind.INFORMATION: mark("Information"),
    Kind.TRAINING: mark("Trainings"),
}
MODES: Mapping[str, str] = {
    "online": mark("Online"),
    "offline": mark("On site"),
    "hybrid": mark("Online and on site"),
}
LEVELS: Mapping[str, str] = {
    "basic": mark("For beginners"),
    "intermediate": mark("For those who know the basics"),
    "advanced": mark("For specialists"),
}
LANGUAGES: Mapping[str, str] = {
    "zh": mark("Mandarin"),
    "yue": mark("Cantonese"),
    "en": mark("English (language)"),
}
PRICES: Mapping[str, str] = {"free": mark("Free of charge"), "paid": mark("For a price")}
PLACES: Mapping[str, str] = {"online": mark("Online"), "offline": mark("On site")}
ADMITS: Mapping[str, str] = {
    "everybody": mark("Everybody"),
    "code": mark("Only whoever has a code"),
}
CODE_KINDS: Mapping[str, str] = {
    "access": mark("A seat where seats are given by code"),
    "price": mark("Another price"),
}
YEAR = re.compile(r"(19|20)[0-9]{2}")
LEAVING: Mapping[str, str] = {
    "request": mark("The vendor asked for it"),
    "closed": mark("The vendor or the product no longer exists"),
    "outdated": mark("Nobody confirmed it for a year"),
    "failed_check": mark("It failed a spot check"),
    "recheck": mark("It failed the yearly re-check"),
    "violation": mark("The rules of the pool were broken"),
    "other": mark("Another reason"),
}
"""Why a listing left the pool; said at its address."""

WHITELIST: Mapping[str, str] = {"valid": mark("On the whitelist")}


class Named(Protocol):
    """A term of the vocabulary in both languages."""

    @property
    def name(self) -> str: ...

    @property
    def name_en(self) -> str: ...


TERMS: Mapping[str, Callable[[Vocabulary], Mapping[str, Named]]] = {
    "scenario": lambda vocabulary: vocabulary.scenarios,
    "industry": lambda vocabulary: vocabulary.industries,
    "city": lambda vocabulary: vocabulary.regions,
    "vendor_kind": lambda vocabulary: vocabulary.vendor_kinds,
    "deployment": lambda vocabulary: vocabulary.deployments,
    "price_model": lambda vocabulary: vocabulary.price_models,
    "category": lambda vocabulary: vocabulary.information_categories,
}
FIXED: Mapping[str, Mapping[str, str]] = {
    "mode": MODES,
    "level": LEVELS,
    "language": LANGUAGES,
    "price": PRICES,
    "place": PLACES,
    "admits": ADMITS,
    "code_kind": CODE_KINDS,
    "whitelist": WHITELIST,
}


def kind_label(kind: str) -> str:
    """The plural name of a kind, as on a tab: 解决方案, Solutions."""
    return _(KINDS[Kind(kind)])


def facet_label(facet: str) -> str:
    """What a facet is called above its codes."""
    return _(FACETS[facet]) if facet in FACETS else facet


def code_label(facet: str, code: str) -> str:
    """What a code of a facet is called; a code that nothing knows is shown as it is."""
    if facet in FIXED:
        return _(FIXED[facet][code]) if code in FIXED[facet] else code
    term = TERMS[facet](get_vocabulary()).get(code) if facet in TERMS else None
    return _short_name(term) if term else code


def named(facet: str, name: str) -> str:
    """What the thing with this Chinese name is called in the visitor's language."""
    code = _codes_by_name(facet).get(name)
    return code_label(facet, code) if code else name


@lru_cache
def _codes_by_name(facet: str) -> Mapping[str, str]:
    terms = TERMS[facet](get_vocabulary()) if facet in TERMS else {}
    short = {str(getattr(term, "short", "")): code for code, term in terms.items()}
    return short | {term.name: code for code, term in terms.items()}


def leaving_label(code: str | None) -> str:
    """Why a listing left the pool; a code that nothing knows says nothing."""
    return _(LEAVING[code]) if code and code in LEAVING else ""


def is_known(facet: str, code: str) -> bool:
    """Whether this code may stand in an address."""
    if facet == "year":
        return bool(YEAR.fullmatch(code))
    if facet in FIXED:
        return code in FIXED[facet]
    return facet in TERMS and code in TERMS[facet](get_vocabulary())


def codes_of(facet: str) -> list[str]:
    """Every code that may be chosen in a facet (cities, no other places); years have no list."""
    if facet in FIXED:
        return list(FIXED[facet])
    vocabulary = get_vocabulary()
    codes = TERMS[facet](vocabulary) if facet in TERMS else {}
    return [code for code in codes if facet != "city" or vocabulary.city_of(code) == code]


def region_label(code: str) -> str:
    """A place in full: its city before a county or town (佛山 南海)."""
    vocabulary = get_vocabulary()
    city = vocabulary.city_of(code)
    own = code_label("city", code)
    return f"{code_label('city', city)} {own}" if city and city != code else own


def _short_name(term: Named) -> str:
    if current_language() == "en" and term.name_en:
        return term.name_en
    return str(getattr(term, "short", "") or term.name)
