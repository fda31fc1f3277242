"""From what a vendor types to a listing's values and back; errors stand beside the field."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from app.catalogue import labels
from app.catalogue.facts import SITE
from app.catalogue.index import get_vocabulary
from app.catalogue.models import Record
from app.catalogue.service import stated
from app.core.formats import CHINA, format_date, format_moment, format_money, today
from app.core.i18n import _
from app.curation.applications.field import Field, Input
from app.curation.applications.fields import FIELDS
from search.engine import Kind

Values = dict[str, Any]
Typed = dict[str, Any]  # what stands in a form: a text, or a list of codes
ENGLISH = "en"
FIRST_YEAR = 1990
MOST_FEN = 10**12
MOST_CODES = 12
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u2028\u2029\ud800-\udfff]")
DIVISION = "division"


def clean(text: str) -> str:
    """A text with plain line ends, without control characters and spaces around it."""
    return CONTROL.sub("", text.replace("\r\n", "\n")).strip()


def get(values: Mapping[str, Any], field: Field) -> Any:
    """What a listing's values say in a field; None or empty where they say nothing."""
    if field.english_of:
        return (values.get("translations") or {}).get(ENGLISH, {}).get(field.english_of)
    return values.get(field.name)


def of_record(record: Record) -> Values:
    """What a listing says in the fields that its vendor may change."""
    names = {field.name for field in FIELDS[record.KIND] if not field.english_of}
    said = {name: stated(record, name) for name in (*sorted(names), "translations")}
    return {name: value for name, value in said.items() if value not in (None, "", [], {})}


def choices(field: Field) -> list[tuple[str, str]]:
    """The codes that may be chosen, with what they are called."""
    vocabulary = get_vocabulary()
    if field.facet == "city":
        codes: Iterable[str] = (
            code for code in vocabulary.regions if vocabulary.city_of(code) or code[2:] == "0000"
        )
        return [(code, labels.region_label(code)) for code in sorted(codes)]
    if field.facet == "industry":
        codes = (c for c, one in vocabulary.industries.items() if one.level == DIVISION)
    else:
        codes = labels.codes_of(field.facet)
    return [(code, labels.code_label(field.facet, code)) for code in codes]


def as_typed(kind: Kind, values: Mapping[str, Any]) -> Typed:
    """The values of a listing as they stand in the form."""
    return typed_of(FIELDS[kind], values)


def typed_of(fields: Iterable[Field], values: Mapping[str, Any]) -> Typed:
    """The values of these fields as they stand in a form."""
    return {field.name: _as_typed(field, get(values, field)) for field in fields}


def _as_typed(field: Field, value: Any) -> str | list[str]:
    if field.input is Input.CODES:
        return list(value or [])
    if field.input is Input.NAMES:
        return "\n".join(value or [])
    if field.input is Input.MONEY and value is not None:
        return f"{value // 100}" if value % 100 == 0 else f"{value / 100:.2f}"
    if field.input is Input.MOMENT and value is not None:
        return f"{value.astimezone(CHINA):%Y-%m-%dT%H:%M:%S}"
    return "" if value is None else str(value)


def read(
    kind: Kind, typed: Mapping[str, Sequence[str]], before: Mapping[str, Any]
) -> tuple[Values, dict[str, str]]:
    """The values of a listing that were typed, and what is wrong with them by field."""
    return read_fields(FIELDS[kind], typed, before)


def read_fields(
    fields: Iterable[Field], typed: Mapping[str, Sequence[str]], before: Mapping[str, Any]
) -> tuple[Values, dict[str, str]]:
    """The values that were typed in these fields, and what is wrong with them by field.

    What the form does not ask for, and a field that is wrong, stay as they were `before`.
    """
    values, errors = dict(before), {}
    for field in fields:
        try:
            put(values, field, _read(field, typed.get(field.name, ())))
        except ValueError as wrong:
            errors[field.name] = str(wrong)
    return values, errors


def check(kind: Kind, values: Mapping[str, Any]) -> dict[str, str]:
    """What is wrong with stored values by today's rules."""
    typed = {n: t if isinstance(t, list) else [t] for n, t in as_typed(kind, values).items()}
    return read(kind, typed, values)[1]


