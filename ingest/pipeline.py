"""One file from end to end: read, normalise, recognise, propose, perhaps accept; or nothing."""

import hashlib
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from sqlmodel import Session

from app.core.db import transaction
from app.curation import batches
from ingest.columns import Mapping, load_aliases, map_headings
from ingest.errors import Unreadable
from ingest.intake import Intake
from ingest.known import load_known
from ingest.layout import Row, Sheet
from ingest.normalise import normalise_row
from ingest.readers import read
from ingest.recognise import Line, Recogniser, digest_of
from ingest.report import Problem, Report, State
from search.engine import Kind
from search.vocabulary import Vocabulary

LISTS = {
    "vendors": Kind.VENDOR,
    "solutions": Kind.SOLUTION,
    "cases": Kind.CASE,
    "information": Kind.INFORMATION,
    "trainings": Kind.TRAINING,
}
CHUNK = 500
MOST_KEPT_PROBLEMS = 1000  # with the batch; the report lists them all
UNVERIFIED = ("待核", "未核实", "待核实")

Progress = Callable[[int, int], None]


class _DryRun(Exception):
    """Raised to leave the transaction with nothing written."""


@dataclass(frozen=True, slots=True)
class Source:
    """A file and how to read it."""

    path: Path
    kind: Kind | None
    encoding: str | None
    vocabulary: Vocabulary
    folder: Path | None = None


def run(
    path: Path,
    *,
    vocabulary: Vocabulary,
    by: str,
    kind: Kind | None = None,
    encoding: str | None = None,
    accept: bool = False,
    dry_run: bool = False,
    folder: Path | None = None,
    progress: Progress | None = None,
) -> Report:
    """Read one file into the pool in one transaction; returns the report.

    `folder` holds headings that staff added. Raises `Unreadable` when the file cannot become
    rows; then nothing is written.
    """
    if not path.is_file() or not os.access(path, os.R_OK):
        raise Unreadable("{file} is no file that I can open.", file=path.name)
    source = Source(path, kind, encoding, vocabulary, folder)
    report = Report(file=path.name)
    survey = _survey(source)
    try:
        with transaction() as db:
            _take_in(db, source, survey, report, by=by, accept=accept, progress=progress)
            if dry_run:
                raise _DryRun
    except _DryRun:
        report.forget_identifiers()
    return report


@dataclass(frozen=True, slots=True)
class Survey:
    """A first look through the file: how many rows, of which kinds, and their digests."""

    rows: int
    kinds: frozenset[Kind]
    digests: frozenset[str]
    sha256: str


def _survey(source: Source) -> Survey:
    rows, kinds, digests = 0, set(), set()
    for sheet, mapping in _tables(source):
        kinds.add(mapping.kind)
        for row in sheet.rows:
            rows += 1
            digests.add(digest_of(mapping.kind, _cells(mapping, row)))
    if not kinds:
        raise Unreadable("There is no table in {file}.", file=source.path.name)
    with source.path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    return Survey(rows, frozenset(kinds), frozenset(digests), sha256)


def _tables(source: Source) -> Iterator[tuple[Sheet, Mapping]]:
    aliases = load_aliases(source.folder)
    for sheet in read(source.path, encoding=source.encoding, aliases=aliases):
        yield sheet, map_headings(sheet.headings, source.kind, title=sheet.context, aliases=aliases)


def _cells(mapping: Mapping, row: Row) -> dict[str, str]:
    """A row's cells without those that only number it, and with what its title says."""
    kept = {name: row.values[name] for name in row.values if name in mapping.fields}
    extra = {name: row.values[name] for name in mapping.unmapped if row.values.get(name)}
    return kept | extra | mapping.defaults


def _take_in(
    db: Session,
    source: Source,
    survey: Survey,
    report: Report,
    *,
    by: str,
    accept: bool,
    progress: Progress | None,
) -> None:
    known = load_known(db, {*survey.kinds, *_linked(survey.kinds)})
    recogniser = Recogniser(known, source.vocabulary)
    intake = Intake(db, report, recogniser, sha256=survey.sha256, digests=survey.digests, by=by)
    for sheet, mapping in _tables(source):
        rows = _lines(sheet, mapping, source.vocabulary, report)
        first_row = 0
        while chunk := list(islice(rows, CHUNK)):
            first_row = first_row or chunk[0].row
            intake.take(chunk)
            if progress:
                progress(report.rows, survey.rows)
        _report_table(sheet, mapping, report, first_row)
    report.problems.sort(key=lambda problem: (problem.sheet, problem.row))
    if intake.batch is not None:
        intake.batch.counts = {str(s): n for s, n in report.counts.items()}
        intake.batch.problems = [p.as_dict() for p in report.problems[:MOST_KEPT_PROBLEMS]]
        if accept:
            batches.accept(db, intake.batch, by=by)


def _linked(kinds: frozenset[Kind]) -> set[Kind]:
    """A case names its solution, so solutions must be known too."""
    return {Kind.SOLUTION} if Kind.CASE in kinds else set()


def _lines(
    sheet: Sheet, mapping: Mapping, vocabulary: Vocabulary, report: Report
) -> Iterator[Line]:
    unverified = any(word in f"{sheet.name} {sheet.title}" for word in UNVERIFIED)
    for row in sheet.rows:
        fields, extra = mapping.apply(row.values)
        normalised = normalise_row(mapping.kind, fields, vocabulary, context=sheet.context)
        line = Line(
            kind=mapping.kind,
            sheet=sheet.name,
            row=row.number,
            raw=dict(row.values),
            values=normalised.values | ({"extra": extra} if extra else {}),
            digest=digest_of(mapping.kind, _cells(mapping, row)),
            unverified=unverified or normalised.unverified,
            hints=normalised.hints,
        )
        if normalised.rejected:
            line.state = State.REJECTED
        for cell in row.problems:
            field = mapping.fields.get(cell.heading, cell.heading)
            report.problems.append(
                Problem(row.number, field, cell.reason, cell.value, sheet=sheet.name)
            )
        for found in normalised.problems:
            problem = Problem(
                row.number, found.field, found.reason, found.value, dict(found.values), sheet.name
            )
            report.problems.append(problem)
        yield line


def _report_table(sheet: Sheet, mapping: Mapping, report: Report, first_row: int) -> None:
    """What was said about the table as a whole; row 0 stands for the table."""
    for heading in mapping.unmapped:
        reason = "No field is known for this column; its values are kept as they are."
        report.problems.append(Problem(0, heading, reason, sheet=sheet.name))
    below = [note for note in sheet.notes if note.number > first_row]
    for note in below:
        reason = "Taken for a note or a total, not for a row."
        report.problems.append(Problem(note.number, "", reason, note.text, sheet=sheet.name))
    for found in sheet.problems:
        report.problems.append(Problem(0, "", found.reason, values=found.values, sheet=sheet.name))
