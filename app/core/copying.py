"""Copying every table of one database into another, empty one, and proving that it arrived."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from fractions import Fraction
from hashlib import blake2b
from typing import Any

from sqlalchemy import Connection, MetaData, Table, bindparam, func, inspect, select, text, update
from sqlalchemy.exc import SQLAlchemyError

from app.core.errors import Conflict

CHUNK = 1000  # rows
BYTES = 16  # of a checksum

Row = dict[str, Any]
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Contents:
    """How many rows a table has, and a checksum of what they say in any order."""

    rows: int
    checksum: str


def first_filled(connection: Connection, besides: str) -> str | None:
    """A table with a row in it, ours or not; None when the database is empty."""
    for name in inspect(connection).get_table_names():
        quoted = connection.dialect.identifier_preparer.quote(name)
        if name != besides and connection.execute(text(f"SELECT 1 FROM {quoted} LIMIT 1")).first():  # noqa: S608  a table's own name
            return name
    return None


def copy(
    source: Connection, target: Connection, metadata: MetaData, progress: Progress
) -> dict[str, Contents]:
    """Copy the rows of these tables and compare both sides; the caller commits.

    Both connections are inside a transaction of one snapshot. `progress` is told the rows that
    were written and those there are. Raises `Conflict` for a row that the target cannot hold,
    and when a table did not arrive as it was.
    """
    tables = metadata.sorted_tables
    total = sum(_count(source, table) for table in tables)
    done = 0
    sent: dict[str, Contents] = {}
    for table in tables:
        sums = _Sums()
        for chunk in _chunks(source, table):
            _write(target, table, chunk)
            sums.add(chunk)
            done += len(chunk)
            progress(done, total)
        _refer_to_itself(source, target, table)
        _go_on_counting(target, table)
        sent[table.name] = sums.contents
    for table in tables:
        if contents(target, table) != sent[table.name]:
            raise Conflict(
                "Table {table} did not arrive as it was. Nothing was written.", table=table.name
            )
    return sent


def contents(connection: Connection, table: Table) -> Contents:
    """What a table holds, told the same way by every kind of database."""
    sums = _Sums()
    for chunk in _chunks(connection, table):
        sums.add(chunk)
    return sums.contents


class _Sums:
    """Adds up digests of rows, so that their order does not matter and twins both count."""

    def __init__(self) -> None:
        self.rows = 0
        self.total = 0

    def add(self, rows: Sequence[Row]) -> None:
        self.rows += len(rows)
        for row in rows:
            said = json.dumps(_plain(row), sort_keys=True).encode()
            self.total += int.from_bytes(blake2b(said, digest_size=BYTES).digest(), "big")

    @property
    def contents(self) -> Contents:
        return Contents(self.rows, f"{self.total % 2 ** (8 * BYTES):0{2 * BYTES}x}")


def _plain(value: Any) -> Any:
    """A value as JSON that is equal for equal values only, whatever a database makes of them.

    JSONB sorts keys and writes 1e300 as a long integer: numbers are compared by worth.
    """
    if isinstance(value, Mapping):
        return {"object": {key: _plain(inner) for key, inner in value.items()}}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    if value is None or isinstance(value, str | bool):
        return value
    if isinstance(value, int | float):
        return {"number": str(Fraction(repr(value)))}
    if isinstance(value, datetime):
        return {"moment": value.astimezone(UTC).isoformat()}
    return {type(value).__name__: str(value)}


def _count(connection: Connection, table: Table) -> int:
    return connection.execute(select(func.count()).select_from(table)).scalar_one()


def _chunks(connection: Connection, table: Table) -> Iterator[list[Row]]:
    streamed = {"yield_per": CHUNK}
    rows = connection.execute(select(table), execution_options=streamed).mappings()
    for part in rows.partitions():
        yield [dict(row) for row in part]


def _write(target: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Write rows, without what they say of rows of the same table, which may come later."""
    blank = dict.fromkeys(_own_references(table))
    held = [row | blank for row in rows]
    try:
        with target.begin_nested():
            target.execute(table.insert(), held)
    except SQLAlchemyError:
        for row in held:
            _write_alone(target, table, row)
        raise


def _write_alone(target: Connection, table: Table, row: Row) -> None:
    """Find the row that could not be written, and say why."""
    try:
        with target.begin_nested():
            target.execute(table.insert(), row)
    except SQLAlchemyError as error:
        key = ", ".join(str(row[column.name]) for column in table.primary_key)
        raise Conflict(
            "Row {row} of table {table} cannot be copied: {reason}. Nothing was written.",
            row=key,
            table=table.name,
            reason=str(getattr(error, "orig", None) or error).splitlines()[0],
        ) from error


def _own_references(table: Table) -> list[str]:
    return [key.parent.name for key in table.foreign_keys if key.column.table is table]


def _refer_to_itself(source: Connection, target: Connection, table: Table) -> None:
    columns = _own_references(table)
    if not columns:
        return
    keys = list(table.primary_key)
    chosen = update(table).where(*(key == bindparam(f"of_{key.name}") for key in keys))
    change = chosen.values({name: bindparam(f"to_{name}") for name in columns})
    for chunk in _chunks(source, table):
        target.execute(
            change,
            [
                {f"of_{key.name}": row[key.name] for key in keys}
                | {f"to_{name}": row[name] for name in columns}
                for row in chunk
            ],
        )


def _go_on_counting(target: Connection, table: Table) -> None:
    """Have PostgreSQL count on from the highest number; SQLite does so by itself."""
    column = table.autoincrement_column
    if target.dialect.name != "postgresql" or column is None:
        return
    highest = select(func.max(column)).scalar_subquery()
    sequence = func.pg_get_serial_sequence(
        target.dialect.identifier_preparer.format_table(table), column.name
    )
    target.execute(select(func.setval(sequence, func.coalesce(highest, 1), highest.is_not(None))))
