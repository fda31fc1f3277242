"""The facts of a record in the order a reader asks for them, each with where it came from."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.catalogue.addresses import FOLDERS, address
from app.catalogue.labels import code_label, region_label
from app.catalogue.models import Case, Record, Solution, Training, Vendor
from app.catalogue.service import stated
from app.core.formats import format_date, format_money
from app.core.i18n import _, mark
from search.engine import Kind


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a value; with an address it is a link, and an outer one is not vouched for."""

    text: str
    url: str | None = None
    outer: bool = False


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a value came from: a row of a list, or a person; `on` is the day in China."""

    file: str
    sheet: str
    row: int
    by: str
    on: str


@dataclass(frozen=True, slots=True)
class Fact:
    """One line of a record's page; no pieces means that nobody has stated it."""

    field: str
    label: str
    pieces: tuple[Piece, ...]
    origin: Origin | None = None

    @property
    def is_list(self) -> bool:
        """Whether the pieces are items; those of a text with addresses in it run on."""
        return not any(piece.outer for piece in self.pieces)

    @property
    def text(self) -> str:
        """The value in one line, for comparing."""
        return "、".join(piece.text for piece in self.pieces)


Pieces = tuple[Piece, ...]
Field = tuple[str, str, Callable[[Record], Pieces]]
SITE = re.compile(r"https?://[\w-]+(\.[\w-]+)+(:\d+)?([/?#]\S*)?")
LINK = re.compile(r"https?://[^\s<>\"'，。；、）】》]+")


def facts_of(record: Record) -> list[Fact]:
    """Every fact of a record whose vendor, organisation and solution are loaded."""
    return [*_own(record), *_extra(record)]


def comparable_facts(record: Record) -> list[Fact]:
    """The facts that every record of this kind may state, whether or not it does."""
    summary, source = linked(record.summary), linked(record.source)
    return [
        Fact("summary", _("Summary"), summary, origin_of(record, "summary")),
        *_own(record),
        Fact("source", _("Source"), source, origin_of(record, "source")),
    ]


def field_names(record: Record, fields: Iterable[str]) -> list[str]:
    """What stated fields are called, each once, in the order of the page."""
    names = {**{field: label for field, label, _read in FIELDS[record.KIND]}, **SHARED}
    changed = set(fields)
    return [_(label) for field, label in names.items() if field in changed]


def linked(text: str | None) -> Pieces:
    """A text with its web addresses as links."""
    pieces: list[Piece] = []
    position = 0
    for match in LINK.finditer(text or ""):
        pieces.append(Piece((text or "")[position : match.start()]))
        pieces.append(Piece(match.group(), match.group(), outer=True))
        position = match.end()
    pieces.append(Piece((text or "")[position:]))
    return tuple(piece for piece in pieces if piece.text)


def origin_of(record: Record, field: str) -> Origin | None:
    """Where the value of a field came from, if that was kept."""
    kept = record.origins.get(field)
    return _origin(kept) if kept else None


def _origin(kept: Mapping[str, Any]) -> Origin:
    return Origin(
        file=str(kept.get("file", "")),
        sheet=str(kept.get("sheet", "")),
        row=int(kept.get("row") or 0),
        by=str(kept.get("by", "")),
        on=format_date(datetime.fromisoformat(kept["at"])) if kept.get("at") else "",
    )


def _own(record: Record) -> Iterator[Fact]:
    for field, label, read in FIELDS[record.KIND]:
        pieces = tuple(piece for piece in read(record) if piece.text)
        yield Fact(field, _(label), pieces, origin_of(record, field) if pieces else None)


def _extra(record: Record) -> Iterator[Fact]:
    origin = origin_of(record, "extra")
    for heading, value in record.extra.items():
        if value:
            yield Fact("extra", heading, linked(value), origin)


def _text(field: str) -> Callable[[Record], Pieces]:
    return lambda record: linked(str(stated(record, field) or ""))


def _codes(facet: str, field: str) -> Callable[[Record], Pieces]:
    """Codes as links to the search for what shares them."""

    def read(record: Record) -> Pieces:
        kept = stated(record, field) or []
        codes = [kept] if isinstance(kept, str) else kept
        folder = "/search" if record.KIND is Kind.SOLUTION else f"/{FOLDERS[record.KIND]}"
        return tuple(Piece(code_label(facet, c), f"{folder}?{facet}={c}") for c in codes)

    return read


def _named(facet: str, field: str) -> Callable[[Record], Pieces]:
    """What a code is called, where no list can be narrowed by it."""
    return lambda record: (Piece(code_label(facet, stated(record, field) or "")),)


def _seat_price(record: Record) -> Pieces:
    price = record.price if isinstance(record, Training) else None
    if price is None:
        return ()
    return (Piece(format_money(price) if price else _("Free of charge")),)


def _region(record: Record) -> Pieces:
    code = stated(record, "region")
    said = str(stated(record, "region_text") or "")
    return (Piece(region_label(code)),) if code else (Piece(said),)


