"""Tables in a web page, whatever layout tables stand around them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from selectolax.lexbor import LexborHTMLParser, LexborNode

from ingest.errors import Unreadable
from ingest.headings import Known, find_header
from ingest.layout import LOOK_AHEAD
from ingest.lines import Line
from ingest.readers.limits import Limits
from ingest.text import clean, join_lines

_DECLARED = re.compile(
    rb"""<(?:meta[^>]*?charset|\?xml[^>]*?encoding)\s*=\s*["']?\s*([A-Za-z0-9_:.-]+)""",
    re.IGNORECASE,
)
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_CELLS = ("td", "th")
_BREAKS = frozenset(("br", "p", "div", "li", "tr", "table", *_HEADINGS))


@dataclass(frozen=True, slots=True)
class HtmlTable:
    """The lines of one table, and its caption or the heading before it."""

    title: str
    lines: Iterator[Line]


def declared_charset(data: bytes) -> str | None:
    """The charset that a page declares in its first bytes."""
    found = _DECLARED.search(data[:4096])
    return found[1].decode("ascii") if found else None


def html_tables(text: str, limits: Limits, known: Known) -> Iterator[HtmlTable]:
    """The tables of a page in their order, without those that only lay out other tables."""
    page = LexborHTMLParser(text)
    page.strip_tags(["script", "style", "template", "noscript"])
    title = page.css_first("title")
    heading = _text(title) if title else ""
    for node in page.css(", ".join((*_HEADINGS, "table"))):
        if node.tag != "table":
            heading = _text(node) or heading
        elif not any(_has_header(each, limits, known) for each in node.css("table")[1:]):
            caption = node.css_first("caption")
            yield HtmlTable(_text(caption) if caption else heading, _lines(node, limits))


def _has_header(table: LexborNode, limits: Limits, known: Known) -> bool:
    first = [line for line in islice(_lines(table, limits), LOOK_AHEAD) if line.texts]
    return find_header(first, known) is not None


def _lines(table: LexborNode, limits: Limits) -> Iterator[Line]:
    carried: dict[int, _Span] = {}
    for number, row in enumerate(_own_rows(table), start=1):
        yield _line(number, row, carried, limits)


def _own_rows(table: LexborNode) -> Iterator[LexborNode]:
    """The rows of this table but not of tables inside its cells."""
    for part in table.iter():
        if part.tag == "tr":
            yield part
        elif part.tag in ("thead", "tbody", "tfoot"):
            yield from (row for row in part.iter() if row.tag == "tr")


@dataclass(frozen=True, slots=True)
class _Span:
    """A cell: its text, how many columns it covers, and how many rows from here on."""

    text: str
    width: int
    rows: int

    def lowered(self) -> "_Span":
        """The same cell, seen from the next row."""
        return _Span(self.text, self.width, self.rows - 1)


def _line(number: int, row: LexborNode, spans: dict[int, _Span], limits: Limits) -> Line:
    """One row, with the cells that reach into it from above; `spans` is moved on by a row."""
    own = iter([_cell(cell) for cell in row.iter() if cell.tag in _CELLS])
    placed: dict[int, _Span] = {}
    carried = frozenset(spans)
    column = 0
    while span := spans.get(column) or next(own, None) or _gap(column, spans):
        placed[column] = span
        column += span.width
        _check_width(column, number, limits)
    spans.clear()
    spans.update({at: span.lowered() for at, span in placed.items() if span.rows > 1})
    cells = [placed[at].text if at in placed else "" for at in range(column)]
    wide = {at: span.width for at, span in placed.items() if span.width > 1}
    return Line(number, cells, wide=wide, carried=carried)


def _cell(cell: LexborNode) -> _Span:
    return _Span(_text(cell), _span(cell, "colspan", 1_000), _span(cell, "rowspan", 65_534))


def _gap(column: int, spans: dict[int, _Span]) -> _Span | None:
    """A missing cell, left of one that reaches down into this row."""
    return _Span("", 1, 1) if column < max(spans, default=0) else None


def _span(cell: LexborNode, name: str, most: int) -> int:
    """A colspan or rowspan, within what browsers accept; 0 rows mean all that follow."""
    said = (cell.attributes.get(name) or "1").strip()
    number = int(said) if said.isascii() and said.isdigit() else 1
    return min(number, most) if number else most if name == "rowspan" else 1


def _check_width(column: int, row: int, limits: Limits) -> None:
    if column > limits.columns:
        raise Unreadable("Row {row} has more than {limit} columns.", row=row, limit=limits.columns)


def _text(node: LexborNode) -> str:
    """What a reader sees in a cell: source lines are joined, <br> and blocks start new lines."""
    parts: list[str] = []
    for each in node.traverse(include_text=True):
        if each.tag == "-text":
            parts.append(_unwrapped(each.text_content or ""))
        elif each.tag in _BREAKS:
            parts.append("\n")
    return clean("".join(parts))


def _unwrapped(text: str) -> str:
    head = " " if text[:1].isspace() else ""
    tail = " " if text[-1:].isspace() else ""
    return head + join_lines(text) + tail
