"""Where and whom a vendor serves, as far as it says so; silence and open ends rule nobody out."""

import re
from functools import lru_cache

from app.catalogue.models import Solution
from search.vocabulary import Vocabulary

_DELTA = ("440100", "440300", "440400", "440600", "441300", "441900", "442000", "440700", "441200")
_AREAS = {
    "珠三角": _DELTA,
    "珠江三角洲": _DELTA,
    "大湾区": _DELTA,
    "粤东": ("440500", "441500", "445100", "445200"),
    "粤西": ("440800", "440900", "441700"),
    "粤北": ("440200", "441400", "441600", "441800", "445300"),
    "省内": ("440000",),
    "全省": ("440000",),
}
# what holds Guangdong, or a list that does not end: nobody can be ruled out by it
_OPEN = re.compile(
    r"全国|国内|中国|海外|全球|各地|全境|华南|泛珠|等|周边|为主|不限|除|以外|之外|nationwide|china|etc",
    re.IGNORECASE,
)
_PIECES = re.compile(r"[、,，;；/|\s]+|和|及|与")
# around the name of a place in a piece that names nothing else
_AROUND = re.compile(r"(?:服务|覆盖|面向|本地|区域|地区|范围|一带|市|粤港澳|[:：()（）。])*")


@lru_cache(maxsize=4096)
def places_served(text: str | None, vocabulary: Vocabulary) -> tuple[str, ...]:
    """Codes of the places that stated service areas consist of; none when they leave it open.

    The field also holds lines of business, so only a piece that is nothing but a place is one:
    "佛山、东莞" says where, "佛山陶瓷数字化" does not. Where a vendor is registered never counts.
    """
    if not text or _OPEN.search(text):
        return ()
    codes = (code for piece in _PIECES.split(text) for code in _places(piece, vocabulary))
    return tuple(dict.fromkeys(codes))


def serves_widely(text: str | None) -> bool:
    """Whether stated service areas end openly, as "全国" and "佛山等地" do."""
    return bool(text and _OPEN.search(text))


def _places(piece: str, vocabulary: Vocabulary) -> tuple[str, ...]:
    for name, held in _AREAS.items():
        if name in piece and _AROUND.fullmatch(piece.replace(name, "", 1)):
            return held
    for mention in vocabulary.regions_in(piece):
        if _AROUND.fullmatch(piece[: mention.start] + piece[mention.end :]):
            return (mention.value.code,)
    return ()


def trades_served(solution: Solution, vocabulary: Vocabulary) -> tuple[str, ...]:
    """Codes of the only industries that a solution is for; none when it is for every one.

    A list that names some and then all ("家电、制造") is for all.
    """
    return () if is_for_every(solution.industries_text, vocabulary) else tuple(solution.industries)


@lru_cache(maxsize=4096)
def is_for_every(text: str | None, vocabulary: Vocabulary) -> bool:
    """Whether a text about industries means all of them."""
    return bool(text) and vocabulary.industries_of(text or "").every


def around(place: str, vocabulary: Vocabulary) -> tuple[str, ...]:
    """A place, what it lies in, and what lies in it: who serves any of these may serve it."""
    regions = vocabulary.regions
    larger, code = [place], place
    while code := regions[code].parent if code in regions else "":
        larger.append(code)
    return (*larger, *_inside(place, vocabulary))


@lru_cache(maxsize=512)
def _inside(place: str, vocabulary: Vocabulary) -> tuple[str, ...]:
    own = [code for code, region in vocabulary.regions.items() if region.parent == place]
    return (*own, *(code for one in own for code in _inside(one, vocabulary)))


def related_industries(codes: tuple[str, ...], vocabulary: Vocabulary) -> frozenset[str]:
    """These classes of GB/T 4754, those that hold them, and those in them."""
    known = vocabulary.industries
    related: set[str] = set()
    for code in codes:
        larger = code
        while larger:
            related.add(larger)
            larger = known[larger].parent if larger in known else ""
        inside = {code}
        while inside := {c for c, one in known.items() if one.parent in inside}:
            related |= inside
    return frozenset(related)
