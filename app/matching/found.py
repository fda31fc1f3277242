"""What matching answers: who is eligible, who was found and why, a stored run read again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal
from uuid import UUID

from app.catalogue.models import Solution
from app.matching.models import Match, MatchRun
from search.asking import Question

State = Literal["met", "unmet", "unknown"]


@dataclass(frozen=True, slots=True)
class Eligible:
    """How many vendors have a public solution inside every hard limit.

    `excluded`: limit (region, industry, deployment, budget, whitelist) → how many more there
    would be without it. Both are None while the search engine is away.
    """

    vendors: int | None
    excluded: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Hit:
    """One solution that meets at least one part, before it is stored; as `models.Match`."""

    solution: Solution
    score: float
    scores: Mapping[str, float]
    parts: Sequence[Mapping[str, Any]]
    evidence: Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Found:
    """The order of the solutions, best first; `cover` and `uncovered` as in `models.MatchRun`.

    `questions` are the parts as search understood them. `by_meaning` is False when there is no
    model, and words alone were compared.
    """

    hits: Sequence[Hit]
    cover: Sequence[Mapping[str, Any]]
    uncovered: Sequence[int]
    eligible: Eligible
    versions: Mapping[str, str]
    weights: Mapping[str, float]
    salt: str
    floor: float
    questions: Sequence[Question] = ()
    by_meaning: bool = True


@dataclass(frozen=True, slots=True)
class Run:
    """The newest run of a need with those of its matches whose solution is public, by rank.

    Each solution comes with its vendor and organisation.
    """

    record: MatchRun
    matches: Sequence[tuple[Match, Solution]]


@dataclass(frozen=True, slots=True)
class Place:
    """A match in the replayed order. `scores` in the order of `components`; they sum to `score`.

    `tie` is what the week's salt makes of it: among scores that count as equal the smaller first.
    """

    match_id: UUID
    rank: int
    score: float
    scores: Mapping[str, float]
    tie: int


@dataclass(frozen=True, slots=True)
class Step:
    """Why one place comes before the next: by score, or by the salt since both count as equal.

    `differences`: component → how much more the upper one has.
    """

    by: Literal["score", "salt"]
    difference: float
    differences: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Replay:
    """A stored order worked out again from its records alone.

    `agrees` says whether it equals the stored ranks. `above` and `below` are the neighbours of
    the match, None at the ends; `why_above` compares the upper neighbour with it, `why_below`
    it with the lower one.
    """

    run: MatchRun
    order: Sequence[Place]
    agrees: bool
    place: Place
    above: Place | None
    below: Place | None
    why_above: Step | None
    why_below: Step | None
