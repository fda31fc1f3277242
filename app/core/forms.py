"""What a form takes: texts without what no text holds, and what is wrong with them by field."""

import re
from collections.abc import Mapping
from typing import Annotated

from fastapi import Depends, Form, Path, Request
from pydantic import AfterValidator
from starlette.datastructures import FormData

from app.core.i18n import _

CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u2028\u2029\ud800-\udfff]")
LONGEST = 1000
MOST_NUMBER = 2**31 - 1  # that a column of numbers can hold


def clean(text: str) -> str:
    """The text with plain line ends, without control characters and spaces around it."""
    return CONTROL.sub("", text.replace("\r\n", "\n")).strip()


async def _read(request: Request) -> FormData:
    return await request.form()


Said = Annotated[str, AfterValidator(clean), Form()]
Version = Annotated[int, Form()]
Number = Annotated[int, Form(ge=1, le=MOST_NUMBER)]
NumberInAddress = Annotated[int, Path(ge=1, le=MOST_NUMBER)]
Posted = Annotated[FormData, Depends(_read)]


def texts(posted: FormData) -> dict[str, str]:
    """Every field that holds a text, cleaned."""
    return {name: clean(value) for name, value in posted.items() if isinstance(value, str)}


def lists(posted: FormData) -> dict[str, list[str]]:
    """Every field that holds texts, with all of them as they were typed."""
    return {
        name: [said for said in posted.getlist(name) if isinstance(said, str)] for name in posted
    }


def reason_errors(posted: Mapping[str, str], verb: str, known: Mapping[str, str]) -> dict[str, str]:
    """What is wrong with a coded reason and its sentence, by field."""
    errors: dict[str, str] = {}
    if posted.get(f"{verb}_code", "") not in known:
        errors[f"{verb}_code"] = _("Choose a reason.")
    return errors | text_errors(posted, f"{verb}_reason", _("Say in a sentence why."))


def text_errors(
    posted: Mapping[str, str], name: str, empty: str, most: int = LONGEST
) -> dict[str, str]:
    """What is wrong with a text that has to be there."""
    return length_errors(posted, name, most) if posted.get(name) else {name: empty}


def length_errors(posted: Mapping[str, str], name: str, most: int = LONGEST) -> dict[str, str]:
    """What is wrong with a text that may be missing."""
    is_long = len(posted.get(name, "")) > most
    return {name: _("Say it in at most {most} characters.", most=most)} if is_long else {}
