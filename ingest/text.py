"""Text as files hold it, made readable without changing what it says."""

import re
import unicodedata

# PDF fonts often map a glyph to the radical of the same shape. NFKC knows the Kangxi block
# (U+2F00–2FD5) but leaves nearly all of the supplement, so these pairs are listed (as in the
# Unicode file EquivalentUnifiedIdeograph.txt).
_SUPPLEMENT = dict(
    zip(
        "⺁⺄⺈⺊⺌⺎⺒⺓⺜⺝⺟⺠⺧⺩⺬⺮⺶⺼⺽⻁⻄⻅⻆⻉⻊⻋⻏⻑⻓⻔⻗⻘⻙⻚⻛⻜⻝⻡⻢⻣⻤⻥⻦⻧⻨⻩⻪⻫⻬⻭⻮⻯⻰⻱⻲⻳",
        "厂乙刀卜小兀巳幺日月母民牛王示竹羊肉臼虎西见角贝足车邑長长门雨青韦页风飞食首马骨鬼鱼鸟卤麦黄黾斉齐歯齿竜龙龜亀龟",
        strict=True,
    )
)
_KANGXI = {chr(code): unicodedata.normalize("NFKC", chr(code)) for code in range(0x2F00, 0x2FD6)}
RADICALS = str.maketrans(_KANGXI | _SUPPLEMENT)

_BREAKS = re.compile(r"\r\n?|[\v\f\x85\u2028\u2029]")
_SPACES = re.compile(r"[^\S\n]+")
_UNSEEN = re.compile(
    r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u200b-\u200f\u202a-\u202e\u2060\ufeff]"
)
_CREDIT_CODE = re.compile(r"[0-9A-Z]{18}")
_LAST_WORD = re.compile(r"[0-9A-Za-z]*$")
_FIRST_WORD = re.compile(r"^[0-9A-Za-z]*")


def clean(text: str) -> str:
    """Trim every line, drop what cannot be seen, and turn every kind of space into one space.

    Line breaks inside a cell stay, for they may separate the items of a list.
    """
    if text.isprintable():
        text = _SPACES.sub(" ", text) if "  " in text else text
        return text.strip().translate(RADICALS)
    text = _UNSEEN.sub("", _BREAKS.sub("\n", text))
    lines = (_SPACES.sub(" ", line).strip() for line in text.split("\n"))
    return "\n".join(line for line in lines if line).translate(RADICALS)


def join_lines(text: str) -> str:
    """Undo the wrapping of a cell: no space between Chinese, one between Latin words."""
    joined = ""
    for line in clean(text).split("\n"):
        joined += _glue(joined, line) + line
    return joined


def _glue(left: str, right: str) -> str:
    last, first = _LAST_WORD.findall(left)[0], _FIRST_WORD.findall(right)[0]
    if not last or not first or _is_address(left):
        return ""
    both_numbers = last[-1].isdigit() and first[0].isdigit()
    return "" if both_numbers or _CREDIT_CODE.fullmatch(last + first) else " "


def _is_address(left: str) -> bool:
    words = left.split()
    return bool(words) and "://" in words[-1]
