"""Figures for Prometheus: by route and never by address, on a port of their own."""

import re
import urllib.request
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from prometheus_client import REGISTRY

from app.core import metrics
from app.core.db import get_engine, now, transaction
from app.core.errors import Conflict
from app.core.outbox import Job
from app.core.settings import Settings, get_settings
from tests.processes import free_port, in_a_loop

SERIES = re.compile(r"^(\w+)(?:\{(.*)\})? (\S+)$", re.M)


@pytest.fixture
def figures(own_database: Settings, tmp_path: Path) -> Iterator[str]:
    """The address of the figures of this process."""
    port = free_port()
    with metrics.shown("127.0.0.1", port, home=tmp_path, is_shared=False):
        yield f"http://127.0.0.1:{port}/metrics"


@pytest.fixture
def visitor(own_database: Settings, sites: Callable[[Settings], FastAPI]) -> TestClient:
    return TestClient(sites(own_database.model_copy(update={"metrics_port": 1})))


def scraped(address: str) -> dict[str, float]:
    with urllib.request.urlopen(address, timeout=10) as answer:  # noqa: S310
        text = answer.read().decode()
    found = SERIES.findall(text)
    return {
        f"{name}{{{labels}}}" if labels else name: float(value) for name, labels, value in found
    }


def count(found: dict[str, float], route: str, method: str, status: str) -> float:
    labels = f'method="{method}",route="{route}",status="{status}"'
    return found.get(f"pool_request_seconds_count{{{labels}}}", 0.0)


def test_requests_are_counted_by_template_method_and_class(
    figures: str, visitor: TestClient
) -> None:
    before = scraped(figures)
    visitor.get("/healthz")
    visitor.head("/healthz")
    visitor.post("/healthz")
    visitor.get("/solutions/one")
    visitor.get("/solutions/two")
    visitor.get("/api/v1/solutions/one")
    after = scraped(figures)

    def grown(*which: str) -> float:
        return count(after, *which) - count(before, *which)

    assert grown("/healthz", "GET", "2xx") == 2
    assert grown("/healthz", "POST", "4xx") == 1
    assert grown("/solutions/{slug}", "GET", "4xx") == 2
    assert grown("/api/v1/solutions/{key}", "GET", "4xx") == 1
    assert not [name for name in after if "/solutions/one" in name]


def test_a_stream_counts_until_it_begins_not_for_as_long_as_somebody_reads(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    moments = iter((0.0, 0.5, 300.0))
    monkeypatch.setattr(metrics, "time", SimpleNamespace(perf_counter=lambda: next(moments)))

    async def stream(_scope: Any, _receive: Any, send: Any) -> None:
        kind = [(b"content-type", b"text/event-stream; charset=utf-8")]
        await send({"type": "http.response.start", "status": 200, "headers": kind})
        await send({"type": "http.response.body", "body": b""})

    async def drop(_message: Any) -> None:
        pass

    scope = {"type": "http", "method": "GET", "root_path": "/a-stream"}
    in_a_loop(metrics.MetricsMiddleware(stream)(scope, drop, drop))
    labels = {"route": "/a-stream", "method": "GET", "status": "2xx"}
    assert REGISTRY.get_sample_value("pool_request_seconds_sum", labels) == 0.5


def test_what_visitors_make_up_adds_no_series(figures: str, visitor: TestClient) -> None:
    visitor.get("/made-up")
    visitor.request("BREW", "/made-up")
    visitor.get("/static/made-up/app.css")
    before = scraped(figures)
    for number in range(20):
        visitor.get(f"/made-up/{number}?q={number}")
        visitor.request(f"BREW{number}", f"/made-up/{number}")
        visitor.get(f"/static/{number}/app.css")
    after = scraped(figures)
    assert {name for name in after if name.startswith("pool_")} == {
        name for name in before if name.startswith("pool_")
    }
    assert count(after, "unmatched", "GET", "4xx") - count(before, "unmatched", "GET", "4xx") == 20


def test_the_outbox_is_counted_by_job_and_age(figures: str) -> None:
    empty = scraped(figures)
    assert empty['pool_outbox_waiting{job="catalogue.index"}'] == 0
    with transaction() as db:
        db.add(Job(name="catalogue.index", created_at=now() - timedelta(minutes=5)))
        db.add(Job(name="catalogue.index"))
        db.add(Job(name="catalogue.index", created_at=now() - timedelta(hours=5), dead_at=now()))
    found = scraped(figures)
    assert found['pool_outbox_waiting{job="catalogue.index"}'] == 2
    assert found['pool_outbox_dead{job="catalogue.index"}'] == 1
    assert 300 <= found['pool_outbox_oldest_seconds{job="catalogue.index"}'] < 400
    assert found["pool_database_up"] == 1


def test_without_the_database_the_other_figures_are_shown(
    figures: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POOL_DATABASE_URL", "postgresql://127.0.0.1:1/nowhere")
    get_settings.cache_clear()
    get_engine().dispose()
    get_engine.cache_clear()
    found = scraped(figures)
    assert found["pool_database_up"] == 0
    assert "python_info" in str(found)


def test_the_public_port_has_no_figures(visitor: TestClient) -> None:
    assert visitor.get("/metrics").status_code == 404


def test_nothing_is_shown_unless_asked_for(tmp_path: Path) -> None:
    collectors = len(list(REGISTRY.collect()))
    with metrics.shown("127.0.0.1", 0, home=tmp_path, is_shared=True):
        assert list(tmp_path.iterdir()) == []
        assert len(list(REGISTRY.collect())) == collectors


def test_a_port_that_is_taken_is_told_by_its_setting(figures: str, tmp_path: Path) -> None:
    port = int(figures.split(":")[2].split("/")[0])
    taken = metrics.shown("127.0.0.1", port, home=tmp_path, is_shared=False)
    with pytest.raises(Conflict, match="POOL_METRICS_PORT"), taken:
        pass
