"""XLSX and XLS workbooks, sheet by sheet."""

import io
from collections.abc import Iterator
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
        sheet = book.get_sheet_by_name(about.name)
        _check_size(sheet, limits)
        yield WorkbookSheet(about.name, _lines(sheet))


def _open(data: bytes) -> CalamineWorkbook:
    try:
        return CalamineWorkbook.from_object(io.BytesIO(data))
    except Exception as error:
        raise Unreadable("This workbook is damaged: {detail}", detail=error) from error


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


def _lines(sheet: CalamineSheet) -> Iterator[Line]:
    merges = _merges(sheet)
    open_merges: dict[int, tuple[int, int, str]] = {}
    for index, row in enumerate(sheet.iter_rows()):
        cells = [cell_text(cell) for cell in row]
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
