"""Lists as files: one registry of tables, and how their rows become CSV or XLSX safely."""

import csv
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from urllib.parse import parse_qsl

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font
from sqlmodel import Session

from app.accounts.visitor import Visitor
from app.core import audit
from app.core.access import Can
from app.core.errors import Invalid, NotFound
from app.core.formats import CHINA, today
from app.core.i18n import _

MOST = 50_000  # rows in one file
LONGEST_CELL = 32_767  # characters, of a spreadsheet
FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
WIDTH = 24
NOT_FILTERS = frozenset({"page", "lang"})

Filters = Mapping[str, str]
Rows = Callable[[Session, Visitor, Filters], Iterable[Sequence[Any]]]


class Format(StrEnum):
    """What a list can be had as."""

    CSV = "csv"
    XLSX = "xlsx"


TYPES: Mapping[Format, str] = {
    Format.CSV: "text/csv; charset=utf-8",
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@dataclass(frozen=True, slots=True)
class Table:
    """One list of the desk: what it and its columns are called (msgids), and what it holds.

    `rows` answers only what lies inside the region of whoever asks, at most `MOST` and one more;
    it takes the filters that the list's own page takes. `needs` is what its page needs.
    """

    name: str
    title: str
    columns: Sequence[str]
    rows: Rows
    needs: Can


@dataclass(frozen=True, slots=True)
class File:
    """An exported list."""

    name: str
    type: str
    content: bytes


TABLES: dict[str, Table] = {}


def table(
    name: str, title: str, columns: Sequence[str], *, needs: Can = Can.READ_DESK
) -> Callable[[Rows], Rows]:
    """Declare a list that can be exported: `rows(db, visitor, filters)` answers its rows."""

    def declare(rows: Rows) -> Rows:
        TABLES[name] = Table(name, title, columns, rows, needs)
        return rows

    return declare


def tables_for(visitor: Visitor) -> list[Table]:
    """The lists that this person may export."""
    return [one for one in TABLES.values() if visitor.may(one.needs)]


def find_for(visitor: Visitor, name: str) -> Table:
    """Raises `NotFound` where there is no such list for this person."""
    found = TABLES.get(name)
    if found is None or not visitor.may(found.needs):
        raise NotFound("There is no such list.")
    return found


def filters_of(query: str) -> dict[str, str]:
    """How the list is narrowed on its page: the query of that page's address."""
    pairs = parse_qsl(query.replace("\0", "").replace("%00", ""))
    return {name: value for name, value in pairs if name not in NOT_FILTERS and value}


def export(db: Session, table: Table, form: Format, filters: Filters, *, by: Visitor) -> File:
    """A list as a file; that it was taken out is noted with how much and which part of it.

    Raises `Invalid` for more rows than fit.
    """
    rows = list(table.rows(db, by, filters))
    if len(rows) > MOST:
        raise Invalid("These are more than {most} rows. Narrow the list first.", most=MOST)
    columns = [_(column) for column in table.columns]
    content = _as_csv(columns, rows) if form is Format.CSV else _as_workbook(table, columns, rows)
    taken: dict[str, Any] = {"rows": len(rows), "format": str(form), "filters": dict(filters)}
    audit.record(db, by, "list.exported", f"list:{table.name}", **taken)
    return File(f"{table.name}-{today().isoformat()}.{form}", TYPES[form], content)


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


def _as_workbook(table: Table, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    book = Workbook(write_only=True)
    sheet = book.create_sheet(_(table.title)[:31])
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
