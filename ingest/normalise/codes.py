"""Unified social credit codes (统一社会信用代码) and why one cannot be right.

Sources: GB 32100-2015 "Coding rule of the unified social credit identifier for legal entities and
other organizations" with its amendment No. 1 of 2016 (departments, kinds, alphabet without
I O S V Z, check digit after GB/T 17710); GB 11714-1997 (check digit of the organisation code in
places 9 to 17); GB/T 2260 (regions). The check digit of the whole code comes from python-stdnum.
It finds every single wrong character, so the one of the organisation code is only looked at where
a spreadsheet may have put zeros.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from stdnum.cn import uscc

from app.core.i18n import mark
from ingest.normalise.places import knows_province
from ingest.normalise.text import cell

LENGTH = 18
_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
# Registering department (place 1) and the kinds of organisation it registers (place 2).
_KINDS = {
    "1": "1239",
    "2": "19",
    "3": "123459",
    "4": "19",
    "5": "1239",
    "6": "129",
    "7": "129",
    "8": "19",
    "9": "1239",
    "A": "19",
    "N": "1239",
    "Y": "1",
}
_LABEL = re.compile(r"^(统一)?(社会)?信用代码\s*[:：]?\s*")
_SCIENTIFIC = re.compile(r"^\d(\.\d+)?E\+?\d{1,2}$")
_FULL_WIDTH = re.compile("[\uff10-\uff19\uff21-\uff3a\uff41-\uff5a]")
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_MISREAD = str.maketrans("IOZS", "1025")
_NATIONAL = "100000"
# Spreadsheets keep fifteen significant digits and fill the rest with zeros.
_LOST_DIGITS = re.compile(r"^\d{15}000$")


@dataclass(frozen=True, slots=True)
class CodeReading:
    """A valid `code`, or the `reason` (an English message id) why there is none.

    `values` fills the reason's placeholders; `repairs` are message ids of what was mended.
    Neither code nor reason means that the cell was empty.
    """

    code: str | None = None
    reason: str | None = None
    values: Mapping[str, str] = field(default_factory=dict)
    repairs: tuple[str, ...] = ()


def organisation_check_digit(body: str) -> str:
    """The ninth character of a GB 11714 organisation code, from its first eight."""
    total = sum(int(c, 36) * w for c, w in zip(body, _ORGANISATION_WEIGHTS, strict=True))
    return "0123456789X0"[11 - total % 11]


def read_credit_code(text: str) -> CodeReading:
    """The credit code a cell holds, mended where nothing is lost by it."""
    shown = cell(text)
    if not shown:
        return CodeReading()
    compact, repairs = _compacted(text, shown)
    found = _shape_fault(compact) or _content_fault(compact)
    if found is None:
        return CodeReading(code=compact, repairs=repairs)
    reason, values = found
    return CodeReading(reason=reason, values=values, repairs=repairs)


def is_credit_code(text: str) -> bool:
    """Whether the text is a credit code in its exact form."""
    return _shape_fault(text) is None and _content_fault(text) is None


def _compacted(text: str, shown: str) -> tuple[str, tuple[str, ...]]:
    repairs = []
    if _FULL_WIDTH.search(text):
        repairs.append(mark("Full-width characters were replaced."))
    bare = re.sub(r"\.0+$", "", _LABEL.sub("", shown).strip("'\"‘’“”`"))
    compact = re.sub(r"[\s\-‐-―_·]", "", bare)
    if compact != bare:
        repairs.append(mark("Spaces or dashes were removed."))
    if compact != compact.upper():
        repairs.append(mark("Small letters were made capital."))
    return compact.upper(), tuple(repairs)


_Fault = tuple[str, Mapping[str, str]]


def _shape_fault(code: str) -> _Fault | None:
    if _SCIENTIFIC.match(code):
        return mark("A spreadsheet turned the code into the number {value} and lost digits."), {
            "value": code
        }
    if len(code) == 15 and code.isdigit():
        return mark("This is an old registration number of 15 digits, not a credit code."), {}
    if len(code) != LENGTH:
        return mark("The code has {length} characters instead of 18."), {"length": str(len(code))}
    return _letter_fault(code)


def _letter_fault(code: str) -> _Fault | None:
    for place, character in enumerate(code, start=1):
        if character in _ALPHABET:
            continue
        values = {"character": character, "place": str(place)}
        meant = code.translate(_MISREAD)
        if _only_known(meant) and _content_fault(meant) is None:
            values["suggestion"] = meant
            return (
                mark(
                    "“{character}” at place {place} is never used in a credit code;"
                    " perhaps {suggestion} was meant."
                ),
                values,
            )
        return mark("“{character}” at place {place} is never used in a credit code."), values
    return None


def _only_known(code: str) -> bool:
    return all(character in _ALPHABET for character in code)


def _content_fault(code: str) -> _Fault | None:
    if code[1] not in _KINDS.get(code[0], ""):
        return mark("The code starts with {start}, which no registering department uses."), {
            "start": code[:2]
        }
    region = code[2:8]
    # Development zones register under numbers of their own, so only the province is checked.
    if region != _NATIONAL and not (region.isdigit() and knows_province(region)):
        return mark("The region {region} inside the code does not exist."), {"region": region}
    return _check_digit_fault(code)


def _check_digit_fault(code: str) -> _Fault | None:
    expected = str(uscc.calc_check_digit(code[:-1]))
    is_right = expected == code[-1]
    if _LOST_DIGITS.match(code) and not (is_right and _organisation_is_right(code)):
        return mark("A spreadsheet replaced the last three characters of the code by zeros."), {}
    if is_right:
        return None
    return mark("The check digit is {found}, but {expected} would be right."), {
        "found": code[-1],
        "expected": expected,
    }


def _organisation_is_right(code: str) -> bool:
    return organisation_check_digit(code[8:16]) == code[16]
