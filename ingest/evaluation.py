"""How well organisations are recognised, on labelled pairs, and where thresholds belong."""

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ingest.resolve import REVIEW, SAME, Decision, Entity, Resolver

# A merge made without a person must nearly always be right; a duplicate that slips through costs
# less, since a person can still merge it.
LEAST_PRECISION = 0.99
LEAST_RECALL = 0.95
_STEPS = tuple(step / 100 for step in range(50, 101))
_COLUMNS = frozenset({"left", "right", "same", "left_code", "right_code", "why"})
_SHOWN = 12


@dataclass(frozen=True, slots=True)
class Pair:
    """Two names, with credit codes where known, and whether people say they are one."""

    left: str
    right: str
    same: bool
    left_code: str = ""
    right_code: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class Judged:
    """A pair with what the resolver thinks of it; `score` is 0 where codes forbid a match."""

    pair: Pair
    score: float
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """Counts of decisions on labelled pairs at two thresholds, and the figures they give.

    `merged` pairs were taken for the same, `reviewed` ones sent to a person, the rest is new.
    """

    thresholds: tuple[float, float]
    pairs: int
    alike: int
    merged_right: int
    merged_wrong: int
    reviewed_alike: int
    reviewed_unlike: int
    examples: tuple[tuple[str, Judged], ...] = ()

    @property
    def precision(self) -> float:
        """Of the pairs merged without a person, the share that is right."""
        return _share(self.merged_right, self.merged_right + self.merged_wrong)

    @property
    def recall(self) -> float:
        """Of the pairs that are the same, the share merged without a person."""
        return _share(self.merged_right, self.alike)

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall."""
        return _share(2 * self.precision * self.recall, self.precision + self.recall)

    @property
    def recall_with_review(self) -> float:
        """Of the pairs that are the same, the share merged or shown to a person."""
        return _share(self.merged_right + self.reviewed_alike, self.alike)

    @property
    def review_share(self) -> float:
        """Of all pairs, the share sent to a person."""
        return _share(self.reviewed_alike + self.reviewed_unlike, self.pairs)

    def as_dict(self) -> dict[str, Any]:
        """Counts, figures and wrong decisions as JSON can hold them."""
        return {
            "pairs": self.pairs,
            "same": self.alike,
            "different": self.pairs - self.alike,
            "thresholds": {"same": self.thresholds[0], "review": self.thresholds[1]},
            "merged": {"right": self.merged_right, "wrong": self.merged_wrong},
            "review": {"same": self.reviewed_alike, "different": self.reviewed_unlike},
            "precision": round(self.precision, 4),
            "recall": round(self.recall, 4),
            "f1": round(self.f1, 4),
            "recall_with_review": round(self.recall_with_review, 4),
            "review_share": round(self.review_share, 4),
            "confusions": [_example(error, judged) for error, judged in self.examples],
        }

    def as_text(self) -> str:
        """The figures and the wrong decisions for a reader."""
        different = self.pairs - self.alike
        lines = [
            f"{self.pairs} pairs ({self.alike} same, {different} different);"
            f" same from {self.thresholds[0]:.2f}, review from {self.thresholds[1]:.2f}",
            f"precision {self.precision:.3f}"
            f" ({self.merged_right} of {self.merged_right + self.merged_wrong} merges right)",
            f"recall    {self.recall:.3f} ({self.merged_right} of {self.alike} merged,"
            f" {self.recall_with_review:.3f} merged or reviewed)",
            f"F1        {self.f1:.3f}",
            f"review    {self.review_share:.3f} of all pairs"
            f" ({self.reviewed_alike} same, {self.reviewed_unlike} different)",
        ]
        lines += [_example_line(error, judged) for error, judged in self.examples[:_SHOWN]]
        return "\n".join(lines)


def _share(part: float, whole: float) -> float:
    return part / whole if whole else 0.0


def _example(error: str, judged: Judged) -> dict[str, Any]:
    return {
        "error": error,
        "left": judged.pair.left,
        "right": judged.pair.right,
        "score": round(judged.score, 3),
        "why": judged.pair.why,
        "reasons": list(judged.reasons),
    }


def _example_line(error: str, judged: Judged) -> str:
    pair = judged.pair
    return f"  {error} {judged.score:.2f}: {pair.left} / {pair.right} ({pair.why})"


def evaluate_resolution(pairs_file: Path) -> Report:
    """Judge the pairs of a CSV file (left, right, same, left_code, right_code, why).

    Raises ValueError when the file has other columns or a label other than 0 and 1.
    """
    return report(judge(read_pairs(pairs_file)), (SAME, REVIEW))


def read_pairs(pairs_file: Path) -> list[Pair]:
    """The labelled pairs of a file, in order."""
    with pairs_file.open(encoding="utf-8-sig", newline="") as lines:
        rows = csv.DictReader(lines)
        if not set(rows.fieldnames or ()) >= _COLUMNS:
            raise ValueError(f"{pairs_file.name} needs the columns {', '.join(sorted(_COLUMNS))}")
        return [_pair(row) for row in rows]


def _pair(row: dict[str, str]) -> Pair:
    if row["same"] not in ("0", "1"):
        raise ValueError(f"The label of {row['left']} / {row['right']} is neither 0 nor 1")
    codes = (row["left_code"], row["right_code"])
    return Pair(row["left"], row["right"], row["same"] == "1", *codes, row["why"])


def judge(pairs: Iterable[Pair]) -> list[Judged]:
    """Score every pair: the left name is known, the right one is the candidate."""
    judged = []
    for pair in pairs:
        decision = _decide(pair)
        judged.append(Judged(pair, decision.score, decision.reasons))
    return judged


def _decide(pair: Pair) -> Decision:
    resolver = Resolver(thresholds=(2.0, 0.0))
    resolver.add(Entity("left", pair.left, code=pair.left_code))
    return resolver.find(Entity("", pair.right, code=pair.right_code))


def report(judged: Sequence[Judged], thresholds: tuple[float, float]) -> Report:
    """Count the decisions that two thresholds (same, review) lead to."""
    same, review = thresholds
    merged = [each for each in judged if each.score >= same]
    reviewed = [each for each in judged if review <= each.score < same]
    wrong = [each for each in merged if not each.pair.same]
    missed = [each for each in judged if each.pair.same and each.score < review]
    examples = [*(("wrongly merged", each) for each in wrong), *(("missed", e) for e in missed)]
    return Report(
        thresholds=thresholds,
        pairs=len(judged),
        alike=sum(each.pair.same for each in judged),
        merged_right=len(merged) - len(wrong),
        merged_wrong=len(wrong),
        reviewed_alike=sum(each.pair.same for each in reviewed),
        reviewed_unlike=sum(not each.pair.same for each in reviewed),
        examples=tuple(examples),
    )


def fit_thresholds(judged: Sequence[Judged]) -> tuple[float, float]:
    """The lowest threshold for "same" that is precise enough, and the highest for "review" that
    still shows a person nearly every pair that is the same.

    Each lies in the middle of the range of steps that decide alike, not at its edge.
    """
    precise = [s for s in _STEPS if report(judged, (s, 0.0)).precision >= LEAST_PRECISION]
    same = _middle(judged, min(precise, default=1.0), upwards=True)
    caught = [
        s
        for s in _STEPS
        if s < same and report(judged, (same, s)).recall_with_review >= LEAST_RECALL
    ]
    return same, _middle(judged, max(caught, default=_STEPS[0]), upwards=False)


def _middle(judged: Sequence[Judged], edge: float, *, upwards: bool) -> float:
    """Half way from an edge to the next score that would be decided otherwise."""
    scores = [each.score for each in judged]
    if upwards:
        below = max((s for s in scores if s < edge), default=edge)
        above = min((s for s in scores if s >= edge), default=edge)
        return round((below + above) / 2, 3)
    below = max((s for s in scores if s < edge), default=edge)
    return round((below + edge) / 2, 3)


def sweep(judged: Sequence[Judged]) -> str:
    """A table of what every threshold would do, to set the two constants from."""
    lines = ["from   precision  recall  F1     pairs"]
    for step in _STEPS[::2]:
        at = report(judged, (step, 0.0))
        count = at.merged_right + at.merged_wrong
        lines.append(f"{step:.2f}   {at.precision:.3f}      {at.recall:.3f}   {at.f1:.3f}  {count}")
    return "\n".join(lines)
