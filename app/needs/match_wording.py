"""A match in words, beyond its reasons: their sources, what speaks for it, why its place."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from app.catalogue.labels import code_label
from app.core.formats import format_date, format_money
from app.core.i18n import _, mark
from app.matching.found import Step
from app.matching.models import MatchRun, Verdict
from app.matching.wording import COMPONENTS, component_label
from app.needs.wording import limit_label

STATES: Mapping[str, str] = {
    "met": mark("Met"),
    "unmet": mark("Not met"),
    "unknown": mark("Not stated"),
}
SAME: Mapping[str, str] = {"industry": mark("same industry"), "city": mark("same city")}
VERDICTS: Mapping[Verdict, str] = {
    Verdict.USEFUL: mark("Useful"),
    Verdict.NOT_USEFUL: mark("Not useful"),
    Verdict.WRONG: mark("Wrong"),
    Verdict.SHORTLISTED: mark("Shortlisted"),
    Verdict.CONTACTED: mark("Contacted"),
    Verdict.AWARDED: mark("Awarded"),
}


MADE_WITH: Mapping[str, str] = {
    "model": mark("Language model"),
    "index": mark("Version of the index"),
    "vocabulary": mark("Vocabulary"),
    "pool": mark("Last change of the pool"),
    "rules": mark("Version of the rules"),
}


def made_with(name: str) -> str:
    """What it is called that a run rested on."""
    return _(MADE_WITH[name]) if name in MADE_WITH else name


def component_means(name: str) -> str:
    """What a component of a score looks at."""
    return _(COMPONENTS[name][1]) if name in COMPONENTS else ""


def state(name: str) -> str:
    """How a part or a limit stands."""
    return _(STATES[name])


def verdict(name: str) -> str:
    """What an opinion is called."""
    return _(VERDICTS[Verdict(name)])


def origin(given: Mapping[str, Any]) -> str:
    """The source that a reason rests on: a row of a list, whoever stated it, and when."""
    source = given.get("source") or {}
    kept = source.get("origin") or {}
    on = format_date(datetime.fromisoformat(kept["at"])) if kept.get("at") else ""
    if kept.get("file"):
        sheet = kept.get("sheet")
        row = kept.get("row") or 0
        if sheet:
            said = _("{file}, {sheet}, row {row}", file=kept["file"], sheet=sheet, row=row)
        else:
            said = _("{file}, row {row}", file=kept["file"], row=row)
    else:
        said = _("stated by the vendor, checked by the staff") if kept else ""
    return _(", ").join(part for part in (said, on) if part)


def evidence(given: Mapping[str, Any]) -> str:
    """What speaks for a match beside its own words."""
    kind = given["kind"]
    if kind == "case":
        shared = [_(SAME[one]) for one in given["same"]]
        said = _("Case: {name}", name=given["name"])
        return f"{said} ({_(', ').join(shared)})" if shared else said
    if kind == "assessment":
        levels = [level for level in given["levels"].values() if level]
        return _(
            "Security assessed in {n} domains, lowest level {level}, until {date}",
            n=len(levels),
            level=min(levels, default="–"),
            date=_day(given["until"]),
        )
    if kind == "whitelist":
        return _("Whitelist until {date}", date=_day(given["until"]))
    return _limit(given)


def _limit(given: Mapping[str, Any]) -> str:
    name, found = given["limit"], given.get("found")
    label = limit_label(name)
    if given["state"] == "unknown":
        return _("{limit}: the listing says nothing, worth asking", limit=label)
    return _("{limit}: {found}", limit=label, found=_stated(name, found))


def _stated(name: str, found: Any) -> str:
    if name == "budget":
        return _("from {amount}", amount=format_money(int(found)))
    if name == "whitelist":
        return _("until {date}", date=_day(str(found)))
    if isinstance(found, list):
        return _(", ").join(code_label(name, code) for code in found)
    return str(found)


def _day(said: str) -> str:
    return format_date(date.fromisoformat(said))


def excluded(run: MatchRun) -> list[tuple[str, int]]:
    """The limits that shut vendors out, and how many more there would be without each."""
    return [(limit_label(name), count) for name, count in run.excluded.items() if count]


def why(step: Step | None) -> str:
    """Why one place comes before the next, in one sentence."""
    if step is None:
        return ""
    if step.by == "salt":
        return _("Both count as equal; the order among equals is drawn anew every week.")
    most = max(step.differences, key=lambda name: step.differences[name], default="")
    return _(
        "{difference} points more, most of it from: {component}",
        difference=f"{100 * step.difference:.1f}",
        component=component_label(most),
    )
