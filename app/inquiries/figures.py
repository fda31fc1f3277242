"""How soon vendors answer: by city and by the month in which they were asked."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import and_, case
from sqlmodel import Session, col, func, select

from app.accounts.visitor import Visitor
from app.catalogue.index import get_vocabulary
from app.core.formats import today
from app.inquiries import due, moving
from app.inquiries.models import Inquiry
from app.inquiries.overseeing import in_region

MONTHS = 12


@dataclass
class Share:
    """Of so many inquiries whose first answer came or should have come, those in time."""

    in_time: int = 0
    of: int = 0

    @property
    def percent(self) -> int:
        return round(100 * self.in_time / self.of) if self.of else 0


@dataclass
class Figures:
    """What is counted of the inquiries that vendors of a region got since a day.

    `median` is in working days, None while nobody answered; `cities` by code, the region's
    unknown places under the empty text; `months` by the first day of each, oldest first.
    """

    since: date
    sent: int = 0
    answered: int = 0
    all: Share = field(default_factory=Share)
    cities: dict[str, Share] = field(default_factory=lambda: defaultdict(Share))
    months: dict[date, Share] = field(default_factory=dict)
    days: Counter[int] = field(default_factory=Counter)

    @property
    def median(self) -> float | None:
        return median(self.days)


def of(db: Session, visitor: Visitor) -> Figures:
    """The figures of the last twelve months inside somebody's region."""
    found = Figures(since=_months(today())[0])
    found.months = {month: Share() for month in _months(today())}
    for row in db.execute(_counted(visitor, found.since)):
        _add(found, row)
    return found


def median(days: Mapping[int, int]) -> float | None:
    """The middle one of numbers that are given with how often each occurs."""
    total = sum(days.values())
    if not total:
        return None
    return (_nth(days, (total - 1) // 2) + _nth(days, total // 2)) / 2


def _nth(days: Mapping[int, int], n: int) -> int:
    for day in sorted(days):
        n -= days[day]
        if n < 0:
            return day
    raise IndexError(n)


def _counted(visitor: Visitor, since: date) -> Any:
    """Inquiries counted by where, when, how soon; `is_late` for those never answered in time."""
    never = and_(due.overdue(), col(Inquiry.stage).in_(moving.UNANSWERED))
    is_late = case((never, 1), else_=0)
    columns: list[Any] = [
        col(Inquiry.region).label("region"),
        col(Inquiry.sent_on).label("sent_on"),
        col(Inquiry.answered_after).label("after"),
        col(Inquiry.answered_in_time).label("in_time"),
        is_late.label("is_late"),
    ]
    counted: list[Any] = [*columns, func.count().label("n")]
    grouped = select(*counted).where(in_region(visitor), col(Inquiry.sent_on) >= since)
    return grouped.group_by(*columns)


def _add(found: Figures, row: Any) -> None:
    n = row.n
    found.sent += n
    if row.after is not None:
        found.answered += n
        found.days[row.after] += n
    elif not row.is_late:
        return  # nobody can tell yet
    city = get_vocabulary().city_of(row.region) if row.region else None
    month = row.sent_on.replace(day=1)
    for share in (found.all, found.cities[city or ""], found.months[month]):
        share.of += n
        share.in_time += n if row.in_time else 0


def _months(day: date) -> Sequence[date]:
    """The first days of the last twelve months, that of this day as the last."""
    last = day.year * 12 + day.month - 1
    return [date(n // 12, n % 12 + 1, 1) for n in range(last - MONTHS + 1, last + 1)]
