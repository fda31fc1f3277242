"""What the interface answers with: one shape for each kind of thing, pages of them, problems."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, Field

from app.catalogue.addresses import FOLDERS, address, permanent_address
from app.catalogue.facts import Origin, origin_of
from app.catalogue.labels import code_label, region_label
from app.catalogue.models import Case, Record, Solution, Vendor
from app.catalogue.service import stated
from app.core.i18n import mark
from app.core.settings import get_settings
from search.engine import Kind

CODES: Mapping[str, str] = {  # stated field → the facet that its codes belong to
    "industries": "industry",
    "scenarios": "scenario",
    "deployment": "deployment",
    "price_model": "price_model",
    "category": "category",
    "mode": "mode",
    "level": "level",
    "language": "language",
}


class Term(BaseModel):
    """A code and what it is called in the language of the answer."""

    code: str
    name: str


class Reference(BaseModel):
    """Another thing in the pool."""

    id: str
    name: str
    url: str


class Source(BaseModel):
    """Where a value came from: a row of a list, or a person."""

    file: str
    sheet: str
    row: int
    by: str
    on: str


class Item(BaseModel):
    """What everything in the pool has in common. What nobody has stated is null or empty."""

    kind: Kind
    id: str = Field(description=mark("The permanent identifier; it never changes."))
    name: str
    summary: str | None
    url: str = Field(description=mark("The page for people; it may move, the identifier leads on."))
    api_url: str
    permanent_url: str
    source: str | None = Field(description=mark("Who published it, in the words of the list."))
    extra: dict[str, str] = Field(description=mark("Columns of the list that have no field here."))
    origins: dict[str, Source] = Field(description=mark("For each field, where it came from."))
    published_at: datetime | None
    updated_at: datetime


class VendorItem(Item):
    """A platform vendor or service provider."""

    aliases: list[str]
    credit_code: str | None
    vendor_kind: Term | None
    region: Term | None
    region_text: str | None
    website: str | None
    service_areas: str | None
    products: str | None
    industries: list[Term]
    scenarios: list[Term]
    whitelisted_until: date | None


class SolutionItem(Item):
    """What a vendor offers."""

    vendor: Reference
    industries: list[Term]
    industries_text: str | None
    scenarios: list[Term]
    scenarios_text: str | None
    deployment: list[Term]
    price_model: Term | None
    price_from: int | None = Field(description=mark("The lowest stated price in fen."))
    price_text: str | None
    year: int | None


class CaseItem(Item):
    """A solution at work in a factory."""

    vendor: Reference | None
    solution: Reference | None
    factory: str | None
    industries: list[Term]
    industries_text: str | None
    scenarios: list[Term]
    scenarios_text: str | None
    region: Term | None
    region_text: str | None
    results: str | None
    year: int | None


class InformationItem(Item):
    """A policy or a piece of industry information. Dates may be partial: 2024, 2024-03."""

    document_number: str | None
    issuer: str | None
    issued_on: str | None
    category: Term | None
    region: Term | None
    region_text: str | None
    valid_from: str | None
    valid_until: str | None


class TrainingItem(Item):
    """A course or event. Dates may be partial: 2024, 2024-03."""

    organiser: str | None
    starts_on: str | None
    mode: Term | None
    venue: str | None
    region: Term | None
    region_text: str | None
    audience: str | None
    level: Term | None
    language: Term | None
    teacher: str | None
    industries: list[Term]
    scenarios: list[Term]
    price: int | None = Field(description=mark("What a seat costs, in fen; 0 for free."))


SHAPES: Mapping[Kind, type[Item]] = {
    Kind.VENDOR: VendorItem,
    Kind.SOLUTION: SolutionItem,
    Kind.CASE: CaseItem,
    Kind.INFORMATION: InformationItem,
    Kind.TRAINING: TrainingItem,
}


T = TypeVar("T")


class Page(BaseModel, Generic[T]):
    """One page of a list; pages count from 1 and `total` counts everything."""

    items: Sequence[T]
    total: int
    page: int
    size: int
    pages: int


class Mistake(BaseModel):
    """One thing that cannot be taken as it stands."""

    where: str
    why: str


class Problem(BaseModel):
    """Why there is no answer (RFC 9457, application/problem+json)."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    request_id: str
    errors: list[Mistake] = []


def shape(record: Record) -> Item:
    """A record as the interface shows it; its vendor, organisation and solution are loaded."""
    model = SHAPES[record.KIND]
    values = {f: _value(record, f) for f in model.model_fields if f in record.STATED}
    return model.model_validate({**values, **_common(record), **_related(record)})


def absolute(path: str) -> str:
    """A path of this site as a whole address."""
    return get_settings().public_url.rstrip("/") + path


def _common(record: Record) -> dict[str, Any]:
    origins = {field: origin_of(record, field) for field in record.origins}
    return {
        "kind": record.KIND,
        "id": record.identifier,
        "url": absolute(address(record)),
        "api_url": absolute(f"/api/v1/{FOLDERS[record.KIND]}/{record.identifier}"),
        "permanent_url": absolute(permanent_address(record.identifier)),
        "origins": {field: _source(origin) for field, origin in origins.items() if origin},
        "published_at": record.published_at,
        "updated_at": record.updated_at,
    }


def _source(origin: Origin) -> Source:
    return Source(file=origin.file, sheet=origin.sheet, row=origin.row, by=origin.by, on=origin.on)


def _related(record: Record) -> dict[str, Any]:
    if isinstance(record, Vendor):
        until = record.listed_until
        return {"vendor_kind": _term("vendor_kind", record.kind), "whitelisted_until": until}
    if isinstance(record, Solution):
        return {"vendor": _reference(record.vendor)}
    if isinstance(record, Case):
        return {"vendor": _reference(record.vendor), "solution": _reference(record.shown_solution)}
    return {}


def _value(record: Record, field: str) -> Any:
    value = stated(record, field)
    if field == "region":
        return Term(code=value, name=region_label(value)) if value else None
    if field not in CODES:
        return value
    if isinstance(value, list):
        return [_term(CODES[field], code) for code in value]
    return _term(CODES[field], value)


def _term(facet: str, code: str | None) -> Term | None:
    return Term(code=code, name=code_label(facet, code)) if code else None


def _reference(record: Record | None) -> Reference | None:
    if record is None:
        return None
    return Reference(id=record.identifier, name=record.name, url=absolute(address(record)))
