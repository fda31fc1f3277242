"""Making a migration, and the record of what its program reads and writes; see README.md here.

`python -m app.migrations.making "Add the needs"` does both, without a sentence only the record.
"""

import json
import re
import sys
import tempfile
from enum import StrEnum
from pathlib import Path
from typing import Any, get_args

from alembic import command
from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Float,
    Integer,
    String,
    Table,
    Uuid,
)
from sqlalchemy import UniqueConstraint as Unique
from sqlalchemy.types import JSON, TypeDecorator
from sqlmodel import SQLModel

import app.accounts.models
import app.alerts.models
import app.bookings.models
import app.catalogue.models
import app.core.audit
import app.core.files
import app.core.mail
import app.core.outbox
import app.curation.applications.models
import app.curation.models
import app.curation.oversight.models
import app.inquiries.models
import app.matching.models
import app.needs.models
import app.payments.models
import app.shortlists.models  # noqa: F401  every table
from app.core.db import make_engine
from app.core.migrating import known_revisions, migration_config, upgrade
from app.core.settings import Settings

DIFFERENT = re.compile(r"(\w+) <> (\w+)")
RECORDS = Path(__file__).parent / "programs"
TYPES = {
    "boolean": Boolean,
    "date": Date,
    "float": Float,
    "integer": Integer,
    "json": JSON,
    "moment": DateTime,
    "text": String,
    "uuid": Uuid,
}


def make(sentence: str) -> None:
    """Write the next revision: what the models have and the migrations before it do not."""
    config = migration_config()
    number = f"{len(known_revisions(config)[1]) + 1:04d}"
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/pool.db"
        upgrade(Settings(database_url=url))
        engine = make_engine(url, foreign_keys=False)
        with engine.begin() as connection:
            config.attributes["connection"] = connection
            command.revision(config, sentence, autogenerate=True, rev_id=number)
        engine.dispose()


def record() -> None:
    """Write what the present models say, as the program of the newest revision."""
    newest = next(iter(known_revisions(migration_config())[0]))
    tables = ",\n".join(_written(name, table) for name, table in described().items())
    (RECORDS / f"{newest}.json").write_text(f"{{\n{tables}\n}}\n", encoding="utf-8")


def _written(name: str, table: dict[str, Any]) -> str:
    """A table as JSON with a column on each line, so that a difference can be read."""
    columns = ",\n".join(
        f"    {json.dumps(column)}: {json.dumps(said)}" for column, said in table["columns"].items()
    )
    more = {key: said for key, said in table.items() if key != "columns"}
    rules = ", ".join(f"{json.dumps(key)}: {json.dumps(said)}" for key, said in more.items())
    return f'  {json.dumps(name)}: {{{rules}, "columns": {{\n{columns}\n  }}}}'


def described() -> dict[str, Any]:
    """The present models, by table in an order in which rows can be written.

    Of each column: its type, whether it may be empty, whether it is the key, whether the
    database makes it up, what it refers to, and the words that it may say.
    """
    choices = _choices()
    return {
        table.name: {
            "columns": {
                column.name: _column(column) | choices.get((table.name, column.name), {})
                for column in table.columns
            },
            "unique": _unique(table),
            **_apart(table),
        }
        for table in SQLModel.metadata.sorted_tables
    }


def _column(column: Column[Any]) -> dict[str, Any]:
    # A type of ours or SQLModel's says what it is made of.
    kind = column.type.impl_instance if isinstance(column.type, TypeDecorator) else column.type
    said: dict[str, Any] = {"type": next(n for n, t in TYPES.items() if isinstance(kind, t))}
    if column.nullable:
        said["empty"] = True
    if column.primary_key:
        said["key"] = True
        said |= {"made": True} if said["type"] == "integer" else {}
    for reference in column.foreign_keys:
        said["refers"] = reference.target_fullname
    return said


def _unique(table: Table) -> list[list[str]]:
    found = (c.columns.keys() for c in table.constraints if isinstance(c, Unique))
    return sorted(sorted(columns) for columns in found)


def _apart(table: Table) -> dict[str, list[str]]:
    """Columns that may not name the same, by constraints like `decided_by <> proposed_by`."""
    checks = [c for c in table.constraints if isinstance(c, CheckConstraint)]
    pairs = [pair for check in checks for pair in DIFFERENT.findall(str(check.sqltext))]
    names = sorted({name for pair in pairs for name in pair})
    return {"apart": names} if names else {}


def _choices() -> dict[tuple[str, str], dict[str, list[str]]]:
    """By table and column: the words of its enumeration, which only the models know."""
    found = {}
    for mapper in SQLModel._sa_registry.mappers:
        for name, field in mapper.class_.model_fields.items():
            for kind in (field.annotation, *get_args(field.annotation)):
                if isinstance(kind, type) and issubclass(kind, StrEnum):
                    found[str(mapper.local_table), name] = {"choices": [str(w) for w in kind]}
    return found


if __name__ == "__main__":
    if sys.argv[1:]:
        make(sys.argv[1])
    record()
