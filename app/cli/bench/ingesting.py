"""How fast generated lists become records: rows a second, and the memory that takes."""

import time
from collections import Counter
from pathlib import Path
from typing import Any

from app.catalogue.index import get_vocabulary
from app.cli.bench import child
from app.cli.bench.listings import Generator, write_companies, write_offers
from app.cli.bench.machine import peak, resident
from app.cli.bench.timing import ratio
from app.cli.output import progress
from app.core.migrating import upgrade
from app.core.settings import get_settings
from ingest import pipeline
from search.engine import Kind

OFFERS_FOR_A_COMPANY = 4


def measure(home: Path, sizes: list[int]) -> list[dict[str, Any]]:
    """One row a size; `per_row` compares the time of a row with that at the first size."""
    found: list[dict[str, Any]] = []
    for size in sizes:
        row = child.run("ingest", child.environment(home / f"ingest-{size}"), rows=size)
        first = found[0] if found else row
        row["per_row"] = ratio(row["seconds"] / row["rows"], first["seconds"] / first["rows"])
        row["cpu_per_row"] = ratio(
            row["cpu_seconds"] / row["rows"], first["cpu_seconds"] / first["rows"]
        )
        found.append(row)
    return found


def take_in(rows: int) -> dict[str, Any]:
    """Take two generated lists of together so many rows in and admit them, as `pool ingest` does.

    The answer counts rows by state, seconds on the clock and of the processor, and MiB before
    and at most.
    """
    upgrade()
    lists = write_lists(get_settings().home, rows)
    before = resident()
    start, cpu = time.perf_counter(), time.process_time()
    counts: Counter[str] = Counter()
    for kind, path in lists.items():
        counts.update(_read(path, kind, rows))
    seconds, cpu_seconds = time.perf_counter() - start, time.process_time() - cpu
    return {
        "rows": counts.total(),
        **counts,
        "seconds": round(seconds, 2),
        "cpu_seconds": round(cpu_seconds, 2),
        "rows_per_second": round(rows / seconds),
        "rows_per_cpu_second": round(rows / cpu_seconds),
        "memory_before": round(before),
        "memory_peak": round(peak()),
    }


def _read(path: Path, kind: Kind, rows: int) -> dict[str, int]:
    with progress(f"ingest {rows}: {path.name}") as step:
        report = pipeline.run(
            path,
            kind=kind,
            vocabulary=get_vocabulary(),
            by="pool bench",
            accept=True,
            progress=step,
        )
    return {str(state): count for state, count in report.counts.items()}


def write_lists(folder: Path, rows: int) -> dict[Kind, Path]:
    """A list of vendors and one of what they offer, of together `rows` rows."""
    generator = Generator(get_vocabulary())
    companies = generator.companies(max(1, rows // (OFFERS_FOR_A_COMPANY + 1)))
    vendors, solutions = folder / "generated-vendors.csv", folder / "generated-solutions.csv"
    write_companies(vendors, companies)
    write_offers(solutions, generator.offers(rows - len(companies), companies))
    return {Kind.VENDOR: vendors, Kind.SOLUTION: solutions}
