"""Read the tables of any file that public lists come in."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from app.core.i18n import mark
from ingest.columns import Aliases, load_aliases
from ingest.errors import Unreadable
from ingest.layout import Row, Sheet, SheetProblem, find_sheets
from ingest.lines import Line
from ingest.readers.archive import check_archive
from ingest.readers.delimited import delimited_lines
from ingest.readers.encoding import Encoding, detect
from ingest.readers.html import declared_charset, html_tables
from ingest.readers.limits import MEBIBYTE, Limits
from ingest.readers.old_workbook import old_workbook_sheets
from ingest.readers.pdf import pdf_tables
from ingest.readers.sniff import FileType, file_type
from ingest.readers.workbook import WorkbookSheet, workbook_sheets

__all__ = ["Limits", "Reading", "Row", "Sheet", "Unreadable", "read"]

NO_TABLE = mark("I found no table in this file: a line of headings with rows below it.")
LOST_CHARACTERS = mark("{count} characters could not be read and show as \ufffd.")


@dataclass(slots=True)
class Reading:
    """The sheets of a file, each to be read before the next is asked for.

    `skipped` names the sheets of a workbook that hold no table or are hidden, once passed.
    Iterating raises Unreadable when the file holds no table at all, or too many rows.
    """

    path: Path
    sheets: Iterator[Sheet]
    skipped: list[str] = field(default_factory=list)

    def __iter__(self) -> Iterator[Sheet]:
        return self

    def __next__(self) -> Sheet:
        return next(self.sheets)


def read(
    path: Path,
    *,
    encoding: str | None = None,
    limits: Limits | None = None,
    aliases: Aliases | None = None,
) -> Reading:
    """Open a file of any supported type, told by its content, and yield its tables lazily.

    `encoding` overrides what a text file seems to be in. Raises Unreadable, here or while
    reading, with a sentence that says what is wrong.
    """
    limits = limits or Limits()
    source = _Source(path, _load(path, limits), encoding, limits, aliases or load_aliases())
    reading = Reading(path, iter(()))
    reading.sheets = _guarded(source.sheets(reading.skipped), limits)
    return reading


def _load(path: Path, limits: Limits) -> bytes:
    if path.stat().st_size > limits.size:
        raise Unreadable(
            "This file is larger than the limit of {limit} MB.", limit=limits.size // MEBIBYTE
        )
    return path.read_bytes()


def _guarded(sheets: Iterator[Sheet], limits: Limits) -> Iterator[Sheet]:
    """Count rows over all sheets, and refuse a file without any table."""
    room = _Room(limits.rows)
    found = False
    for sheet in sheets:
        found = True
        sheet.rows = room.count(sheet.rows)
        yield sheet
    if not found:
        raise Unreadable(NO_TABLE)


@dataclass(slots=True)
class _Room:
    limit: int
    used: int = 0

    def count(self, rows: Iterator[Row]) -> Iterator[Row]:
        for row in rows:
            self.used += 1
            if self.used > self.limit:
                raise Unreadable("This file has more than {limit} rows.", limit=self.limit)
            yield row


@dataclass(frozen=True, slots=True)
class _Source:
    path: Path
    data: bytes
    asked: str | None
    limits: Limits
    aliases: Aliases

    def sheets(self, skipped: list[str]) -> Iterator[Sheet]:
        kind = file_type(self.data)
        if kind in (FileType.XLSX, FileType.XLS):
            return self._workbook(self._workbook_sheets(kind), skipped)
        if kind is FileType.PDF:
            return self._pdf()
        declared = declared_charset(self.data) if kind is FileType.HTML else None
        encoding = detect(self.data, asked=self.asked, declared=declared)
        sheets = self._html(encoding) if kind is FileType.HTML else self._text(encoding)
        return _encoded(sheets, encoding)

    def _workbook_sheets(self, kind: FileType) -> Iterator[WorkbookSheet]:
        if kind is FileType.XLS:
            return old_workbook_sheets(self.data, self.limits)
        check_archive(self.data, self.limits)
        return workbook_sheets(self.data, self.limits)

    def _workbook(self, sheets: Iterator[WorkbookSheet], skipped: list[str]) -> Iterator[Sheet]:
        for sheet in sheets:
            found = False
            for table in self._find(sheet.lines, name=sheet.name):
                found = True
                yield table
            if not found:
                skipped.append(sheet.name)

    def _pdf(self) -> Iterator[Sheet]:
        for number, lines in enumerate(pdf_tables(self.data, self.limits), start=1):
            yield from self._find(lines, name=str(number))

    def _html(self, encoding: Encoding) -> Iterator[Sheet]:
        number = 0
        for table in html_tables(encoding.decode(self.data), self.limits, self.aliases.knows):
            for sheet in self._find(table.lines, title=table.title):
                number += 1
                sheet.name = str(number)
                yield sheet

    def _text(self, encoding: Encoding) -> Iterator[Sheet]:
        return self._find(delimited_lines(self.data, encoding, self.limits))

    def _find(self, lines: Iterable[Line], *, name: str = "", title: str = "") -> Iterator[Sheet]:
        known = self.aliases.knows
        return find_sheets(lines, known, file=self.path.name, name=name, title=title)


def _encoded(sheets: Iterator[Sheet], encoding: Encoding) -> Iterator[Sheet]:
    for sheet in sheets:
        sheet.encoding = encoding.name
        if encoding.lost:
            sheet.problems.append(SheetProblem(LOST_CHARACTERS, {"count": encoding.lost}))
        yield sheet
