"""CSV and TSV, line by line."""

import csv
import io
from collections import deque
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Self

from app.core.i18n import mark
from ingest.errors import Unreadable
from ingest.lines import Line
from ingest.readers.encoding import Encoding
from ingest.readers.limits import Limits
from ingest.text import clean

_DELIMITERS = ",\t;|，"
_SAMPLE_BYTES = 64 * 1024
_SAMPLE_LINES = 40
_LONGEST_CELL = 100_000
_ROWS_SWALLOWED = 3
STRAY_MARK = mark("A quotation mark that is never closed was left out; please check this row.")


def delimited_lines(data: bytes, encoding: Encoding, limits: Limits) -> Iterator[Line]:
    """The lines of a delimited file; `number` is the line of the file on which a row starts.

    A row whose quotation mark is never closed is read without its marks and says so; the rows
    that the mark would have swallowed are read as rows. Raises Unreadable on a line that is too
    wide.
    """
    csv.field_size_limit(_LONGEST_CELL)
    stream = io.BytesIO(data)
    stream.seek(encoding.mark)
    text = io.TextIOWrapper(stream, encoding.name, errors="replace", newline="")
    delimiter = sniff_delimiter(encoding.decode(data[:_SAMPLE_BYTES]))
    lines = _Lines(line.replace("\0", "") for line in text)
    start = 1
    widest = 0
    while lines.more():
        cells = _row(lines, delimiter, widest)
        fault = ""
        if cells is None:
            lines.give_back()
            cells = next(csv.reader(lines.taken, delimiter=delimiter, quoting=csv.QUOTE_NONE))
            cells = [cell.strip().strip('"') for cell in cells]
            fault = STRAY_MARK
        _check_width(cells, start, limits)
        widest = max(widest, len(cells))
        yield Line(start, [clean(cell) for cell in cells], fault=fault)
        start += len(lines.taken)


def _row(lines: "_Lines", delimiter: str, widest: int) -> list[str] | None:
    """The cells of the next row, which may span lines; None when its marks do not close."""
    lines.taken = []
    try:
        cells = next(csv.reader(lines, delimiter=delimiter), [])
    except csv.Error:  # a cell without end
        return None
    is_open = len(lines.taken) > 1 and sum(line.count('"') for line in lines.taken) % 2
    lone = len(lines.taken) == 1 and not lines.more() and lines.taken[0].count('"') % 2
    if is_open or lone or any(_swallows(cell, delimiter, widest) for cell in cells):
        return None
    return cells


class _Lines:
    """Lines on their way to the reader of rows, which can be given back but the first."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = iter(lines)
        self._ahead: deque[str] = deque()
        self.taken: list[str] = []

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> str:
        line = self._ahead.popleft() if self._ahead else next(self._lines)
        self.taken.append(line)
        return line

    def more(self) -> bool:
        """Whether another line follows."""
        if not self._ahead:
            self._ahead.extend(islice(self._lines, 1))
        return bool(self._ahead)

    def give_back(self) -> None:
        """Keep only the first of the taken lines; the others come again."""
        self._ahead.extendleft(reversed(self.taken[1:]))
        del self.taken[1:]


def _swallows(cell: str, delimiter: str, widest: int) -> bool:
    """Whether a cell holds whole rows: its quotation mark was closed by one far below."""
    if widest < 3 or cell.count("\n") < _ROWS_SWALLOWED:
        return False
    rows = sum(line.count(delimiter) >= widest - 1 for line in cell.split("\n"))
    return rows >= _ROWS_SWALLOWED


def _check_width(cells: list[str], line: int, limits: Limits) -> None:
    if len(cells) > limits.columns:
        raise Unreadable(
            "Line {line} has more than {limit} columns.", line=line, limit=limits.columns
        )


def sniff_delimiter(text: str) -> str:
    """The character that splits most of the first lines into the same number of cells."""
    lines = [line for line in text.splitlines()[:_SAMPLE_LINES] if line.strip()]

    def evenness(delimiter: str) -> tuple[int, int]:
        widths = [len(row) for row in csv.reader(lines, delimiter=delimiter)]
        split = [width for width in widths if width > 1]
        common = max(set(split), key=split.count, default=0)
        return split.count(common), common

    return max(_DELIMITERS, key=evenness) if lines else ","
