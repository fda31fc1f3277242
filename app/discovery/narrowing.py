"""What the database can say of a listing by itself: filters, and whether a text holds a term."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, String, and_, cast, or_
from sqlmodel import col, func, select

from app.catalogue.index import get_vocabulary
from app.catalogue.models import MODELS, Information, Organisation, Solution, Vendor
from app.core.formats import today
from search.answers import Query
from search.engine import Kind

Condition = ColumnElement[bool]

LISTED: Mapping[str, str] = {  # facet → the column that holds a list of its codes
    "scenario": "scenarios",
    "industry": "industries",
    "deployment": "deployment",
}


def filters(kind: Kind, query: Query) -> Iterator[Condition]:
    """Every filter of a query, with the meaning that it has for search."""
    for facet, codes in query.filters.items():
        yield _filter(kind, facet, codes)
    if query.max_price is not None:
        price = col(Solution.price_from)
        yield or_(price.is_(None), price <= query.max_price)


def holds(column: Any, term: str) -> Condition:
    """Whether a text in small letters holds this; what looks like a wildcard is none."""
    return column.contains(term, autoescape=True)  # type: ignore[no-any-return]


def holds_any(column: Any, terms: Sequence[str]) -> Condition:
    return or_(*(holds(column, term) for term in terms))


def lists(column: Any, code: str) -> Condition:
    """Whether a list of codes, kept as JSON, has this one."""
    return holds(cast(column, String), f'"{code}"')


def of_organisation(condition: Condition) -> Condition:
    """That a vendor's organisation meets this."""
    return col(Vendor.organisation_id).in_(select(Organisation.id).where(condition))


def _filter(kind: Kind, facet: str, codes: Sequence[str]) -> Condition:
    model: Any = MODELS[kind]
    if facet in LISTED:
        return or_(*(lists(getattr(model, LISTED[facet]), code) for code in codes))
    if facet == "city":
        return _in_cities(kind, codes)
    if facet == "vendor_kind":
        return _of_vendor(kind, col(Vendor.kind).in_(codes))
    if facet == "whitelist":
        return _of_vendor(kind, col(Vendor.whitelisted_until) >= today())
    if facet == "year":
        return func.substr(col(Information.issued_on), 1, 4).in_(codes)
    return getattr(model, facet).in_(codes)  # type: ignore[no-any-return]


def _in_cities(kind: Kind, cities: Sequence[str]) -> Condition:
    """Of the place that a listing states, else of its vendor's."""
    vocabulary = get_vocabulary()
    places = [code for code in vocabulary.regions if vocabulary.city_of(code) in cities]
    if kind in (Kind.SOLUTION, Kind.VENDOR):
        return _of_vendor(kind, of_organisation(col(Organisation.region).in_(places)))
    model: Any = MODELS[kind]
    own: Condition = model.region.in_(places)
    if kind is not Kind.CASE:
        return own
    vendors = _of_vendor(kind, of_organisation(col(Organisation.region).in_(places)))
    return or_(own, and_(model.region.is_(None), vendors))


def _of_vendor(kind: Kind, condition: Condition) -> Condition:
    """That a vendor meets this, or the vendor of a solution or case."""
    model: Any = MODELS[kind]
    return condition if model is Vendor else model.vendor_id.in_(select(Vendor.id).where(condition))
