"""Reasons of matches in the reader's language, from what was stored."""

from collections.abc import Mapping
from typing import Any

from app.catalogue.labels import named
from app.core.i18n import _, mark
from app.discovery.wording import field_label

SENTENCES: Mapping[tuple[str, str], str] = {
    ("scenario", "met"): mark("Scenario “{said}”: states {found}"),
    ("scenario", "unmet"): mark("Scenario “{said}”: states {found} instead"),
    ("scenario", "unknown"): mark("Scenario “{said}”: not stated, worth asking"),
    ("complaints", "met"): mark("“{said}” sounds like what {found} is for"),
    ("words", "met"): mark("“{said}”: said in the {field}"),
    ("meaning", "met"): mark("Close in meaning to “{said}” ({field})"),
    ("case", "met"): mark("At work in the case “{found}”"),
}
COMPONENTS: Mapping[str, tuple[str, str]] = {
    "meaning": (mark("Meaning"), mark("How near the listing lies to the part, in any words.")),
    "words": (
        mark("Words"),
        mark(
            "How much of what the part says the listing says of itself, rare words counting more."
        ),
    ),
    "scenario": (mark("Scenario"), mark("The part names a scenario that the listing states.")),
    "complaints": (
        mark("Complaints"),
        mark("The part sounds like complaints that one of its scenarios answers."),
    ),
    "industry": (
        mark("Industry"),
        mark("The need names an industry that the listing states."),
    ),
    "cases": (
        mark("Cases"),
        mark("A case that answers the part itself: whole for what was at work in it."),
    ),
    "same_industry": (mark("Case in the same industry"), mark("The vendor has one.")),
    "same_city": (mark("Case in the same city"), mark("The vendor has one.")),
}
NUMBERS: Mapping[str, tuple[str, str]] = {
    "of_vendor": (
        mark("… of the same vendor"),
        mark("Share of a case that counts for what else its vendor offers."),
    ),
    "far": (mark("Nearness from"), mark("A cosine that counts as nothing.")),
    "near": (mark("Nearness up to"), mark("A cosine that counts as everything.")),
    "enough": (
        mark("Half of the words"),
        mark("The share of words, rare ones counting more, that earns half of their points."),
    ),
    "floor": (
        mark("Floor with the scenario"),
        mark("So much must a listing earn by its own words to be shown as a match."),
    ),
    "alone": (
        mark("Floor without it"),
        mark("The same where the listing does not state the scenario asked for."),
    ),
    "step": (
        mark("Counts as equal"),
        mark(
            "Scores on one step of this width are equal; the salt of the week puts them in order."
        ),
    ),
}


def reason_sentence(reason: Mapping[str, Any]) -> str:
    """One stored reason as a sentence."""
    found = _(", ").join(named("scenario", one) for one in reason["found"].split("、") if one)
    values = {"said": reason["said"], "field": field_label(reason["field"])}
    template = SENTENCES[reason["kind"], reason["state"]]
    return _(template, found=reason["found"] if reason["kind"] == "case" else found, **values)


def component_label(name: str) -> str:
    """What a component of a score is called."""
    return _(COMPONENTS[name][0]) if name in COMPONENTS else name
