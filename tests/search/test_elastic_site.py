"""A real server hangs or dies under the site: pages go on, writes wait, the index catches up."""

import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from app.catalogue import index
from app.core import worker
from app.core.db import transaction
from app.core.outbox import counts
from app.core.settings import Settings, get_settings
from app.main import create_app, warm
from search.elastic import connection
from search.engine import Kind
from tests.factories import a_record
from tests.processes import wait_for
from tests.search.elastic_servers import Servers, free_ports
from tests.test_discovery import names_in, text_of

pytestmark = [pytest.mark.elasticsearch, pytest.mark.alone]
NOTICE = "The search engine cannot be reached just now."
PROMISED = 2.0  # seconds for a page
POSTGRES = pytest.param("postgresql", marks=pytest.mark.postgres)
OTHER_PAGES = ("/", "/vendors", "/cases", "/information", "/trainings", "/sources", "/readyz")


@pytest.fixture(scope="module")
def server(servers_base: Path) -> Iterator[Servers]:
    one = Servers(servers_base, free_ports())
    one.start()
    yield one
    one.stop()


@pytest.fixture
def visitor(
    server: Servers,
    own_database: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[TestClient]:
    """Somebody who reads English on a site with two listings, on real servers both."""
    monkeypatch.setenv("POOL_SEARCH_URL", f"http://{server.hosts}/{own_database.home.name}")
    # a worker is as patient as a command; here it need not be
    monkeypatch.setattr(connection, "WRITE_SECONDS", 5.0)
    monkeypatch.setattr(worker, "PAUSE", 0.2)
    monkeypatch.setattr(worker, "_resting", {})
    get_settings.cache_clear()
    index.get_searcher.cache_clear()
    add("注塑机联网")
    add("能耗监测")
    assert catch_up()
    warm()
    yield TestClient(create_app(worker=False), headers={"Cookie": "lang=en"})
    index.get_searcher().close()
    index.get_searcher.cache_clear()
    get_settings.cache_clear()


def add(name: str) -> None:
    with transaction() as db:
        a_record(db, Kind.SOLUTION, name=name)


def waiting() -> int:
    with transaction(writes=False) as db:
        return counts(db).waiting


def catch_up() -> bool:
    """Work what is due; whether nothing waits any more."""
    assert worker.drain().failed == 0
    return waiting() == 0


def is_usual(visitor: TestClient, name: str) -> bool:
    """Whether the search engine answers again, and with this listing."""
    page = visitor.get("/search", params={"q": name}).text
    return NOTICE not in text_of(page) and names_in(page)[:1] == [name]


@pytest.mark.parametrize("fresh_database", [POSTGRES], indirect=True)
@pytest.mark.parametrize("trouble", [signal.SIGSTOP, signal.SIGKILL])
def test_the_site_goes_on_without_its_search_engine_and_the_index_catches_up(
    server: Servers, visitor: TestClient, trouble: signal.Signals
) -> None:
    assert is_usual(visitor, "注塑机联网")
    server.send(trouble)
    try:
        began = time.monotonic()
        page = visitor.get("/search", params={"q": "注塑机停机"})
        assert time.monotonic() - began < PROMISED
        assert page.status_code == 200
        assert NOTICE in text_of(page.text)
        assert names_in(page.text) == ["注塑机联网"]
        for path in OTHER_PAGES:
            assert visitor.get(path).status_code == 200, path
        add("空压机节能")
        assert not catch_up()
        assert names_in(visitor.get("/search", params={"q": "空压机"}).text) == ["空压机节能"]
    finally:
        if trouble == signal.SIGSTOP:
            server.send(signal.SIGCONT)
        else:
            server.start()
    wait_for(catch_up)
    wait_for(lambda: is_usual(visitor, "空压机节能"))
    with transaction(writes=False) as db:
        assert not index.compare(db)
