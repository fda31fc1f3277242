"""Reading a table of the vocabulary strictly: a wrong row is named by file and line."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from search.analysis import normalise


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a file; `where` names it in messages."""

    where: str
    cells: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column, "")

    def list(self, column: str) -> tuple[str, ...]:
        """The parts of a cell that holds several, separated by ";"."""
        return tuple(part.strip() for part in self[column].split(";") if part.strip())

    def known(self, codes: Iterable[str], known: Iterable[str]) -> None:
        """Refuse codes that no other file defines."""
        if unknown := [code for code in codes if code not in known]:
            raise ValueError(f"{self.where}: unknown code {', '.join(unknown)}")


def read_rows(
    name: str, folders: Iterable[Path], key: Sequence[str], required: Sequence[str]
) -> list[Row]:
    """The rows of every file of this name; later files replace rows with the same key."""
    merged: dict[tuple[str, ...], Row] = {}
    for folder in folders:
        seen: dict[tuple[str, ...], str] = {}
        for row in _read(folder / name, [*key, *required]):
            identity = tuple(normalise(row[column]) for column in key)
            if identity in seen:
                raise ValueError(f"{row.where}: says the same as {seen[identity]}")
            seen[identity] = row.where
            merged[identity] = row
    return list(merged.values())


def _read(path: Path, required: list[str]) -> list[Row]:
    if not path.is_file():
        return []
    try:
        lines = list(csv.reader(path.read_text("utf-8-sig").splitlines(), strict=True))
    except (UnicodeDecodeError, csv.Error) as error:
        raise ValueError(f"{path.name}: not a CSV file in UTF-8: {error}") from error
    head = [cell.strip() for cell in lines[0]] if lines else []
    if missing := [column for column in required if column not in head]:
        raise ValueError(f"{path.name}, line 1: no column {', '.join(missing)}")
    return [
        _row(f"{path.name}, line {number}", head, cells, required)
        for number, cells in enumerate(lines[1:], start=2)
        if any(cell.strip() for cell in cells)
    ]


def _row(where: str, head: list[str], cells: list[str], required: list[str]) -> Row:
    if len(cells) > len(head) or len(cells) < len(required):
        raise ValueError(f"{where}: {len(cells)} cells where the header has {len(head)}")
    row = Row(where, {column: cell.strip() for column, cell in zip(head, cells, strict=False)})
    if empty := [column for column in required if not row[column]]:
        raise ValueError(f"{where}: nothing in {', '.join(empty)}")
    return row