def _aliases(record: Record) -> Pieces:
    return tuple(Piece(alias) for alias in stated(record, "aliases") or ())


def _website(record: Record) -> Pieces:
    said = str(stated(record, "website") or "").strip()
    url = said if "://" in said else f"https://{said}"
    # What a list calls a website may be anything; only what reads as one becomes a link.
    plain = SITE.fullmatch(url)
    return (Piece(said, url, outer=True),) if said and plain else (Piece(said),)


def _whitelist(record: Record) -> Pieces:
    until = record.listed_until if isinstance(record, Vendor) else None
    return (Piece(_("Valid until {date}", date=format_date(until))),) if until else ()


def _price(record: Record) -> Pieces:
    assert isinstance(record, Solution)  # noqa: S101  FIELDS is keyed by kind
    if record.price_text:
        return (Piece(record.price_text),)
    lowest = record.price_from
    return (Piece(_("from {amount}", amount=format_money(lowest))),) if lowest is not None else ()


def _vendor(record: Record) -> Pieces:
    vendor = record.vendor if isinstance(record, Solution | Case) else None
    return (Piece(vendor.name, address(vendor)),) if vendor else ()


def _solution(record: Record) -> Pieces:
    solution = record.shown_solution if isinstance(record, Case) else None
    return (Piece(solution.name, address(solution)),) if solution else ()


SHARED: Mapping[str, str] = {
    "name": mark("Name"),
    "summary": mark("Summary"),
    "source": mark("Source"),
    "extra": mark("Further columns"),
}
FIELDS: Mapping[Kind, tuple[Field, ...]] = {
    Kind.SOLUTION: (
        ("vendor", mark("Vendor"), _vendor),
        ("scenarios", mark("Scenarios"), _codes("scenario", "scenarios")),
        ("scenarios_text", mark("Scenarios as listed"), _text("scenarios_text")),
        ("industries", mark("Industries"), _codes("industry", "industries")),
        ("industries_text", mark("Industries as listed"), _text("industries_text")),
        ("deployment", mark("Deployment"), _codes("deployment", "deployment")),
        ("price_model", mark("Pricing"), _codes("price_model", "price_model")),
        ("price_text", mark("Price"), _price),
        ("year", mark("Year listed"), _text("year")),
    ),
    Kind.VENDOR: (
        ("kind", mark("Vendor type"), _codes("vendor_kind", "kind")),
        ("region", mark("Registered in"), _region),
        ("service_areas", mark("Fields of service"), _text("service_areas")),
        ("products", mark("Products and services"), _text("products")),
        ("scenarios", mark("Scenarios"), _codes("scenario", "scenarios")),
        ("industries", mark("Industries"), _codes("industry", "industries")),
        ("whitelist", mark("Whitelist"), _whitelist),
        ("credit_code", mark("Credit code"), _text("credit_code")),
        ("aliases", mark("Other names"), _aliases),
        ("website", mark("Website"), _website),
    ),
    Kind.CASE: (
        ("factory", mark("Factory"), _text("factory")),
        ("vendor", mark("Vendor"), _vendor),
        ("solution", mark("Solution"), _solution),
        ("scenarios", mark("Scenarios"), _codes("scenario", "scenarios")),
        ("scenarios_text", mark("Scenarios as listed"), _text("scenarios_text")),
        ("industries", mark("Industries"), _codes("industry", "industries")),
        ("industries_text", mark("Industries as listed"), _text("industries_text")),
        ("region", mark("Place"), _region),
        ("results", mark("Results"), _text("results")),
        ("year", mark("Year"), _text("year")),
    ),
    Kind.INFORMATION: (
        ("document_number", mark("Document number"), _text("document_number")),
        ("issuer", mark("Issuer"), _text("issuer")),
        ("issued_on", mark("Issued on"), _text("issued_on")),
        ("category", mark("Category"), _codes("category", "category")),
        ("region", mark("Applies in"), _region),
        ("valid_from", mark("Valid from"), _text("valid_from")),
        ("valid_until", mark("Valid until"), _text("valid_until")),
    ),
    Kind.TRAINING: (
        ("starts_on", mark("Date"), _text("starts_on")),
        ("mode", mark("Form"), _codes("mode", "mode")),
        ("venue", mark("Venue"), _text("venue")),
        ("region", mark("Place"), _region),
        ("organiser", mark("Organiser"), _text("organiser")),
        ("teacher", mark("Teacher"), _text("teacher")),
        ("audience", mark("For whom"), _text("audience")),
        ("level", mark("Level"), _named("level", "level")),
        ("language", mark("Language"), _named("language", "language")),
        ("scenarios", mark("Scenarios"), _codes("scenario", "scenarios")),
        ("industries", mark("Industries"), _codes("industry", "industries")),
        ("price", mark("Price of a seat"), _seat_price),
    ),
}
