"""What tests ask of a file: its tables, its rows, one column, or why it is refused."""

from pathlib import Path

import pytest

from ingest.layout import Row, Sheet
from ingest.readers import Limits, Unreadable, read
from tests.ingest import messy

NAMES = [row[1] for row in messy.VENDORS]


def tables(path: Path, **options: str) -> list[tuple[Sheet, list[Row]]]:
    return [(sheet, list(sheet.rows)) for sheet in read(path, encoding=options.get("encoding"))]


def rows(path: Path, **options: str) -> list[Row]:
    return [row for _, found in tables(path, **options) for row in found]


def column(path: Path, heading: str = "企业名称", **options: str) -> list[str]:
    return [row.values[heading] for row in rows(path, **options)]


def read_all(path: Path, limits: Limits | None, encoding: str | None) -> None:
    for sheet in read(path, limits=limits, encoding=encoding):
        list(sheet.rows)


def refusal(path: Path, limits: Limits | None = None, encoding: str | None = None) -> str:
    with pytest.raises(Unreadable) as caught:
        read_all(path, limits, encoding)
    return str(caught.value)
