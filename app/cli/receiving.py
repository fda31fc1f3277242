"""Commands that take lists in and decide about them: ingest, admit, batches, merges, edit."""

import getpass
import json
from pathlib import Path
from typing import Annotated, Any

import typer

from app.catalogue import index, reading
from app.cli.output import complain, note, progress, say, say_json
from app.core import worker
from app.core.db import transaction
from app.core.i18n import _
from app.core.migrating import upgrade
from app.core.settings import get_settings
from app.curation import admission, batches, merging
from ingest import pipeline
from ingest.errors import Unreadable
from ingest.report import Report

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
By = Annotated[str, typer.Option(help="Who decides; the name goes into the audit trail.")]


def register(app: typer.Typer) -> None:
    """Add these commands to `pool`."""
    for command in (ingest, admit, merges, merge, apart, split, edit):
        app.command()(command)
    app.command("batches")(list_batches)


def ingest(
    files: Annotated[
        list[Path] | None, typer.Argument(help="XLSX, XLS, CSV, TSV, HTML or PDF.")
    ] = None,
    as_kind: Annotated[
        str | None, typer.Option("--as", help="vendors, solutions, cases, information, trainings.")
    ] = None,
    encoding: Annotated[str | None, typer.Option(help="For example big5; else recognised.")] = None,
    accept: Annotated[bool, typer.Option("--accept", help="Admit the whole batch.")] = False,
    by: By = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Report only; write nothing.")] = False,
    undo: Annotated[int | None, typer.Option(help="Take a batch back.")] = None,
    rows: Annotated[bool, typer.Option("--rows", help="List every row's state.")] = False,
    as_json: Json = False,
) -> None:
    """Read lists into the pool; every row ends as new, changed, unchanged, review or rejected."""
    upgrade()
    by = by or getpass.getuser()
    if undo is not None:
        _undo(undo, by=by, as_json=as_json)
        return
    if not files or (as_kind and as_kind not in pipeline.LISTS):
        complain(_("Name at least one file; --as takes {kinds}.", kinds=", ".join(pipeline.LISTS)))
        raise typer.Exit(2)
    code = 0
    for path in files:
        try:
            report = receive(
                path, by=by, accept=accept, as_kind=as_kind, encoding=encoding, dry_run=dry_run
            )
        except Unreadable as unreadable:
            code = 2
            _say_unreadable(path, unreadable, as_json=as_json)
            continue
        say_json(report.as_dict(rows=rows)) if as_json else say(report.as_text(rows=rows))
        code = max(code, 1 if report.rejected else 0)
    if accept and not dry_run:
        _follow_in_index()
    if code:
        raise typer.Exit(code)


def receive(
    path: Path,
    *,
    by: str,
    accept: bool = False,
    as_kind: str | None = None,
    encoding: str | None = None,
    dry_run: bool = False,
) -> Report:
    """Read one file in with a progress bar; raises `Unreadable` when it cannot become rows."""
    with progress(path.name) as step:
        return pipeline.run(
            path,
            kind=pipeline.LISTS.get(as_kind or ""),
            encoding=encoding,
            by=by,
            accept=accept,
            dry_run=dry_run,
            vocabulary=index.get_vocabulary(),
            folder=get_settings().vocabulary,
            progress=step,
        )


def _say_unreadable(path: Path, unreadable: Unreadable, *, as_json: bool) -> None:
    sentence = _(unreadable.message, **unreadable.values)
    complain(f"{path}: {sentence}")
    if as_json:
        say_json({"file": path.name, "error": sentence})


def _follow_in_index() -> None:
    if worker.count_due():
        with progress(_("Building the index")) as step:
            drained = worker.drain(lambda done, waiting: step(done, done + waiting))
        if drained.later:
            note_away()


def note_away() -> None:
    """Say that nothing is lost: the outbox keeps what the index has to follow."""
    note(_("The search engine is away. The index follows by itself once it is back."))