def put(values: Values, field: Field, value: Any) -> None:
    """Make a listing's values say something in a field, or nothing."""
    if field.english_of:
        said = {**(values.get("translations") or {})}
        english = {**said.get(ENGLISH, {})}
        _set(english, field.english_of, value)
        _set(said, ENGLISH, english)
        _set(values, "translations", said)
    else:
        _set(values, field.name, value)


def _set(values: Values, name: str, value: Any) -> None:
    if value in (None, "", [], {}):
        values.pop(name, None)
    else:
        values[name] = value


def _read(field: Field, typed: Sequence[str]) -> Any:
    if field.input is Input.CODES:
        return _codes(field, typed)
    text = clean(typed[0] if typed else "")
    if len(text) > field.most:
        said = _("This is {n} characters long; {most} fit in.", n=len(text), most=field.most)
        raise ValueError(said)
    return READERS[field.input](field, text) if text else None


def _line(_field: Field, text: str) -> str:
    return " ".join(text.split())


def _text(_field: Field, text: str) -> str:
    return text


def _site(_field: Field, text: str) -> str:
    if not SITE.fullmatch(text if "://" in text else f"https://{text}"):
        raise ValueError(_("This is no web address. Write it like www.example.com."))
    return text


def _year(_field: Field, text: str) -> int:
    if not text.isascii() or not text.isdecimal() or not FIRST_YEAR <= int(text) <= today().year:
        raise ValueError(
            _("Write a year from {first} to {last}.", first=FIRST_YEAR, last=today().year)
        )
    return int(text)


def _money(_field: Field, text: str) -> int:
    try:
        fen = Decimal(text.replace(",", "").replace("，", "")) * 100
        is_amount = fen.is_finite() and 0 <= fen <= MOST_FEN and fen == int(fen)
    except (InvalidOperation, OverflowError):
        is_amount = False
    if not is_amount:
        raise ValueError(_("Write an amount in yuan, in figures: 9800 or 9800.50."))
    return int(fen)


def _number(field: Field, text: str) -> int:
    if not text.isascii() or not text.isdecimal() or int(text) > field.highest:
        raise ValueError(_("Write a whole number from 0 to {most}.", most=field.highest))
    return int(text)


def _day(_field: Field, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(_("Write the day like 2026-11-22.")) from None


def _moment(_field: Field, text: str) -> datetime:
    try:
        said = datetime.fromisoformat(text).replace(tzinfo=CHINA, microsecond=0)
        return said.astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError(_("Write day and time like 2026-11-22 17:00.")) from None


def _names(_field: Field, text: str) -> list[str]:
    return list(
        dict.fromkeys(part for said in re.split(r"[、\n;；]", text) if (part := said.strip()))
    )


def _code(field: Field, text: str) -> str:
    return _codes(field, [text])[0]


def _codes(field: Field, typed: Sequence[str]) -> list[str]:
    chosen = [code for code in dict.fromkeys(typed) if code]
    offered = {code for code, _label in choices(field)} if chosen else set()
    if unknown := [code for code in chosen if code not in offered]:
        raise ValueError(_("“{code}” cannot be chosen any more.", code=unknown[0][:40]))
    if len(chosen) > MOST_CODES:
        raise ValueError(_("Choose at most {most}, those that fit best.", most=MOST_CODES))
    return chosen


READERS = {
    Input.LINE: _line,
    Input.TEXT: _text,
    Input.SITE: _site,
    Input.YEAR: _year,
    Input.MONEY: _money,
    Input.NUMBER: _number,
    Input.DAY: _day,
    Input.MOMENT: _moment,
    Input.NAMES: _names,
    Input.CODE: _code,
}


def shown(field: Field, value: Any) -> str:
    """A value as one text for people, for comparing and for proof-reading."""
    if value in (None, "", [], {}):
        return ""
    if field.input is Input.CODES:
        return "、".join(labels.code_label(field.facet, code) for code in value)
    if field.input is Input.NAMES:
        return "、".join(value)
    if field.input is Input.MONEY:
        return format_money(value)
    if field.input is Input.DAY:
        return format_date(value)
    if field.input is Input.MOMENT:
        return format_moment(value)
    if field.facet == "city":
        return labels.region_label(value)
    return labels.code_label(field.facet, value) if field.facet else str(value)
