"""What goes into the index, what is asked of it, and what every engine must answer."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float32]
NOTHING: Mapping[str, int] = MappingProxyType({})

# Raised when documents hold something else, or an index keeps them in another way: one of another
# layout answers on, but with less than is asked of it, so whoever runs it is told to make it anew.
LAYOUT = 3


def misfit_of(layout: int) -> str:
    """Why an index of this layout does not fit; empty when it does."""
    return "" if layout == LAYOUT else f"its layout is {layout}, this version needs {LAYOUT}"


class Kind(StrEnum):
    """The kinds of public thing that can be found."""

    SOLUTION = "solution"
    VENDOR = "vendor"
    CASE = "case"
    INFORMATION = "information"
    TRAINING = "training"


class Order(StrEnum):
    """How a page beyond the ranked candidates is sorted; ties by the salted id."""

    RELEVANCE = "relevance"
    NEWEST = "newest"
    NAME = "name"


class EngineAway(RuntimeError):
    """The index cannot be asked or written just now; the same call succeeds later."""


class EngineBusy(EngineAway):
    """Another process is writing to this index."""


class EngineUnusable(RuntimeError):
    """The index answers, but not to us: refused rights, or a setting that cannot be right."""


@dataclass(frozen=True, slots=True)
class Document:
    """One public thing as the index sees it; derived from the database, never the other way.

    `version` only grows: an older version never overwrites a newer one.
    `names` are further exact names (aliases, credit code, document number, English name).
    `texts` maps a field (summary, scenario, industry, vendor, body …) to what a reader sees.
    `facets` maps a facet (industry, city, scenario, vendor_kind, deployment, price_model,
    whitelist, served, trade, seller) to codes. `price_from` is the lowest stated price, in fen.
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

    def as_dict(self) -> dict[str, Any]:
        """Everything, writable as JSON."""
        values = {name: getattr(self, name) for name in self.__slots__}
        return values | {"texts": dict(self.texts), "facets": dict(self.facets)}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "Document":
        """The document that `as_dict` wrote."""
        return cls(
            id=values["id"],
            kind=Kind(values["kind"]),
            version=values["version"],
            name=values["name"],
            names=tuple(values["names"]),
            texts=values["texts"],
            facets={facet: tuple(codes) for facet, codes in values["facets"].items()},
            price_from=values["price_from"],
            date=values["date"],
        )


@dataclass(frozen=True, slots=True)
class Entry:
    """A document made ready: engines know neither languages nor models.

    `words` are the tokens of all a reader sees, as often as they occur; `hints` further tokens
    that weigh little (how factories complain about its scenarios). `exact` are its normalised
    names and identifiers, `prefixes` the keys under which suggestions find it, `alphabetical`
    its place in the order by name. `vector` is a unit vector of the model called `space`.
    """

    document: Document
    words: tuple[str, ...]
    hints: tuple[str, ...] = ()
    exact: tuple[str, ...] = ()
    prefixes: tuple[str, ...] = ()
    alphabetical: str = ""
    vector: Vector | None = None
    space: str = ""


@dataclass(frozen=True, slots=True)
class WriteResult:
    """What became of each document; nothing is half written.

    `applied` counts what was written. `outdated` are ids that the index already holds, or has
    deleted, in a newer version: nothing is left to do. `postponed` maps an id to why it could
    not be written this time, `refused` to why it never can.
    """

    applied: int
    outdated: tuple[str, ...] = ()
    postponed: Mapping[str, str] = field(default_factory=dict)
    refused: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CandidateRequest:
    """What the layer above the engine asks: tokens, a vector, exact names, and filters.

    A document matches when it shares enough of `required` (by weight of rarity, shared
    `alternatives` standing in), or is among the nearest of its kind to `vector`, or carries one
    of the names in `exact`; `matching.py` gives the numbers, and no filter changes them. A
    request with none of the three matches everything. `tokens` only score, each by its weight,
    in a document's hints by `hint_weight` of it.
    `filters` maps a facet to the accepted codes: OR inside a facet, AND across facets.
    `limits` are filters that refuse only what states other codes: who is silent stays in.
    `max_price` (fen) refuses only what is stated to cost more. `space` names the vector's model.
    `distinct` names a facet whose different codes among the matches are counted.
    """

    kinds: tuple[Kind, ...]
    tokens: Mapping[str, float] = field(default_factory=dict)
    hint_weight: float = 0.0
    required: tuple[str, ...] = ()
    alternatives: tuple[str, ...] = ()
    exact: tuple[str, ...] = ()
    vector: Vector | None = None
    space: str = ""
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    limits: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    max_price: int | None = None
    facets: tuple[str, ...] = ()
    distinct: str = ""
    depth: int = 100


