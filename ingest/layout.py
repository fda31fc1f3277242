"""Find the tables in the lines of a file: what is title, heading, row, total or footnote."""

import re
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice

from app.core.i18n import mark
from ingest.headings import Header, Known, find_header, is_new_header
from ingest.lines import Line
from ingest.values import CellProblem, check_value

LOOK_AHEAD = 60
TOO_WIDE = mark("This row has more cells than the table has headings.")
COUNT_DIFFERS = mark("The list says it holds {said} rows, but {read} were read.")

_TOTAL = re.compile(r"[(（]?(?:总?合\s*计|总\s*计|小\s*计|共\s*计|共\s*\d+)")
_COUNTED = re.compile(
    r"(?:合\s*计|总\s*计|共\s*计|共)[:：,，\s]*(?:共\s*)?(\d+)\s*(?:家|条|个|项|户|名|款|场|期|行)"
)
_FIGURE = re.compile(r"[\d\s.,，%+-]*\S?")
_SIGNED = re.compile(
    r"(?:备?注|备注说明|说明|(?:填|制)(?:表|报)\S{0,4}|审(?:核|批|定)\S{0,2}|统计\S{0,3}"
    r"|联系(?:人|电话)|单位(?:盖章|负责人)\S{0,4}|(?:数据|资料)来源|(?:日|时)期)\s*[\d)）]*\s*[:：]"
    r"|注\s*\d*[.、:：]|※|[*＊]+\s*[号注为]|第\s*\d+\s*页|以下(?:空白|无正文)|[—-]\s*\d+\s*[—-]$"
)
_SECTION = re.compile(
    r"[一二三四五六七八九十]{1,3}\s*[、.．]|[(（][一二三四五六七八九十]{1,3}[)）]"
)


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table: values by heading, and what is wrong with single cells.

    `number` and `where` say where a person finds it; `section` is the last line between rows
    that named a part of the list ("一、平台商").
    """

    number: int
    where: str
    values: dict[str, str]
    problems: tuple[CellProblem, ...] = ()
    section: str = ""


@dataclass(frozen=True, slots=True)
class Note:
    """A line that is no row: a title, a note, a total, a footnote."""

    number: int
    text: str


@dataclass(frozen=True, slots=True)
class SheetProblem:
    """Something wrong with a whole sheet; `reason` is an English sentence with {placeholders}."""

    reason: str
    values: dict[str, object]


@dataclass(slots=True)
class Sheet:
    """A table with its headings, and its rows, which are read as they are asked for.

    `notes` and `problems` are complete once the rows have been read.
    """

    file: str
    name: str
    title: str
    headings: tuple[str, ...]
    rows: Iterator[Row]
    notes: list[Note] = field(default_factory=list)
    problems: list[SheetProblem] = field(default_factory=list)
    encoding: str = ""

    @property
    def context(self) -> str:
        """Everything that may say what kind of list this is: sheet, title and file name."""
        return " ".join(text for text in (self.title, self.name, self.file) if text)


def find_sheets(
    lines: Iterable[Line], known: Known, *, file: str, name: str = "", title: str = ""
) -> Iterator[Sheet]:
    """The tables in these lines, each to be read before the next is asked for.

    Only a bounded number of lines is held, whatever the length of the file.
    """
    feed = _Feed(lines)
    before: list[Line] = []
    while header := find_header(feed.peek(LOOK_AHEAD), known):
        before += feed.take(header.start)
        feed.take(len(header.lines))
        table = _Table(feed, header, known, before)
        above = [Note(line.number, _said(line)) for line in before]
        called = next((note.text for note in above if not _is_remark(note.text)), title)
        sheet = Sheet(file, name, called, tuple(table.headings.values()), iter(()), above)
        sheet.rows = table.rows(sheet)
        yield sheet
        deque(sheet.rows, maxlen=0)
        before = table.pending


class _Feed:
    """Lines that hold something, with a look ahead."""

    def __init__(self, lines: Iterable[Line]) -> None:
        self._lines = (line for line in lines if _says_something_new(line))
        self._ahead: deque[Line] = deque()

    def peek(self, count: int) -> list[Line]:
        self._ahead.extend(islice(self._lines, max(0, count - len(self._ahead))))
        return list(islice(self._ahead, count))

    def take(self, count: int) -> list[Line]:
        self.peek(count)
        return [self._ahead.popleft() for _ in range(min(count, len(self._ahead)))]


class _Table:
    """Reads the lines below a header until they end or another header begins."""

    def __init__(self, feed: _Feed, header: Header, known: Known, before: list[Line]) -> None:
        self._feed, self._header, self._known = feed, header, known
        self._titles = {_said(line) for line in before}
        self.headings = _name_columns(header, feed.peek(LOOK_AHEAD))
        self._section = ""
        self._after_note = False
        self.pending: list[Line] = []

    def rows(self, sheet: Sheet) -> Iterator[Row]:
        """The rows; other lines go to the notes of `sheet` on the way."""
        count = _Count()
        while self._feed.peek(1) and not self._starts_another():
            line = self._feed.take(1)[0]
            if self._header.repeats(line) or _said(line) in self._titles:
                continue
            if self._is_note(line):
                self._settle(sheet, [line])
                count.compare(line)
            elif self._is_banner(line):
                self.pending.append(line)
            else:
                self._settle(sheet, [])
                count.rows += 1
                yield self._row(line)
        if not self._feed.peek(1):
            self._settle(sheet, [])
        if count.differs:
            values: dict[str, object] = {"said": count.said, "read": count.rows}
            sheet.problems.append(SheetProblem(COUNT_DIFFERS, values))

    def _starts_another(self) -> bool:
        ahead = self._feed.peek(3)
        if self._header.repeats(ahead[0]) or len(ahead[0].filled) < 3:
            return False
        return is_new_header(ahead, self._known)

    def _settle(self, sheet: Sheet, notes: list[Line]) -> None:
        """Lines between rows become notes once it is clear that no header follows them."""
        parts = [line for line in self.pending if not line.outside]
        if parts and not notes:
            self._section = _said(parts[-1])
        self._after_note = bool(notes) and not _TOTAL.match(notes[-1].texts[0])
        sheet.notes += [Note(line.number, _said(line)) for line in [*self.pending, *notes]]
        self.pending = []

    def _is_note(self, line: Line) -> bool:
        texts = line.texts
        figures = (_FIGURE.fullmatch(text) or _TOTAL.match(text) for text in texts[1:])
        if _TOTAL.match(texts[0]) and all(figures):
            return True
        if _SIGNED.match(texts[0]):
            few = len(texts) <= max(1, len(self.headings) // 2)
            return few or all(_SIGNED.match(text) for text in texts)
        alone = len(texts) == 1 and bool(line.text(0)) and len(self.headings) > 1
        return alone and self._after_note and not self._is_banner(line)

    def _is_banner(self, line: Line) -> bool:
        """One text across the table, or alone in its first column and numbered like a part."""
        if line.outside:
            return True
        own = [column for column in line.filled if column not in line.carried]
        if len(own) != 1 or len(line.filled) != 1 or len(self.headings) < 2:
            return False
        width = line.wide.get(own[0], 1)
        return 2 * width > len(self.headings) or bool(_SECTION.match(line.text(own[0])))

    def _row(self, line: Line) -> Row:
        values = dict.fromkeys(self.headings.values(), "")
        problems = [CellProblem("", line.fault, "")] if line.fault else []
        for column in line.filled:
            heading = self.headings.get(column)
            if heading is None:
                heading = _column_name(column)
                problems.append(CellProblem(heading, TOO_WIDE, line.cells[column]))
            values[heading], problem = check_value(heading, line.cells[column])
            problems += [problem] if problem else []
        return Row(line.number, line.where, values, tuple(problems), self._section)


@dataclass(slots=True)
class _Count:
    """Rows read, against what totals in the list say ("合计：20 家")."""

    rows: int = 0
    said: int = 0
    differs: bool = False
    _before: int = 0

    def compare(self, line: Line) -> None:
        """Take a total into account: it speaks of all rows so far, or of those since the last."""
        told = _COUNTED.search(_said(line))
        if told:
            self.said = int(told[1])
            self.differs = self.said not in (self.rows, self.rows - self._before)
            self._before = self.rows


def _name_columns(header: Header, ahead: list[Line]) -> dict[int, str]:
    """Headings by column. A column of the header without a name gets one if rows fill it."""
    used = {column for line in ahead for column in line.filled}
    named = {at: name or _column_name(at) for at, name in enumerate(header.headings)}
    return {at: name for at, name in named.items() if header.headings[at] or at in used}


def _says_something_new(line: Line) -> bool:
    """Not a blank line, nor one of the further lines of a record merged over several."""
    return any(text and at not in line.carried for at, text in enumerate(line.cells))


def _column_name(column: int) -> str:
    return f"列{column + 1}"


def _is_remark(text: str) -> bool:
    return bool(_SIGNED.match(text) or _TOTAL.match(text))


def _said(line: Line) -> str:
    return " ".join(line.texts)
