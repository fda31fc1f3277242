"""What inspectors look at: read from `checklist.csv`, which staff may edit."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

from app.core.i18n import current_language, mark

FILE = Path(__file__).with_suffix(".csv")


class Answer(StrEnum):
    """What an inspector says of one thing."""

    CONFORMS = "conforms"
    DEPARTS = "departs"
    NOT_APPLICABLE = "not_applicable"


ANSWERS = {
    Answer.CONFORMS: mark("Conforms"),
    Answer.DEPARTS: mark("Does not conform"),
    Answer.NOT_APPLICABLE: mark("Not applicable"),
}
AREAS = {
    "device": mark("Device security"),
    "control": mark("Control security"),
    "network": mark("Network security"),
    "platform": mark("Platform security"),
    "data": mark("Data security"),
    "listing": mark("Truth of the listing"),
    "service": mark("Service"),
}


@cache
def _rows() -> tuple[Mapping[str, str], ...]:
    with FILE.open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))


def blank() -> list[dict[str, Any]]:
    """The checklist of today with nothing answered; what a check asks does not change later."""
    return [{**row, "answer": None, "remark": "", "evidence": []} for row in _rows()]


def name_of(item: Mapping[str, Any]) -> str:
    """What is looked at, in the reader's language."""
    english = current_language() == "en" and item["name_en"]
    return str(english or item["name"])


def by_area(checklist: Iterable[Mapping[str, Any]]) -> list[tuple[str, list[Mapping[str, Any]]]]:
    """The items under their areas, in the order of the file."""
    areas: dict[str, list[Mapping[str, Any]]] = {}
    for item in checklist:
        areas.setdefault(item["area"], []).append(item)
    return list(areas.items())


def counts(checklist: Sequence[Mapping[str, Any]]) -> list[tuple[str, dict[str, int]]]:
    """How many items of each area conform, do not, and do not apply: all that is published."""
    return [
        (area, {answer: sum(item["answer"] == answer for item in items) for answer in Answer})
        for area, items in by_area(checklist)
    ]
