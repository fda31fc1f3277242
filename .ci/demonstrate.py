"""Build the demonstration twice in a folder of its own, then visit the site that it serves.

`python .ci/demonstrate.py [POSTGRES_URL ELASTICSEARCH_URL]`: with what is embedded, or in a
database and an index made for it on these servers and removed afterwards. The second build must
change nothing.
"""

import hashlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import MetaData, create_engine, make_url, select, text

from app.core.db import make_engine
from search.elastic import Connection

NOT_READY = 503
PATIENCE = 120  # seconds for the site to come up
PAGES = {
    "/": "search",
    "/healthz": "",
    "/readyz": "",
    "/search?q=%E6%B3%A8%E5%A1%91%E6%9C%BA%E5%8D%8A%E5%A4%9C%E5%81%9C%E6%9C%BA": 'class="result"',
    "/api/v1/search?q=MES": '"name"',
}


def fingerprint(url: str) -> dict[str, str]:
    """A hash of every row of every table, whatever order the database keeps them in."""
    engine, tables = make_engine(url), MetaData()
    tables.reflect(engine)
    with engine.connect() as connection:
        rows = {
            name: sorted(repr(row) for row in connection.execute(select(table)))
            for name, table in tables.tables.items()
        }
    engine.dispose()
    return {
        name: f"{len(found)} rows {hashlib.sha256(''.join(found).encode()).hexdigest()[:12]}"
        for name, found in rows.items()
    }


@contextmanager
def a_database(server: str) -> Iterator[str]:
    """An empty database on this PostgreSQL server for as long as the block runs."""
    name = f"pool_demonstration_{os.getpid()}"
    admin = make_url(server).set(drivername="postgresql+psycopg")
    engine = create_engine(admin, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    try:
        yield admin.set(database=name).render_as_string(hide_password=False)
    finally:
        with engine.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
        engine.dispose()


@contextmanager
def an_index(server: str) -> Iterator[str]:
    """An address of its own on this Elasticsearch for as long as the block runs."""
    url = f"{server}/demonstration-{os.getpid()}"
    yield url
    connection = Connection(url)
    with connection.writing() as client:
        for name in client.indices.get(index=f"{connection.prefix}-*").body:
            client.indices.delete(index=name)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serving(env: dict[str, str]) -> Iterator[None]:
    """`make demo`, stopped with everything it started."""
    with subprocess.Popen(["make", "demo"], env=env, start_new_session=True) as site:
        try:
            yield
        finally:
            os.killpg(site.pid, signal.SIGTERM)


def visit(url: str, expected: str) -> None:
    """Fetch a page, waiting while the site is not there or not ready; exits where it lacks
    what is expected."""
    until = time.monotonic() + PATIENCE
    while True:
        try:
            with urllib.request.urlopen(url, timeout=60) as answer:
                page = answer.read().decode()
            break
        except OSError as error:
            refused = isinstance(error, urllib.error.HTTPError) and error.code != NOT_READY
            if refused or time.monotonic() > until:
                sys.exit(f"{url}: {error}")
            time.sleep(0.5)
    if expected not in page:
        sys.exit(f"{url} lacks {expected!r}")


def run(*command: str, env: dict[str, str]) -> None:
    """Run a command in the open; exits where it fails."""
    if status := subprocess.run(command, env=env, check=False).returncode:
        sys.exit(f"{' '.join(command)} ended with {status}")


def demonstrate(home: Path, database_url: str, search_url: str = "") -> None:
    port = free_port()
    model = os.environ.get("POOL_EMBEDDING_MODEL") or str(Path("var/models/e5-small").resolve())
    settings = {
        "POOL_HOME": str(home),
        "POOL_DATABASE_URL": database_url,
        "POOL_SEARCH_URL": search_url,
        "POOL_EMBEDDING_MODEL": model,
        "POOL_PORT": str(port),
    }
    env = {**os.environ, **settings}
    build = ("make", "demo", "ARGS=--no-serve")
    run(*build, env=env)
    before = fingerprint(database_url)
    run(*build, env=env)
    after = fingerprint(database_url)
    if before != after:
        changed = {name: (before.get(name), after[name]) for name in after}
        sys.exit(f"a second demonstration changed {changed}")
    run(".venv/bin/pool", "check-index", env=env)
    with serving(env):
        for path, expected in PAGES.items():
            visit(f"http://127.0.0.1:{port}{path}", expected)


def main(database: str = "", search: str = "") -> None:
    with tempfile.TemporaryDirectory() as home:
        if database:
            with a_database(database) as url, an_index(search) as search_url:
                demonstrate(Path(home), url, search_url)
        else:
            demonstrate(Path(home), f"sqlite:///{home}/pool.db")


if __name__ == "__main__":
    main(*sys.argv[1:])
