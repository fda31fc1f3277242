"""Cleaning the characters of a cell before anything is read from it."""

import re
import unicodedata
from functools import lru_cache

import opencc

from ingest.text import RADICALS

_SIMPLIFIED = opencc.OpenCC("t2s")

# Full-width digits and letters only: full-width punctuation is Chinese punctuation.
_HALF_WIDTH = {
    code: code - 0xFEE0
    for code in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))
}
_CHINESE = re.compile("[\u4e00-\u9fff]")
_INVISIBLE = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2060\ufeff\u00ad]")
_CJK = "\u2e80-\u9fff\uf900-\ufaff\u3000-\u303f"
_GAP_IN_CHINESE = re.compile(rf"(?<=[{_CJK}])\s+(?=[{_CJK}])")
_NOTHING = re.compile(r"[-—⸺/\\]*|无|暂无|n/?a|null|none")


@lru_cache(maxsize=8192)  # a cell is looked at from several sides
def tidy(text: str) -> str:
    """The text as a person would have typed it: NFKC, real characters, single spaces.

    Line breaks and spaces between two Chinese characters come from cells that wrap: they go.
    Traditional characters stay, since this is what readers will see.
    """
    shown = _INVISIBLE.sub("", text.translate(RADICALS))
    shown = unicodedata.normalize("NFKC", shown)
    shown = re.sub(r"\s+", " ", shown).strip()
    return _GAP_IN_CHINESE.sub("", shown)


def cell(text: str) -> str:
    """The tidy text of a cell, empty when the cell only says that it is empty."""
    shown = tidy(text)
    return "" if _NOTHING.fullmatch(shown.lower()) else shown


@lru_cache(maxsize=8192)
def folded(text: str) -> str:
    """The text for comparison: tidy, lower case, simplified characters."""
    return str(_SIMPLIFIED.convert(tidy(text).lower()))


def is_chinese(text: str) -> bool:
    """Whether the text holds at least one Chinese character."""
    return _CHINESE.search(text) is not None


def prose(text: str) -> str:
    """Running text for readers: Chinese punctuation and lines stay, letters become half-width."""
    shown = _INVISIBLE.sub("", text.translate(RADICALS)).translate(_HALF_WIDTH)
    lines = (re.sub(r"[^\S\n]+", " ", line).strip() for line in shown.splitlines())
    return "\n".join(line for line in lines if line)
