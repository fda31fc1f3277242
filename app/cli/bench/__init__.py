"""`pool bench`: how fast, at which size, and against what; all within one run."""

import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from app.cli.bench import ingesting, pages, searching
from app.cli.bench.listings import MARK
from app.cli.bench.machine import this_machine
from app.cli.bench.tables import as_text
from app.cli.output import complain, say, say_json

SIZES = "1000,10000,100000"
QUICK_SIZES = "200,1000"
QUESTIONS, QUICK_QUESTIONS = 300, 40
SECONDS, QUICK_SECONDS = 10.0, 1.0  # of asking for one page
PAGES_OF = 1000

Part = Literal["search", "ingest", "pages"]


def register(app: typer.Typer) -> None:
    """Add this command to `pool`."""
    app.command()(bench)


def bench(
    sizes: Annotated[str, typer.Option(help="Numbers of generated listings.")] = "",
    only: Annotated[Part | None, typer.Option(help="One part of it.")] = None,
    quick: Annotated[bool, typer.Option("--quick", help="Small sizes, few repeats.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Measure search, pages and ingestion on generated listings, in a folder of its own."""
    try:
        counts = [int(size) for size in (sizes or (QUICK_SIZES if quick else SIZES)).split(",")]
    except ValueError:
        counts = []
    if not counts or min(counts) < 1:
        complain("--sizes takes whole numbers above zero, such as 1000,10000.")
        raise typer.Exit(2)
    with tempfile.TemporaryDirectory(prefix="pool-bench-") as folder:
        report = measure(Path(folder), counts, only=only, quick=quick)
    say_json(report) if as_json else say(as_text(report))


def measure(
    home: Path, sizes: list[int], *, only: Part | None = None, quick: bool = False
) -> dict[str, Any]:
    """The whole report, or one part of it; nothing outside `home` is written."""
    report: dict[str, Any] = {"machine": asdict(this_machine()), "mark": MARK}
    if only in (None, "search"):
        questions = QUICK_QUESTIONS if quick else QUESTIONS
        report["search"] = searching.measure(home, sizes, questions=questions)
        report["by_meaning"] = report["search"][0]["numpy_p50"] is not None
    if only in (None, "pages"):
        seconds = QUICK_SECONDS if quick else SECONDS
        report["pages"] = pages.measure(home, listings=min(PAGES_OF, max(sizes)), seconds=seconds)
    if only in (None, "ingest"):
        report["ingest"] = ingesting.measure(home, sizes)
    return report
