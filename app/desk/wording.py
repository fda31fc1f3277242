"""How fields, their values and places are called on the pages of the desk."""

from collections.abc import Mapping, Sequence
from typing import Any

from app.accounts.scope import Scope
from app.catalogue.facts import FIELDS, SHARED
from app.catalogue.index import get_vocabulary
from app.catalogue.labels import code_label, codes_of, region_label
from app.core.formats import format_money
from app.core.i18n import _, mark
from search.engine import Kind

FACETS: Mapping[str, str] = {
    "scenarios": "scenario",
    "industries": "industry",
    "deployment": "deployment",
    "price_model": "price_model",
    "kind": "vendor_kind",
    "category": "category",
    "mode": "mode",
    "level": "level",
    "language": "language",
}
MOST_DIGITS = 7  # of the number of a page
LONGEST_WHY = 2000  # characters of a reason that may be missing
MORE: Mapping[str, str] = {
    "region_text": mark("Place as listed"),
    "price_from": mark("Lowest price"),
    "price_text": mark("Price as listed"),
    "translations": mark("Other languages"),
}
KIND: Mapping[Kind, str] = {
    Kind.SOLUTION: mark("Solution"),
    Kind.VENDOR: mark("Vendor"),
    Kind.CASE: mark("Case"),
    Kind.INFORMATION: mark("Policy or news"),
    Kind.TRAINING: mark("Training"),
}

STATES: Mapping[str, str] = {
    "draft": mark("Draft"),
    "submitted": mark("Handed in"),
    "recommended": mark("Recommended"),
    "reviewed": mark("Reviewed"),
    "notice": mark("On public notice"),
    "published": mark("Is public"),
    "returned": mark("Returned for more"),
    "refused": mark("Refused"),
    "quarantined": mark("Hidden for some time"),
    "withdrawn": mark("Withdrawn"),
    "removed": mark("Removed"),
    "merged": mark("Merged"),
    "waiting": mark("Waiting"),
    "apart": mark("Kept apart"),
    "certified": mark("Certified"),
    "confirmed": mark("Confirmed"),
    "revoked": mark("Revoked"),
    "prepared": mark("List fixed, not drawn yet"),
    "dropped": mark("Given up"),
    "drawn": mark("Drawn"),
    "reported": mark("Reported"),
    "closed": mark("Closed"),
    "passed": mark("Passed"),
    "mend": mark("To be mended"),
    "failed": mark("Failed"),
    "unreachable": mark("Unreachable"),
    "none": mark("No effect"),
    "whitelist_ended": mark("Whitelist entry ended"),
}


def state_name(code: str | None) -> str:
    """What a stage, a finding or an effect is called; one without a name by its code."""
    return _(STATES[code]) if code and code in STATES else str(code or "")


def kind_name(kind: str) -> str:
    """What one thing of a kind is called."""
    return _(KIND[Kind(kind)])


def field_label(kind: str, field: str) -> str:
    """What a stated field of a kind is called; one without a name is shown by its code."""
    named = {code: label for code, label, _read in FIELDS[Kind(kind)]}
    label = {**named, **SHARED, **MORE}.get(field)
    return _(label) if label else field


def field_text(field: str, value: Any) -> str:
    """A stated value in words; empty for nothing."""
    if value in (None, "", [], {}):
        return ""
    if field == "region":
        return region_label(str(value))
    if field in ("price_from", "price"):
        return format_money(value)
    if isinstance(value, dict):
        return _("; ").join(f"{name}: {field_text('', one)}" for name, one in value.items())
    if isinstance(value, list | tuple):
        return _(", ").join(field_text(field, one) for one in value)
    return code_label(FACETS[field], str(value)) if field in FACETS else str(value)


def place(region: str | None) -> str:
    """A region by its name; one that is not known is said to be so."""
    return region_label(region) if region else _("Not stated")


def places_inside(scope: Scope) -> Sequence[tuple[str, str]]:
    """The places by which somebody may narrow a list: cities, or what lies in their own."""
    if scope.is_whole:
        return [(code, region_label(code)) for code in codes_of("city")]
    inside = [code for code in get_vocabulary().regions if scope.covers(code)]
    return [(code, region_label(code)) for code in inside]


def narrowed(scope: Scope, region: str) -> Scope:
    """The scope, or the place inside it that was asked for."""
    return Scope(region) if region and scope.covers(region) else scope


def page_number(text: str) -> int:
    """The page that an address asks for; the first for anything that is none."""
    return max(1, int(text)) if text.isdecimal() and len(text) < MOST_DIGITS else 1


def options(names: Mapping[str, str]) -> list[tuple[str, str]]:
    """Codes with their names in the reader's language, to choose from."""
    return [(code, _(name)) for code, name in names.items()]
