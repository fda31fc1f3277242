"""What a reading of one file reports: counts that add up, and every problem by row."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from dataclasses import field as dataclass_field
from enum import StrEnum
from typing import Any

from app.core.i18n import _
from search.engine import Kind

MOST_SHOWN = 20  # problems in the text report; JSON lists them all


class State(StrEnum):
    """What became of a row; each row has exactly one."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    REVIEW = "review"
    REJECTED = "rejected"


def sentence(reason: str, values: Mapping[str, object]) -> str:
    """A reason in the reader's language."""
    return _(reason, **values)


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to look at: `reason` is a msgid, `values` fill it; row 0 is about the table."""

    row: int
    field: str
    reason: str
    value: str = ""
    values: Mapping[str, object] = dataclass_field(default_factory=dict)
    sheet: str = ""

    def as_dict(self) -> dict[str, object]:
        """`{row, field, reason, value, sheet}` with the reason in the reader's language."""
        return {
            "row": self.row,
            "field": self.field,
            "reason": sentence(self.reason, self.values),
            "value": self.value,
            "sheet": self.sheet,
        }


@dataclass(frozen=True, slots=True)
class Item:
    """One row's end: its state and the permanent identifier of the record it became or joined."""

    row: int
    state: State
    kind: Kind
    id: str | None
    sheet: str = ""


@dataclass
class Report:
    """The reading of one file. `batch` is None when nothing was written."""

    file: str
    batch: int | None = None
    counts: dict[State, int] = dataclass_field(default_factory=lambda: dict.fromkeys(State, 0))
    problems: list[Problem] = dataclass_field(default_factory=list)
    items: list[Item] = dataclass_field(default_factory=list)

    def forget_identifiers(self) -> None:
        """After a rehearsal: no batch exists, and new records have no identifier yet."""
        self.batch = None
        self.items = [replace(i, id=None) if i.state is State.NEW else i for i in self.items]

    @property
    def rows(self) -> int:
        return sum(self.counts.values())

    @property
    def rejected(self) -> int:
        return self.counts[State.REJECTED]

    def as_dict(self, *, rows: bool = False) -> dict[str, Any]:
        """The report as JSON: counts, `problems`, and with `rows` the `items`."""
        report: dict[str, Any] = {
            "file": self.file,
            "batch": self.batch,
            "rows": self.rows,
            **{str(state): count for state, count in self.counts.items()},
            "problems": [problem.as_dict() for problem in self.problems],
        }
        if rows:
            report["items"] = [
                {
                    "row": item.row,
                    "state": str(item.state),
                    "kind": str(item.kind),
                    "id": item.id,
                    "sheet": item.sheet,
                }
                for item in self.items
            ]
        return report

    def as_text(self, *, rows: bool = False) -> str:
        """The report for a reader: one line of counts, then what to look at."""
        lines = [
            _(
                "{file}: {rows} rows: {new} new, {changed} changed, {unchanged} unchanged, "
                "{review} to review, {rejected} rejected{batch}",
                file=self.file,
                rows=self.rows,
                batch="" if self.batch is None else _(" (batch {batch})", batch=self.batch),
                **{str(state): count for state, count in self.counts.items()},
            )
        ]
        lines += [_problem_line(problem) for problem in self.problems[:MOST_SHOWN]]
        if len(self.problems) > MOST_SHOWN:
            lines.append(_("  … and {count} more", count=len(self.problems) - MOST_SHOWN))
        if rows:
            lines += [
                f"  {item.sheet} {item.row}: {item.state} {item.id or ''}" for item in self.items
            ]
        return "\n".join(lines)


def _problem_line(problem: Problem) -> str:
    place = f"{problem.sheet} {problem.row}".strip() if problem.row else problem.sheet
    said = f" “{problem.value}”" if problem.value else ""
    return f"  {place} {problem.field}{said}: {sentence(problem.reason, problem.values)}"
