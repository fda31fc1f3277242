"""Inside which region somebody of the staff sees and decides; anything else looks missing."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, false, true
from sqlmodel import col

HOME = "44"  # Guangdong
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

    @property
    def is_local(self) -> bool:
        """Whether this is a city or a county: they speak for what lies inside, towns do not."""
        return len(self.prefix) in (LENGTHS["city"], LENGTHS["county"])

    @property
    def is_whole(self) -> bool:
        """Whether this is the pool's own province: it also has what lies elsewhere.

        A local registration is no condition for a supplier, and somebody must decide about those
        who have none.
        """
        return self.prefix == HOME

    def covers(self, region: str | None) -> bool:
        """Whether a place lies inside; one that is not known lies in the province alone."""
        if self.is_whole:
            return True
        return bool(self.prefix and region) and str(region).startswith(self.prefix)

    def inside(self, column: Any) -> ColumnElement[bool]:
        """The same as a condition on a column that holds a region or nothing."""
        if self.is_whole:
            return true()
        if not self.prefix:
            return false()
        within: ColumnElement[bool] = col(column).startswith(self.prefix, autoescape=True)
        return within
