"""What a load balancer asks: alive without any look outside, ready when this process can serve."""

import time
from datetime import timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import text

from app.catalogue import index
from app.core import outbox
from app.core.db import get_engine, now, transaction
from app.core.settings import Settings, get_settings
from app.health import database, routes
from app.health.findings import (
    Check,
    Examination,
    Finding,
    Level,
    findings,
    ok,
    problem,
    without,
)

WORDS_ONLY = "degraded: The language model is missing: searching by words only."


@pytest.fixture
def probe(own_database: Settings) -> TestClient:
    index.get_searcher.cache_clear()
    app = FastAPI()
    app.include_router(routes.router)
    return TestClient(app)


def checks(probe: TestClient) -> Any:
    answer = probe.get("/readyz")
    assert answer.headers["Cache-Control"] == "no-store"
    return answer.status_code, answer.json()["status"], answer.json()["checks"]


def test_a_fresh_pool_without_a_model_serves_by_words(probe: TestClient) -> None:
    well = dict.fromkeys(("database", "migrations", "index", "outbox"), "ok")
    assert checks(probe) == (200, "degraded", {**well, "model": WORDS_ONLY})


def test_being_alive_needs_no_database(probe: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POOL_DATABASE_URL", "postgresql://127.0.0.1:1/nowhere")
    get_settings.cache_clear()
    get_engine().dispose()
    get_engine.cache_clear()
    answer = probe.get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


def test_without_its_database_a_process_gets_no_visitors(
    probe: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POOL_DATABASE_URL", "postgresql://me:hidden@127.0.0.1:1/nowhere")
    get_settings.cache_clear()
    get_engine().dispose()
    get_engine.cache_clear()
    answer = probe.get("/readyz")
    found = answer.json()["checks"]
    assert (answer.status_code, answer.json()["status"]) == (503, "unready")
    assert found["database"] == "The database cannot be reached."
    assert found["migrations"] == "degraded: Not looked at."
    assert found["index"] == "ok"
    assert "hidden" not in answer.text
    assert "127.0.0.1" not in answer.text


def test_an_older_database_gets_no_visitors(probe: TestClient) -> None:
    with transaction() as db:
        db.connection().execute(text("DELETE FROM alembic_version"))
    status, said, found = checks(probe)
    assert (status, said, found["database"]) == (503, "unready", "ok")
    assert found["migrations"] == "The database is not at the newest migration."


def test_a_newer_database_is_served_by_the_older_program(probe: TestClient) -> None:
    with transaction() as db:
        db.connection().execute(text("UPDATE alembic_version SET version_num = 'later'"))
    status, said, found = checks(probe)
    assert (status, said) == (200, "degraded")
    assert found["migrations"] == "degraded: The database is newer than this program."


def test_jobs_given_up_or_late_take_no_process_out_of_service(probe: TestClient) -> None:
    with transaction() as db:
        db.add(outbox.Job(name="catalogue.index", dead_at=now(), error="because"))
    status, _, found = checks(probe)
    assert (status, found["outbox"]) == (200, "degraded: Jobs that were given up: 1.")
    with transaction() as db:
        db.connection().execute(text("DELETE FROM job"))
        late = now() - database.LONGEST_LAG - timedelta(minutes=5)
        db.add(outbox.Job(name="catalogue.index", run_after=late))
    status, _, found = checks(probe)
    assert (status, found["outbox"]) == (200, "degraded: The oldest job is late by 15 minutes.")


def test_a_job_that_waits_its_turn_is_no_trouble(probe: TestClient) -> None:
    with transaction() as db:
        db.add(outbox.Job(name="catalogue.index", run_after=now() + timedelta(hours=1)))
    assert checks(probe)[2]["outbox"] == "ok"


def with_index(
    probe: TestClient, monkeypatch: pytest.MonkeyPatch, url: str
) -> tuple[int, str, dict[str, str]]:
    monkeypatch.setenv("POOL_SEARCH_URL", url)
    get_settings.cache_clear()
    index.get_searcher.cache_clear()
    status, said, found = checks(probe)
    index.get_searcher.cache_clear()
    return status, said, found


def test_without_its_index_a_process_serves_on_and_says_so(
    probe: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    status, said, found = with_index(probe, monkeypatch, "http://127.0.0.1:1/health")
    assert (status, said, found["database"]) == (200, "degraded", "ok")
    assert found["index"].startswith("degraded: The search engine cannot be reached")


def test_an_index_that_cannot_be_addressed_gets_no_visitors_and_is_not_named(
    probe: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    status, said, found = with_index(probe, monkeypatch, "nowhere://secret-host/index")
    assert (status, said) == (503, "unready")
    assert found["index"] == "degraded: The address of the index cannot be used."
    assert "secret-host" not in str(found)


def test_a_process_that_loads_its_model_gets_no_visitors_yet(probe: TestClient) -> None:
    index.get_searcher()._warming.set()
    status, said, found = checks(probe)
    assert (status, said, found["model"]) == (503, "unready", "The language model is being loaded.")


def run(*checks: Check, most: float = 5.0) -> dict[str, Finding]:
    return dict(findings(checks, Examination(), most))


def fine(_examination: Examination) -> Finding:
    return ok("fine")


def broken(_examination: Examination) -> Finding:
    raise RuntimeError("postgresql://me:geheim@host/pool is no good")


def test_a_check_that_breaks_hides_no_other_and_tells_no_password(own_database: Settings) -> None:
    found = run(Check("first", broken), Check("second", fine))
    assert found["second"] == ok("fine")
    assert found["first"].level is Level.PROBLEM
    assert found["first"].details == ("postgresql://me:***@host/pool is no good",)


def test_a_check_that_hangs_is_left_behind(own_database: Settings) -> None:
    def hang(_examination: Examination) -> Finding:
        time.sleep(60)
        return ok("never")

    found = run(Check("hangs", hang), Check("next", fine), most=0.2)
    assert (found["hangs"].level, found["next"].level) == (Level.PROBLEM, Level.OK)


def test_what_rests_on_a_failed_check_is_not_looked_at(own_database: Settings) -> None:
    def bad(_examination: Examination) -> Finding:
        return problem("bad", "mend it")

    found = run(
        Check("ground", bad),
        Check("wall", broken, needs=("ground",)),
        Check("roof", broken, needs=("wall",)),
    )
    assert [found[name].level for name in ("wall", "roof")] == [Level.WARNING] * 2


@pytest.mark.parametrize(
    ("told", "shown"),
    [
        ("https://pool:p@ss/w0rd@one:9200,two:9200/x", "https://pool:***@one:9200,two:9200/x"),
        ("smtps://user:key@mail", "smtps://user:***@mail"),
        ("smtp://mail:25", "smtp://mail:25"),
        ("the key abc-123 is refused", "the key *** is refused"),
    ],
)
def test_secrets_are_hidden_wherever_they_stand(told: str, shown: str) -> None:
    assert without(["abc-123"], told) == shown
