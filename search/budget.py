"""How much somebody wants to spend at most, said in the words of a question."""

import re
from collections.abc import Iterator

from search.analysis import fold
from search.vocabulary import Mention

_DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"两": 2, "俩": 2, "〇": 0}
_TENS = {"十": 10, "百": 100, "千": 1_000}
_UNITS = {"万": 10_000, "w": 10_000, "千": 1_000, "k": 1_000, "百万": 1_000_000, "亿": 100_000_000}
_HAN = "零一二三四五六七八九两俩〇十百千"
_NUMBER = rf"(?:\d[\d,]{{0,14}}(?:\.\d{{1,4}})?|[{_HAN}]{{1,12}})"
_UNIT = r"(?:百万|万|亿|千|w|k)"
_AMOUNT = re.compile(
    rf"(?:(?P<sign>[¥￥]|rmb|cny)\s*)?(?:{_NUMBER}\s*{_UNIT}?元?\s*[-~—–至到]+\s*)?"
    rf"(?P<number>{_NUMBER})(?P<some>多|几|来)?\s*(?P<unit>{_UNIT})?"
    rf"(?P<rest>半|多|[{_HAN[1:11]}](?![{_HAN}\d]))?"
    r"\s*(?P<money>人民币|元|块钱|块|rmb|cny|yuan)?"
)
_BEFORE = re.compile(
    r"(?:预算|价格|价钱|费用|报价|总价|成本|花|投入|经费|资金|价位|budget|under|below|up to|at most"
    r"|不超过?|不能超过?|不要超过|别超过|不高于|不大于|不多于|低于|少于|小于|最多|最高|至多|控制在"
    r"|限制?在|≤|<=?|≦)"
    r"(?:[是为在有就只约大概差不多总共一共给批了个不能超过最多控制:\s]|budget|of)*$"
)
_AFTER = re.compile(
    r"\s*(?:以内|之内|以下|之下|内(?![^\W\d_a-z])|封顶|打住"
    r"|左右的?预算|上下|的?预算|的?经费|的?费用|or less|budget)"
)
_LOOSE = re.compile(r"\s*(?:左右|上下)")
_AT_LEAST = re.compile(r"\s*(?:以上|起|起步|起订)")
_MORE = re.compile(r"(?:超过|不低于|高于|大于|不少于|至少|起码|>=?|≥)\s*$")
_NOT_MORE = re.compile(r"(?:不|不能|不要|别|勿)(?:超过|高于|大于)\s*$")
_NEAR = 24  # characters on either side that may say what a number means
_SURELY_MONEY = 1_000  # 预算200000 needs no unit, 预算50 may mean anything
_EDGE = "\n ,，。;；、!！?？()（）"


def budgets_in(text: str) -> list[Mention[int]]:
    """Upper limits of price in `text`, in yuan: 预算二十万, 20-30万, ≤20万元, 不超过5千.

    A bare amount counts only when it stands apart and is money (20万元, or 20万 between commas);
    numbers of pieces and points, and sums that are a least price, do not.
    """
    folded, places = fold(text)
    found = []
    for start, end, yuan in _amounts(folded):
        first, last = places[start], places[end - 1] + 1
        found.append(Mention(yuan, first, last, text[first:last]))
    return found


def _amounts(folded: str) -> Iterator[tuple[int, int, int]]:
    for match in _AMOUNT.finditer(folded):
        start, end = match.start(), match.end()
        head, tail = folded[max(0, start - _NEAR) : start], folded[end : end + _NEAR]
        if _AT_LEAST.match(tail) or (_MORE.search(head) and not _NOT_MORE.search(head)):
            continue
        before, after = _BEFORE.search(head), _AFTER.match(tail)
        is_money = bool(match["unit"] or match["money"] or match["sign"])
        plain = before is not None and _number(match["number"]) >= _SURELY_MONEY
        if not plain and not (is_money and (before or after or _bare(match, folded))):
            continue
        loose = after or _LOOSE.match(tail)
        said_from = start - len(head) + before.start() if before else start
        said_to = end + (loose.end() if loose else 0)
        if yuan := _yuan(match):
            yield said_from + _leading(folded[said_from:]), said_to, yuan


def _leading(said: str) -> int:
    return len(said) - len(said.lstrip())


def _bare(match: re.Match[str], folded: str) -> bool:
    """An amount of money with nothing but punctuation on both sides."""
    before = folded[match.start() - 1 : match.start()] if match.start() else " "
    tail = folded[match.end() : match.end() + _NEAR]
    loose = _LOOSE.match(tail)
    after = (tail[loose.end() :] if loose else tail)[:1] or " "
    return before in _EDGE and after in _EDGE


def _yuan(match: re.Match[str]) -> int:
    """十几万 may cost nearly 20万 and 三万多 nearly 4万; 一万五 is 15,000, 一万半 too."""
    number = _number(match["number"])
    if match["some"] in ("多", "几"):
        number += _scale(match["number"])
    if rest := match["rest"]:
        number += {"半": 0.5, "多": 1.0}.get(rest, _DIGITS.get(rest, 0) / 10)
    return round(number * _UNITS.get(match["unit"] or "", 1))


def _scale(said: str) -> int:
    """The size of the last place that was said: 二十 → 10, 300 → 100."""
    if said[0].isdigit():
        return int(10 ** (len(said) - len(said.rstrip("0"))))
    return _TENS.get(said[-1], 1)


def _number(said: str) -> float:
    """20, 1,200.5, 二十, 一百二十, 十五; 两三 means up to three."""
    if said[0].isdigit():
        return float(said.replace(",", ""))
    total = digit = 0
    for character in said:
        if character in _TENS:
            total += (digit or 1) * _TENS[character]
            digit = 0
        else:
            digit = _DIGITS[character]
    return float(total + digit)
