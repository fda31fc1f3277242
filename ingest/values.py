"""What a spreadsheet does to values: lost digits, and dates that became numbers."""

import re
from dataclasses import dataclass
from datetime import date, timedelta

from app.core.i18n import mark

LOST_DIGITS = mark("This number was too long to be kept as a number and has lost its last digits.")

_SCIENTIFIC = re.compile(r"[-+]?\d(?:\.\d+)?[eE]\+?\d{2,3}")
_SERIAL = re.compile(r"([2-6]\d{4})(?:\.\d+)?")
_DATE_HEADING = re.compile(r"日期|时间|有效期|截止|date", re.IGNORECASE)
_FIRST_DAY = date(1899, 12, 30)


@dataclass(frozen=True, slots=True)
class CellProblem:
    """Something wrong with one cell; `reason` is an English sentence for translation."""

    heading: str
    reason: str
    value: str


def check_value(heading: str, text: str) -> tuple[str, CellProblem | None]:
    """The value as it was meant, and what is wrong with it if it cannot be known."""
    if _SCIENTIFIC.fullmatch(text):
        return text, CellProblem(heading, LOST_DIGITS, text)
    serial = _SERIAL.fullmatch(text)
    if serial and _DATE_HEADING.search(heading):
        return (_FIRST_DAY + timedelta(days=int(serial[1]))).isoformat(), None
    return text, None
