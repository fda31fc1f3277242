"""What every test may ask for: a database of its own, rolled back; and no network."""

import logging
import os
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import structlog
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import Session

from app.catalogue import index
from app.core.db import get_bind, get_engine, get_session, make_engine
from app.core.i18n import compile_catalogues
from app.core.settings import Settings, get_settings
from search.elastic import Connection
from tests.databases import NO_POSTGRES, POSTGRES, Databases, PostgresDatabases, SqliteDatabases

ELASTICSEARCH = os.environ.get("POOL_TEST_ELASTICSEARCH", "").rstrip("/")
PLAIN_LOGS: list[Any] = [  # the default draws coloured tracebacks, which takes seconds
    structlog.contextvars.merge_contextvars,
    structlog.processors.add_log_level,
    structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback),
]
PLACES: dict[str, Any] = {  # of a test's own; the site looks them up when it needs them
    **dict.fromkeys(("database_url", "search_url", "embedding_model"), ""),
    **dict.fromkeys(("home", "vocabulary"), Path()),
}
NO_ELASTICSEARCH = "set POOL_TEST_ELASTICSEARCH to the address of a server to run this on it"


@pytest.fixture(scope="session")
def vector_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder of vectors for the tests of all workers: a thousand complaints are embedded once.

    A pool of a test's own may have it as its `cache`, by a link.
    """
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "vectors"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture(scope="session", autouse=True)
def _plain_settings(tmp_path_factory: pytest.TempPathFactory, vector_cache: Path) -> Iterator[None]:
    """Neither the developer's environment nor their `.env` reaches a test."""
    home = tmp_path_factory.mktemp("home")
    (home / "cache").symlink_to(vector_cache)
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("POOL_")]:
            patch.delenv(name)
        patch.setenv("POOL_HOME", str(home))
        patch.setitem(Settings.model_config, "env_file", None)
        get_settings.cache_clear()
        compile_catalogues()
        structlog.configure(processors=PLAIN_LOGS)
        yield
    get_settings.cache_clear()


@pytest.fixture(autouse=True)
def _logs_as_they_were() -> Iterator[None]:
    """Commands set logs up for a whole process; here the process goes on with other tests."""
    root, before = logging.getLogger(), structlog.get_config()
    handlers, level = [*root.handlers], root.level
    yield
    root.handlers, root.level = handlers, level
    logging.getLogger("uvicorn.access").disabled = False
    structlog.configure(**before)


@pytest.fixture(scope="session", autouse=True)
def _no_network() -> Iterator[None]:
    """A connection that leaves this machine is a failure, not a slow test."""
    connect, look_up = socket.socket.connect, socket.getaddrinfo

    def guarded_connect(self: socket.socket, address: Any) -> None:
        if self.family != socket.AF_UNIX and not _is_local(address[0]):
            raise AssertionError(f"a test tried to reach {address[0]}")
        connect(self, address)

    def guarded_look_up(host: Any, *args: Any, **kwargs: Any) -> Any:
        if not _is_local(host):
            raise AssertionError(f"a test tried to look up {host}")
        return look_up(host, *args, **kwargs)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", guarded_connect)
        patch.setattr(socket, "getaddrinfo", guarded_look_up)
        yield


def _is_local(host: str | bytes | None) -> bool:
    said = host.decode() if isinstance(host, bytes) else host
    return said in {None, "", "localhost", "::1", "0.0.0.0"} or str(said).startswith("127.")  # noqa: S104


@pytest.fixture(scope="session")
def databases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, Databases]]:
    """Both kinds; what one has migrated stays while tests turn from one to the other."""
    kinds = {
        "sqlite": SqliteDatabases(tmp_path_factory.mktemp("databases")),
        "postgresql": PostgresDatabases(),
    }
    yield kinds
    for kind in kinds.values():
        kind.drop_all()


