"""What goes into the index, what is asked of it, and what every engine must answer."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float32]


class Kind(StrEnum):
    """The kinds of public thing that can be found."""

    SOLUTION = "solution"
    VENDOR = "vendor"
    CASE = "case"
    INFORMATION = "information"
    TRAINING = "training"


@dataclass(frozen=True, slots=True)
class Document:
    """One public thing as the index sees it; derived from the database, never the other way.

    `version` only grows: an older version never overwrites a newer one.
    `names` are further exact names (aliases, credit code, document number, English name).
    `texts` maps a field (summary, scenario, industry, vendor, body …) to what a reader sees.
    `facets` maps a facet (industry, city, scenario, vendor_kind, deployment, price_model,
    whitelist) to codes. `price_from` is the lowest stated price in minor units (fen).
    `date` is an ISO date (possibly partial) used by the order "newest".
    """

    id: str
    kind: Kind
    version: int
    name: str
    names: tuple[str, ...] = ()
    texts: Mapping[str, str] = field(default_factory=dict)
    facets: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    price_from: int | None = None
    date: str = ""


@dataclass(frozen=True, slots=True)
class WriteResult:
    """`applied` documents were written; `refused` maps an id to the reason."""

    applied: int
    refused: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CandidateRequest:
    """What the layer above the engine asks: tokens to match, a vector, and filters.

    `filters` maps a facet to the accepted codes: OR inside a facet, AND across facets.
    `max_price` (fen) refuses only what is stated to cost more.
    """

    kinds: tuple[Kind, ...]
    tokens: tuple[str, ...] = ()
    vector: Vector | None = None
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    max_price: int | None = None
    facets: tuple[str, ...] = ()
    depth: int = 100


@dataclass(frozen=True, slots=True)
class Candidates:
    """Two ranked lists of (id, score), the number of matches, and facet → code → count.

    A facet's counts are taken with every other filter applied but not its own, so that each
    count equals the total a click on it gives.
    """

    words: Sequence[tuple[str, float]]
    meaning: Sequence[tuple[str, float]]
    total: int
    facets: Mapping[str, Mapping[str, int]] = field(default_factory=dict)


class Engine(Protocol):
    """The one door to an index; nothing of an engine's own vocabulary passes through it."""

    def apply(self, upserts: Sequence[Document], deletes: Sequence[str] = ()) -> WriteResult:
        """Write and delete; idempotent; visible to the next request when it returns."""
        ...

    def candidates(self, request: CandidateRequest) -> Candidates: ...

    def versions(self) -> Mapping[str, int]:
        """Every indexed id with its version, to prove that the index equals the database."""
        ...

    def rebuild(self, documents: Iterable[Document]) -> None:
        """Fill a fresh index beside the live one, then switch; on error the live one stays."""
        ...

    def close(self) -> None: ...
