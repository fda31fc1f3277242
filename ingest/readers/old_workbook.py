"""XLS workbooks, as Excel wrote them until 2003 and many offices still do.

They are read by a library in Python, for a damaged one makes the faster native library ask for
so much memory that the whole process is ended.
"""

import io
from collections.abc import Iterator
from datetime import time

import xlrd
from xlrd.book import Book
from xlrd.sheet import Cell, Sheet

from ingest.errors import Unreadable
from ingest.readers.limits import Limits
from ingest.readers.workbook import Merges, WorkbookSheet, cell_text, workbook_lines


def old_workbook_sheets(data: bytes, limits: Limits) -> Iterator[WorkbookSheet]:
    """The sheets in their order. Raises Unreadable when the workbook is broken or encrypted."""
    book = _open(data)
    for sheet in book.sheets():
        if sheet.visibility:
            yield WorkbookSheet(sheet.name, iter(()), hidden=True)
        else:
            lines = workbook_lines(_rows(book, sheet, limits), _merges(sheet))
            yield WorkbookSheet(sheet.name, lines)


def _open(data: bytes) -> Book:
    try:
        return xlrd.open_workbook(file_contents=data, formatting_info=True, logfile=io.StringIO())
    except Exception as error:
        if "encrypted" in str(error):
            raise Unreadable(
                "This workbook is encrypted. Remove its password and try again."
            ) from error
        raise Unreadable("This workbook is damaged: {detail}", detail=error) from error


def _rows(book: Book, sheet: Sheet, limits: Limits) -> Iterator[list[str]]:
    for at in range(sheet.nrows):
        cells = [_text(book, cell) for cell in sheet.row(at)]
        if any(cells[limits.columns :]):
            raise Unreadable(
                "Sheet {sheet} has more than {limit} columns.",
                sheet=sheet.name,
                limit=limits.columns,
            )
        yield cells


def _text(book: Book, cell: Cell) -> str:
    if cell.ctype == xlrd.XL_CELL_DATE:
        return _date_text(book, cell.value)
    if cell.ctype == xlrd.XL_CELL_BOOLEAN:
        return cell_text(bool(cell.value))
    return "" if cell.ctype == xlrd.XL_CELL_ERROR else cell_text(cell.value)


def _date_text(book: Book, serial: float) -> str:
    """A date or a time of day; what no calendar holds stays a number."""
    try:
        moment = xlrd.xldate_as_datetime(serial, book.datemode)
    except (ValueError, OverflowError):
        return cell_text(serial)
    return cell_text(moment if serial >= 1 else time(moment.hour, moment.minute))


def _merges(sheet: Sheet) -> Merges:
    merges: Merges = {}
    for top, end, left, right in sheet.merged_cells:
        merges.setdefault(top, []).append((left, right - left, end - 1))
    return merges
