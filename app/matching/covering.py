"""The smallest set of vendors that together meets every part that anybody meets."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from app.matching.ordering import tie


@dataclass(frozen=True, slots=True)
class Offer:
    """What a vendor could do: the parts it meets, with its best score for the need."""

    vendor_id: UUID
    parts: frozenset[int]
    score: float


def offers(matches: Iterable[tuple[UUID, Iterable[int], float]]) -> list[Offer]:
    """One offer a vendor, out of (vendor, parts met, score) of its matches."""
    parts: dict[UUID, set[int]] = {}
    scores: dict[UUID, float] = {}
    for vendor, met, score in matches:
        parts.setdefault(vendor, set()).update(met)
        scores[vendor] = max(score, scores.get(vendor, 0.0))
    return [Offer(vendor, frozenset(met), scores[vendor]) for vendor, met in parts.items()]


def cover(of: Sequence[Offer], salt: str) -> tuple[list[Offer], frozenset[int]]:
    """The fewest vendors for all parts that can be met, and those parts.

    Among equally few the higher sum of scores, then the salt; exact, since there are few parts:
    each set of parts remembers the best way to it.
    """
    best: dict[frozenset[int], tuple[tuple[int, float, int], tuple[Offer, ...]]] = {
        frozenset(): ((0, 0.0, 0), ())
    }
    for offer in sorted(of, key=lambda one: tie(salt, one.vendor_id)):
        for met, (cost, chosen) in list(best.items()):
            together = met | offer.parts
            count, score, ties = cost
            dearer = (count + 1, round(score - offer.score, 6), ties + tie(salt, offer.vendor_id))
            if together not in best or dearer < best[together][0]:
                best[together] = (dearer, (*chosen, offer))
    everything = frozenset[int]().union(*(offer.parts for offer in of))
    return list(best[everything][1]), everything
