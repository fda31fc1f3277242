"""Dates as lists write them, as partial ISO text ("2024", "2024-03", "2024-03-27")."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from app.core.i18n import mark
from ingest.normalise.numerals import with_arabic
from ingest.normalise.text import cell

_FIRST_YEAR, _LAST_YEAR = 1900, 2100
# Day 1 of the 1900 date system of spreadsheets, which counts a 29 February 1900 that never was.
_SERIAL_ORIGIN = date(1899, 12, 30)
_SERIAL = re.compile(r"^([1-7]\d{4})(\.\d+)?$")
_TIME = re.compile(r"[T ]\s*\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?\s*(Z|[+-]\d{2}:?\d{2})?|\s\d{1,2}时")
_COMPACT = re.compile(r"^(\d{4})(\d{2})(\d{2})?$")
_SHAPE = r"(\d{4})(?:\s*[-/.年]\s*(\d{1,2})(?:\s*[-/.月]\s*(\d{1,2})日?|月)?|年)?"
_DATE = re.compile(rf"{_SHAPE}(?![\d])")
_WHOLE = re.compile(rf"^{_SHAPE}$")
_DAY_FIRST = re.compile(r"^(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})$")
_BETWEEN = re.compile(r"\s*(?:至|到|~|～|—+|–|起至|(?<=[\d日月年])\s+-\s+)\s*")
_LATER_PART = re.compile(r"^(?:(\d{1,2})[-/.月])?\s*(\d{1,2})(?:日|月)?$")
_VAGUE = re.compile(r"季度|上半年|下半年|上旬|中旬|下旬|[年月](初|底|末)|前后|左右|春|夏|秋|冬")
_YEAR_UNKNOWN = re.compile(r"^\d{1,2}[-/.月]\d{1,2}日?(\(?年份.*)?$")
_OPEN_END = re.compile(r"^(至今|长期|永久|长期有效|今|现在)$")


@dataclass(frozen=True, slots=True)
class DateReading:
    """Partial ISO `start` and, for ranges, `end`; or a `reason` (message id) for no date.

    A vague text ("2023年第一季度") gives the part that is certain and a reason as well.
    """

    start: str | None = None
    end: str | None = None
    reason: str | None = None
    values: Mapping[str, str] = field(default_factory=dict)


def read_date(text: str) -> DateReading:
    """The date or range of dates that a cell holds; both empty when the cell is empty
    or says that there is no end (长期)."""
    shown = cell(text)
    if not shown or _OPEN_END.match(shown):
        return DateReading()
    plain = _TIME.sub(" ", with_arabic(shown)).strip()
    return _serial(plain) or _range(plain, shown) or _single(plain, shown)


def _serial(plain: str) -> DateReading | None:
    found = _SERIAL.match(plain)
    if not found:
        return None
    day = _SERIAL_ORIGIN + timedelta(days=int(found[1]))
    return DateReading(start=day.isoformat())


def _range(plain: str, shown: str) -> DateReading | None:
    parts = [part for part in _BETWEEN.split(plain) if part]
    if len(parts) != 2 or not _WHOLE.match(parts[0]):
        return None
    first = _single(parts[0], shown)
    if first.start is None or _OPEN_END.match(parts[1]):
        return first
    last = _single(_completed(parts[1], first.start), shown)
    if last.start is None:
        return DateReading(start=first.start, reason=last.reason, values=last.values)
    if last.start < first.start[: len(last.start)]:
        return DateReading(
            reason=mark("The range {value} ends before it starts."), values={"value": shown}
        )
    return DateReading(start=first.start, end=last.start)


def _completed(part: str, start: str) -> str:
    """ "05-25 至 06-01" and "5月25日至30日": the later part borrows year and month."""
    found = _LATER_PART.match(part)
    if not found:
        return part
    if found[1]:
        return f"{start[:4]}-{found[1]}-{found[2]}"
    return f"{start[:7]}-{found[2]}" if len(start) == 10 else f"{start[:4]}-{found[2]}"


def _single(plain: str, shown: str) -> DateReading:
    if compact := _COMPACT.match(plain):
        return _checked(compact[1], compact[2], compact[3], shown)
    if whole := _WHOLE.match(plain):
        return _checked(whole[1], whole[2], whole[3], shown)
    if turned := _DAY_FIRST.match(plain):
        return _turned(turned, shown)
    if _YEAR_UNKNOWN.match(plain):
        return DateReading(reason=mark("The date {value} has no year."), values={"value": shown})
    return _inside(plain, shown)


def _turned(found: re.Match[str], shown: str) -> DateReading:
    first, second, year = int(found[1]), int(found[2]), found[3]
    if first > 12:
        return _checked(year, found[2], found[1], shown)
    if second > 12:
        return _checked(year, found[1], found[2], shown)
    return DateReading(
        start=year,
        reason=mark("In {value} day and month cannot be told apart; only the year is kept."),
        values={"value": shown},
    )


def _inside(plain: str, shown: str) -> DateReading:
    """A date with words around it: certain as far as it goes, and reported."""
    found = _DATE.search(plain)
    if not found:
        return DateReading(reason=mark("“{value}” is not a date."), values={"value": shown})
    vague = _VAGUE.search(plain)
    read = _checked(found[1], found[2], None if vague else found[3], shown)
    if read.start is None or not vague:
        return read
    return DateReading(
        start=read.start,
        reason=mark("“{value}” is not an exact date; {kept} is kept."),
        values={"value": shown, "kept": read.start},
    )


def _checked(year: str, month: str | None, day: str | None, shown: str) -> DateReading:
    if not _FIRST_YEAR <= int(year) <= _LAST_YEAR:
        return DateReading(
            reason=mark("The year in {value} cannot be right."), values={"value": shown}
        )
    if not month:
        return DateReading(start=year)
    try:
        whole = date(int(year), int(month), int(day or 1))
    except ValueError:
        return DateReading(
            reason=mark("{value} is not a day of the calendar."), values={"value": shown}
        )
    return DateReading(start=whole.isoformat()[: 10 if day else 7])
