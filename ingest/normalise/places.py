"""Names of provinces, cities and counties of the whole country, as they stand in company names.

Codes and names are those of GB/T 2260 as shipped with python-stdnum; only places that exist today
are used. (The vocabulary's regions cover what the pool's filters need; a company name may begin
with any place of the country.)
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from pypinyin import lazy_pinyin

from ingest.normalise.text import folded

NATIONAL = "000000"

# A line of the table: two digits open a province, four digits a city or county below it.
_PROVINCE = re.compile(r'^(\d\d) province="([^"]+)"')
_BELOW = re.compile(r'^ {2}(\d{4}) county="([^"]+)"')
_ENDED = re.compile(r"^\[[^\]]*-\d{4}\]")
_SPAN = re.compile(r"^\[[^\]]*\]")
_SHORT_PROVINCES = {
    "内蒙古自治区": "内蒙古",
    "广西壮族自治区": "广西",
    "西藏自治区": "西藏",
    "宁夏回族自治区": "宁夏",
    "新疆维吾尔自治区": "新疆",
    "香港特別行政區": "香港",
    "澳門特別行政區": "澳门",
}
# Towns of Dongguan and Zhongshan have no county above them.
_WITHOUT_COUNTIES = ("4419", "4420")
_TOWN = re.compile(r"^[\u4e00-\u9fff]{2,3}(镇|街道)")
# Cities whose bare name is also a common word or brand count only with 市 behind them.
_ALSO_WORDS = re.compile(
    "东方|大同|三明|朝阳|安康|安顺|泰安|来宾|百色|天门|长治|黄山|吉安|金昌|日照|海东|平凉|万宁|白山|白城"
    "|伊春|永州|阳泉|保山|巴中|资阳|定西|固原|吴忠|通化|双鸭山|七台河|鹤岗"
)
# County-level places so industrial that companies carry their bare name.
_BARE_COUNTIES = re.compile(
    "昆山|常熟|张家港|太仓|江阴|宜兴|义乌|慈溪|余姚|晋江|石狮|顺德|番禺|增城|温岭|海宁|桐乡"
)


@dataclass(frozen=True, slots=True)
class _Table:
    """Places by name: those that may open a name, and those that only follow their city."""

    provinces: frozenset[str]
    opening: dict[str, str]
    following: dict[str, tuple[str, ...]]
    longest: int


def knows_province(code: str) -> bool:
    """Whether the first two digits of a region code are those of a province."""
    return f"{code[:2]}0000" in _table().provinces


def agree(first: str, second: str) -> bool | None:
    """Whether two region codes can be one place (equal, or one inside the other).

    None when at least one is unknown or is the whole country.
    """
    one, other = _significant(first), _significant(second)
    if not one or not other:
        return None
    return one.startswith(other) or other.startswith(one)


def find_place(text: str) -> str | None:
    """The code of the place a whole text names ("深圳", "佛山市顺德区", "中国"), if any."""
    if text in ("中国", "中国区", "全国", "china", "prc"):
        return NATIONAL
    code, rest = split_prefix(text, at_least=0)
    return code if code and not rest else latin_place(text)


def split_prefix(text: str, *, at_least: int = 2) -> tuple[str, str]:
    """The code of the places a name begins with ("" when none), and what is left of the name.

    At least `at_least` characters are left, or nothing is taken.
    """
    code, rest = "", text
    while (found := _first_place(rest, code)) is not None:
        taken, length = found
        if len(rest) - length < at_least:
            break
        code, rest = taken, rest[length:]
    return code, _without_town(code, rest, at_least)


def split_suffix(text: str) -> tuple[str, str]:
    """The code of the place a name ends with ("" when none), and what stands before it."""
    for start in range(max(2, len(text) - 9), len(text) - 1):
        code = find_place(text[start:])
        if code is not None:
            return code, text[:start]
    return "", text


def latin_place(word: str) -> str | None:
    """The code of a province or city written in pinyin ("dongguan"), if exactly one has it."""
    return _latin().get(word) or None if word.isascii() else None


def _significant(code: str) -> str:
    if code.endswith("0000"):
        return "" if code == NATIONAL else code[:2]
    return code[:4] if code.endswith("00") else code


def _first_place(text: str, within: str) -> tuple[str, int] | None:
    table = _table()
    inside = _significant(within)
    for length in range(min(len(text), table.longest), 1, -1):
        name = text[:length]
        known = (
            (table.opening.get(name, ""), *table.following.get(name, ()))
            if inside
            else (table.opening.get(name, ""),)
        )
        for code in known:
            if code.startswith(inside) and code not in ("", within):
                return code, length
    return None


def _without_town(code: str, rest: str, at_least: int) -> str:
    town = _TOWN.match(rest) if code.startswith(_WITHOUT_COUNTIES) else None
    return rest[town.end() :] if town and len(rest) - town.end() >= at_least else rest


def _places() -> Iterator[tuple[str, str]]:
    """Every present place as (code, name), provinces first within their own part."""
    province = ""
    text = (files("stdnum.cn") / "loc.dat").read_text(encoding="utf-8")
    for line in text.splitlines():
        if opened := _PROVINCE.match(line):
            province = opened[1]
            yield f"{province}0000", opened[2]
        elif below := _BELOW.match(line):
            yield from ((province + below[1], name) for name in _present(below[2]))


def _present(listed: str) -> Iterator[str]:
    for name in listed.split(","):
        bare = _SPAN.sub("", name)
        if not _ENDED.match(name) and bare not in ("市辖区", "县", "郊区"):
            yield bare


@lru_cache(maxsize=1)
def _table() -> _Table:
    places = list(_places())
    provinces = frozenset(code for code, _ in places if code.endswith("0000"))
    named = Counter(name for _, name in places)
    opening: dict[str, str] = {}
    following: dict[str, list[str]] = defaultdict(list)
    for code, name in sorted(places, key=lambda place: not place[0].endswith("0000")):
        for spelling in _spellings(code, name):
            following[spelling].append(code)
            if code.endswith("00") or named[name] == 1:
                opening.setdefault(spelling, code)
    held = {name: tuple(codes) for name, codes in following.items()}
    return _Table(provinces, opening, held, max(map(len, held)))


def _spellings(code: str, name: str) -> Iterator[str]:
    """The full name, and the bare one where companies use it."""
    yield folded(name)
    bare = _SHORT_PROVINCES.get(name) or re.sub(r"(省|市|地区|盟|县|区)$", "", name)
    below_city = not code.endswith("00")
    if bare == name or len(bare) < 2 or _ALSO_WORDS.fullmatch(bare):
        return
    if not below_city or _BARE_COUNTIES.fullmatch(bare):
        yield folded(bare)


@lru_cache(maxsize=1)
def _latin() -> dict[str, str]:
    """Pinyin of cities and provinces → code; "" where two share a spelling."""
    spelled: dict[str, str] = {}
    for name, code in _table().opening.items():
        if code.endswith("00") and name[-1] not in "省市区县盟州":
            word = "".join(lazy_pinyin(name))
            spelled[word] = "" if spelled.get(word, code) != code else code
    return spelled
