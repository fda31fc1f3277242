"""Where a vendor serves, as far as it says so; where it is registered says nothing about that."""

import re
from functools import lru_cache

from search.vocabulary import Vocabulary

_DELTA = "440100 440300 440400 440600 441300 441900 442000 440700 441200"
AREAS = {
    "珠三角": _DELTA,
    "珠江三角洲": _DELTA,
    "粤东": "440500 441500 445100 445200",
    "粤西": "440800 440900 441700",
    "粤北": "440200 441400 441600 441800 445300",
    "湾区": _DELTA,
    "省内": "440000",
    "全省": "440000",
}
# what holds Guangdong, or a list that does not end: nobody can be ruled out by it
_OPEN = re.compile(
    r"全国|国内|中国|海外|全球|各地|全境|华南|泛珠|等|周边|为主|不限|除|以外|之外|nationwide|china|etc",
    re.IGNORECASE,
)


@lru_cache(maxsize=4096)
def places_served(text: str | None, vocabulary: Vocabulary) -> tuple[str, ...]:
    """Codes of the places that stated service areas name; none when they leave it open.

    A list that ends in 等 or names more than Guangdong rules nobody out, so it says nothing here.
    """
    if not text or _OPEN.search(text):
        return ()
    codes = [mention.value.code for mention in vocabulary.regions_in(text)]
    for name, held in AREAS.items():
        if name in text:
            codes += held.split()
    return tuple(dict.fromkeys(codes))


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
    return tuple(own) + tuple(code for one in own for code in _inside(one, vocabulary))
