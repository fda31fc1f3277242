"""Inside which region somebody of the staff sees and decides; anything else looks missing."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, false
from sqlmodel import col

LENGTHS = {"province": 2, "city": 4, "county": 6, "town": 9}


@dataclass(frozen=True, slots=True)
class Scope:
    """A region by its code of GB/T 2260 (six digits, nine for a town); empty: nowhere."""

    region: str

    @property
    def prefix(self) -> str:
        """What the code of every place inside begins with; empty for nowhere."""
        code = self.region
        if len(code) == LENGTHS["town"]:
            return code
        if code[4:] == "00":
            return code[:2] if code[2:4] == "00" else code[:4]
        return code

    @property
    def is_province(self) -> bool:
        return len(self.prefix) == LENGTHS["province"]

    def covers(self, region: str | None) -> bool:
        """Whether a place lies inside; one that is not known lies in the province alone."""
        if not self.prefix:
            return False
        return self.is_province if region is None else region.startswith(self.prefix)

    def inside(self, column: Any) -> ColumnElement[bool]:
        """The same as a condition on a column that holds a region or nothing."""
        if not self.prefix:
            return false()
        within: ColumnElement[bool] = col(column).startswith(self.prefix, autoescape=True)
        return within | col(column).is_(None) if self.is_province else within
