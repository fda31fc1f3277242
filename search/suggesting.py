"""Names that fit what somebody is typing: by text, by sound, by initials, by a near miss."""

import re
from collections.abc import Iterator, Sequence

from rapidfuzz import fuzz

from search.analysis import initials, pinyin
from search.answers import Suggestion
from search.engine import Document, Engine, Kind
from search.preparation import exact_key

_LETTERS = re.compile(r"[a-z0-9]+")
# the share of letters that must be right, of 100
_ALIKE = 75
_WIDER = 8


def suggest(engine: Engine, text: str, limit: int) -> tuple[Suggestion, ...]:
    """At most `limit` names; those that begin as typed first, misspelt ones last."""
    typed = exact_key(text)[:24]
    if not typed or limit < 1:
        return ()
    found = list(engine.starting_with(list(_prefixes(typed)), tuple(Kind), limit))
    if len(found) < limit and len(typed) > 2:
        found += _alike(engine, typed, limit)
    unique = {document.id: document for document in found}
    return tuple(Suggestion(d.kind, d.id, d.name) for d in list(unique.values())[:limit])


def is_named(engine: Engine, text: str) -> bool:
    """Whether a name holds these characters."""
    typed = exact_key(text)
    return bool(typed) and bool(engine.starting_with([f"t:{typed}"], tuple(Kind), 1))


def _prefixes(typed: str) -> Iterator[str]:
    """As typed; the same sounds; and letters that may be initials."""
    yield f"t:{typed}"
    sound = pinyin(typed)
    if len(typed) > 1 and sound:
        yield f"p:{sound}"
    if len(typed) > 1 and _LETTERS.fullmatch(typed):
        yield f"i:{typed}"


def _alike(engine: Engine, typed: str, limit: int) -> Sequence[Document]:
    """Names that begin alike and differ in a letter or a character further on."""
    wider = [f"t:{typed[:2]}", f"p:{pinyin(typed)[:3]}", f"i:{initials(typed)[:2]}"]
    near = engine.starting_with(wider, tuple(Kind), _WIDER * limit)
    scored = [(_likeness(typed, document.name), document) for document in near]
    good = [pair for pair in scored if pair[0] >= _ALIKE]
    return [document for _, document in sorted(good, key=lambda pair: -pair[0])]


def _likeness(typed: str, name: str) -> float:
    sound = fuzz.partial_ratio(pinyin(typed), pinyin(name))
    return max(sound, fuzz.partial_ratio(typed, exact_key(name)))
