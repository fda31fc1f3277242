"""Rows as a file for spreadsheets, CSV or XLSX, of which no cell is taken for a formula."""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font

from app.core.formats import CHINA

LONGEST_CELL = 32_767  # characters, of a spreadsheet
LONGEST_TITLE = 31  # characters, of a sheet
NOT_IN_TITLES = str.maketrans("", "", "[]:*?/\\")
FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
WIDTH = 24


class Format(StrEnum):
    """What a list can be had as."""

    CSV = "csv"
    XLSX = "xlsx"


TYPES: dict[Format, str] = {
    Format.CSV: "text/csv; charset=utf-8",
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@dataclass(frozen=True, slots=True)
class File:
    """A list as a file."""

    name: str
    type: str
    content: bytes


def as_file(
    name: str, title: str, columns: Sequence[str], rows: Iterable[Sequence[Any]], form: Format
) -> File:
    """Rows under their columns; `name` is that of the file without its ending."""
    is_csv = form is Format.CSV
    content = _as_csv(columns, rows) if is_csv else _as_workbook(title, columns, rows)
    return File(f"{name}.{form}", TYPES[form], content)


def safe(value: Any) -> Any:
    """A value as a cell that no program takes for a formula; numbers and days stay what they are.

    Moments become those of China, lists one text.
    """
    if value is None or isinstance(value, int | float):
        return value
    if isinstance(value, datetime):
        return value.astimezone(CHINA).replace(tzinfo=None, second=0, microsecond=0)
    if isinstance(value, date):
        return value
    if isinstance(value, list | tuple):
        value = "、".join(map(str, value))
    text = ILLEGAL_CHARACTERS_RE.sub("", str(value))[: LONGEST_CELL - 1]
    return f"'{text}" if text.startswith(FORMULAS) else text


def _as_csv(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """With a mark at the start by which spreadsheets know UTF-8."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([safe(column) for column in columns])
    writer.writerows([_plain(safe(value)) for value in row] for row in rows)
    return out.getvalue().encode("utf-8-sig")


def _plain(value: Any) -> Any:
    return f"{value:%Y-%m-%d %H:%M}" if isinstance(value, datetime) else value


def _as_workbook(title: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    book = Workbook(write_only=True)
    sheet = book.create_sheet(title.translate(NOT_IN_TITLES)[:LONGEST_TITLE])
    sheet.freeze_panes = "A2"
    for place in range(len(columns)):
        sheet.column_dimensions[chr(ord("A") + place)].width = WIDTH
    sheet.append([_head(sheet, column) for column in columns])
    for row in rows:
        sheet.append([safe(value) for value in row])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _head(sheet: Any, text: str) -> WriteOnlyCell:
    cell = WriteOnlyCell(sheet, value=safe(text))
    cell.font = Font(bold=True)
    return cell
