"""Works a database as the program of a recorded revision would: writes, reads, changes, deletes."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any
from uuid import uuid4

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError
from sqlmodel.sql.sqltypes import UTCDateTime

from app.core.db import json_type, make_engine
from app.migrations.making import RECORDS

TYPES: dict[str, Any] = {
    "boolean": sa.Boolean(),
    "date": sa.Date(),
    "float": sa.Float(),
    "integer": sa.Integer(),
    "json": json_type(),
    "moment": UTCDateTime(),
    "text": sa.String(),
    "uuid": sa.Uuid(),
}
ROWS = 8  # of each table: more than any choice has words
NOON = datetime(2026, 11, 22, 4, 0, 0, 123456, tzinfo=UTC)


class Unsafe(Exception):
    """A migration after which an earlier program no longer works."""


def walk(
    url: str, config: Config, records: Path = RECORDS, *, after: str = "base"
) -> list[tuple[str, str]]:
    """Take a database back to a revision, by default to nothing, and migrate it step by step,
    trying every program that may run beside.

    Returns the pairs (program, database) that were tried; raises `Unsafe` for the first that
    does not work.
    """
    tried: list[tuple[str, str]] = []
    programs: list[str] = []
    oldest = 0
    modules = _modules(config)
    first = [str(one.revision) for one in modules].index(after) + 1 if after != "base" else 0
    _move(url, config, command.downgrade, after)
    for place, module in enumerate(modules):
        revision = str(module.revision)
        oldest = max(oldest, _oldest(module, programs))
        programs.append(revision)
        if place < first:
            continue
        _move(url, config, command.upgrade, revision)
        for program in programs[oldest:]:
            _try(url, program, revision, records)
            tried.append((program, revision))
    return tried


def _modules(config: Config) -> list[ModuleType]:
    script = ScriptDirectory.from_config(config)
    return [one.module for one in script.walk_revisions()][::-1]


def _oldest(module: ModuleType, programs: list[str]) -> int:
    """The place of the oldest program that a migration is safe beside, among those before it."""
    said = getattr(module, "oldest", None)
    if said is None:
        return 0
    if said not in programs:
        raise Unsafe(f"{module.revision} must be safe beside an earlier program, not only {said}")
    return programs.index(said)


def _move(url: str, config: Config, move: Callable[[Config, str], None], revision: str) -> None:
    engine = make_engine(url, foreign_keys=False)
    with engine.connect().execution_options(writes=True) as connection, connection.begin():
        config.attributes["connection"] = connection
        move(config, revision)
    engine.dispose()


def _try(url: str, program: str, revision: str, records: Path) -> None:
    tables = json.loads((records / f"{program}.json").read_text(encoding="utf-8"))
    engine = make_engine(url)
    try:
        with engine.connect().execution_options(writes=True) as connection:
            outer = connection.begin()
            work(connection, tables)
            outer.rollback()
    except DBAPIError as error:
        raise Unsafe(f"{program} beside {revision}: {error.orig}") from error
    finally:
        engine.dispose()


def work(connection: Connection, described: dict[str, Any]) -> None:
    """Write rows as full, as empty and as alike as the program may, read, change, delete them."""
    keys: dict[str, Any] = {}
    tables = {name: _table(name, said["columns"]) for name, said in described.items()}
    for name, table in tables.items():
        columns, unique = described[name]["columns"], _names(described[name]["unique"])
        apart = described[name].get("apart", [])
        rows = list(_rows(columns, unique, apart, keys))
        for row in rows:
            connection.execute(table.insert().values(row))
        _compare(connection, table, rows)
        key = next(iter(table.primary_key.columns))
        keys[f"{name}.{key.name}"] = connection.execute(sa.select(key)).scalars().all()
        _change(connection, table, unique, rows)
        _must_be_full(connection, name, columns)
    for table in reversed(tables.values()):
        connection.execute(table.delete())


def _names(unique: list[list[str]]) -> set[str]:
    return {name for names in unique for name in names}


def _table(name: str, columns: dict[str, Any]) -> sa.Table:
    made = (
        sa.Column(column, TYPES[said["type"]], primary_key=said.get("key", False))
        for column, said in columns.items()
    )
    return sa.Table(name, sa.MetaData(), *made)


def _rows(
    columns: dict[str, Any], unique: set[str], apart: list[str], keys: dict[str, Any]
) -> Iterator[dict[str, Any]]:
    """Rows that differ only where they must, each word of a choice once, and the emptiest.

    Columns that must be apart name another thing each.
    """
    written = {name: said for name, said in columns.items() if not said.get("made")}
    other = {name: apart.index(name) if name in apart else 0 for name in written}
    for number in range(ROWS):
        yield {
            name: _value(name, said, number, unique, keys, other[name])
            for name, said in written.items()
        }
    yield {
        name: None if said.get("empty") else _value(name, said, ROWS, unique, keys, other[name])
        for name, said in written.items()
    }


def _value(
    name: str,
    said: dict[str, Any],
    number: int,
    unique: set[str],
    keys: dict[str, Any],
    other: int,
) -> Any:
    differs = name in unique or said.get("key", False)
    turn = number if differs else 0
    if "refers" in said:
        known = keys[said["refers"]]
        return known[(turn + other) % len(known)]
    if "choices" in said:
        return said["choices"][number % len(said["choices"])]
    if said["type"] == "uuid":
        return uuid4() if differs else keys.setdefault("uuid", uuid4())
    return {
        "boolean": True,
        "date": date(2026, 11, 22) + timedelta(days=turn),
        "float": 0.5 + turn,
        "integer": 2**31 - 1 - turn,
        "json": {"名": ["注塑", turn, None]},
        "moment": NOON + timedelta(days=turn),
        "text": f"工业 {turn}" + "长" * 3000,
    }[said["type"]]


def _must_be_full(connection: Connection, table: str, columns: dict[str, Any]) -> None:
    """What this program never finds empty, a later one must not be able to empty."""
    for column in sa.inspect(connection).get_columns(table):
        said = columns.get(column["name"])
        if said and column["nullable"] and not said.get("empty"):
            raise Unsafe(f"{table}.{column['name']} may be empty now, and this program reads it")


def _compare(connection: Connection, table: sa.Table, rows: list[dict[str, Any]]) -> None:
    read = [dict(row) for row in connection.execute(table.select()).mappings()]
    for row in rows:
        if not any(_holds(other, row) for other in read):
            raise Unsafe(f"{table.name} does not give back what was written: {row}")


def _holds(read: dict[str, Any], written: dict[str, Any]) -> bool:
    return all(read[name] == value for name, value in written.items())


def _change(
    connection: Connection, table: sa.Table, unique: set[str], rows: list[dict[str, Any]]
) -> None:
    """Empty one row as far as it may be."""
    key = next(iter(table.primary_key.columns))
    one = connection.execute(sa.select(key).limit(1)).scalar_one()
    values = {n: v for n, v in rows[-1].items() if n not in unique and n != key.name}
    connection.execute(table.update().where(key == one).values(values))
