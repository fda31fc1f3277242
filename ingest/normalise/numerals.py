"""Chinese numerals (二十万, 一百二十, 二〇二四) as numbers."""

import re

_DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {
    "〇": 0,
    "○": 0,
    "两": 2,
    **{c: i for i, c in enumerate("壹贰叁肆伍陆柒捌玖", start=1)},
}
_UNITS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
_GREAT = {"万": 10_000, "亿": 100_000_000}
_CHARACTERS = "".join({*_DIGITS, *_UNITS, *_GREAT})
_NUMERAL = re.compile(f"[{_CHARACTERS}]+")
# A numeral needs a digit or 十 in it: 万 alone is a unit behind Arabic digits (20万).
_COUNTS = re.compile(f"[{''.join({*_DIGITS, '十', '拾'})}]")
_AFTER_DIGIT = re.compile(r"\d\s*$")


def chinese_number(text: str) -> int | None:
    """The value of a text that is nothing but a Chinese numeral."""
    if not text or not _NUMERAL.fullmatch(text) or not _COUNTS.search(text):
        return None
    if not any(c in _UNITS or c in _GREAT for c in text):
        return int("".join(str(_DIGITS[c]) for c in text))
    return _with_units(text)


def with_arabic(text: str) -> str:
    """The text with its Chinese numerals written in Arabic digits, units after digits kept."""

    def arabic(found: re.Match[str]) -> str:
        if _AFTER_DIGIT.search(text[: found.start()]):
            return found[0]
        value = chinese_number(found[0])
        return found[0] if value is None else str(value)

    return _NUMERAL.sub(arabic, text)


def _with_units(text: str) -> int:
    total = section = digit = 0
    for character in text:
        if character in _DIGITS:
            digit = _DIGITS[character]
        elif character in _UNITS:
            section += (digit or 1) * _UNITS[character]
            digit = 0
        else:
            total = (total + section + digit) * _GREAT[character]
            section = digit = 0
    return total + section + digit
