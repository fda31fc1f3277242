"""What reviewers score: criteria that staff keep as data, scores, and the verdict they give."""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal
from functools import cache
from pathlib import Path
from uuid import UUID

from sqlmodel import Session, col, select

from app.accounts.models import Person
from app.core import audit
from app.core.db import lock, now
from app.core.errors import Conflict, Invalid
from app.curation.applications.models import Application, Criterion, Score
from search.engine import Kind

STARTING = Path(__file__).parent.parent / "criteria.csv"
KINDS = (Kind.VENDOR, Kind.SOLUTION, Kind.CASE)
TOTAL = "total"  # the row whose threshold the weighted total has to reach
MOST = 5  # points for one criterion
EDITS = 4_402_265  # the number of a lock; it means nothing
TENTH = Decimal("0.1")


@dataclass(frozen=True, slots=True)
class Sheet:
    """What one reviewer gave, by the code of the criterion."""

    reviewer_id: UUID
    name: str
    points: dict[str, int]
    reasons: dict[str, str]


@dataclass(frozen=True, slots=True)
class Verdict:
    """The criteria of a kind, the least total, and what each reviewer gave since it came in."""

    criteria: Sequence[Criterion]
    least: int
    sheets: Sequence[Sheet]

    @property
    def complete(self) -> list[Sheet]:
        """The sheets that leave nothing out; only they count."""
        codes = {one.code for one in self.criteria}
        return [sheet for sheet in self.sheets if codes <= sheet.points.keys()]

    def sheet_of(self, person_id: UUID) -> Sheet | None:
        return next((sheet for sheet in self.sheets if sheet.reviewer_id == person_id), None)

    def mean(self, code: str) -> Decimal | None:
        """What the reviewers gave for one criterion on average, to a tenth."""
        given = [sheet.points[code] for sheet in self.complete]
        return _tenth(Decimal(sum(given)), len(given)) if given else None

    @property
    def total(self) -> Decimal | None:
        """The weighted mean of all points, 0 to 5, to a tenth."""
        return _tenth(self._sum, self._weights) if self.complete else None

    @property
    def below(self) -> list[Criterion]:
        """The criteria whose threshold is not reached."""
        count = len(self.complete)
        return [
            one
            for one in self.criteria
            if count and sum(s.points[one.code] for s in self.complete) < one.threshold * count
        ]

    @property
    def passes(self) -> bool:
        """Whether the complete sheets together reach every threshold and the least total."""
        enough = self._sum >= self.least * self._weights
        return bool(self.complete) and not self.below and enough

    def must_pass(self, reviewer_id: UUID) -> None:
        """Raises `Conflict` while this reviewer left something out or the points do not suffice."""
        if all(sheet.reviewer_id != reviewer_id for sheet in self.complete):
            raise Conflict("Score every criterion first: your own scores are not complete.")
        if self.below:
            names = "、".join(one.name for one in self.below)
            raise Conflict("It stays below the threshold in: {names}.", names=names)
        if not self.passes:
            raise Conflict(
                "Its weighted total is {total}; it takes {least}.",
                total=self.total,
                least=self.least,
            )

    @property
    def _sum(self) -> Decimal:
        weight = {one.code: one.weight for one in self.criteria}
        return Decimal(sum(s.points[code] * weight[code] for s in self.complete for code in weight))

    @property
    def _weights(self) -> int:
        return sum(one.weight for one in self.criteria) * len(self.complete)


def _tenth(total: Decimal, count: int) -> Decimal:
    return (total / count).quantize(TENTH, ROUND_DOWN) if count else Decimal(0)


@cache
def _starting_rows() -> tuple[dict[str, str], ...]:
    with STARTING.open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))


def starting(kind: Kind | None = None) -> list[Criterion]:
    """The criteria that a new pool begins with, until staff keep their own."""
    chosen = [row for row in _starting_rows() if kind is None or row["kind"] == kind]
    return [
        Criterion(
            kind=Kind(row["kind"]),
            code=row["code"],
            name=row["name"],
            name_en=row["name_en"],
            help=row["help"],
            weight=int(row["weight"]),
            threshold=int(row["threshold"]),
            position=place,
        )
        for place, row in enumerate(chosen)
    ]


def begin(db: Session) -> None:
    """Put the starting criteria into the table while it is empty; a lock keeps it to once."""
    lock(db, EDITS)
    if db.exec(select(Criterion.id).limit(1)).first() is None:
        db.add_all(starting())
        db.flush()  # scores refer to them by number


def active(db: Session, kind: Kind) -> list[Criterion]:
    """The criteria of a kind in their order, the one of the total last."""
    kept = select(Criterion).where(Criterion.kind == kind, col(Criterion.is_active))
    found = list(db.exec(kept.order_by(col(Criterion.position), col(Criterion.id))))
    if not found and db.exec(select(Criterion.id).limit(1)).first() is None:
        found = starting(kind)
    return sorted(found, key=lambda one: one.code == TOTAL)


def score(
    db: Session, application: Application, given: Mapping[str, tuple[int, str]], *, by: audit.Actor
) -> None:
    """Keep what a reviewer gives, by code: points and why; what they gave before is replaced."""
    begin(db)
    known = {one.code: one for one in active(db, Kind(application.kind)) if one.code != TOTAL}
    earlier = {one.criterion_id: one for one in _scores_of(db, application, by.person_id)}
    for code, (points, reason) in given.items():
        if code not in known or not 0 <= points <= MOST:
            raise Invalid("Points go from 0 to {most}.", most=MOST)
        number = known[code].id
        assert number is not None  # noqa: S101  begun above
        kept = earlier.get(number) or Score(
            application_id=application.id, criterion_id=number, reviewer_id=by.person_id, points=0
        )
        kept.points, kept.reason, kept.at = points, reason.strip(), now()
        db.add(kept)
    points_given = {code: points for code, (points, _reason) in given.items()}
    audit.record(db, by, "application.scored", application, after=points_given)


def _scores_of(db: Session, application: Application, reviewer_id: UUID) -> Sequence[Score]:
    return db.exec(
        select(Score).where(
            Score.application_id == application.id, Score.reviewer_id == reviewer_id
        )
    ).all()


def verdict(db: Session, application: Application) -> Verdict:
    """What the reviewers gave since the application was last handed in, against the criteria."""
    rows = active(db, Kind(application.kind))
    codes = {one.id: one.code for one in rows if one.code != TOTAL}
    given = (
        select(Score, Person.name)
        .join(Person, col(Person.id) == col(Score.reviewer_id))
        .where(Score.application_id == application.id)
        .order_by(col(Score.id))
    )
    sheets: dict[UUID, Sheet] = {}
    for one, name in db.exec(given):
        is_old = application.submitted_at is not None and one.at < application.submitted_at
        if is_old or one.criterion_id not in codes:
            continue
        sheet = sheets.setdefault(one.reviewer_id, Sheet(one.reviewer_id, name, {}, {}))
        sheet.points[codes[one.criterion_id]] = one.points
        sheet.reasons[codes[one.criterion_id]] = one.reason
    least = next((one.threshold for one in rows if one.code == TOTAL), 0)
    scored = [one for one in rows if one.code != TOTAL]
    return Verdict(scored, least, list(sheets.values()))
