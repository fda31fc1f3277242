"""What differs between two states of a listing, word by word."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from typing import Any

import rjieba

from app.curation.applications.field import Field, Input
from app.curation.applications.fields import FIELDS
from app.curation.applications.forms import get, shown
from app.curation.folding import is_empty
from search.engine import Kind

LISTS = (Input.CODES, Input.NAMES)


class Part(StrEnum):
    """What became of a piece of text."""

    KEPT = "kept"
    ADDED = "added"
    REMOVED = "removed"


Segment = tuple[str, Part]


@dataclass(frozen=True, slots=True)
class Difference:
    """A field that says something else than before, as pieces in reading order."""

    field: Field
    segments: tuple[Segment, ...]


def differences(
    kind: Kind, before: Mapping[str, Any], after: Mapping[str, Any]
) -> list[Difference]:
    """The fields of a listing that differ, in the order of the form."""
    found = []
    for field in FIELDS[kind]:
        old, new = get(before, field), get(after, field)
        if old != new and not (is_empty(old) and is_empty(new)):
            found.append(Difference(field, compare(field, old, new)))
    return found


def compare(field: Field, old: Any, new: Any) -> tuple[Segment, ...]:
    """Two values of one field: texts word by word, lists item by item, others as a whole."""
    if field.input in LISTS:
        return _lists(field, old or [], new or [])
    before, after = shown(field, old), shown(field, new)
    if field.input in (Input.TEXT, Input.LINE):
        return words(before, after)
    return tuple(s for s in ((before, Part.REMOVED), (after, Part.ADDED)) if s[0])


def words(before: str, after: str) -> tuple[Segment, ...]:
    """Two texts, cut into words as Chinese and other readers see them."""
    return _join(_steps(_cut(before), _cut(after)))


def _cut(text: str) -> list[str]:
    return list(rjieba.cut(text, hmm=False))


def _lists(field: Field, old: Sequence[str], new: Sequence[str]) -> tuple[Segment, ...]:
    """What stays comes first, in its order; where one stands in a list says nothing."""
    kept = [one for one in old if one in new]
    parts = (
        (kept, Part.KEPT),
        ([one for one in old if one not in new], Part.REMOVED),
        ([one for one in new if one not in old], Part.ADDED),
    )
    return tuple((_shown_one(field, one), part) for items, part in parts for one in items)


def _shown_one(field: Field, item: str) -> str:
    return shown(field, [item])


def _steps(old: Sequence[str], new: Sequence[str]) -> Iterator[Segment]:
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    for _tag, i, j, k, m in matcher.get_opcodes():
        if old[i:j] == new[k:m]:
            yield "".join(old[i:j]), Part.KEPT
        else:
            yield "".join(old[i:j]), Part.REMOVED
            yield "".join(new[k:m]), Part.ADDED


def _join(segments: Iterator[Segment]) -> tuple[Segment, ...]:
    return tuple(segment for segment in segments if segment[0])