def _undo(batch_id: int, *, by: str, as_json: bool) -> None:
    with admission.deciding() as db:
        counts = batches.take_back(db, batches.find(db, batch_id), by=by)
    _follow_in_index()
    if as_json:
        say_json({"batch": batch_id, **counts})
    else:
        say(
            _(
                "Batch {batch} taken back: {withdrawn} withdrawn, {restored} restored.",
                batch=batch_id,
                **counts,
            )
        )


def admit(
    batch: int,
    by: By = "",
    unverified: Annotated[
        bool, typer.Option("--unverified", help="Also rows that their list marks as unverified.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Admit everything of a batch that waits for a decision."""
    with admission.deciding() as db:
        found = batches.find(db, batch)
        counts = batches.accept(db, found, by=by or getpass.getuser(), unverified=unverified)
    _follow_in_index()
    if as_json:
        say_json({"batch": batch, **counts})
    else:
        say(_("{published} published, {changed} changed.", **counts))


def list_batches(as_json: Json = False) -> None:
    """The batches, newest first."""
    with transaction(writes=False) as db:
        found = batches.latest(db)
    for batch in found:
        row: dict[str, Any] = {
            "batch": batch.id,
            "source": batch.source,
            "by": batch.by,
            "at": batch.created_at.isoformat(timespec="seconds"),
            "accepted_by": batch.accepted_by,
            "taken_back": batch.taken_back_at is not None,
            **batch.counts,
        }
        say_json(row) if as_json else say("  ".join(f"{k}={v}" for k, v in row.items()))


def merges(as_json: Json = False) -> None:
    """The merge queue: pairs that may be one."""
    with transaction(writes=False) as db:
        cases = merging.waiting(db)
        names = merging.names_of(db, cases)
    for case in cases:
        newer, older = names[case.newer_id], names[case.older_id]
        row = {
            "case": case.id,
            "kind": case.kind,
            "score": round(case.score, 3),
            "newer": {"id": newer[0], "name": newer[1]},
            "older": {"id": older[0], "name": older[1]},
            "reasons": [_(reason) for reason in case.reasons],
        }
        if as_json:
            say_json(row)
        else:
            say(f"{case.id:>4}  {case.score:.2f}  {newer[1]}  ~  {older[1]}")


def merge(case: int, by: By = "", as_json: Json = False) -> None:
    """Decide that the two of a case are one; the newer joins the older."""
    _decide(case, "merge", by, as_json=as_json)


def apart(case: int, by: By = "", as_json: Json = False) -> None:
    """Decide that the two of a case are different."""
    _decide(case, "keep_apart", by, as_json=as_json)


def split(case: int, by: By = "", as_json: Json = False) -> None:
    """Undo a merge."""
    _decide(case, "split", by, as_json=as_json)


def _decide(case_id: int, verb: str, by: str, *, as_json: bool) -> None:
    with admission.deciding() as db:
        case = merging.find_case(db, case_id)
        getattr(merging, verb)(db, case, by=by or getpass.getuser())
        state = case.state
    _follow_in_index()
    say_json({"case": case_id, "state": state}) if as_json else say(_("Done."))


def edit(
    identifier: str,
    changes: Annotated[list[str], typer.Argument(help="field=value, a value may be JSON.")],
    by: By = "",
    as_json: Json = False,
) -> None:
    """Correct a public record; a person's word outdoes every list, now and later."""
    pairs = [change.partition("=") for change in changes]
    if not all(sign for _field, sign, _value in pairs):
        complain(_("Write each change as field=value."))
        raise typer.Exit(2)
    values = {field: _value(text) for field, _sign, text in pairs}
    with admission.deciding() as db:
        record = reading.find_by_identifier(db, identifier)
        changed = admission.edit(db, record, values, by=by or getpass.getuser())
    _follow_in_index()
    if as_json:
        say_json({"id": identifier, "changed": changed})
    else:
        named = _("Changed: {fields}", fields=", ".join(changed))
        say(named if changed else _("Nothing changed."))


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text or None
