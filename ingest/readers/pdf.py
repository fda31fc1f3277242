"""Ruled tables in a PDF, page by page, with rows that break over a page put together again."""

import io
import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count

import pdfplumber
from pdfminer.pdfdocument import PDFPasswordIncorrect
from pdfplumber.page import Page
from pdfplumber.pdf import PDF
from pdfplumber.table import Table

from app.core.i18n import mark
from ingest.errors import Unreadable
from ingest.lines import Line
from ingest.readers.limits import Limits
from ingest.text import clean, join_lines

logging.getLogger("pdfminer").setLevel(logging.ERROR)

_NEAR = 3.0
_SAME_COLUMN = 6.0
_DEEPEST_HEADER = 3
_PAGE_NUMBER = re.compile(r"\W*(?:第\s*)?\d+\s*页?\W*(?:共\s*\d+\s*页)?\W*")
SCANNED = mark(
    "This PDF holds pictures of pages but no text. "
    "Ask for the original file, or have its text recognised first."
)


@dataclass(slots=True)
class _Block:
    """A table on one page. `open_bottom`: its last row has no line below it and goes on."""

    columns: list[float]
    rows: list[Line]
    above: list[Line]
    below: list[Line]
    open_bottom: bool

    def continues(self, other: "_Block") -> bool:
        """Whether this table has the columns of the other, from an earlier page."""
        pairs = zip(self.columns, other.columns, strict=False)
        same = len(self.columns) == len(other.columns)
        return same and all(abs(one - two) <= _SAME_COLUMN for one, two in pairs)


def pdf_tables(data: bytes, limits: Limits) -> Iterator[Iterator[Line]]:
    """The lines of each table, over as many pages as it has; tables are to be read in order.

    `where` of a line is "page.row". Raises Unreadable for a PDF that is encrypted, damaged,
    scanned or too long.
    """
    blocks = _Blocks(_blocks(data, limits))
    while first := blocks.take():
        yield blocks.table(first)


class _Blocks:
    """Blocks with one block of look-ahead, and a running number for lines."""

    def __init__(self, blocks: Iterator[_Block]) -> None:
        self._blocks = blocks
        self._numbers = count(1)
        self._next = next(blocks, None)

    def take(self) -> _Block | None:
        """The next block, if there is one."""
        block, self._next = self._next, next(self._blocks, None)
        return block

    def table(self, first: _Block) -> Iterator[Line]:
        """The lines of this block and of all blocks that continue it."""
        block = first
        yield from map(self._numbered, block.above)
        rows = block.rows
        while following := self._continuation(block):
            yield from map(self._numbered, rows[:-1])
            held, was_open, block = rows[-1], block.open_bottom, following
            rows = block.rows[_repeated(first.rows, block.rows) :]
            if rows and _goes_on(held, rows[0], was_open=was_open):
                rows = [_joined(held, rows[0]), *rows[1:]]
            else:
                rows = [held, *rows]
        yield from map(self._numbered, [*rows, *block.below])

    def _continuation(self, block: _Block) -> _Block | None:
        return self.take() if self._next and self._next.continues(block) else None

    def _numbered(self, line: Line) -> Line:
        line.number = next(self._numbers)
        return line


def _repeated(first: list[Line], rows: list[Line]) -> int:
    """How many rows at the top of a page say the header again."""
    same = 0
    for one, two in zip(first[:_DEEPEST_HEADER], rows, strict=False):
        if one.cells != two.cells:
            break
        same += 1
    return same


def _goes_on(held: Line, row: Line, *, was_open: bool) -> bool:
    """Whether the first row of a page is the rest of the last row of the page before.

    A row without a line below it goes on. Printers that draw that line all the same leave most
    cells of the rest empty, the first among them.
    """
    if was_open:
        return not _numbers_on(held.text(0), row.text(0))
    return not row.text(0) and len(row.cells) > 2 and 2 * len(row.filled) <= len(row.cells)


def _numbers_on(before: str, after: str) -> bool:
    return before.isdecimal() and after.isdecimal() and int(after) == int(before) + 1


