"""Which of all that meet a part are kept: the best of the whole, and somebody for every part."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from app.matching import covering

MOST = 30
EACH = 5  # at least so many for each part, where there are


@dataclass(frozen=True, slots=True)
class Scored:
    """A solution with its score for the whole need, and the parts that it meets."""

    solution_id: UUID
    vendor_id: UUID
    score: float
    scores: Mapping[str, float]
    parts: frozenset[int]


@dataclass(frozen=True, slots=True)
class Choice:
    """Those kept, in the order given; the vendors that cover the parts, and the parts covered."""

    kept: Sequence[Scored]
    cover: Sequence[Mapping[str, Any]]
    covered: frozenset[int]


def choose(ordered: Sequence[Scored], salt: str) -> Choice:
    """Out of all matches in their order; a part with many strong answers crowds out no other."""
    offers = covering.offers((one.vendor_id, one.parts, one.score) for one in ordered)
    vendors, covered = covering.cover(offers, salt)
    needed = {id_ for vendor in vendors for id_ in _best_of(vendor, ordered)}
    needed |= {one.solution_id for part in covered for one in _meeting(part, ordered)}
    spare = max(0, MOST - len(needed))
    others = [one.solution_id for one in ordered if one.solution_id not in needed][:spare]
    kept = [one for one in ordered if one.solution_id in needed or one.solution_id in set(others)]
    return Choice(kept, [_as_json(vendor, kept) for vendor in vendors], covered)


def _best_of(vendor: covering.Offer, ordered: Iterable[Scored]) -> Iterator[UUID]:
    """A vendor's best solution for each part that it is taken for."""
    own = [one for one in ordered if one.vendor_id == vendor.vendor_id]
    for part in vendor.parts:
        yield next(one.solution_id for one in own if part in one.parts)


def _meeting(part: int, ordered: Iterable[Scored]) -> list[Scored]:
    return [one for one in ordered if part in one.parts][:EACH]


def _as_json(vendor: covering.Offer, kept: Iterable[Scored]) -> dict[str, Any]:
    """For the record of a run: a vendor, the parts it is taken for, and its solutions."""
    return {
        "vendor_id": str(vendor.vendor_id),
        "parts": sorted(vendor.parts),
        "score": vendor.score,
        "solutions": [str(one.solution_id) for one in kept if one.vendor_id == vendor.vendor_id],
    }
