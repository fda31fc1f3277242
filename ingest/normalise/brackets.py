"""What stands in brackets behind a name: a place, a legal form, a partner, or another name."""

import re
from dataclasses import dataclass, field

from ingest.normalise.places import find_place
from ingest.normalise.text import folded, is_chinese

_OPENERS = str.maketrans("【[〔「『{", "((((((")
_CLOSERS = str.maketrans("】]〕」』}", "))))))")
_GROUP = re.compile(r"\(([^()]*)\)?")
_LEGAL_FORM = re.compile(r"^(集团|控股|股份|有限合伙|普通合伙|特殊普通合伙|个体工商户)$")
_PARTNER = re.compile(r"^(?:联合|携手|与|和)(.+?)(?:联合|合作|共建)?$")
_RENAMED = re.compile(
    r"^(?:原名|原为|原|曾用名|曾用|前身为|前身|以下简称|简称|又名|又称|也叫|别名|亦称|即"
    r"|formerly|aka|a\.k\.a\.)\s*[:：]?\s*"
)
# Remarks that name nobody.
_REMARK = re.compile(
    r"^(试行|筹|筹备|总部|本部|拟|暂定|待定|已更名|已注销|新增|公示|盖章|牵头|牵头单位|转述"
    r"|工作专班|讲师|主讲|备案|不含税|含税|分部|代理|经销商|服务商|平台商|供应商|项目|\d+)$"
)
_BETWEEN = re.compile(r"[/、,;|]")


@dataclass(slots=True)
class Bracketed:
    """A name without its brackets, and what they said; `shown` keeps places and legal forms."""

    text: str
    shown: str = ""
    region: str = ""
    aliases: list[str] = field(default_factory=list)
    partners: list[str] = field(default_factory=list)


def unbracketed(text: str) -> Bracketed:
    """Read and remove every bracket of a tidy name; legal forms inside stay in the name."""
    plain = text.translate(_OPENERS).translate(_CLOSERS)
    found = Bracketed(text="")
    end = 0
    for group in _GROUP.finditer(plain):
        before = plain[end : group.start()]
        kept = _sorted_into(found, group[1].strip())
        found.text += before + (kept if _LEGAL_FORM.match(kept) else "")
        found.shown += before + (f"({kept})" if kept else "")
        end = group.end()
    found.text = (found.text + plain[end:].replace(")", "")).strip()
    found.shown = (found.shown + plain[end:].replace(")", "")).strip()
    return found


def _sorted_into(found: Bracketed, inside: str) -> str:
    """Put the inside where it belongs; a legal form or a place stays and is returned."""
    if _LEGAL_FORM.match(inside):
        return inside
    place = find_place(folded(inside))
    if place is not None:
        found.region = place
        return inside
    if partner := _PARTNER.match(inside):
        found.partners.append(partner[1])
    elif not _REMARK.match(inside):
        found.aliases += _named(inside)
    return ""


def _named(inside: str) -> list[str]:
    other = _RENAMED.sub("", inside)
    names = [name.strip() for name in _BETWEEN.split(other)]
    return [name for name in names if _could_name(name)]


def _could_name(text: str) -> bool:
    return bool(text) and (len(text) >= 2) and (is_chinese(text) or any(map(str.isalpha, text)))
