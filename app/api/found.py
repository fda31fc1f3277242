"""A search as the interface answers it: hits with their reasons, facets, what was understood."""

from collections.abc import Mapping, Sequence
from typing import Literal

from pydantic import BaseModel, Field

from app.api.asking import Searching
from app.api.shapes import Page, absolute
from app.catalogue.addresses import permanent_address
from app.catalogue.labels import kind_label
from app.catalogue.models import Case, Record, Solution
from app.core.i18n import mark
from app.discovery import wording
from app.discovery.browsing import OFFERED
from app.discovery.finding import Found as Finding
from search.engine import Kind
from search.searcher import Hit, Reason, Suggestion


class Why(BaseModel):
    """One reason why something was found, or what of the question it leaves open."""

    kind: str
    state: Literal["met", "unknown", "unmet"]
    text: str = Field(description=mark("The reason in words."))
    said: str
    field: str
    found: str


class Segment(BaseModel):
    """A piece of a text, and whether it matched."""

    text: str
    match: bool


class Found(BaseModel):
    """One hit; `rank` counts from 1 over all pages."""

    rank: int
    kind: Kind
    id: str
    name: str
    url: str
    vendor: str | None
    summary: str | None
    score: float
    reasons: list[Why]
    highlights: dict[str, list[Segment]]


class Count(BaseModel):
    """How many listings a click on one code of a facet gives."""

    code: str
    name: str
    total: int


class Understood(BaseModel):
    """A part of the words that was taken for more than words."""

    facet: str
    code: str
    name: str
    said: str


class WayOut(BaseModel):
    """Nothing was found: which filter to drop and how much would come back."""

    facet: str
    code: str | None
    name: str | None
    total: int


class Answer(Page[Found]):
    """A page of hits and all that explains it."""

    corrected: str | None = Field(description=mark("The words that were searched for instead."))
    understood: list[Understood]
    facets: dict[str, list[Count]]
    relaxations: list[WayOut]
    by_meaning: bool = Field(description=mark("False while only words can be compared."))
    degraded: bool = Field(
        description=mark(
            "True while the search engine is away: found by name and words alone, facets empty, "
            "every score 0."
        )
    )


class Suggested(BaseModel):
    """One suggestion while typing."""

    kind: Kind
    id: str
    name: str
    label: str
    url: str


class Suggestions(BaseModel):
    """Suggestions, the best first."""

    items: list[Suggested]


def answer(asked: Searching, finding: Finding) -> Answer:
    """The answer to a search."""
    results, records = finding.results, finding.records
    first = (asked.page - 1) * asked.size + 1
    return Answer(
        items=[
            _found(rank, hit, records[hit.id])
            for rank, hit in enumerate(results.hits, start=first)
            if hit.id in records
        ],
        total=results.total,
        page=asked.page,
        size=asked.size,
        pages=max(1, -(-results.total // asked.size)),
        corrected=results.understanding.corrected,
        understood=[
            Understood(
                facet=chip.facet,
                code=str(chip.code),
                name=wording.filter_label(chip.facet, str(chip.code)),
                said=chip.said,
            )
            for chip in results.understanding.chips
        ],
        facets={f: _counts(f, results.facets.get(f, {})) for f in OFFERED[asked.kind]},
        relaxations=[
            WayOut(
                facet=way.facet,
                code=way.code,
                name=wording.filter_label(way.facet, way.code) if way.code else None,
                total=way.total,
            )
            for way in results.relaxations
        ],
        by_meaning=results.by_meaning,
        degraded=finding.is_degraded,
    )


def suggestions(found: Sequence[Suggestion]) -> Suggestions:
    """Suggestions with what kind they are and where they lead."""
    return Suggestions(
        items=[
            Suggested(
                kind=one.kind,
                id=one.id,
                name=one.name,
                label=kind_label(one.kind),
                url=permanent_address(one.id),
            )
            for one in found
        ]
    )


def _found(rank: int, hit: Hit, record: Record) -> Found:
    vendor = record.vendor if isinstance(record, Solution | Case) else None
    return Found(
        rank=rank,
        kind=record.KIND,
        id=hit.id,
        name=record.name,
        url=absolute(permanent_address(hit.id)),
        vendor=vendor.name if vendor else None,
        summary=record.summary,
        score=hit.score,
        reasons=[_why(reason) for reason in hit.reasons],
        highlights={
            field: [Segment(text=text, match=match) for text, match in segments]
            for field, segments in hit.highlights.items()
        },
    )


def _why(reason: Reason) -> Why:
    _state, text = wording.reason(reason)
    return Why(
        kind=reason.kind,
        state=reason.state,
        text=text,
        said=reason.said,
        field=reason.field,
        found=reason.found,
    )


def _counts(facet: str, counts: Mapping[str, int]) -> list[Count]:
    """The codes of a facet, the most frequent first."""
    ordered = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    return [
        Count(code=code, name=wording.filter_label(facet, code), total=total)
        for code, total in ordered
    ]
