"""China's working days: weekends, public holidays, and the weekends worked in exchange for them.

The State Council names next year's holidays each November. `chinesecalendar` knows the years up
to its own release; `holidays.csv` beside this module and `holidays.csv` in `POOL_HOME`, which
staff may write, say more and outdo it: `day,name,works` with one row for each day that differs.
"""

import csv
from collections.abc import Mapping
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path

import chinese_calendar

from app.core.settings import get_settings

PACKAGED = Path(__file__).parent / "holidays.csv"
FILE = "holidays.csv"
SATURDAY = 5
FIXED = frozenset({(1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3)})
"""Month and day of the legal holidays that do not move; kept while a year is not announced."""


def is_working_day(day: date) -> bool:
    """Whether offices work on this day.

    Where a year is not announced yet, weekends and the legal holidays with a fixed date are free.
    """
    said = _said()
    if day in said:
        return said[day]
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:  # the package is older than the day
        is_announced = any(known.year == day.year for known in said)
    return day.weekday() < SATURDAY and (is_announced or (day.month, day.day) not in FIXED)


def next_working_day(after: date) -> date:
    """The first working day after a day."""
    day = after + timedelta(days=1)
    while not is_working_day(day):
        day += timedelta(days=1)
    return day


def add_working_days(day: date, n: int) -> date:
    """The n-th working day after a day; the day itself when n is 0."""
    for _ in range(n):
        day = next_working_day(day)
    return day


def working_days_between(start: date, end: date) -> int:
    """How many working days come after `start`, up to and with `end`."""
    days = (start + timedelta(days=n) for n in range(1, (end - start).days + 1))
    return sum(is_working_day(day) for day in days)


def given_back(due: date, since: date, until: date) -> date:
    """A due day moved by the working days that its clock stood, from `since` to `until`."""
    return add_working_days(due, working_days_between(since, until))


def _said() -> Mapping[date, bool]:
    """What the two files say; the one of the installation is read again when it changed."""
    own = get_settings().home / FILE
    return _read(own, own.stat().st_mtime_ns if own.is_file() else 0)


@lru_cache(maxsize=4)
def _read(own: Path, _changed: int) -> Mapping[date, bool]:
    said: dict[date, bool] = {}
    for path in (PACKAGED, own):
        if path.is_file():
            with path.open(encoding="utf-8-sig", newline="") as file:
                for row in csv.DictReader(file):
                    said[date.fromisoformat(row["day"].strip())] = row["works"].strip() == "yes"
    return said
