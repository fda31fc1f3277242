"""How good matching is on judged needs: order, parts, limits, and when it says that nobody fits."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import fmean
from typing import Any

from sqlmodel import Session, col, select

from app.catalogue.models import Solution
from app.catalogue.reading import SOLUTION
from app.catalogue.stages import Stage
from app.matching import limits
from app.matching.finding import find
from app.matching.found import Found
from app.matching.splitting import split
from app.matching.wanted import Limits, Wanted
from search.evaluation import Interval, Progress, bootstrap, ndcg

GOOD = 2  # a grade from which on an answer helps
SHOWN = 10
Grades = Mapping[str, int]


@dataclass(slots=True)
class Report:
    """`coverage`: of the judged parts that somebody answers well, the share with such a solution
    among the first ten. `silence` counts parts by what was said and what is so: silent or shown,
    right or wrong. `shown` counts the judged solutions among the first ten by grade."""

    gains: list[float] = field(default_factory=list)
    covered: list[bool] = field(default_factory=list)
    violations: int = 0
    needs: int = 0
    split: int = 0
    silence: Counter[str] = field(default_factory=Counter)
    shown: Counter[int] = field(default_factory=Counter)

    @property
    def ndcg(self) -> Interval:
        return bootstrap(self.gains)

    @property
    def coverage(self) -> float:
        return fmean(self.covered) if self.covered else 0.0

    def as_dict(self) -> dict[str, Any]:
        """For --json."""
        gain = self.ndcg
        return {
            "needs": self.needs,
            "ndcg@10": [gain.mean, gain.low, gain.high],
            "coverage": self.coverage,
            "violations": self.violations,
            "split": self.split,
            "silence": {kind: self.silence[kind] for kind in KINDS},
            "shown": {str(grade): self.shown[grade] for grade in range(4)},
        }

    def as_text(self) -> str:
        """A few lines."""
        gain = self.ndcg
        shown = ", ".join(f"{self.shown[grade]} of grade {grade}" for grade in (3, 2, 1, 0))
        silence = ", ".join(f"{self.silence[kind]} {kind}" for kind in KINDS)
        return "\n".join(
            [
                f"{self.needs} needs, {self.split} split as judged",
                f"ndcg@10        {gain.mean:.3f} [{gain.low:.3f}, {gain.high:.3f}]",
                f"part coverage  {self.coverage:.3f} of {len(self.covered)} parts",
                f"violations     {self.violations}",
                f"parts          {silence}",
                f"judged, shown  {shown}",
            ]
        )


KINDS = ("silent rightly", "silent wrongly", "shown rightly", "shown wrongly")


def evaluate(db: Session, path: Path, *, progress: Progress | None = None) -> Report:
    """Judged needs over the pool's solutions: a JSON object a line, with `text`, `limits` (as in
    `wanted.Limits`) and `parts`, each with `judgements`: name of a solution → grade (0 to 3).
    What breaks a limit is no good answer, whatever its grade."""
    lines = [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]
    report = Report()
    for done, line in enumerate(lines, start=1):
        _judge(db, line, report)
        if progress is not None:
            progress(done, len(lines))
    return report


def _judge(db: Session, line: Mapping[str, Any], report: Report) -> None:
    kept = Limits.from_json(line["limits"])
    judged = [_inside(db, part["judgements"], kept) for part in line["parts"]]
    wanted = Wanted(line["text"], split(line["text"]), kept)
    found = find(db, wanted)
    order = [hit.solution.name for hit in found.hits]
    grades = {name: max(part.get(name, 0) for part in judged) for part in judged for name in part}
    report.needs += 1
    report.split += len(wanted.parts) == len(judged)
    report.violations += sum(bool(limits.broken(kept, hit.solution)) for hit in found.hits)
    report.shown.update(grades[name] for name in order[:SHOWN] if name in grades)
    if any(grade > 0 for grade in grades.values()):
        report.gains.append(ndcg(order, grades))
    for part in judged:
        if _is_answered(part):
            report.covered.append(any(part.get(name, 0) >= GOOD for name in order[:SHOWN]))
    report.silence.update(_silence(judged, found, len(wanted.parts)))


def _silence(judged: Sequence[Grades], found: Found, parts: int) -> Iterator[str]:
    """Part by part where the text was split as judged, else for the need as a whole."""
    if parts != len(judged):
        said, so = bool(found.hits), any(map(_is_answered, judged))
        yield KINDS[2 * said + (said != so)]
        return
    for number, part in enumerate(judged):
        said, so = number not in found.uncovered, _is_answered(part)
        yield KINDS[2 * said + (said != so)]


def _is_answered(part: Grades) -> bool:
    return any(grade >= GOOD for grade in part.values())


def _inside(db: Session, judgements: Grades, kept: Limits) -> dict[str, int]:
    public = select(Solution).where(
        col(Solution.name).in_(list(judgements)), Solution.stage == Stage.PUBLISHED
    )
    solutions = db.exec(public.options(SOLUTION)).all()
    return {s.name: judgements[s.name] for s in solutions if not limits.broken(kept, s)}
