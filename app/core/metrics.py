"""Figures for Prometheus: how long pages take, by route, and what waits in the outbox.

They are shown on a port of their own, which the public never reaches. Several web processes
each write theirs into files of one folder, and the process above them shows the sums.
"""

import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import structlog
from prometheus_client import REGISTRY, CollectorRegistry, Histogram, start_http_server
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector
from sqlmodel import col, func, select
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.core.db import now, transaction
from app.core.errors import Conflict
from app.core.outbox import HANDLERS, Job, has_begun

FOLDER = "PROMETHEUS_MULTIPROC_DIR"  # the library's own name; it looks when it is imported
BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0)  # seconds
STREAM = "text/event-stream"
METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

log = structlog.get_logger("metrics")

REQUESTS = Histogram(
    "pool_request_seconds",
    "From a request to the end of its answer",
    ("route", "method", "status"),
    buckets=BUCKETS,
)


class MetricsMiddleware:
    """Times each request under its route's template: what visitors type never becomes a label."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began, status, until_begun = time.perf_counter(), 500, 0.0

        async def send_noting(message: Message) -> None:
            nonlocal status, until_begun
            if message["type"] == "http.response.start":
                status = message["status"]
                if Headers(raw=message["headers"]).get("content-type", "").startswith(STREAM):
                    until_begun = time.perf_counter() - began
            await send(message)

        try:
            await self.app(scope, receive, send_noting)
        finally:
            method = scope["method"] if scope["method"] in METHODS else "other"
            labels = REQUESTS.labels(_template(scope), method, f"{status // 100}xx")
            # A stream is answered when it begins; how long somebody reads is not how long it took.
            labels.observe(until_begun or time.perf_counter() - began)


def _template(scope: Scope) -> str:
    """`/solutions/{slug}`; a mounted folder's own path; one name for all that is not there."""
    route = scope.get("route")
    return str(route.path if route else scope.get("root_path") or "unmatched")


class OutboxCollector(Collector):
    """What waits in the outbox, asked of the database whenever somebody looks."""

    def collect(self) -> Iterator[Metric]:
        """Waiting, given up and the oldest age by job; only that it is away when it is."""
        try:
            found = _by_job()
        except Exception as error:  # whatever breaks, the other figures are still shown
            log.warning("metrics.outbox", error=type(error).__name__)
            yield GaugeMetricFamily("pool_database_up", "Whether the database answers", 0)
            return
        yield GaugeMetricFamily("pool_database_up", "Whether the database answers", 1)
        yield _gauge("pool_outbox_waiting", "Jobs that wait or run", found, 0)
        yield _gauge("pool_outbox_dead", "Jobs that were given up", found, 1)
        yield _gauge("pool_outbox_oldest_seconds", "Age of the oldest job that waits", found, 2)


def _gauge(
    name: str, about: str, by_job: dict[str, tuple[float, float, float]], place: int
) -> GaugeMetricFamily:
    gauge = GaugeMetricFamily(name, about, labels=["job"])
    for job, figures in by_job.items():
        gauge.add_metric([job], figures[place])
    return gauge


def _by_job() -> dict[str, tuple[float, float, float]]:
    """Each job's name with how many wait, how many are dead, how old the oldest is (seconds)."""
    living = col(Job.dead_at).is_(None)
    oldest = func.min(Job.created_at).filter(living)
    figures = select(Job.name, func.count(), func.count(col(Job.dead_at)), oldest)
    found = dict.fromkeys(sorted(HANDLERS), (0.0, 0.0, 0.0))
    with transaction(writes=False) as db:
        for name, total, dead, since in db.exec(figures.where(has_begun()).group_by(Job.name)):
            found[name] = (total - dead, dead, _age(since))
    return found


def _age(since: datetime | None) -> float:
    return max(0.0, (now() - since).total_seconds()) if since else 0.0


@contextmanager
def shown(host: str, port: int, *, home: Path, is_shared: bool) -> Iterator[None]:
    """Answer Prometheus on a port of its own until the block ends; port 0: show nothing.

    With `is_shared`, other processes that are started in the block leave their figures in a
    fresh folder under `home`, and this one shows the sums; otherwise it shows its own.
    Raises Conflict when the port cannot be used.
    """
    if not port:
        yield
        return
    if not is_shared:
        with _listening(host, port, REGISTRY):
            yield
        return
    home.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="metrics-", dir=home) as folder:
        os.environ[FOLDER] = folder
        registry = CollectorRegistry()
        MultiProcessCollector(registry, path=folder)  # type: ignore[no-untyped-call]
        with _listening(host, port, registry):
            yield


@contextmanager
def _listening(host: str, port: int, registry: CollectorRegistry) -> Iterator[None]:
    collector = OutboxCollector()
    try:
        server, thread = start_http_server(port, host, registry)
    except OSError as error:
        raise Conflict(
            "Port {port} of {host} cannot be used ({error}); set POOL_METRICS_PORT to another.",
            port=port,
            host=host,
            error=error.strerror,
        ) from error
    registry.register(collector)
    try:
        yield
    finally:
        registry.unregister(collector)
        server.shutdown()
        server.server_close()
        thread.join()
