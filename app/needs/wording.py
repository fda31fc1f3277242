"""How a need stands, what it asks for and how much time is left, in the reader's language."""

from collections.abc import Mapping
from datetime import timedelta

from app.accounts.visitor import Visitor
from app.catalogue.labels import code_label, region_label
from app.core.db import now
from app.core.formats import format_date, format_moment, format_money
from app.core.i18n import _, mark, ngettext
from app.needs.fields import BY_NAME
from app.needs.models import Need, NeedStage
from app.needs.reading import Found
from app.needs.seeing import shown_region
from app.needs.wanting import limits_of

STAGES: Mapping[NeedStage, str] = {
    NeedStage.DRAFT: mark("Draft"),
    NeedStage.PUBLISHED: mark("Open for answers"),
    NeedStage.CLOSED: mark("Closed for answers"),
    NeedStage.SETTLED: mark("Settled"),
    NeedStage.WITHDRAWN: mark("Withdrawn"),
}
TONES: Mapping[NeedStage, str] = {
    NeedStage.DRAFT: "warn",
    NeedStage.PUBLISHED: "good",
    NeedStage.SETTLED: "brand-tone",
}
LIMITS: Mapping[str, str] = {
    "region": mark("Place"),
    "industries": mark("Industry"),
    "industry": mark("Industry"),
    "deployment": mark("Deployment"),
    "max_price": mark("Budget"),
    "budget": mark("Budget"),
    "whitelist": mark("Whitelist"),
}
HOUR, DAY = timedelta(hours=1), timedelta(days=1)

Row = tuple[str, str | None, str]  # label, value, note


def stage_label(need: Need) -> str:
    """How a need stands at this moment."""
    return _(STAGES[need.stands])


def stage_tone(need: Need) -> str:
    """The tone of its badge."""
    return TONES.get(need.stands, "plain")


def limit_label(name: str) -> str:
    """What a hard limit of matching is called."""
    return _(LIMITS[name]) if name in LIMITS else name


def names_of(facet: str, codes: tuple[str, ...] | list[str]) -> str:
    """Codes of a facet as one text."""
    return _(", ").join(code_label(facet, code) for code in codes)


def budget(need: Need) -> str:
    """The range that a manufacturer wants to spend; empty where it says nothing."""
    least, most = need.budget_from, limits_of(need).max_price
    if least is not None and most is not None:
        return f"{format_money(least)} – {format_money(most)}"
    if most is not None:
        return _("up to {amount}", amount=format_money(most))
    return _("from {amount}", amount=format_money(least)) if least is not None else ""


def place(need: Need, visitor: Visitor | None) -> str:
    """Where the work is done, as far as somebody may know it."""
    region = shown_region(need, visitor) or ""
    return region_label(region) if region else ""


def facts(found: Found, visitor: Visitor | None) -> list[Row]:
    """What an answer has to keep to, and whose need it is, as far as the reader may know it."""
    need, limits = found.need, limits_of(found.need)
    whose = found.organisation.name if found.organisation else _("Hidden identity")
    hidden = "" if found.organisation else _("Only its own members and the staff know whose it is.")
    whitelist = _("Only vendors on the whitelist") if limits.whitelist else _("Any vendor")
    return [
        (_("Manufacturer"), whose, hidden),
        (_("Place"), place(need, visitor), ""),
        (_("Industry"), names_of("industry", limits.industries), ""),
        (_("Budget"), budget(need), ""),
        (_("Deployment"), names_of("deployment", limits.deployment) or _("Any"), ""),
        (_("Who may answer"), whitelist, ""),
        (_("Wanted by"), format_date(need.wanted_by), ""),
        (_("Questions until"), format_moment(need.questions_until), ""),
        _end(need),
        (_("Identifier"), need.identifier, ""),
    ]


def _end(need: Need) -> Row:
    if need.closed_at:
        return (_("Closed at"), format_moment(need.closed_at), _("China time"))
    return (_("Closes at"), format_moment(need.closes_at), _("China time"))


def time_passed(need: Need) -> int:
    """How much of the time between publication and deadline is over, in percent."""
    if need.published_at is None or need.closes_at is None or not need.is_open:
        return 100
    whole = need.closes_at - need.published_at
    return min(100, max(0, round(100 * ((now() - need.published_at) / whole))))


def time_left(need: Need) -> str:
    """How long vendors may still answer."""
    if need.closes_at is None or not need.is_open:
        return stage_label(need)
    left = need.closes_at - now()
    if left >= 2 * DAY:
        return ngettext("{n} day left", "{n} days left", left // DAY)
    if left >= HOUR:
        return ngettext("{n} hour left", "{n} hours left", left // HOUR)
    return _("less than an hour left")


def field_label(name: str) -> str:
    """What a field of the form is called, also where it is made of several."""
    return _(BY_NAME[name].label) if name in BY_NAME else _("What it asks for")
