"""The database: engines, one transaction per request or job, column types, locks."""

import json
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any

from fastapi import Depends, Request
from psycopg.errors import UniqueViolation
from sqlalchemy import JSON, URL, Column, Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.mutable import MutableDict, MutableList
from sqlalchemy.types import TypeEngine
from sqlmodel import Session, SQLModel

from app.core.errors import Conflict
from app.core.settings import get_settings

# Every constraint has a name that both databases agree on; migrations refer to them. It is
# set here, before any table is declared, and every models module imports this one.
SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

# A web process has 40 threads, and its outbox and figures need a few connections more; with
# fewer, pages waited for each other.
CONNECTIONS = 45
# All web processes of one `pool serve` together: with the three or four connections of each
# worker and command it stays well under the hundred that PostgreSQL allows by default.
WEB_CONNECTIONS = 60
PAGE_SECONDS = 5
CONNECT_SECONDS = 5
BUSY_MILLISECONDS = 10_000
READS = frozenset({"GET", "HEAD", "OPTIONS"})


_pretended: ContextVar[datetime | None] = ContextVar("moment", default=None)


def now() -> datetime:
    """The present moment as an aware UTC time; the only clock rules may read."""
    return _pretended.get() or datetime.now(UTC)


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Let the block happen at another moment: for the demonstration's past, and for tests."""
    token = _pretended.set(moment)
    try:
        yield
    finally:
        _pretended.reset(token)


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


def share_of(processes: int) -> int:
    """How many connections each of so many web processes may have; at least one.

    A request holds one and never asks for a second, so one is enough to go on.
    """
    return max(1, min(CONNECTIONS, WEB_CONNECTIONS // processes))


def make_engine(url: str, *, foreign_keys: bool = True, connections: int = CONNECTIONS) -> Engine:
    """An engine for SQLite (write-ahead log, one writer at a time) or PostgreSQL.

    At most so many `connections` are open at once, each opened when it is first needed; who
    finds them all taken for as long as a page may take gets `sqlalchemy.exc.TimeoutError`.

    Transactions begin as their execution options say: `writes` takes SQLite's write lock at
    once, so that a reader never has to become a writer half-way, which SQLite refuses;
    `timeout` (seconds) ends a PostgreSQL statement that would keep a page waiting.
    """
    parsed = normalise_url(url)
    options: dict[str, Any] = {
        "json_serializer": _write_json,
        "pool_size": connections,
        "max_overflow": 0,
        "pool_timeout": PAGE_SECONDS,
    }
    if parsed.get_backend_name() == "sqlite":
        return _make_sqlite(parsed, options, foreign_keys=foreign_keys)
    engine = create_engine(
        parsed,
        pool_pre_ping=True,
        connect_args={
            "connect_timeout": CONNECT_SECONDS,
            "options": "-c timezone=UTC",
            # `pool serve`, `pool ingest`: so that PostgreSQL can say who holds what
            "application_name": " ".join(["pool", *sys.argv[1:2]]),
        },
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
    settings = get_settings()
    return make_engine(settings.database_url, connections=share_of(settings.processes))


def get_session(request: Request) -> Iterator[Session]:
    """One request is one transaction: returning commits it, raising rolls it back."""
    options = {"writes": request.method not in READS, "timeout": PAGE_SECONDS}
    with _session(options) as session:
        yield session


# With this scope FastAPI commits before the answer leaves, so that a redirect cannot be
# followed faster than its own commit.
Db = Annotated[Session, Depends(get_session, scope="function")]


def get_bind() -> Engine | Connection:
    """What a route gives to rules that open transactions of their own, one after the other.

    Not `Db`: on SQLite a POST that has one keeps everybody else from writing, itself included.
    """
    return get_engine()


Bind = Annotated[Engine | Connection, Depends(get_bind)]


@contextmanager
def transaction(*, writes: bool = True) -> Iterator[Session]:
    """One transaction for a command or a job, committed at the end unless it raises.

    Raises `Conflict` when another one has taken what must be unique.
    """
    with _session({"writes": writes}) as session:
        yield session


@contextmanager
def beside(bind: Engine | Connection, *, writes: bool) -> Iterator[Session]:
    """A short transaction of its own for what belongs to a request but not into its transaction.

    `bind` is that of the request's session: what a page notes while it only reads, and what is
    looked at after the answer has begun.
    """
    with Session(bind, expire_on_commit=False) as own, own.begin():
        own.connection(execution_options={"writes": writes, "timeout": PAGE_SECONDS})
        yield own


@contextmanager
def _session(options: dict[str, Any]) -> Iterator[Session]:
    try:
        with Session(get_engine(), expire_on_commit=False) as session, session.begin():
            session.connection(execution_options=options)
            yield session
    except IntegrityError as error:
        what = _taken(error.orig)
        if what is None:
            raise
        raise Conflict(
            "There is one with this {what} already, perhaps since a moment ago. Nothing was "
            "changed; look at it and try again.",
            what=what,
        ) from error


def _taken(error: BaseException | None) -> str | None:
    """What was to be unique and is not, like `organisation.credit_code`; None for other faults."""
    if isinstance(error, UniqueViolation):
        table, constraint = error.diag.table_name, str(error.diag.constraint_name)
        return f"{table}.{constraint.removeprefix(f'uq_{table}_')}"
    if getattr(error, "sqlite_errorcode", 0) == sqlite3.SQLITE_CONSTRAINT_UNIQUE:
        return str(error).rpartition(": ")[2]
    return None


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


def lock(db: Session, number: int) -> None:
    """Wait for a numbered lock and hold it until the transaction ends.

    On SQLite nothing need be held: a transaction that writes is the only one from its start.
    """
    if is_postgres(db):
        db.execute(text("SELECT pg_advisory_xact_lock(:n)"), {"n": number})
