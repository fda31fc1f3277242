"""What a load balancer asks: alive without any look outside, ready only when all is well."""

from datetime import timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import text

from app import health
from app.catalogue import index
from app.core import outbox
from app.core.db import now, transaction
from app.core.settings import Settings, get_settings


@pytest.fixture
def probe(own_database: Settings) -> TestClient:
    index.get_searcher.cache_clear()
    app = FastAPI()
    app.include_router(health.router)
    return TestClient(app)


def checks(probe: TestClient) -> Any:
    answer = probe.get("/readyz")
    assert answer.headers["Cache-Control"] == "no-store"
    return answer.status_code, answer.json()["checks"]


def test_a_fresh_pool_is_ready(probe: TestClient) -> None:
    well = dict.fromkeys(("database", "migrations", "index", "model", "outbox"), "ok")
    assert checks(probe) == (200, well)


def test_being_alive_needs_no_database(probe: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "transaction", None)
    answer = probe.get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


def test_a_job_that_was_given_up_is_told(probe: TestClient) -> None:
    with transaction() as db:
        db.add(outbox.Job(name="catalogue.index", dead_at=now()))
    status, found = checks(probe)
    assert (status, found["outbox"]) == (503, "jobs given up: 1")


def test_a_job_that_is_long_overdue_is_told(probe: TestClient) -> None:
    with transaction() as db:
        late = now() - health.LONGEST_LAG - timedelta(minutes=5)
        db.add(outbox.Job(name="catalogue.index", run_after=late))
    status, found = checks(probe)
    assert (status, found["outbox"]) == (503, "the oldest job is late by 15 minutes")


def test_a_job_that_waits_its_turn_is_no_trouble(probe: TestClient) -> None:
    with transaction() as db:
        db.add(outbox.Job(name="catalogue.index", run_after=now() + timedelta(hours=1)))
    assert checks(probe)[0] == 200


def test_an_older_database_is_told(probe: TestClient) -> None:
    with transaction() as db:
        db.connection().execute(text("UPDATE alembic_version SET version_num = '0000'"))
    status, found = checks(probe)
    expected = "the database is not at the newest migration"
    assert (status, found["migrations"], found["database"]) == (503, expected, "ok")


def test_an_index_that_does_not_open_is_told_without_details(
    probe: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POOL_SEARCH_URL", "nowhere://secret-host/index")
    get_settings.cache_clear()
    index.get_searcher.cache_clear()
    status, found = checks(probe)
    assert (status, found["index"], found["database"]) == (503, "failed: ValueError", "ok")
