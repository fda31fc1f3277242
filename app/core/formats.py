"""How dates, money and numbers are written; the same everywhere, in both languages."""

from datetime import date, datetime, timedelta, timezone

from app.core.db import now
from app.core.i18n import current_language

CHINA = timezone(timedelta(hours=8))  # one zone, no summer time: needs no time-zone database
WAN, YI = 10_000, 100_000_000


def today() -> date:
    """The day that it is in China."""
    return now().astimezone(CHINA).date()


def format_date(value: date | datetime | str | None) -> str:
    """ISO order, which both languages read: 2026-11-22; partial dates stay partial.

    Moments are shown as the day it was in China. None is the empty text.
    """
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.astimezone(CHINA).date().isoformat()
    return value.isoformat() if isinstance(value, date) else value


def format_moment(value: datetime | None) -> str:
    """A moment to the minute, in China's time: 2026-11-22 09:30."""
    return f"{value.astimezone(CHINA):%Y-%m-%d %H:%M}" if value else ""


def format_number(value: float | None, /) -> str:
    """Thousands apart by commas: 12,345. None is the empty text."""
    return "" if value is None else f"{value:,}"


def format_money(fen: int | None) -> str:
    """An amount in fen, never rounded: 12.5 万元, ¥9,800.50, CNY 125,000."""
    if fen is None:
        return ""
    plain = f"{fen // 100:,}" if fen % 100 == 0 else f"{fen / 100:,.2f}"
    if current_language() == "en":
        return f"CNY {plain}"
    return _short_money(fen) or f"¥{plain}"


def _short_money(fen: int) -> str | None:
    """The amount in ten thousands or hundred millions where two decimals say it exactly."""
    for unit, name in ((YI, "亿元"), (WAN, "万元")):
        if fen >= unit * 100 and fen % unit == 0:
            return f"{fen / 100 / unit:,.2f}".rstrip("0").rstrip(".") + f" {name}"
    return None
