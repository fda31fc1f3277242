"""How alike two names of organisations are.

The scores are a scale of evidence, not probabilities; where they mean "same" or "ask a person"
is set from labelled pairs (`ingest.evaluation`).
"""

from functools import lru_cache

from pypinyin import lazy_pinyin
from rapidfuzz import fuzz
from rapidfuzz.distance import Levenshtein

from app.core.i18n import mark
from ingest.normalise.names import NameKey
from ingest.normalise.places import NATIONAL, agree
from ingest.normalise.text import is_chinese
from ingest.normalise.trade import is_plain, is_trade
from ingest.resolve.entities import Likeness

SAME_NAME = 0.99
SHORT_NAME = 0.94
_DIFFERENT_PLACES = mark("The names are alike, but the places differ.")
_REGISTERED_APART = mark("Both are registered names and they differ.")
# How much a distinctive name says: two characters are shared by many, five by hardly anyone.
_DISTINCTIVE = 3
_BRIEF = 4
_LONG_IN_LATIN = 6


def compare(one: NameKey, other: NameKey, *, same_place: bool | None) -> Likeness:
    """Compare two names; `same_place` is whether their places agree, None when unknown."""
    if one.branch != other.branch:
        found = _of_branches(one, other)
    elif one.core == other.core:
        found = _of_equal_cores(one, other)
    else:
        found = _of_cores(one, other)
    return _weighed(found, one, other, same_place=same_place)


def _of_branches(one: NameKey, other: NameKey) -> Likeness:
    if one.branch and other.branch:
        return Likeness(0.5, "They are different branches.")
    if one.core != other.core:
        return Likeness(0.4, "One is a branch of somebody else.")
    return Likeness(0.74, "One is a branch of the other.")


def _of_equal_cores(one: NameKey, other: NameKey) -> Likeness:
    if one.is_group != other.is_group and one.is_full and other.is_full:
        return Likeness(0.84, "One is a group, the other a company of the same name.")
    if len(one.core) < _DISTINCTIVE and is_chinese(one.core):
        return Likeness(0.95, "The names are the same, but short.")
    return Likeness(SAME_NAME, "The names are the same.")


def _of_cores(one: NameKey, other: NameKey) -> Likeness:
    if is_chinese(one.core) != is_chinese(other.core):
        return _of_two_scripts(one, other)
    if not is_chinese(one.core):
        return _of_latin(one.core, other.core)
    if one.is_generic or other.is_generic:
        return Likeness(0.5, "The names have nothing but words of trade.")
    short, long = sorted((one, other), key=lambda key: len(key.core))
    found = (_of_containment(short, long), _of_slips(one, other), _of_similarity(one, other))
    return max(filter(None, found), key=lambda likeness: likeness.score)


def _of_two_scripts(one: NameKey, other: NameKey) -> Likeness:
    chinese, latin = (one, other) if is_chinese(one.core) else (other, one)
    if latin.core not in (spelled(chinese.core), spelled(chinese.brand)):
        return Likeness(0.0, "The names are in different scripts.")
    sure = len(chinese.core) >= _DISTINCTIVE and latin.core == spelled(chinese.core)
    return Likeness(0.86 if sure else 0.78, "The Latin name spells the Chinese one.")


def _of_latin(one: str, other: str) -> Likeness:
    """Short Latin names (SAP, SPA) that differ by a letter are two names."""
    likeness = 0.95 * fuzz.ratio(one, other) / 100
    if min(len(one), len(other)) < _LONG_IN_LATIN:
        likeness = min(likeness, 0.6)
    return Likeness(likeness, "The names are spelled alike.")


def _of_containment(short: NameKey, long: NameKey) -> Likeness | None:
    """A short form opens the full name (树根互联 科技) or ends a longer one (海尔 卡奥斯)."""
    if long.core.startswith(short.core):
        return _short_form(short, long, long.core[len(short.core) :])
    if long.core.endswith(short.core) and len(short.core) >= _DISTINCTIVE:
        if is_trade(short.core):
            return None
        if short.is_full and long.is_full:
            return Likeness(0.7, _REGISTERED_APART)
        return Likeness(0.85, "One name ends with the whole of the other.")
    return None


