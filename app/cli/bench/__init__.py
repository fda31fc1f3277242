"""`pool bench`: how fast, at which size, and against what; all within one run."""

import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

import typer

from app.cli.bench import bookings, databases, ingesting, matching, pages, searching, watches
from app.cli.bench.listings import MARK
from app.cli.bench.machine import this_machine
from app.cli.bench.tables import as_text
from app.cli.output import complain, say, say_json

SIZES = "1000,10000,100000"
QUICK_SIZES = "200,1000"
QUESTIONS, QUICK_QUESTIONS = 300, 40
SECONDS, QUICK_SECONDS = 10.0, 1.0  # of asking for one page
PAGES_OF = 1000
NEEDS, QUICK_NEEDS = 100, 3  # of one part, and as many of three
WAITING, QUICK_WAITING = (100, 10_000), (5, 20)  # saved searches
SEATS, QUICK_SEATS = 500, 16  # of one sitting, which more people want
PAID, QUICK_PAID = 200, 4  # orders whose events are delivered
TIMES, QUICK_TIMES = 200, 10  # of asking a database for one page

Part = Literal["search", "databases", "pages", "ingest", "matching", "watches", "bookings"]

NO_ELASTICSEARCH = (
    "No Elasticsearch to compare with: give --elasticsearch or set POOL_TEST_ELASTICSEARCH."
)
NO_POSTGRES = "No PostgreSQL to compare with: give --postgres or set POOL_TEST_POSTGRES."


def register(app: typer.Typer) -> None:
    """Add this command to `pool`."""
    app.command()(bench)


def bench(
    sizes: Annotated[str, typer.Option(help="Numbers of generated listings.")] = "",
    only: Annotated[Part | None, typer.Option(help="One part of it.")] = None,
    elasticsearch: Annotated[
        str, typer.Option(envvar="POOL_TEST_ELASTICSEARCH", help="http(s)://host:port to compare.")
    ] = "",
    postgres: Annotated[
        str, typer.Option(envvar="POOL_TEST_POSTGRES", help="A server where databases can be made.")
    ] = "",
    quick: Annotated[bool, typer.Option("--quick", help="Small sizes, few repeats.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Measure search, pages, ingestion, matching, alerts and bookings on generated records."""
    try:
        counts = [int(size) for size in (sizes or (QUICK_SIZES if quick else SIZES)).split(",")]
    except ValueError:
        counts = []
    if not counts or min(counts) < 1:
        complain("--sizes takes whole numbers above zero, such as 1000,10000.")
        raise typer.Exit(2)
    with tempfile.TemporaryDirectory(prefix="pool-bench-") as folder:
        servers = {"elasticsearch": elasticsearch, "postgres": postgres}
        report = measure(Path(folder), counts, only=only, quick=quick, **servers)
    say_json(report) if as_json else say(as_text(report))


def measure(
    home: Path,
    sizes: list[int],
    *,
    only: Part | None = None,
    quick: bool = False,
    elasticsearch: str = "",
    postgres: str = "",
) -> dict[str, Any]:
    """The whole report, or one part of it.

    Nothing is written outside `home` but on the given servers, and what is made there is removed.
    """
    report: dict[str, Any] = {"machine": asdict(this_machine()), "mark": MARK}
    wanted = {only} if only else set(get_args(Part))
    report["left_out"] = []
    if "search" in wanted:
        asked = QUICK_QUESTIONS if quick else QUESTIONS
        report["search"] = searching.measure(
            home, sizes, questions=asked, elasticsearch=elasticsearch
        )
        if not elasticsearch:
            report["left_out"].append(NO_ELASTICSEARCH)
    if "databases" in wanted and postgres:
        times = QUICK_TIMES if quick else TIMES
        report["databases"] = databases.measure(home, sizes, times=times, postgres=postgres)
    elif "databases" in wanted:
        report["left_out"].append(NO_POSTGRES)
    if "pages" in wanted:
        seconds = QUICK_SECONDS if quick else SECONDS
        report["pages"] = pages.measure(home, listings=min(PAGES_OF, max(sizes)), seconds=seconds)
    if "ingest" in wanted:
        report["ingest"] = ingesting.measure(home, sizes)
    if "bookings" in wanted:
        seats, paid = (QUICK_SEATS, QUICK_PAID) if quick else (SEATS, PAID)
        report["bookings"] = bookings.measure(home, seats=seats, paid=paid, postgres=postgres)
    return report | _of_needs(home, sizes, wanted & {"matching", "watches"}, quick=quick)


def _of_needs(home: Path, sizes: list[int], wanted: set[Part], *, quick: bool) -> dict[str, Any]:
    report: dict[str, Any] = {}
    if "matching" in wanted:
        asked = QUICK_NEEDS if quick else NEEDS
        report["matching"] = matching.measure(home, sizes, needs=asked)
    if "watches" in wanted:
        waiting = QUICK_WAITING if quick else WAITING
        listings = min(PAGES_OF, max(sizes))
        report["watches"] = watches.measure(home, listings=listings, waiting=waiting)
    return report
