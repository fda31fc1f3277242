"""Bringing the database to the newest migration; the rules are in `app/migrations/README.md`."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from psycopg.errors import LockNotAvailable
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import OperationalError

from app.core.db import make_engine
from app.core.errors import Conflict
from app.core.settings import Settings, get_settings

MIGRATIONS = Path(__file__).parent.parent / "migrations"
MIGRATION_LOCK = 4_402_260  # one upgrade at a time on PostgreSQL; the number means nothing
LOCK_SECONDS = 4  # everybody who comes later queues behind a migration that waits for a table


def migration_config() -> Config:
    """Alembic's configuration, built here so that commands need no file."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return config


def known_revisions(config: Config) -> tuple[set[str], set[str]]:
    """The newest revision of this program (one, unless branches were not joined), and all."""
    script = ScriptDirectory.from_config(config)
    return set(script.get_heads()), {one.revision for one in script.walk_revisions()}


def current_revisions(connection: Connection) -> set[str]:
    """Where the database stands; empty for one without tables."""
    return set(MigrationContext.configure(connection).get_current_heads())


def upgrade(settings: Settings | None = None, config: Config | None = None) -> bool:
    """Bring the database to the newest migration, all or nothing, one process at a time.

    False when it is newer than this program: then it is left as it is, which is lawful, since
    a migration is safe beside the version before it. Raises `Conflict` when something else
    holds a table for too long.
    """
    config = config or migration_config()
    newest, known = known_revisions(config)
    engine = make_engine((settings or get_settings()).database_url, foreign_keys=False)
    try:
        with engine.connect() as connection:
            current = current_revisions(connection)
        if not current <= known:
            return False
        if current != newest:
            _migrate(engine, config)
        return True
    except OperationalError as error:
        if not isinstance(error.orig, LockNotAvailable):
            raise
        raise Conflict(
            "A table stayed in use for more than {n} s, so the migration gave up; nothing was "
            "changed and the site goes on. In use by: {holders}. Let it finish or stop it, then "
            "run “pool migrate” again.",
            n=LOCK_SECONDS,
            holders=_holders(engine) or "?",
        ) from error
    finally:
        engine.dispose()


def _migrate(engine: Engine, config: Config) -> None:
    """In one transaction; `app/migrations/env.py` takes the connection from the attributes.

    Foreign keys are off meanwhile: SQLite changes a table by copying and dropping it, and the
    drop would cascade.
    """
    with engine.connect().execution_options(writes=True) as connection, connection.begin():
        if engine.dialect.name == "postgresql":
            # In this order: another upgrade may take its time, somebody with a table may not.
            connection.execute(text(f"SELECT pg_advisory_xact_lock({MIGRATION_LOCK})"))
            connection.execute(text(f"SET LOCAL lock_timeout = '{LOCK_SECONDS}s'"))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def _holders(engine: Engine) -> str:
    """The oldest transactions of others: program, process number, what it does, for how long."""
    asked = text(
        "SELECT application_name || ' (' || pid || ', ' || state || ', '"
        " || extract(epoch FROM now() - xact_start)::int || ' s)'"
        " FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        " AND xact_start IS NOT NULL ORDER BY xact_start LIMIT 3"
    )
    with engine.connect() as connection:
        return ", ".join(connection.execute(asked).scalars())
