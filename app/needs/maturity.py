"""What the answers of a self-check add up to, and the picture of it.

A dimension's level is the mean of the points (0 to 4) of its answered questions; a dimension
without an answer has none. The weights are our own and equal: the picture helps to begin a need,
it grades nobody.
"""

from collections.abc import Mapping, Sequence
from math import cos, pi, sin
from typing import Any

from app.needs.self_check_questions import MOST_POINTS, QUESTIONS, Dimension, Question

WEAK = 2.5  # a dimension below this is something to write a need about
MOST_WEAK = 2


def points(question: Question, said: Any) -> float | None:
    """The points of one answer, 0 to 4; None where it says nothing or has no points."""
    if question.dimension is None or said in (None, "", []):
        return None
    chosen = said if isinstance(said, list) else [said]
    return min(MOST_POINTS, sum(one.points for one in question.answers if one.code in chosen))


def levels(answers: Mapping[str, Any]) -> dict[str, float]:
    """The level of each dimension that was answered, 0 to 4 with one decimal."""
    found: dict[str, list[float]] = {}
    for question in QUESTIONS:
        got = points(question, answers.get(question.name))
        if got is not None and question.dimension is not None:
            found.setdefault(str(question.dimension), []).append(got)
    return {name: round(sum(each) / len(each), 1) for name, each in found.items()}


def weakest(found: Mapping[str, float]) -> list[Dimension]:
    """Up to two dimensions to write a need about, the weakest first; at least one if any."""
    ordered = sorted((d for d in Dimension if d in found), key=lambda d: found[d])
    weak = [dimension for dimension in ordered if found[dimension] < WEAK]
    return weak[:MOST_WEAK] or ordered[:1]


def corners(found: Mapping[str, float], radius: float, centre: float) -> str:
    """The corners of the picture as SVG writes them, from the top clockwise."""
    return " ".join(f"{x},{y}" for x, y in _places(list(found.values()), radius, centre))


def spokes(radius: float, centre: float) -> Sequence[tuple[Dimension, float, float]]:
    """Where the name of each dimension stands around the picture."""
    full = [float(MOST_POINTS)] * len(Dimension)
    each = zip(Dimension, _places(full, radius, centre), strict=True)
    return [(dimension, x, y) for dimension, (x, y) in each]


def _places(each: Sequence[float], radius: float, centre: float) -> list[tuple[float, float]]:
    turn = 2 * pi / len(Dimension)
    return [
        (
            round(centre + radius * level / MOST_POINTS * sin(turn * place), 1),
            round(centre - radius * level / MOST_POINTS * cos(turn * place), 1),
        )
        for place, level in enumerate(each)
    ]


def whole(found: Mapping[str, float]) -> dict[str, float]:
    """The levels of every dimension in their order; one without an answer counts as nothing."""
    return {str(dimension): found.get(dimension, 0.0) for dimension in Dimension}
