"""What is asked of search and what it answers, in words that need no engine."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from search.engine import Kind
from search.understanding import Understanding

Segments = list[tuple[str, bool]]
State = Literal["met", "unknown", "unmet"]


@dataclass(frozen=True, slots=True)
class Query:
    """A question of a visitor.

    `filters` maps a facet to accepted codes, `limits` too, but refuses only what states others;
    `max_price` is in fen. `distinct` names a facet whose codes are to be counted.
    `ignored` holds chips as "facet:code" that the visitor took away; `understand=False` takes the
    text as typed. `order` is relevance, newest or name; without a text relevance means newest.
    """

    text: str = ""
    kinds: tuple[Kind, ...] = (Kind.SOLUTION,)
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    limits: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    max_price: int | None = None
    distinct: str = ""
    limit: int = 20
    offset: int = 0
    understand: bool = True
    ignored: frozenset[str] = frozenset()
    order: str = "relevance"


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a hit is here, or what of the need it leaves open.

    `kind`: exact, words, meaning, scenario, industry, region, budget, vendor_kind, deployment,
    price_model. `state` "unknown" means that the listing does not say. `said` is the part of the
    need (for words: the words found), `field` where it was looked for, `found` what stands there.
    """

    kind: str
    state: State
    said: str
    field: str
    found: str = ""


@dataclass(frozen=True, slots=True)
class Hit:
    """One result. `highlights`: field → segments of its whole text and whether they matched."""

    id: str
    kind: Kind
    name: str
    score: float
    reasons: tuple[Reason, ...] = ()
    highlights: Mapping[str, Segments] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Relaxation:
    """A filter to drop and how many results that would give; `code` None drops the whole facet."""

    facet: str
    code: str | None
    total: int


@dataclass(frozen=True, slots=True)
class Results:
    """One page of hits; `total` and `facets` count all matches, as a click would show them.

    `is_warming`: the model is still being loaded, so that only words were compared.
    """

    hits: tuple[Hit, ...]
    total: int
    facets: Mapping[str, Mapping[str, int]]
    understanding: Understanding
    relaxations: tuple[Relaxation, ...] = ()
    by_meaning: bool = False
    is_warming: bool = False


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A name that a visitor may be about to type."""

    kind: Kind
    id: str
    name: str
