"""CSV and TSV, line by line."""

import csv
import io
from collections.abc import Iterable, Iterator
from typing import Self

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


def delimited_lines(data: bytes, encoding: Encoding, limits: Limits) -> Iterator[Line]:
    """The lines of a delimited file; `number` is the line of the file on which a row starts.

    Raises Unreadable on a line that is too wide and on a quotation mark that is never closed.
    """
    csv.field_size_limit(_LONGEST_CELL)
    stream = io.BytesIO(data)
    stream.seek(encoding.mark)
    text = io.TextIOWrapper(stream, encoding.name, errors="replace", newline="")
    delimiter = sniff_delimiter(encoding.decode(data[:_SAMPLE_BYTES]))
    marks = _Marks(line.replace("\0", "") for line in text)
    reader = csv.reader(marks, delimiter=delimiter)
    start = 1
    widest = 0
    try:
        for cells in reader:
            _check_width(cells, start, limits)
            widest = max(widest, len(cells))
            is_open = marks.taken() % 2 == 1 and reader.line_num > start
            if is_open or any(_swallows(cell, delimiter, widest) for cell in cells):
                raise _unclosed(start)
            yield Line(start, [clean(cell) for cell in cells])
            start = reader.line_num + 1
    except csv.Error as error:
        raise _unclosed(start) from error


class _Marks:
    """Lines on their way to the reader of rows, counting their quotation marks.

    A row over several lines with an odd number of them took in lines that are rows themselves.
    """

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = iter(lines)
        self._count = 0

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> str:
        line = next(self._lines)
        self._count += line.count('"')
        return line

    def taken(self) -> int:
        """The quotation marks since the last call."""
        count, self._count = self._count, 0
        return count


def _swallows(cell: str, delimiter: str, widest: int) -> bool:
    """Whether a cell holds whole rows: its quotation mark was closed by one far below."""
    if widest < 3 or cell.count("\n") < _ROWS_SWALLOWED:
        return False
    rows = sum(line.count(delimiter) >= widest - 1 for line in cell.split("\n"))
    return rows >= _ROWS_SWALLOWED


def _unclosed(line: int) -> Unreadable:
    return Unreadable("A quotation mark that opens in line {line} is never closed.", line=line)


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
