"""Prices as lists write them: an amount in fen where there is one, and how it is charged."""

import re
from dataclasses import dataclass
from itertools import zip_longest

from app.core.i18n import mark
from ingest.normalise.numerals import with_arabic
from ingest.normalise.text import cell

FEN_PER_YUAN = 100
_SCALES = {"亿": 100_000_000, "百万": 1_000_000, "万": 10_000, "千": 1_000, "k": 1_000, "w": 10_000}
_AMOUNT = re.compile(
    r"(?P<sign>[¥]|rmb|cny)?\s*(?P<number>\d[\d,]*(?:\.\d+)?)\s*"
    r"(?P<scale>亿|百万|万|千|[kw](?![a-z]))?\s*(?P<unit>元|块|rmb|cny)?",
    re.IGNORECASE,
)
_BARE = re.compile(r"[\d,.\s~至到–—-]+(?:起|以上|左右)?")
_RANGE_SIGN = re.compile(r"^\s*(?:-|–|—|~|至|到)\s*$")
_NEGATIVE = re.compile(r"[-–—]\s*\d")
_FOREIGN = re.compile(
    r"美元|美金|usd|\$|欧元|eur|€|港[元币]|hkd|日元|jpy|英镑|gbp|£", re.IGNORECASE
)
# Checked in this order: the first that is said decides.
_MODELS = tuple(
    (code, re.compile(words, re.IGNORECASE))
    for code, words in (
        ("free", r"免费|开源|free|公益"),
        ("negotiable", r"面议|面谈|议价|询价|商议|洽谈|电询|咨询|定制报价|按需报价|negotia"),
        (
            "subscription",
            r"/\s*(?:[台点账户用人套]\S*/\s*)?(?:年|月|季|year|month)|每年|每月|年费|月费|包年|包月"
            r"|订阅|租赁|租用|saas|年租|一年|subscri",
        ),
        ("usage", r"按量|按次|按用量|用量|/\s*(?:次|条|小时|分钟|gb|度|件)|每次|计次|计量"),
        ("licence", r"授权|许可|licen[cs]e|买断|永久|/\s*(?:套|点|用户|账号|台|节点)|每套"),
        ("project", r"项目|定制|实施|工程|交付|/\s*(?:项目|厂|产线|车间)"),
    )
)
_FREE_TRIAL = re.compile(r"免费(?=试用|体验|演示|安装|培训|上门|升级|诊断)|试用免费")


@dataclass(frozen=True, slots=True)
class PriceReading:
    """`fen` is the lowest amount named, in fen; `text` what was written; `model` a guess.

    `reason` (a message id with `{value}`) says why no amount was taken though one was written.
    """

    text: str = ""
    fen: int | None = None
    model: str | None = None
    reason: str | None = None


def read_price(text: str) -> PriceReading:
    """The price that a cell holds; everything is empty when the cell is empty."""
    shown = cell(text)
    if not shown:
        return PriceReading()
    plain = with_arabic(shown)
    if _FOREIGN.search(plain):
        return PriceReading(
            shown, model=price_model_of(shown), reason=mark("The price {value} is not in yuan.")
        )
    yuan = None if _NEGATIVE.match(plain) else _lowest(plain)
    model = price_model_of(_FREE_TRIAL.sub("", shown))
    if yuan is None and model is None:
        return PriceReading(shown, reason=mark("“{value}” names no price."))
    if not yuan and model in ("free", None):
        return PriceReading(shown, fen=0, model="free")
    return PriceReading(
        shown, fen=None if yuan is None else round(yuan * FEN_PER_YUAN), model=model
    )


def price_model_of(text: str) -> str | None:
    """How a price is charged, as far as its words tell; None when they tell nothing."""
    for code, words in _MODELS:
        if words.search(text):
            return code
    return None


def _lowest(plain: str) -> float | None:
    """The lowest of the amounts; in "8-10万" the first borrows the scale of the second."""
    found = list(_AMOUNT.finditer(plain))
    bare = _BARE.fullmatch(plain) is not None
    amounts = []
    for amount, following in zip_longest(found, found[1:]):
        lent = following if following and _joins(plain, amount, following) else None
        scale = amount["scale"] or (lent["scale"] if lent and not amount["unit"] else None)
        if bare or _is_money(amount) or (lent and _is_money(lent)):
            number = float(amount["number"].replace(",", ""))
            amounts.append(number * _SCALES.get((scale or "").lower(), 1))
    return min(amounts, default=None)


def _joins(plain: str, amount: re.Match[str], following: re.Match[str]) -> bool:
    return _RANGE_SIGN.match(plain[amount.end() : following.start()]) is not None


def _is_money(amount: re.Match[str]) -> bool:
    """Counts of things ("10 点", "3 年") are no amounts of money."""
    return bool(amount["sign"] or amount["scale"] or amount["unit"])