@pytest.fixture(
    scope="session",
    params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)],
)
def fresh_database(request: pytest.FixtureRequest, databases: Mapping[str, Databases]) -> Databases:
    """Makes migrated, empty databases, of one kind and then of the other."""
    if request.param == "postgresql" and not POSTGRES:
        pytest.skip(NO_POSTGRES)
    return databases[request.param]


@pytest.fixture(scope="session")
def database_url(fresh_database: Databases) -> Iterator[str]:
    """The database that tests share because each rolls back what it did."""
    url = fresh_database()
    yield url
    fresh_database.drop(url)


@pytest.fixture(scope="session")
def engine(database_url: str) -> Iterator[Engine]:
    """The engine of the shared database."""
    engine = make_engine(database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def db(engine: Engine) -> Iterator[Session]:
    """A session whose every change, committed or not, is gone after the test."""
    with engine.connect() as connection:
        outer = connection.begin()
        options: dict[str, Any] = {"join_transaction_mode": "create_savepoint"}
        with Session(connection, expire_on_commit=False, **options) as session:
            yield session
        outer.rollback()


@pytest.fixture
def own_database(
    fresh_database: Databases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Settings]:
    """A whole empty database that the settings name: for commands, jobs and processes.

    What a test commits here stays for the test and is dropped with the database.
    """
    monkeypatch.setenv("POOL_HOME", str(tmp_path))
    url = fresh_database()
    monkeypatch.setenv("POOL_DATABASE_URL", url)
    get_settings.cache_clear()
    get_engine.cache_clear()
    yield get_settings()
    get_engine().dispose()
    get_engine.cache_clear()
    get_settings.cache_clear()
    fresh_database.drop(url)


@contextmanager
def an_elastic_url() -> Iterator[str]:
    """An address of its own on the test server; its indexes are removed afterwards."""
    if not ELASTICSEARCH:
        pytest.skip(NO_ELASTICSEARCH)
    url = f"{ELASTICSEARCH}/test-{uuid4().hex}"
    try:
        yield url
    finally:
        connection = Connection(url)
        with connection.writing() as client:
            for name in client.indices.get(index=f"{connection.prefix}-*").body:
                client.indices.delete(index=name)
        connection.close()


@pytest.fixture
def elastic_url() -> Iterator[str]:
    """An address of the test's own on the test server."""
    with an_elastic_url() as url:
        yield url


@pytest.fixture
def fill_index(
    db: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[], None]]:
    """Puts what `db` holds into an index of this test's own, by words alone."""
    monkeypatch.setenv("POOL_SEARCH_URL", f"embedded://{tmp_path}/index")
    get_settings.cache_clear()
    index.get_searcher.cache_clear()
    yield lambda: index.get_searcher().rebuild(index.documents(db))
    index.get_searcher().close()
    index.get_searcher.cache_clear()
    get_settings.cache_clear()


@pytest.fixture(scope="session")
def sites() -> Callable[[Settings], FastAPI]:
    """The site for these settings, put together once: routes and templates take a second."""
    from app.main import create_app  # noqa: PLC0415  imports every feature

    @cache
    def put_together(settings: Settings) -> FastAPI:
        return create_app(settings, worker=False)

    return lambda settings: put_together(settings.model_copy(update=PLACES))


@pytest.fixture
def site(
    db: Session, fill_index: Callable[[], None], sites: Callable[[Settings], FastAPI]
) -> Iterator[FastAPI]:
    """The whole site over `db`, which each request finds emptied of what is loaded."""

    def session() -> Session:
        db.flush()
        db.expunge_all()
        return db

    found = sites(get_settings())
    found.dependency_overrides[get_session] = session
    found.dependency_overrides[get_bind] = lambda: db.get_bind()
    yield found
    found.dependency_overrides.clear()


@pytest.fixture
def client(site: FastAPI) -> TestClient:
    """A visitor of the site who reads English."""
    return TestClient(site, headers={"Cookie": "lang=en"})
