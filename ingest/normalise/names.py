"""Names of organisations: what stays the same however a list writes them."""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TypedDict

from ingest.normalise.brackets import unbracketed
from ingest.normalise.places import NATIONAL, latin_place, split_prefix, split_suffix
from ingest.normalise.text import folded, is_chinese, tidy
from ingest.normalise.trade import is_trade, without_trade

_JOINT = re.compile(r"\s*[;；|]\s*|、|(?<=[\u4e00-\u9fff])/(?=[\u4e00-\u9fff])")
_AND_OTHERS = re.compile(r"(?<=..)等(单位|公司|企业|机构|部门|\d+家.*)?$")
_TWO_SCRIPTS = re.compile(r"^([\u4e00-\u9fff]{2,}) ?([A-Za-z][A-Za-z0-9 .&+-]{2,})$")
_LEGAL = re.compile(
    r"(?:集团)?(?:股份有限责任公司|股份有限公司|有限责任公司|有限公司|股份公司|总公司|公司)$"
    r"|(?:股份|责任)?有限(?:公.?)?$"  # cut off or mistyped: 有限公
    r"|集团$|控股$|厂$|有限合伙$|普通合伙$|合伙企业$|个体工商户$|工作室$|商行$|经营部$|团队$"
)
_BRANCH = re.compile(
    r"(第.{1,3})?(分公司|子公司|分院|分厂|分部|分局|分所|办事处|代表处|营业部|事业部)$"
)
_LATIN_LEGAL = re.compile(
    r"co|ltd|limited|inc|incorporated|corp|corporation|company|gmbh|ag|llc|plc|sa|kk|bv|oy|ab|srl|spa"
    r"|group|holdings?"
)
# A place is part of the very name of such bodies: there is one in every city.
_INSTITUTION = re.compile(
    r"(大学|学院|学校|研究院|研究所|设计院|学会|协会|商会|联盟|联合会|委员会|管委会|中心|局|厅|政府"
    r"|办公室|办公厅|银行|医院|电网|部)$"
)
_DOMAIN = re.compile(r"^(?:https?://)?(?:www\.)?([a-z0-9-]{2,})(?:\.[a-z]{2,6}){1,2}/?$")


@dataclass(frozen=True, slots=True)
class NameKey:
    """An organisation's name taken apart; equal keys are one name written in two ways.

    `name` is the main name as readers see it. `key` is `core` with the branch behind it; `core` is
    the folded name without legal form and region, `brand` the core without words of trade
    (the core when nothing else is left). `region` is a GB/T 2260 code, "000000" for the whole
    country, "" when the name says none; `placed` tells that it opens the name. `suffix` is the
    legal form; `is_generic` names have nothing but words of trade, `is_full` ones carry the legal
    form of a registered company, `is_group` ones that of a group. `aliases` and `partners` are
    further names as written.
    """

    name: str
    key: str
    core: str
    brand: str
    region: str = ""
    placed: bool = False
    suffix: str = ""
    branch: str = ""
    is_generic: bool = False
    is_full: bool = False
    is_group: bool = False
    aliases: tuple[str, ...] = ()
    partners: tuple[str, ...] = ()


@lru_cache(maxsize=4096)
def organisation_key(name: str) -> NameKey:
    """Take an organisation's name apart; an empty name gives empty parts."""
    shown = _AND_OTHERS.sub("", tidy(name))
    parts = [part for part in _outside_brackets(shown) if part]
    bracketed = unbracketed(parts[0] if parts else "")
    main, second = _two_scripts(bracketed.text)
    return NameKey(
        name=main if second else bracketed.shown,
        **_taken_apart(main, bracketed.region),
        aliases=tuple(dict.fromkeys([*second, *bracketed.aliases])),
        partners=tuple(dict.fromkeys([*bracketed.partners, *parts[1:]])),
    )


def _outside_brackets(text: str) -> list[str]:
    """Split joint names at separators that stand outside brackets."""
    inside = [match.span() for match in re.finditer(r"\([^()]*\)?", text)]
    parts, start = [], 0
    for cut in _JOINT.finditer(text):
        if not any(first < cut.start() < last for first, last in inside):
            parts.append(text[start : cut.start()].strip())
            start = cut.end()
    return [*parts, text[start:].strip()]


def _two_scripts(text: str) -> tuple[str, list[str]]:
    """ "飞桨 PaddlePaddle" is one name in two scripts; "EPLAN 公司" is not."""
    found = _TWO_SCRIPTS.match(text)
    if not found or is_trade(folded(found[1])) or _LEGAL.fullmatch(found[1]):
        return text, []
    return found[1], [found[2].strip()]


class _Parts(TypedDict):
    """The parts of a `NameKey` that come out of the bare text."""

    key: str
    core: str
    brand: str
    region: str
    placed: bool
    suffix: str
    branch: str
    is_generic: bool
    is_full: bool
    is_group: bool


def _taken_apart(bare: str, bracket_region: str) -> _Parts:
    text = folded(bare)
    domain = _DOMAIN.match(text)
    text = domain[1] if domain else text
    if not is_chinese(text):
        return _latin_parts(text, bracket_region)
    return _chinese_parts(text.replace(" ", ""), bracket_region)


def _chinese_parts(text: str, bracket_region: str) -> _Parts:
    text, branch, branch_region = _without_branch(text)
    text, suffix = _without_legal(text)
    region, core = split_prefix(text)
    brand = without_trade(core)
    is_generic = not brand
    if is_generic or _INSTITUTION.search(core):
        core = brand = text
    if core.endswith("中国") and len(core) > 3:
        core, region = core[:-2], region or NATIONAL
        brand = without_trade(core)
    core = re.sub(r"[^\w\u4e00-\u9fff]+", "", core) or text
    return {
        "key": f"{core}#{branch}" if branch else core,
        "core": core,
        "brand": brand,
        "region": branch_region or bracket_region or region,
        "placed": bool(region) and region != NATIONAL,
        "suffix": suffix,
        "branch": branch,
        "is_generic": is_generic,
        "is_full": suffix.endswith(("公司", "厂")),
        "is_group": suffix.startswith(("集团", "控股")),
    }


def _without_branch(text: str) -> tuple[str, str, str]:
    found = _BRANCH.search(text)
    if not found or found.start() < 2:
        return text, "", ""
    region, head = split_suffix(text[: found.start()])
    place = text[len(head) : found.start()]
    return head, place + found[0], region


def _without_legal(text: str) -> tuple[str, str]:
    """Cut the legal form; "集团股份有限公司" goes as a whole, and never the whole name."""
    rest, suffix = text, ""
    while (found := _LEGAL.search(rest)) and found.start() >= 2:
        rest, suffix = rest[: found.start()], found[0] + suffix
    return rest, suffix


def _latin_parts(text: str, bracket_region: str) -> _Parts:
    words = re.findall(r"[^\W_]+", text.replace("'", ""))
    legal: list[str] = []
    while len(words) > 1 and _LATIN_LEGAL.fullmatch(words[-1]):
        legal.insert(0, words.pop())
    region = latin_place(words[0]) if len(words) > 1 else None
    core = "".join(words[1:] if region else words)
    return {
        "key": core,
        "core": core,
        "brand": core,
        "region": bracket_region or region or "",
        "placed": bool(region),
        "suffix": " ".join(legal),
        "branch": "",
        "is_generic": False,
        "is_full": bool(legal),
        "is_group": legal[:1] in (["group"], ["holding"], ["holdings"]),
    }
