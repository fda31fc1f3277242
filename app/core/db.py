"""The database: engines, one transaction per request or job, column types, migrations."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any

from alembic import command
from alembic.config import Config
from fastapi import Depends, Request
from sqlalchemy import JSON, URL, Column, Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.mutable import MutableDict, MutableList
from sqlalchemy.types import TypeEngine
from sqlmodel import Session, SQLModel

from app.core.settings import Settings, get_settings

# Every constraint has a name that both databases agree on; migrations refer to them. It is
# set here, before any table is declared, and every models module imports this one.
SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

MIGRATIONS = Path(__file__).parent.parent / "migrations"
MIGRATION_LOCK = 4_402_260  # one upgrade at a time on PostgreSQL; the number means nothing
POOL_SIZE = 40  # as many as the web server's threads: fewer made pages wait for each other
PAGE_SECONDS = 5
CONNECT_SECONDS = 5
BUSY_MILLISECONDS = 10_000
READS = frozenset({"GET", "HEAD", "OPTIONS"})


def now() -> datetime:
    """The present moment as an aware UTC time; the only clock rules may read."""
    return datetime.now(UTC)


def json_type() -> TypeEngine[Any]:
    """JSON on SQLite, JSONB on PostgreSQL; Python None is SQL NULL on both."""
    return JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")


def json_column(*, nullable: bool = False) -> Column[Any]:
    """A JSON column whose value is replaced whole; a change inside it is not noticed."""
    return Column(json_type(), nullable=nullable)


def json_dict(*, nullable: bool = False) -> Column[Any]:
    """A JSON object column that notices keys set or removed in place (one level deep)."""
    return Column(MutableDict.as_mutable(json_type()), nullable=nullable)


def json_list(*, nullable: bool = False) -> Column[Any]:
    """A JSON array column that notices items added or removed in place (one level deep)."""
    return Column(MutableList.as_mutable(json_type()), nullable=nullable)


def empty_list() -> list[Any]:
    """A new empty list, as the default of a field.

    `list` itself would do the same twelve times as slowly: pydantic works out the signature of
    a default factory for every record that is made, and that of a built-in type from its text.
    """
    return []


def normalise_url(url: str) -> URL:
    """The URL with the driver we ship; `postgres://` and `postgresql://` both mean psycopg."""
    parsed = make_url(url)
    if parsed.drivername in {"postgres", "postgresql"}:
        return parsed.set(drivername="postgresql+psycopg")
    return parsed


def make_engine(url: str, *, foreign_keys: bool = True) -> Engine:
    """An engine for SQLite (write-ahead log, one writer at a time) or PostgreSQL.

    Transactions begin as their execution options say: `writes` takes SQLite's write lock at
    once, so that a reader never has to become a writer half-way, which SQLite refuses;
    `timeout` (seconds) ends a PostgreSQL statement that would keep a page waiting.
    """
    parsed = normalise_url(url)
    options: dict[str, Any] = {"json_serializer": _write_json, "pool_size": POOL_SIZE}
    if parsed.get_backend_name() == "sqlite":
        return _make_sqlite(parsed, options, foreign_keys=foreign_keys)
    engine = create_engine(
        parsed,
        pool_pre_ping=True,
        connect_args={"connect_timeout": CONNECT_SECONDS, "options": "-c timezone=UTC"},
        **options,
    )
    event.listen(engine, "begin", _begin_postgres)
    return engine


def _make_sqlite(url: URL, options: dict[str, Any], *, foreign_keys: bool) -> Engine:
    Path(url.database or "memory").parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, **options)

    def connected(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # the driver's own BEGIN comes too late; see below
        for pragma in (
            f"busy_timeout = {BUSY_MILLISECONDS}",
            "journal_mode = WAL",
            "synchronous = NORMAL",
            f"foreign_keys = {'ON' if foreign_keys else 'OFF'}",
        ):
            connection.execute(f"PRAGMA {pragma}")

    event.listen(engine, "connect", connected)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _begin_postgres(connection: Connection) -> None:
    seconds = connection.get_execution_options().get("timeout")
    if seconds:
        connection.exec_driver_sql(f"SET LOCAL statement_timeout = {int(seconds * 1000)}")


def _write_json(value: object) -> str:
    # Escaped Chinese would not equal itself when SQLite compares JSON text.
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


@lru_cache
def get_engine() -> Engine:
    """The engine of this process, for the database that the settings name."""
    return make_engine(get_settings().database_url)


def get_session(request: Request) -> Iterator[Session]:
    """One request is one transaction: returning commits it, raising rolls it back."""
    options = {"writes": request.method not in READS, "timeout": PAGE_SECONDS}
    with _session(options) as session:
        yield session


# With this scope FastAPI commits before the answer leaves, so that a redirect cannot be
# followed faster than its own commit.
Db = Annotated[Session, Depends(get_session, scope="function")]


@contextmanager
def transaction(*, writes: bool = True) -> Iterator[Session]:
    """One transaction for a command or a job, committed at the end unless it raises."""
    with _session({"writes": writes}) as session:
        yield session


@contextmanager
def _session(options: dict[str, Any]) -> Iterator[Session]:
    with Session(get_engine(), expire_on_commit=False) as session, session.begin():
        session.connection(execution_options=options)
        yield session


def is_postgres(db: Session) -> bool:
    """Whether this session talks to PostgreSQL."""
    return db.get_bind().dialect.name == "postgresql"


def try_lock(db: Session, number: int) -> bool:
    """Hold a numbered lock until the transaction ends; False while another one holds it.

    On SQLite, where everything runs on one machine, there is nothing to hold.
    """
    if not is_postgres(db):
        return True
    return bool(db.execute(text("SELECT pg_try_advisory_xact_lock(:n)"), {"n": number}).scalar())


def migration_config() -> Config:
    """Alembic's configuration, built here so that commands need no file."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return config


def upgrade(settings: Settings | None = None) -> None:
    """Bring the database to the newest migration, all or nothing, one process at a time.

    Foreign keys are off meanwhile: SQLite changes a table by copying and dropping it, and the
    drop would cascade. `app/migrations/env.py` takes `config.attributes["connection"]`.
    """
    engine = make_engine((settings or get_settings()).database_url, foreign_keys=False)
    try:
        with engine.connect().execution_options(writes=True) as connection, connection.begin():
            if engine.dialect.name == "postgresql":
                connection.execute(text(f"SELECT pg_advisory_xact_lock({MIGRATION_LOCK})"))
            config = migration_config()
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    finally:
        engine.dispose()
