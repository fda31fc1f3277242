"""One file from end to end: read, normalise, recognise, propose, perhaps accept; or nothing."""

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

from sqlmodel import Session

from app.curation import batches
from app.curation.admission import deciding
from ingest.intake import Intake
from ingest.known import load_known
from ingest.recognise import Recogniser
from ingest.report import Report
from ingest.tables import Source, Survey, lines, survey, tables
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
OBJECTS_BETWEEN_COLLECTIONS = 50_000
MOST_KEPT_PROBLEMS = 1000  # with the batch; the report lists them all

Progress = Callable[[int, int], None]


class _DryRun(Exception):
    """Raised to leave the transaction with nothing written."""


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

    `folder` holds headings that staff added. `progress` is told rows done and rows in all.
    Raises `Unreadable` when the file cannot become rows; then nothing is written.
    """
    source = Source(path, vocabulary, kind, encoding, folder)
    report = Report(file=path.name)
    surveyed = survey(source)
    try:
        with _few_collections(), deciding() as db:
            intake = _take_in(db, source, surveyed, report, by=by, progress=progress)
            if accept:
                batches.accept_repeated(db, report.file, surveyed.digests, by=by)
            if accept and intake.batch is not None:
                batches.accept(db, intake.batch, by=by)
            if dry_run:
                raise _DryRun
    except _DryRun:
        report.forget_identifiers()
    return report


@contextmanager
def _few_collections() -> Iterator[None]:
    """Rows make many objects and few cycles: looking for those as often as usual took a fifth
    of the time, and the more had been read, the longer each look."""
    before = gc.get_threshold()
    gc.set_threshold(OBJECTS_BETWEEN_COLLECTIONS, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)


def _take_in(
    db: Session,
    source: Source,
    surveyed: Survey,
    report: Report,
    *,
    by: str,
    progress: Progress | None,
) -> Intake:
    # A case names its solution, so solutions must be known too.
    linked = {Kind.SOLUTION} if Kind.CASE in surveyed.kinds else set()
    recogniser = Recogniser(load_known(db, surveyed.kinds | linked), source.vocabulary)
    digests = frozenset(surveyed.digests)
    intake = Intake(db, report, recogniser, sha256=surveyed.sha256, digests=digests, by=by)
    for sheet, mapping in tables(source, report.problems):
        rows = lines(sheet, mapping, source.vocabulary, report.problems)
        while chunk := list(islice(rows, CHUNK)):
            intake.take(chunk)
            if progress:
                progress(report.rows, surveyed.rows)
    report.problems.sort(key=lambda problem: (problem.sheet, problem.row))
    if intake.batch is not None:
        intake.batch.counts = {str(s): n for s, n in report.counts.items()}
        intake.batch.problems = [p.as_dict() for p in report.problems[:MOST_KEPT_PROBLEMS]]
    return intake