def _short_form(short: NameKey, long: NameKey, rest: str) -> Likeness | None:
    if not is_trade(rest) or is_trade(short.core):
        return None
    if short.is_full and long.is_full:
        return Likeness(0.68, _REGISTERED_APART)
    if not is_plain(rest):
        return Likeness(0.76, "One may be a company of the other's family.")
    if len(short.core) < _DISTINCTIVE:
        return Likeness(0.84, "One may be the short name of the other.")
    return Likeness(SHORT_NAME, "One is the short name of the other.")


def _of_slips(one: NameKey, other: NameKey) -> Likeness | None:
    """What slips of the hand leave: another order, another sound-alike, one wrong character."""
    same_length = len(one.core) == len(other.core)
    if same_length and sorted(one.core) == sorted(other.core):
        return Likeness(0.82, "The same characters stand in another order.")
    if _sound_alike(one.brand, other.brand) and fuzz.ratio(one.core, other.core) > 50:
        return Likeness(0.8, "The names sound the same.")
    if Levenshtein.distance(one.core, other.core, score_cutoff=1) == 1:
        return _of_one_character(one, other)
    return _of_left_out(one, other)


def _sound_alike(one: str, other: str) -> bool:
    """Whether two brands that share a character differ in writing and not in sound."""
    if one == other or len(one) != len(other) or set(one).isdisjoint(other):
        return False
    return spelled(one) == spelled(other)


def _of_one_character(one: NameKey, other: NameKey) -> Likeness | None:
    """中控技木 is 中控技术 mistyped: the brand is whole and only one rest is a word of trade."""
    brand = min(one.brand, other.brand, key=len)
    rests = [core[len(brand) :] for core in (one.core, other.core) if core.startswith(brand)]
    if len(rests) == 2 and is_trade(rests[0]) != is_trade(rests[1]):
        return Likeness(0.84, "One character of the words of trade differs.")
    if len(brand) > _DISTINCTIVE:
        return Likeness(0.74, "One character of a long name differs.")
    return None


def _of_left_out(one: NameKey, other: NameKey) -> Likeness | None:
    """中望软件 for 中望龙腾软件: a short form that leaves characters out in the middle."""
    short, long = sorted((one, other), key=lambda key: len(key.core))
    if short.is_full or len(short.core) <= _DISTINCTIVE or short.core[:2] != long.core[:2]:
        return None
    rest = iter(long.core)
    if all(character in rest for character in short.core):
        return Likeness(0.76, "One name leaves out characters of the other.")
    return None


def _of_similarity(one: NameKey, other: NameKey) -> Likeness:
    if one.brand == other.brand:
        return _of_equal_brands(one, other)
    cores = fuzz.ratio(one.core, other.core) / 100
    brands = fuzz.ratio(one.brand, other.brand) / 100
    likeness = 0.9 * (0.65 * brands + 0.35 * cores)
    if one.is_full and other.is_full and min(len(one.brand), len(other.brand)) <= _BRIEF:
        likeness = min(likeness, 0.7)
    return Likeness(likeness, "The names are written alike.")


def _of_equal_brands(one: NameKey, other: NameKey) -> Likeness:
    """美云智数科技 and 美云智数软件: the same brand with different words of trade."""
    if one.is_full and other.is_full:
        return Likeness(0.66, _REGISTERED_APART)
    sure = len(one.brand) >= _DISTINCTIVE
    return Likeness(0.84 if sure else 0.74, "The brand is the same, the rest differs.")


def _weighed(found: Likeness, one: NameKey, other: NameKey, *, same_place: bool | None) -> Likeness:
    """Places that differ speak against, and decide where two registered names open with them."""
    if same_place is not False:
        return found
    if one.is_full and other.is_full and NATIONAL not in (one.region, other.region):
        return Likeness(min(found.score, 0.62), _DIFFERENT_PLACES)
    if found.score < 0.75:
        return Likeness(found.score - 0.12, found.reason)
    return Likeness(min(found.score - 0.1, 0.82), _DIFFERENT_PLACES)


def same_place(one: NameKey, other: NameKey, regions: tuple[str | None, str | None]) -> bool | None:
    """Whether two organisations can be in one place, by their names first, then by `regions`."""
    return agree(one.region or regions[0] or "", other.region or regions[1] or "")


@lru_cache(maxsize=65536)
def spelled(text: str) -> str:
    """A Chinese name in pinyin without tones or spaces."""
    return "".join(lazy_pinyin(text)).lower()
