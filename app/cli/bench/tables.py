"""The report for a reader: plain tables, each with a line that says how to read it."""

from collections.abc import Mapping, Sequence
from typing import Any

Row = Mapping[str, Any]
# heading → figure, or two figures shown as "p50/p99"
Columns = Mapping[str, tuple[str, ...]]

SEARCH: Columns = {
    "listings": ("listings",),
    "whole ms": ("whole_p50", "whole_p99"),
    "of it embedding": ("embedding_p50", "embedding_p99"),
    "share": ("embedding_share",),
    "the rest": ("rest_p50", "rest_p99"),
    "bare tantivy": ("tantivy_p50", "tantivy_p99"),
    "bare numpy": ("numpy_p50", "numpy_p99"),
    "rest/bare": ("rest_to_bare",),
    "whole/tantivy": ("whole_to_tantivy",),
    "whole/numpy": ("whole_to_numpy",),
}
MEMORY: Columns = {
    "listings": ("listings",),
    "index MiB": ("memory_index",),
    "model MiB": ("memory_model",),
    "process before MiB": ("memory_base",),
    "indexed/s": ("indexed_per_second",),
}
INGEST: Columns = {
    "rows": ("rows",),
    "seconds": ("seconds",),
    "rows/s": ("rows_per_second",),
    "rows/CPU s": ("rows_per_cpu_second",),
    "time per row": ("per_row",),
    "CPU per row": ("cpu_per_row",),
    "peak MiB": ("memory_peak",),
    "before MiB": ("memory_before",),
    "new": ("new",),
    "review": ("review",),
    "rejected": ("rejected",),
}
PAGES: Columns = {
    "page": ("page",),
    "pages/s": ("per_second",),
    "ms": ("p50", "p99"),
    "bare/page": ("bare_to_page",),
}


def as_text(report: Row) -> str:
    """Every part of a report that is there."""
    machine = report["machine"]
    parts = [
        f"{machine['processor']}, {machine['cores']} cores, {machine['memory_gib']} GiB, "
        f"{machine['system']}, Python {machine['python']}, load {machine['load']}; "
        f"all listings are generated ({report['mark']})"
    ]
    if "search" in report:
        parts += _search(report)
    if "pages" in report:
        parts += _pages(report["pages"])
    if "ingest" in report:
        title = "Ingestion: CSV lists of vendors and solutions, admitted, into a fresh SQLite"
        note = "Time per row compares with the first size: level is 1. CPU leaves others' work out."
        parts += [_table(title, INGEST, report["ingest"], note)]
    return "\n\n".join(parts)


def _search(report: Row) -> list[str]:
    rows = report["search"]
    asked = "hybrid, all facets, a quarter each without filter and with three kinds of filter"
    title = f"Search: {rows[0]['questions']} different questions, {asked} (p50/p99)"
    vectors = (
        f"{rows[0]['texts']} listings a size were embedded by the model, the rest are "
        "resampled from those with noise. Bare: the same tokens, the same vector, no filter."
        if report["by_meaning"]
        else "There is no embedding model here: words only."
    )
    memory = "Memory of the index and of the model, each measured apart"
    return [_table(title, SEARCH, rows, vectors), _table(memory, MEMORY, rows)]


def _pages(pages: Row) -> list[str]:
    rows = [{"page": name, **row} for name, row in pages.items() if isinstance(row, Mapping)]
    title = f"Pages of a pool of {pages['listings']}, over {pages['connections']} connections"
    note = "The same server and client for both; the client works on the same machine."
    return [_table(title, PAGES, rows, note)]


def _table(title: str, columns: Columns, rows: Sequence[Row], note: str = "") -> str:
    lines = [list(columns), *([_shown(row, names) for names in columns.values()] for row in rows)]
    widths = [max(len(line[at]) for line in lines) for at in range(len(columns))]
    shown = (
        "  ".join(cell.rjust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )
    return "\n".join(line for line in (title, *shown, note) if line)


def _shown(row: Row, names: tuple[str, ...]) -> str:
    return "/".join(_figure(row.get(name)) for name in names)


def _figure(value: Any) -> str:
    if value is None:
        return "–"
    if isinstance(value, float):
        return f"{value:.2f}" if value < 10 else f"{value:.1f}"
    return str(value)
