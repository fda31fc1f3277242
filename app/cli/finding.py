"""Commands around the index: search, evaluate, reindex, check-index."""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated

import typer

from app.catalogue import index, reading
from app.catalogue.models import Case, Solution, Vendor
from app.cli.output import complain, note, progress, say, say_json
from app.core.db import transaction
from app.core.i18n import _
from app.matching.evaluation import evaluate as evaluate_needs
from ingest.evaluation import evaluate_resolution
from search.engine import Kind
from search.evaluation import evaluate_dataset, evaluate_judgements
from search.searcher import Hit, Query, Results, Searcher, reason_text

MOST_HITS = 200
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def register(app: typer.Typer) -> None:
    """Add these commands to `pool`."""
    app.command()(search)
    app.command()(evaluate)
    app.command()(reindex)
    app.command("check-index")(check_index)


def search(
    text: Annotated[str, typer.Argument(help="What to look for; - reads one query a line.")],
    kind: Annotated[Kind, typer.Option(help="Which kind of thing.")] = Kind.SOLUTION,
    limit: Annotated[int, typer.Option(min=1, max=MOST_HITS)] = 10,
    as_json: Json = False,
) -> None:
    """Search the pool as the site does."""
    searcher = index.get_searcher()
    queries = sys.stdin if text == "-" else [text]
    for line in queries:
        results = searcher.search(Query(text=line.strip(), kinds=(kind,), limit=limit))
        rows = _rows(results)
        if as_json:
            say_json(rows)
        else:
            _print_hits(searcher, results, rows)


def _rows(results: Results) -> list[dict[str, object]]:
    with transaction(writes=False) as db:
        records = reading.by_identifiers(db, (hit.id for hit in results.hits))
    return [
        {
            "rank": rank,
            "kind": str(hit.kind),
            "id": hit.id,
            "name": hit.name,
            "vendor": _vendor_name(records.get(hit.id)),
            "reasons": _reasons(hit),
        }
        for rank, hit in enumerate(results.hits, start=1)
    ]


def _vendor_name(record: object) -> str | None:
    if isinstance(record, Vendor):
        return record.name
    if isinstance(record, Solution | Case):
        return record.vendor.name if record.vendor else None
    return None


def _reasons(hit: Hit) -> list[str]:
    return [reason_text(reason) for reason in hit.reasons]


def _print_hits(searcher: Searcher, results: Results, rows: list[dict[str, object]]) -> None:
    if not searcher.by_meaning:
        note(_("The language model is missing: searching by words only."))
    say(_("{total} found", total=results.total))
    for row in rows:
        vendor = f" · {row['vendor']}" if row["vendor"] else ""
        say(f"{row['rank']:>3}. {row['name']}{vendor}  [{row['id']}]")
        for reason in row["reasons"]:  # type: ignore[attr-defined]
            say(f"       {reason}")


def evaluate(
    dataset: Annotated[
        Path | None, typer.Option(help="A folder with corpus, queries and qrels files.")
    ] = None,
    judgements: Annotated[
        Path, typer.Option(help="Judged queries over the pool's own solutions.")
    ] = Path("tests/search/judgements.jsonl"),
    pairs: Annotated[Path, typer.Option(help="Labelled pairs of organisations.")] = Path(
        "tests/ingest/pairs.csv"
    ),
    resolution: Annotated[bool, typer.Option(help="Evaluate entity resolution instead.")] = False,
    needs: Annotated[bool, typer.Option(help="Evaluate matching instead.")] = False,
    judged_needs: Annotated[
        Path, typer.Option(help="Judged needs over the pool's own solutions.")
    ] = Path("tests/matching/needs.jsonl"),
    as_json: Json = False,
) -> None:
    """Measure search on judged queries, matching on judged needs, or entity resolution."""
    if resolution:
        report = evaluate_resolution(_existing(pairs))
        say_json(report.as_dict()) if as_json else say(report.as_text())
        return
    if needs:
        with progress(_("Matching the judged needs")) as step, transaction(writes=False) as db:
            matched = evaluate_needs(db, _existing(judged_needs), progress=step)
        say_json(matched.as_dict()) if as_json else say(matched.as_text())
        return
    with progress(_("Searching the judged queries")) as step:
        if dataset:
            result = evaluate_dataset(
                _existing(dataset), embedder=index.get_searcher().embedder, progress=step
            )
        else:
            result = evaluate_judgements(_existing(judgements), index.get_searcher(), progress=step)
    say_json(result.as_dict()) if as_json else say(result.as_text())


def _existing(path: Path) -> Path:
    if not path.exists():
        complain(_("There is no {path}.", path=path))
        raise typer.Exit(2)
    return path


def reindex(
    discard: Annotated[
        bool, typer.Option(help="Only delete the earlier indexes that a rebuild has kept.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Fill a fresh index from the database and switch to it; the site goes on meanwhile."""
    engine = index.get_searcher().engine
    if discard:
        kept = list(engine.kept())
        engine.discard()
        say_json({"discarded": kept}) if as_json else say(_total_discarded(kept))
        return
    with progress(_("Building the index")) as step, transaction(writes=False) as db:
        total = sum(reading.counts(db).values())
        written = index.rebuild(db, progress=lambda done: step(done, total))
    kept = list(engine.kept())
    if as_json:
        refused = dict(written.refused)
        say_json({"documents": engine.count(), "refused": refused, "kept": kept})
    else:
        _say_rebuilt(engine.count(), written.refused, kept)
    if written.refused:
        raise typer.Exit(1)


def _total_discarded(kept: Sequence[str]) -> str:
    if not kept:
        return _("There is no earlier index to delete.")
    return _("Deleted: {names}.", names=_(", ").join(kept))


def _say_rebuilt(count: int, refused: Mapping[str, str], kept: Sequence[str]) -> None:
    say(_("The index holds {count} documents.", count=count))
    for id_, reason in refused.items():
        complain(_("Left out: {id} ({reason}).", id=id_, reason=reason))
    if kept:
        names = _(", ").join(kept)
        say(_("Kept until “pool reindex --discard”: {names}.", names=names))


def check_index(
    repair: Annotated[bool, typer.Option(help="Make the index equal to the database.")] = False,
    as_json: Json = False,
) -> None:
    """Prove that index and database agree; exit code 1 when they do not."""
    with transaction(writes=False) as db:
        difference = index.compare(db)
        if difference and repair:
            index.repair(db, difference)
            left = index.compare(db)
        else:
            left = difference
    found = {
        "missing": list(difference.missing),
        "outdated": list(difference.outdated),
        "stray": list(difference.stray),
        "repaired": bool(difference) and not left,
    }
    if as_json:
        say_json(found)
    elif not difference:
        say(_("Index and database agree."))
    else:
        say(
            _(
                "{missing} missing, {outdated} outdated, {stray} stray in the index.",
                missing=len(difference.missing),
                outdated=len(difference.outdated),
                stray=len(difference.stray),
            )
        )
        say(_("Repaired.") if not left else _("Run “pool check-index --repair” to mend it."))
    if left:
        raise typer.Exit(1)
