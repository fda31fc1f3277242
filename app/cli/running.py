"""Commands that set up and run the pool: demo, serve, worker, migrate, settings."""

import hashlib
import os
import socket
import threading
from pathlib import Path
from typing import Annotated

import structlog
import typer
import uvicorn
from sqlmodel import col, select

from app.catalogue import index, reading
from app.cli.finding import reindex
from app.cli.output import note, progress, say
from app.cli.receiving import receive
from app.core import worker
from app.core.db import transaction, upgrade
from app.core.errors import Conflict
from app.core.i18n import _
from app.core.settings import get_settings
from app.curation.models import Batch
from app.discovery.rows import total_label
from search.searcher import Query

SAMPLES = Path(__file__).parents[2] / "ingest" / "samples"
SAMPLE_ENDINGS = (".xlsx", ".csv", ".html", ".pdf")


def register(app: typer.Typer) -> None:
    """Add these commands to `pool`."""
    app.command()(demo)
    app.command()(serve)
    app.command("worker")(work)
    app.command()(migrate)


def demo(
    serve_after: Annotated[
        bool, typer.Option("--serve/--no-serve", help="Serve the site when all is built.")
    ] = True,
) -> None:
    """Ingest the real sample lists, build the index, serve the site."""
    upgrade()
    _ingest_samples()
    build_index()
    with transaction(writes=False) as db:
        counts = reading.counts(db)
    note(
        _(
            "In the pool: {counts}.",
            counts=_(", ").join(total_label(kind, count) for kind, count in counts.items()),
        )
    )
    if serve_after:
        # Each request's line would bury the one that says where to look.
        os.environ.setdefault("POOL_LOG_LEVEL", "WARNING")
        get_settings.cache_clear()
        serve()


def _ingest_samples() -> None:
    for path in sorted(
        SAMPLES.iterdir(),
        key=lambda p: SAMPLE_ENDINGS.index(p.suffix) if p.suffix in SAMPLE_ENDINGS else 9,
    ):
        if path.suffix in SAMPLE_ENDINGS and not _is_known(path):
            receive(path, by=_("Demonstration"), accept=True)


def _is_known(path: Path) -> bool:
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    with transaction(writes=False) as db:
        known = select(Batch.id).where(
            Batch.source == path.name,
            Batch.sha256 == digest,
            col(Batch.accepted_at).is_not(None),
            col(Batch.taken_back_at).is_(None),
        )
        return db.exec(known).first() is not None


def build_index() -> None:
    """Run what waits in the outbox here and now, with a progress bar.

    An index that was made with another model is made anew.
    """
    if index.get_searcher().is_stale:
        reindex()
    left = worker.count_due()
    if not left:
        return
    with progress(_("Building the index")) as step:
        worker.drain(lambda done, waiting: step(done, done + waiting))
    # The first question also embeds what factories complain about; nobody should wait for that.
    index.get_searcher().search(Query(text="设备联网", limit=1))


def serve() -> None:
    """Serve the site and work the outbox, in one process."""
    settings = get_settings()
    _must_be_free(settings.host, settings.port)
    _one_thread_a_query()
    config = uvicorn.Config(
        "app.main:serve_app",
        factory=True,
        host=settings.host,
        port=settings.port,
        log_config=None,
        server_header=False,
        access_log=False,
    )
    _Server(config).run()


class _Server(uvicorn.Server):
    """Says where the site is once it really is there."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            url = get_settings().public_url
            say(_("The pool is at {url} (Ctrl+C stops it).", url=url))


def _must_be_free(host: str, port: int) -> None:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise Conflict(
                "Port {port} of {host} cannot be used ({error}); set POOL_PORT to another.",
                port=port,
                host=host,
                error=error.strerror,
            ) from error


def work() -> None:
    """Work the outbox until stopped; for installations with several web processes."""
    log = structlog.get_logger("worker")
    thread = worker.Worker()
    thread.start()
    log.info("worker.started")
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        thread.stop()


def migrate() -> None:
    """Bring the database to the newest revision."""
    upgrade()
    say(_("The database is up to date."))


def _one_thread_a_query() -> None:
    # On few cores, threads inside one query make every query slower under load.
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ.setdefault(name, "1")
    index.get_vocabulary()