def _joined(held: Line, rest: Line) -> Line:
    pairs = zip(held.cells, rest.cells, strict=True)
    cells = [join_lines(f"{one}\n{two}") for one, two in pairs]
    return Line(held.number, cells, held.where, held.wide, held.carried)


def _blocks(data: bytes, limits: Limits) -> Iterator[_Block]:
    try:
        with pdfplumber.open(io.BytesIO(data)) as document:
            yield from _document_blocks(document, limits)
    except Unreadable:
        raise
    except Exception as error:
        if any(isinstance(each, PDFPasswordIncorrect) for each in (error, *error.args)):
            raise Unreadable("This PDF is encrypted. Remove its password and try again.") from error
        raise Unreadable("This PDF is damaged: {detail}", detail=error) from error


def _document_blocks(document: PDF, limits: Limits) -> Iterator[_Block]:
    if len(document.pages) > limits.pages:
        raise Unreadable("This PDF has more than {limit} pages.", limit=limits.pages)
    any_text = False
    for page in document.pages:
        any_text = any_text or bool(page.chars)
        yield from _page_blocks(page)
        page.close()
    if not any_text:
        raise Unreadable(SCANNED)


def _page_blocks(page: Page) -> Iterator[_Block]:
    ends = _open_ends(page)
    tables = page.find_tables({"explicit_horizontal_lines": ends})
    tables.sort(key=lambda table: (table.bbox[1], table.bbox[0]))
    top = page.bbox[1]
    for at, table in enumerate(tables):
        above = _texts(page, top, table.bbox[1])
        top = table.bbox[3]
        below = _texts(page, top, page.bbox[3]) if at + 1 == len(tables) else []
        opened = any(abs(top - end) <= _NEAR for end in ends)
        columns = sorted({cell[0] for cell in table.cells})
        yield _Block(columns, _rows(page, table, columns), above, below, opened)


def _open_ends(page: Page) -> list[float]:
    """Heights at which upright lines end though no level line meets them: rows cut by the page."""
    level = [edge["top"] for edge in page.edges if edge["width"] > _NEAR]
    upright = [edge for edge in page.edges if edge["height"] > _NEAR]
    ends: dict[float, int] = {}
    for edge in upright:
        for end in (edge["top"], edge["bottom"]):
            if not any(abs(end - height) <= _NEAR for height in level):
                ends[round(end)] = ends.get(round(end), 0) + 1
    return [end for end, lines in ends.items() if lines > 1]


def _texts(page: Page, top: float, bottom: float) -> list[Line]:
    """The lines of text between two heights, beside any table, without page numbers."""
    if bottom - top < 1:
        return []
    part = page.crop((page.bbox[0], top, page.bbox[2], bottom), strict=False)
    texts = clean(part.extract_text() or "").split("\n")
    where = str(page.page_number)
    said = [text for text in texts if text and not _PAGE_NUMBER.fullmatch(text)]
    return [Line(0, [text], where, outside=True) for text in said]


def _rows(page: Page, table: Table, columns: list[float]) -> list[Line]:
    texts = table.extract()
    tops = [row.bbox[1] for row in table.rows]
    grid = [[join_lines(text or "") for text in row] for row in texts]
    carried: list[set[int]] = [set() for _ in grid]
    wide: list[dict[int, int]] = [{} for _ in grid]
    for at, row in enumerate(table.rows):
        for column, cell in enumerate(row.cells):
            if cell is None:
                continue
            _, _, right, bottom = cell
            width = sum(1 for left in columns[column:] if left < right - _NEAR)
            if width > 1:
                wide[at][column] = width
            for below in range(at + 1, len(tops)):
                if tops[below] < bottom - _NEAR:
                    grid[below][column] = grid[at][column]
                    carried[below].add(column)
    where = f"{page.page_number}."
    return [
        Line(0, cells, f"{where}{at + 1}", wide[at], frozenset(carried[at]))
        for at, cells in enumerate(grid)
    ]
