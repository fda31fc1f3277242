"""The figures of sittings as bars: what each is called, how long it is, and its numbers."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from app.bookings.figures import Figures, Line, Sums, percent
from app.catalogue.labels import code_label, region_label
from app.core.formats import format_money, format_number
from app.core.i18n import _, mark

Drawn = tuple[str, int | None, str]  # a name, per cent of the whole width, the numbers


class Measure(StrEnum):
    """What the bars show."""

    SEATS = "seats"
    ATTENDANCE = "attendance"
    MONEY = "money"


MEASURES: Mapping[Measure, str] = {
    Measure.SEATS: mark("Seats booked of those offered"),
    Measure.ATTENDANCE: mark("Attended of those booked"),
    Measure.MONEY: mark("Money kept: paid less paid back"),
}
UNSTATED = mark("Not stated")
ALL, MONTH = mark("All"), mark("Month")
CITY, INDUSTRY = mark("City"), mark("Industry")


@dataclass(frozen=True, slots=True)
class Bars:
    """One measure by city, industry and month."""

    cities: Sequence[Drawn]
    industries: Sequence[Drawn]
    months: Sequence[Drawn]


def read_measure(text: str) -> Measure:
    """What an address asks for; seats for anything that is none."""
    return Measure(text) if text in set(Measure) else Measure.SEATS


def bars(found: Figures, measure: Measure) -> Bars:
    """The bars of one measure; places and industries with the longest first."""
    by_month = [(f"{found.year}-{month:02d}", sums) for month, sums in found.months.items()]
    return Bars(
        cities=_drawn(_named("city", found.cities), measure),
        industries=_drawn(_named("industry", found.industries), measure),
        months=_drawn(by_month, measure),
    )


def listed(found: Figures) -> list[tuple[str, str, Sums]]:
    """Every sum with what it is by (a msgid) and for which it is."""
    months = [(f"{found.year}-{month:02d}", sums) for month, sums in found.months.items()]
    parts = (
        (ALL, [("", found.all)]),
        (MONTH, months),
        (CITY, _named("city", found.cities)),
        (INDUSTRY, _named("industry", found.industries)),
    )
    return [(by, name, sums) for by, rows in parts for name, sums in rows]


def _named(facet: str, by_code: Mapping[str, Sums]) -> list[tuple[str, Sums]]:
    named = [(code_label(facet, code) if code else "", sums) for code, sums in by_code.items()]
    ordered = sorted(named, key=lambda pair: (not pair[0], -pair[1].offered, pair[0]))
    return [(name or _(UNSTATED), sums) for name, sums in ordered]


def _drawn(rows: Sequence[tuple[str, Sums]], measure: Measure) -> list[Drawn]:
    most = max((sums.kept for _name, sums in rows), default=0)
    draw: Callable[[Sums], tuple[int | None, str]] = {
        Measure.SEATS: lambda sums: _share(sums.booked, sums.offered),
        Measure.ATTENDANCE: lambda sums: _share(sums.attended, sums.expected),
        Measure.MONEY: lambda sums: (percent(max(sums.kept, 0), most), format_money(sums.kept)),
    }[measure]
    return [(name, *draw(sums)) for name, sums in rows]


def _share(part: int, whole: int) -> tuple[int | None, str]:
    said = _("{n} of {of}", n=format_number(part), of=format_number(whole))
    share = percent(part, whole)
    return share, said if share is None else f"{_('{n} %', n=share)} · {said}"


COLUMNS: Sequence[str] = (
    mark("Sitting"),
    mark("Training"),
    mark("Organiser"),
    mark("Begins"),
    mark("Ends"),
    mark("Form"),
    mark("Place"),
    mark("Seats offered"),
    mark("Seats booked"),
    mark("Attended"),
    mark("Seats waited for"),
    mark("Paid (CNY)"),
    mark("Paid back (CNY)"),
)
"""What a list of sittings holds when it is taken out as a file."""


def row(line: Line) -> Sequence[object]:
    """A sitting under these columns; money in yuan, as spreadsheets reckon."""
    sitting = line.sitting
    return (
        sitting.identifier,
        line.training.name,
        line.organiser,
        sitting.starts_at,
        sitting.ends_at,
        code_label("mode", "online" if sitting.is_online else "offline"),
        region_label(sitting.region) if sitting.region else "",
        sitting.seats,
        line.booked,
        line.attended,
        line.waiting,
        line.paid / 100,
        line.refunded / 100,
    )
