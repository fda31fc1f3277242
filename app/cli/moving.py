"""The command that moves an installation from one database to another."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy import URL, Connection, Engine, make_url
from sqlmodel import SQLModel

from app.cli.output import note, progress, say, say_json
from app.core.copying import Contents, copy, first_filled
from app.core.db import make_engine, normalise_url
from app.core.errors import Conflict
from app.core.i18n import _, ngettext
from app.core.migrating import current_revisions, known_revisions, migration_config, upgrade
from app.core.settings import Settings

REVISIONS = "alembic_version"


def register(app: typer.Typer) -> None:
    """Add this command to `pool`."""
    app.command()(move)


def move(
    source: Annotated[str, typer.Option("--from", help="URL of the database to copy.")],
    target: Annotated[
        str,
        typer.Option("--to", help="URL of an empty one; PGPASSFILE may hold its password."),
    ],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Copy a whole installation into another, empty database: SQLite to PostgreSQL or back."""
    note(_("Stop the site and the workers first: what is written from now on stays behind."))
    with _opened(source) as old, _opened(target, creates=True) as new:
        tables = _move(old, new, target)
    if as_json:
        moved = {name: {"rows": t.rows, "checksum": t.checksum} for name, t in tables.items()}
        say_json({"from": _shown(source), "to": _shown(target), "tables": moved})
        return
    for name, table in tables.items():
        said = ngettext("{n} row", "{n} rows", table.rows)
        say(f"{name:<16}{said:>16}  {table.checksum}")
    say(_("Everything arrived: the checksums of both sides agree."))
    say(
        _(
            "Now set POOL_DATABASE_URL={url}, with its password if it has one, then run “pool "
            "reindex” and start the site and the workers.",
            url=_shown(target),
        )
    )


def _move(old: Engine, new: Engine, target: str) -> dict[str, Contents]:
    if old.url == new.url:
        raise Conflict("Both are the same database.")
    with _snapshot(old) as source:
        _must_be_current(source, old)
        with new.connect() as connection:
            _must_be_empty(connection)
        upgrade(Settings(database_url=target))
        with new.connect().execution_options(writes=True) as connection, connection.begin():
            _must_be_empty(connection)
            with progress(_("Copying")) as step:
                return copy(source, connection, SQLModel.metadata, step)


@contextmanager
def _opened(url: str, *, creates: bool = False) -> Iterator[Engine]:
    parsed = normalise_url(url)
    is_sqlite = parsed.get_backend_name() == "sqlite"
    if is_sqlite and not creates and not Path(parsed.database or "").is_file():
        raise Conflict("There is no database at {url}.", url=_shown(url))
    engine = make_engine(url)
    try:
        yield engine
    finally:
        engine.dispose()


@contextmanager
def _snapshot(engine: Engine) -> Iterator[Connection]:
    """Reads see one moment: SQLite's always do, PostgreSQL's when asked for it."""
    options = {"isolation_level": "REPEATABLE READ"} if engine.dialect.name != "sqlite" else {}
    with engine.connect().execution_options(**options) as connection, connection.begin():
        yield connection


def _must_be_current(source: Connection, engine: Engine) -> None:
    newest = known_revisions(migration_config())[0]
    found = current_revisions(source)
    if found != newest:
        raise Conflict(
            "{url} is at revision {found} and this program at {newest}: run “pool migrate” on it "
            "first, or move it with the version that it belongs to.",
            url=_shown(engine.url),
            found=", ".join(sorted(found)) or "–",
            newest=", ".join(sorted(newest)),
        )


def _must_be_empty(target: Connection) -> None:
    filled = first_filled(target, REVISIONS)
    if filled:
        raise Conflict(
            "{url} is not empty: there are rows in {table}. Nothing was changed.",
            url=_shown(target.engine.url),
            table=filled,
        )


def _shown(url: str | URL) -> str:
    """As people write it, without its password."""
    parsed = make_url(url)
    return parsed.set(drivername=parsed.get_backend_name()).render_as_string()
