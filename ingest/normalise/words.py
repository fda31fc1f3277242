"""Cells that the vocabulary reads: places, industries, scenarios and the short lists."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from ingest.normalise.places import NATIONAL, knows_province, split_prefix
from ingest.normalise.text import cell, folded
from search.vocabulary import Term, Vocabulary

GUANGDONG = "44"
_PARTS = re.compile(r"[、;；,，/|·\n+&]+|和|及|或|与")
_CODE = re.compile(r"(?P<code>[1-9]\d{5})(?:\.0+|0{3}|0{6})?")
_OPTIONAL = re.compile(r"(?:部署|付费|收费|计费|制|方式|模式)+$")


@dataclass(frozen=True, slots=True)
class Found:
    """Codes of a short list that a cell names, and the parts that nothing knows."""

    codes: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Where something is: a `code` of the vocabulary or None, and the `text` as written.

    `strange` is true when the text names no place that exists.
    """

    code: str | None = None
    text: str = ""
    strange: bool = False


def terms_of(text: str, terms: Mapping[str, Term]) -> Found:
    """Which terms of a short list a cell names, part by part."""
    codes: list[str] = []
    unknown: list[str] = []
    for part in filter(None, map(str.strip, _PARTS.split(cell(text)))):
        found = _codes_in(folded(part), terms)
        codes += found
        if not found:
            unknown.append(part)
    return Found(tuple(dict.fromkeys(codes)), tuple(unknown))


def _codes_in(part: str, terms: Mapping[str, Term]) -> list[str]:
    """The terms a part names; a longer name hides the shorter ones inside it."""
    bare = _OPTIONAL.sub("", part)
    found = []
    for said, code in _spoken(tuple(terms.values())):
        if said in part:
            part = part.replace(said, " ")
            found.append(code)
        elif bare and _OPTIONAL.sub("", said) == bare:
            found.append(code)
    return [code for code in found if code]


@lru_cache(maxsize=16)
def _spoken(terms: tuple[Term, ...]) -> tuple[tuple[str, str], ...]:
    """Every name with its code, longest first; what only looks like a name has no code."""
    spoken = {}
    for term in terms:
        for name in (term.code, term.name, term.name_en, *term.aliases):
            spoken[folded(name)] = term.code
        for name in term.exceptions:
            spoken[folded(name)] = ""
    return tuple(sorted(spoken.items(), key=lambda item: -len(item[0])))


def whereabouts(parts: tuple[str, ...], vocabulary: Vocabulary) -> Whereabouts:
    """Put province, city and county together: ("广东", "东莞市", "长安镇") is one place.

    Outside the province of the pool the text is kept and no code given.
    """
    said = tuple(dict.fromkeys(filter(None, map(cell, parts))))
    if not said:
        return Whereabouts()
    text = _joined(said)
    if stated := _CODE.fullmatch(text):
        return _coded(stated["code"], text, vocabulary)
    elsewhere = _outside(text, said)
    if elsewhere is True:
        return Whereabouts(text=text)
    region = vocabulary.find_region(text)
    if region is None and len(said) > 1:
        region = next(filter(None, map(vocabulary.find_region, reversed(said))), None)
    strange = region is None and elsewhere is None
    return Whereabouts(region_of(region.code, vocabulary) if region else None, text, strange)


def _coded(code: str, text: str, vocabulary: Vocabulary) -> Whereabouts:
    """A place that its number in GB/T 2260 names."""
    known = region_of(code, vocabulary)
    elsewhere = not code.startswith(GUANGDONG) and knows_province(code)
    return Whereabouts(known, text, strange=known is None and not elsewhere)


def _joined(said: tuple[str, ...]) -> str:
    """One text without a part that a later part repeats ("广东", "广东省东莞市")."""
    kept = [
        part
        for index, part in enumerate(said)
        if not any(later.startswith(part) for later in said[index + 1 :])
    ]
    return " ".join(kept)


def _outside(text: str, said: tuple[str, ...]) -> bool | None:
    """Whether a place lies outside the province; None when no place of the country is named."""
    codes = [split_prefix(folded(part), at_least=0)[0] for part in (*said, text)]
    known = [code for code in codes if code and code != NATIONAL]
    if not known:
        return False if text in ("全国", "中国", "国家") else None
    return not any(code.startswith(GUANGDONG) for code in known)


def region_of(code: str, vocabulary: Vocabulary) -> str | None:
    """A code read from a name, if it lies in the province and the vocabulary knows it."""
    return code if code.startswith(GUANGDONG) and code in vocabulary.regions else None