@dataclass(frozen=True, slots=True)
class Candidate:
    """A match in one of the two top lists, with both scores: BM25 (0 when no word is shared)
    and cosine (None without vectors), rounded to six decimals, and its facets."""

    id: str
    words: float
    meaning: float | None
    facets: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    price_from: int | None = None


@dataclass(frozen=True, slots=True)
class Candidates:
    """The union of the `depth` best by words and by meaning, in an order that favours nobody.

    `exact` are the ids that carry one of the exact names asked for. `total` counts all matches.
    `facets`: facet → code → count, taken with every other filter applied but not its own, so
    that each count equals the total a click on it gives. `distinct` is the count asked for by
    `CandidateRequest.distinct`; an engine may be off by a few per cent beyond 40,000.
    """

    found: Sequence[Candidate]
    exact: Sequence[str]
    total: int
    facets: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    distinct: int = 0


class Engine(Protocol):
    """The one door to an index; nothing of an engine's own vocabulary passes through it."""

    def apply(self, upserts: Sequence[Entry], deletes: Mapping[str, int] = NOTHING) -> WriteResult:
        """Write, and delete ids as of a version; idempotent; visible to the next request.

        What is older than what the index holds or has deleted changes nothing. Raises
        EngineAway when the index cannot be written just now.
        """
        ...

    def candidates(self, request: CandidateRequest) -> Candidates:
        """Both top lists with true totals and counts. Like all reading, raises EngineAway."""
        ...

    def page(
        self, request: CandidateRequest, order: Order, offset: int, limit: int
    ) -> Sequence[str]:
        """Ids of matches in an order of the whole; RELEVANCE leaves out what `candidates` found."""
        ...

    def documents(self, ids: Sequence[str]) -> Sequence[Document]:
        """The documents as they were given, in the order asked; unknown ids are left out."""
        ...

    def vector(self, id: str, space: str) -> Vector | None:
        """The unit vector given for a document in this space, if there is one."""
        ...

    def starting_with(
        self, prefixes: Sequence[str], kinds: Sequence[Kind], limit: int
    ) -> Sequence[Document]:
        """Documents with a key that begins with one of the prefixes, earlier prefixes first."""
        ...

    def versions(self, space: str = "") -> Mapping[str, int]:
        """Every indexed id with its version, to prove that the index equals the database.

        With `space`, only those whose vector is of that model: the rest has to be indexed again.
        """
        ...

    def count(self, space: str = "") -> int:
        """How many documents there are; with `space`, how many with a vector of that model."""
        ...

    def misfit(self) -> str:
        """Why the index was laid out for another version of this code; empty when it fits."""
        ...

    def rebuild(self, entries: Iterable[Entry]) -> WriteResult:
        """Fill a fresh index beside the live one, then switch; on error the live one stays.

        What is written meanwhile is not lost: it waits, or goes into both. Refused entries are
        told and left out. The index that was live may be kept: see `kept`.
        """
        ...

    def kept(self) -> Sequence[str]:
        """Names of earlier indexes that a rebuild has replaced and left in place."""
        ...

    def discard(self) -> None:
        """Remove the kept ones."""
        ...

    def close(self) -> None: ...
