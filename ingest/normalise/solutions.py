"""Names of solutions: the product, its version, its model number and its other names."""

import re
from dataclasses import dataclass
from functools import lru_cache

from ingest.normalise.text import folded, is_chinese, tidy

_BRACKETS = re.compile(r"[(【\[]([^()【】\[\]]*)[)】\]]?")
_FORMERLY = re.compile(r"^(?:原名|原为|原|曾用名|又名|又称|简称|即|aka)\s*[:：]?\s*", re.IGNORECASE)
_MODEL = re.compile(r"^[A-Z0-9]+(?:[-_/.][A-Z0-9]+)+$", re.IGNORECASE)
_VERSION = re.compile(
    r"(?<![a-z0-9.])(?:v|ver\.?|version|版本)\s*(\d+(?:\.\d+)*)|(\d+(?:\.\d+)+)(?![\d.])\s*版?",
    re.IGNORECASE,
)
_EDITION = re.compile(r"(标准|专业|企业|旗舰|基础|高级|免费|社区|试用|私有|公有|移动|云|国产)版$")
# "平台" and "系统" are added and left out freely: "智能制造平台" and "智能制造系统" still differ.
_ENDS = re.compile(r"(?<=..)(?:整体)?(?:解决方案|应用方案|方案|产品|软件|系统|平台)$")


@dataclass(frozen=True, slots=True)
class SolutionKey:
    """A solution's name taken apart; equal keys are one name written in two ways.

    `core` is the key without edition and the closing word (平台, 系统 …); `version` and `model`
    tell two products of one name apart; `qualifier` is what else stood in brackets, folded.
    """

    name: str
    key: str
    core: str
    version: str = ""
    model: str = ""
    edition: str = ""
    qualifier: str = ""
    aliases: tuple[str, ...] = ()

    @property
    def brand(self) -> str:
        """What alone can tell the product: its model number, or else its core."""
        return self.model or self.core


@lru_cache(maxsize=4096)
def solution_key(name: str) -> SolutionKey:
    """Take a solution's name apart; an empty name gives empty parts."""
    shown = tidy(name)
    aliases, models, qualifiers = _bracketed(shown)
    bare = folded(_BRACKETS.sub(" ", shown))
    version = _VERSION.search(bare)
    bare = _VERSION.sub(" ", bare) if version else bare
    key = _joined(bare)
    edition = _EDITION.search(key)
    core = key[: edition.start()] if edition and edition.start() > 1 else key
    return SolutionKey(
        name=shown,
        key=key,
        core=_ENDS.sub("", core),
        version=(version[1] or version[2]) if version else "",
        model="/".join(models),
        edition=edition[1] if edition else "",
        qualifier="/".join(qualifiers),
        aliases=tuple(aliases),
    )


def _bracketed(shown: str) -> tuple[list[str], list[str], list[str]]:
    """What stood in brackets: other names, model numbers (folded), and qualifiers (folded)."""
    aliases, models, qualifiers = [], [], []
    for inside in (group.strip() for group in _BRACKETS.findall(shown)):
        other = _FORMERLY.sub("", inside)
        if other != inside:
            aliases.append(other)
        elif _MODEL.match(inside) and any(map(str.isdigit, inside)) | ("-" in inside):
            models.append(inside.lower())
        elif not is_chinese(inside) and len(inside) > 3 and "+" not in inside:
            aliases.append(inside)
        elif inside:
            qualifiers.append(_joined(folded(inside)))
    return aliases, models, qualifiers


def _joined(text: str) -> str:
    return re.sub(r"[^\w\u4e00-\u9fff+#]+|_", "", text)
