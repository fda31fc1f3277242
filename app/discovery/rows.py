"""A search result as a reader sees it: who, one sentence, reasons, facts."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from app.catalogue.addresses import address
from app.catalogue.facts import origin_of
from app.catalogue.labels import code_label, region_label
from app.catalogue.models import Case, Information, Record, Solution, Training, Vendor
from app.catalogue.validity import validity
from app.core.formats import format_date, format_money, today
from app.core.i18n import _, ngettext
from app.discovery.wording import reason
from search.engine import Kind
from search.searcher import Hit

LONGEST = 150  # characters of the one sentence
LEAD = 24  # of them before the first match
PROSE = ("summary", "products", "service_areas", "results", "audience")  # reads as a sentence

Segments = Sequence[tuple[str, bool]]
Pairs = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Row:
    """One result.

    `reasons` are (state, sentence), `facts` (label, value or ""), `badges` (text, tone).
    """

    identifier: str
    href: str
    name: Segments
    who: Sequence[str]
    summary: Segments
    reasons: Sequence[tuple[str, str]]
    facts: Sequence[tuple[str, str]]
    badges: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Counts:
    """What stands behind a listing: published solutions of a vendor, cases of either."""

    offers: int = 0
    cases: int = 0


def row(hit: Hit, record: Record, counts: Counts) -> Row:
    """The row of a hit; its record comes with vendor and organisation."""
    who, facts = DESCRIBED[record.KIND](record, counts)
    return Row(
        identifier=record.identifier,
        href=address(record),
        name=hit.highlights.get("name") or [(record.name, False)],
        who=[said for said in who if said],
        summary=excerpt(_sentence(hit, record)),
        reasons=[reason(given) for given in hit.reasons],
        facts=[*facts, (_("Source"), _source(record))],
        badges=_badges(record),
    )


def excerpt(segments: Segments, most: int = LONGEST) -> Segments:
    """At most so many characters of a text, beginning shortly before its first match."""
    text = "".join(said for said, _is_match in segments)
    if len(text) <= most:
        return segments
    start = 0
    for said, is_match in segments:
        if is_match:
            break
        start += len(said)
    start = max(0, min(start - LEAD, len(text) - most)) if start < len(text) else 0
    cut = _slice(segments, start, start + most)
    return [
        *([("…", False)] if start else []),
        *cut,
        *([("…", False)] if start + most < len(text) else []),
    ]


def _slice(segments: Segments, start: int, end: int) -> list[tuple[str, bool]]:
    kept, position = [], 0
    for said, is_match in segments:
        part = said[max(0, start - position) : max(0, end - position)]
        if part:
            kept.append((part, is_match))
        position += len(said)
    return kept


def _sentence(hit: Hit, record: Record) -> Segments:
    """What the record says of itself, rather where the words were found."""
    for field in PROSE:
        segments = hit.highlights.get(field, [])
        if any(is_match for _text, is_match in segments):
            return segments
    return [(record.summary, False)] if record.summary else []


def _source(record: Record) -> str:
    origin = origin_of(record, "name")
    return origin.on if origin else ""


def _badges(record: Record) -> Pairs:
    if isinstance(record, Information):
        stands = validity(record, today())
        return [(stands.text, stands.tone)]
    vendor = record if isinstance(record, Vendor) else getattr(record, "vendor", None)
    until = vendor.listed_until if isinstance(vendor, Vendor) else None
    return [(_("Whitelist until {date}", date=format_date(until)), "good")] if until else []


def _solution(record: Record, counts: Counts) -> tuple[list[str], Pairs]:
    assert isinstance(record, Solution)  # noqa: S101  DESCRIBED is keyed by kind
    deployment = "、".join(code_label("deployment", code) for code in record.deployment)
    return (
        [record.vendor.name, *_vendor_words(record.vendor)],
        [
            (_("Deployment"), deployment),
            (_("Price"), price(record)),
            (_("Cases"), str(counts.cases)),
        ],
    )


def price(record: Solution) -> str:
    """What a solution costs, as far as it says."""
    if record.price_from is not None:
        return _("from {amount}", amount=format_money(record.price_from))
    if record.price_text:
        return record.price_text
    return code_label("price_model", record.price_model) if record.price_model else ""


def _vendor_words(vendor: Vendor) -> list[str]:
    kind = code_label("vendor_kind", vendor.kind) if vendor.kind else ""
    region = vendor.organisation.region
    return [kind, region_label(region) if region else vendor.organisation.region_text or ""]


def _vendor(record: Record, counts: Counts) -> tuple[list[str], Pairs]:
    assert isinstance(record, Vendor)  # noqa: S101  DESCRIBED is keyed by kind
    return (
        [*_vendor_words(record), record.service_areas or ""],
        [
            (_("Solutions"), str(counts.offers)),
            (_("Cases"), str(counts.cases)),
        ],
    )


def _case(record: Record, counts: Counts) -> tuple[list[str], Pairs]:  # noqa: ARG001
    assert isinstance(record, Case)  # noqa: S101  DESCRIBED is keyed by kind
    vendor = record.vendor.name if record.vendor else ""
    region = region_label(record.region) if record.region else record.region_text or ""
    return (
        [record.factory or "", vendor],
        [(_("Place"), region), (_("Year"), str(record.year or ""))],
    )


def _information(record: Record, counts: Counts) -> tuple[list[str], Pairs]:  # noqa: ARG001
    assert isinstance(record, Information)  # noqa: S101  DESCRIBED is keyed by kind
    category = code_label("category", record.category) if record.category else ""
    return (
        [record.issuer or "", record.document_number or ""],
        [(_("Category"), category), (_("Issued"), format_date(record.issued_on))],
    )


def _training(record: Record, counts: Counts) -> tuple[list[str], Pairs]:  # noqa: ARG001
    assert isinstance(record, Training)  # noqa: S101  DESCRIBED is keyed by kind
    mode = code_label("mode", record.mode) if record.mode else ""
    return (
        [record.organiser or "", record.venue or ""],
        [(_("Form"), mode), (_("Date"), format_date(record.starts_on))],
    )


DESCRIBED: Mapping[Kind, Callable[[Record, Counts], tuple[list[str], Pairs]]] = {
    Kind.SOLUTION: _solution,
    Kind.VENDOR: _vendor,
    Kind.CASE: _case,
    Kind.INFORMATION: _information,
    Kind.TRAINING: _training,
}


def total_label(kind: Kind, total: int) -> str:
    """How many were found: 18 个解决方案."""
    counted = {
        Kind.SOLUTION: lambda: ngettext("{n} solution", "{n} solutions", total),
        Kind.VENDOR: lambda: ngettext("{n} vendor", "{n} vendors", total),
        Kind.CASE: lambda: ngettext("{n} case", "{n} cases", total),
        Kind.INFORMATION: lambda: ngettext("{n} document", "{n} documents", total),
        Kind.TRAINING: lambda: ngettext("{n} training", "{n} trainings", total),
    }
    return counted[kind]()
