"""XLSX workbooks, sheet by sheet, and what old and new workbooks have in common."""

import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from python_calamine import CalamineSheet, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from ingest.errors import Unreadable
from ingest.lines import Line
from ingest.readers.limits import Limits
from ingest.text import clean

Cell = int | float | str | bool | time | date | datetime | timedelta
Merges = dict[int, list[tuple[int, int, int]]]

_EXACT = 10**15


@dataclass(frozen=True, slots=True)
class WorkbookSheet:
    """A sheet that a person sees, or the name of one that is hidden, with no lines."""

    name: str
    lines: Iterator[Line]
    hidden: bool = False


def workbook_sheets(data: bytes, limits: Limits) -> Iterator[WorkbookSheet]:
    """The sheets with cells, in their order. Raises Unreadable when the workbook is broken."""
    book = _open(data)
    for about in book.sheets_metadata:
        if about.typ is not SheetTypeEnum.WorkSheet:
            continue
        if about.visible is not SheetVisibleEnum.Visible:
            yield WorkbookSheet(about.name, iter(()), hidden=True)
            continue
        sheet = _sheet(book, about.name)
        _check_size(sheet, limits)
        yield WorkbookSheet(about.name, workbook_lines(_rows(sheet), _merges(sheet)))


def _open(data: bytes) -> CalamineWorkbook:
    try:
        return CalamineWorkbook.from_object(io.BytesIO(data))
    except Exception as error:
        raise Unreadable("This workbook is damaged: {detail}", detail=error) from error


def _sheet(book: CalamineWorkbook, name: str) -> CalamineSheet:
    try:
        return book.get_sheet_by_name(name)
    except Exception as error:
        raise Unreadable("Sheet {sheet} is damaged: {detail}", sheet=name, detail=error) from error


def _check_size(sheet: CalamineSheet, limits: Limits) -> None:
    last_row, last_column = sheet.end or (0, 0)
    if last_column >= limits.columns:
        raise Unreadable(
            "Sheet {sheet} has more than {limit} columns.", sheet=sheet.name, limit=limits.columns
        )
    if last_row > limits.rows:
        raise Unreadable(
            "Sheet {sheet} has more than {limit} rows.", sheet=sheet.name, limit=limits.rows
        )


def _rows(sheet: CalamineSheet) -> Iterator[list[str]]:
    for row in sheet.iter_rows():
        yield [cell_text(cell) for cell in row]


def workbook_lines(rows: Iterable[list[str]], merges: Merges) -> Iterator[Line]:
    """The lines of a sheet, with the text of merged cells carried down."""
    open_merges: dict[int, tuple[int, int, str]] = {}
    for index, cells in enumerate(rows):
        carried = _carry(cells, index, open_merges)
        wide = {column: width for column, (_, width, _) in open_merges.items() if width > 1}
        for column, width, last in merges.get(index, ()):
            if column < len(cells):
                open_merges[column] = (last, width, cells[column])
                wide |= {column: width} if width > 1 else {}
        yield Line(index + 1, cells, wide=wide, carried=carried)


def _carry(
    cells: list[str], index: int, open_merges: dict[int, tuple[int, int, str]]
) -> frozenset[int]:
    """Write the text of cells merged downwards into this row; merges that ended are dropped."""
    for column, (last, _, text) in list(open_merges.items()):
        if index > last:
            del open_merges[column]
        else:
            cells[column] = text
    return frozenset(open_merges)


def _merges(sheet: CalamineSheet) -> Merges:
    """Merged cells by first row: first column, width, last row."""
    merges: Merges = {}
    for (top, left), (bottom, right) in sheet.merged_cell_ranges or ():
        merges.setdefault(top, []).append((left, right - left + 1, bottom))
    return merges


def cell_text(cell: Cell) -> str:
    """A cell as text: whole numbers without ".0", dates as ISO, true and false in Chinese.

    Numbers beyond 15 digits come in scientific notation, for their last digits are lost.
    """
    if isinstance(cell, str):
        return clean(cell)
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, int | float):
        return _number_text(cell)
    if isinstance(cell, datetime):
        return cell.strftime("%Y-%m-%d %H:%M").removesuffix(" 00:00")
    return cell.strftime("%H:%M") if isinstance(cell, time) else str(cell)


def _number_text(number: float) -> str:
    if abs(number) >= _EXACT:
        return f"{number:.14E}"
    return str(int(number)) if number == int(number) else f"{number:.15g}"
