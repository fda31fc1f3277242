"""The tables of one file: which kind each lists, what its rows say, what about it is odd."""

import hashlib
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from app.core.i18n import mark
from ingest.columns import Mapping, load_aliases, map_headings
from ingest.errors import Unreadable
from ingest.layout import Row, Sheet
from ingest.normalise import normalise_row
from ingest.readers import read
from ingest.recognise import Line, digest_of
from ingest.report import Problem, State
from search.engine import Kind
from search.vocabulary import Vocabulary

UNVERIFIED = ("待核", "未核实")
PERSONAL = re.compile(
    r"联系|电话|手机|邮箱|e-?mail|微信|身份证|姓名|负责人|法定代表人|法人代表", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Source:
    """A file and how to read it; `folder` holds headings that staff added."""

    path: Path
    vocabulary: Vocabulary
    kind: Kind | None = None
    encoding: str | None = None
    folder: Path | None = None


@dataclass(slots=True)
class Survey:
    """A first look through the file: how many rows, of which kinds, and their digests."""

    rows: int = 0
    kinds: set[Kind] = field(default_factory=set)
    digests: set[str] = field(default_factory=set)
    sha256: str = ""
    problems: list[Problem] = field(default_factory=list)


def survey(source: Source) -> Survey:
    """Look through the whole file once.

    Raises `Unreadable` when it cannot be opened or holds no table of a kind that is known.
    """
    path = source.path
    if not path.is_file() or not os.access(path, os.R_OK):
        raise Unreadable("{file} is no file that I can open.", file=path.name)
    found = Survey()
    for sheet, mapping in tables(source, found.problems):
        found.kinds.add(mapping.kind)
        for row in sheet.rows:
            found.rows += 1
            found.digests.add(digest_of(mapping.kind, _cells(mapping, row)))
    with path.open("rb") as file:
        found.sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    return found


def tables(source: Source, problems: list[Problem]) -> Iterator[tuple[Sheet, Mapping]]:
    """Each table with the fields of its columns; one whose kind is unclear is a problem.

    Raises `Unreadable` when no table's kind is clear.
    """
    aliases = load_aliases(source.folder)
    reading = read(source.path, encoding=source.encoding, aliases=aliases)
    unclear: Unreadable | None = None
    any_clear = False
    for sheet in reading:
        try:
            mapping = map_headings(
                sheet.headings, source.kind, title=sheet.context, aliases=aliases
            )
        except Unreadable as error:
            unclear = unclear or error
            problems.append(
                Problem(0, "", error.message, values=dict(error.values), sheet=sheet.name)
            )
            continue
        any_clear = True
        yield sheet, mapping
    if unclear and not any_clear:
        raise unclear
    for name in reading.skipped:
        reason = mark("This sheet holds no table or is hidden; it was left out.")
        problems.append(Problem(0, "", reason, sheet=name))


def _cells(mapping: Mapping, row: Row) -> dict[str, str]:
    """A row's cells without those that only number it, and with what its title says."""
    kept = {name: row.values[name] for name in row.values if name in mapping.fields}
    extra = {name: row.values[name] for name in mapping.unmapped if row.values.get(name)}
    return kept | extra | mapping.defaults


def lines(
    sheet: Sheet, mapping: Mapping, vocabulary: Vocabulary, problems: list[Problem]
) -> Iterator[Line]:
    """The rows of a table, normalised; what could not be read in them goes to `problems`."""
    unverified = any(word in f"{sheet.name} {sheet.title}" for word in UNVERIFIED)
    first_row = 0
    for row in sheet.rows:
        first_row = first_row or row.number
        line = _line(sheet, mapping, vocabulary, row, problems)
        line.unverified = line.unverified or unverified
        yield line
    problems += _of_table(sheet, mapping, first_row)


def _line(
    sheet: Sheet, mapping: Mapping, vocabulary: Vocabulary, row: Row, problems: list[Problem]
) -> Line:
    fields, unmapped = mapping.apply(row.values)
    normalised = normalise_row(mapping.kind, fields, vocabulary, context=sheet.context)
    shown = {name: said for name, said in unmapped.items() if not PERSONAL.search(name)}
    extra = normalised.values.get("extra", {}) | shown
    for cell in row.problems:
        name = mapping.fields.get(cell.heading, cell.heading)
        problems.append(Problem(row.number, name, cell.reason, cell.value, sheet=sheet.name))
    damaged = {mapping.fields.get(cell.heading) for cell in row.problems}
    for found in normalised.problems:
        if found.field in damaged:
            continue  # the same said twice
        said = dict(found.values)
        problems.append(
            Problem(row.number, found.field, found.reason, found.value, said, sheet.name)
        )
    return Line(
        kind=mapping.kind,
        sheet=sheet.name,
        row=row.number,
        raw=dict(row.values),
        values=normalised.values | ({"extra": extra} if extra else {}),
        digest=digest_of(mapping.kind, _cells(mapping, row)),
        unverified=normalised.unverified,
        hints=normalised.hints,
        state=State.REJECTED if normalised.rejected else None,
    )


def _of_table(sheet: Sheet, mapping: Mapping, first_row: int) -> Iterator[Problem]:
    """What is to be said of the table as a whole; row 0 stands for the table."""
    for heading in mapping.unmapped:
        reason = mark("No field is known for this column; its values are kept as they are.")
        if PERSONAL.search(heading):
            reason = mark("Personal data: kept with the row, never shown to the public.")
        yield Problem(0, heading, reason, sheet=sheet.name)
    for note in sheet.notes:
        if note.number > first_row:
            reason = mark("Taken for a note or a total, not for a row.")
            yield Problem(note.number, "", reason, note.text, sheet=sheet.name)
    for found in sheet.problems:
        yield Problem(0, "", found.reason, values=found.values, sheet=sheet.name)
