"""The report for a reader: plain tables, each with a line that says how to read it."""

from collections.abc import Mapping, Sequence
from typing import Any

from app.cli.bench.embedders import NOISE

Row = Mapping[str, Any]
SEARCH_NOTE = (
    "Times are p50/p99; ratio is embedded : Elasticsearch, of p50. The first nine lines ask the "
    "engine alone, with five facets. The whole search is understanding, model, engine, fusion, "
    "reasons and highlights; bare lists are one by words and one by meaning with nothing around; "
    "the calls that we add to are those of the client, or the bare lists where there is none."
)
DATABASE_NOTE = "Times are p50/p99; ratio is SQLite : PostgreSQL, of p50."
# heading → figure, or two figures shown as "p50/p99"
Columns = Mapping[str, tuple[str, ...]]

# what the figures of two contenders are called: label → figure, or two shown as "p50/p99"
WAYS = ("words", "meaning", "both")
FILTERS = ("unfiltered", "narrow", "broad")
SEARCH: Columns = {
    **{
        f"{way}, {width}: ms": (f"{way}, {width}_p50", f"{way}, {width}_p99")
        for way in WAYS
        for width in FILTERS
    },
    "whole search: ms": ("whole_p50", "whole_p99"),
    "  the model": ("embedding_p50", "embedding_p99"),
    "  the engine": ("engine_p50", "engine_p99"),
    "  above both": ("above_p50", "above_p99"),
    "  bare lists": ("bare_p50", "bare_p99"),
    "  client's calls": ("client_p50", "client_p99"),
    "  of them the server": ("server_p50", "server_p99"),
    "  round trips": ("trips",),
    "we add to model and calls: %": ("added",),
    **{f"recall@100, {width}": (f"recall, {width}",) for width in FILTERS},
    "recall, nearest 50 of a kind": ("recall, of a kind",),
    "saved to found: ms": ("found_p50", "found_p99"),
    "indexed/s": ("indexed",),
    "prepared before that/s": ("prepared",),
    "memory of the index: MiB": ("memory",),
    "heap of all nodes: MiB": ("heap",),
    "on disk: MiB": ("disk",),
}
DATABASES: Columns = {
    **{
        f"{page}: ms": (f"{page}_p50", f"{page}_p99")
        for page in (
            "rows of a search",
            "a solution",
            "a vendor",
            "a list, first page",
            "a list, page 30",
            "the front page",
            "search without the index",
        )
    },
    "ingested/s": ("ingested",),
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
MATCHING: Columns = {
    "listings": ("listings",),
    "one part: ms": ("one part_p50", "one part_p99"),
    "its bare calls": ("one part, bare_p50", "one part, bare_p99"),
    "one/bare": ("one part, ratio",),
    "three parts: ms": ("three parts_p50", "three parts_p99"),
    "their bare calls": ("three parts, bare_p50", "three parts, bare_p99"),
    "three/bare": ("three parts, ratio",),
}
WATCHES: Columns = {
    "waiting": ("waiting",),
    "request: ms": ("request_p50", "request_p99"),
    "its statements": ("statements",),
    "of them on searches": ("on_searches",),
    "job, preparing: ms": ("prepared_p50", "prepared_p99"),
    "job, looking up: ms": ("looked_up_p50", "looked_up_p99"),
    "found a listing": ("found",),
    "request/first": ("request_ratio",),
    "looking up/first": ("looked_up_ratio",),
}
BOOKINGS: Columns = {
    "database": ("database",),
    "seats": ("seats",),
    "asked": ("asked",),
    "booked": ("booked",),
    "oversold": ("oversold",),
    "bookings/s": ("bookings_per_second",),
    "events": ("events",),
    "events/s": ("events_per_second",),
}


def as_text(report: Row) -> str:
    """Every part of a report that is there."""
    machine = report["machine"]
    parts = [
        f"{machine['processor']}, {machine['cores']} cores, {machine['memory_gib']} GiB, "
        f"{machine['system']}, Python {machine['python']}, load {machine['load']}; "
        f"all listings are generated ({report['mark']})"
    ]
    parts += report["left_out"]
    for row in report.get("search", ()):
        parts += [_search(row)]
    for row in report.get("databases", ()):
        title = f"A database of {row['records']} records"
        parts += [_versus(title, DATABASES, row, ("sqlite", "postgresql"), DATABASE_NOTE)]
    if "pages" in report:
        parts += _pages(report["pages"])
    if "ingest" in report:
        title = "Ingestion: CSV lists of vendors and solutions, admitted, into a fresh SQLite"
        note = "Time per row compares with the first size: level is 1. CPU leaves others' work out."
        parts += [_table(title, INGEST, report["ingest"], note)]
    parts += _needs(report)
    if "bookings" in report:
        title = "Bookings of one sitting by eight at once, and events of payments"
        note = (
            "Who finds no seat was asked for too. Each event asks the stand-in before its effect."
        )
        parts += [_table(title, BOOKINGS, report["bookings"], note)]
    return "\n\n".join(parts)


def _needs(report: Row) -> list[str]:
    parts = []
    if "matching" in report:
        title = "Matching a need: parts, limits, records, weighing, order and reasons"
        note = "Bare calls are the model for each part, and the engine for its solutions and cases."
        parts += [_table(title, MATCHING, report["matching"], note)]
    if "watches" in report:
        title = "Publishing one listing while saved searches wait, in a SQLite"
        note = "Ratios are of p50, to the first line. The job runs after the request."
        parts += [_table(title, WATCHES, report["watches"], note)]
    return parts


def _search(row: Row) -> str:
    title = f"Search among {row['listings']} listings: {row['questions']} different questions"
    vectors = "There is no embedding model here: words only."
    if row["by_meaning"]:
        vectors = (
            f"Vectors of {row['texts']} listings and of all questions are the model's; those of "
            f"the other listings are resampled from them with {NOISE:.0%} noise."
        )
    note = f"{SEARCH_NOTE} Filters: {', '.join(row['filters'])}. {vectors}"
    return _versus(title, SEARCH, row, ("embedded", "elasticsearch"), note)


def _versus(title: str, figures: Columns, row: Row, names: tuple[str, str], note: str) -> str:
    """One line a figure: both contenders', and the first's to the second's."""
    one, other = (row.get(name, {}) for name in names)
    lines = [
        {
            "": label,
            names[0]: _shown(one, keys),
            names[1]: _shown(other, keys),
            "ratio": row["ratios"].get(keys[0]),
        }
        for label, keys in figures.items()
        if keys[0] in one or keys[0] in other
    ]
    return _table(title, {name: (name,) for name in ("", *names, "ratio")}, lines, note)


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
