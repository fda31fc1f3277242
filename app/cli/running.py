"""Commands that set up and run the pool: demo, serve, worker, migrate, settings."""

import hashlib
import os
import signal
import socket
import threading
from pathlib import Path
from types import FrameType
from typing import Annotated

import pyotp
import structlog
import typer
import uvicorn
from sqlmodel import col, select
from uvicorn.supervisors import Multiprocess

from app import jobs  # noqa: F401  what the outbox may name
from app.catalogue import index, reading
from app.cli import demonstration
from app.cli.finding import reindex
from app.cli.output import note, progress, say, say_json
from app.cli.receiving import note_away, receive
from app.core import metrics, streams, worker
from app.core.db import transaction
from app.core.errors import Conflict
from app.core.i18n import _
from app.core.logs import configure_logging
from app.core.migrating import upgrade
from app.core.settings import get_settings
from app.curation.models import Batch
from app.discovery.rows import total_label
from search.engine import EngineAway
from search.searcher import Query

SAMPLES = Path(__file__).parents[2] / "ingest" / "samples"
# Seconds that requests may take to finish when the site is stopped.
GRACE_SECONDS = 20
# Seconds without a sign of life after which a web process is replaced: importing and loading
# the model on a busy machine must not look like hanging.
SILENT_SECONDS = 60
SAMPLE_ENDINGS = (".xlsx", ".csv", ".html", ".pdf")


def register(app: typer.Typer) -> None:
    """Add these commands to `pool`."""
    app.command()(demo)
    app.command()(accounts)
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
    _build_demonstration()
    with transaction(writes=False) as db:
        counts = reading.counts(db)
    note(
        _(
            "In the pool: {counts}.",
            counts=_(", ").join(total_label(kind, count) for kind, count in counts.items()),
        )
    )
    if not get_settings().is_production:
        accounts()
    if serve_after:
        # Each request's line would bury the one that says where to look.
        os.environ.setdefault("POOL_LOG_LEVEL", "WARNING")
        get_settings.cache_clear()
        serve()


def _build_demonstration() -> None:
    """The index of what was ingested and, out of production, the demonstration set in it."""
    if get_settings().is_production:
        note(_("The made-up organisations and their accounts stay out of production."))
        build_index()
        return
    for build in demonstration.PARTS:
        with transaction() as db:
            build(db)
        build_index()  # in which the next step matches its needs


def accounts(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """How to sign in as each role of the demonstration, with the codes of this half minute."""
    if get_settings().is_production:
        raise Conflict("The made-up organisations and their accounts stay out of production.")
    told = [_told(account) for account in demonstration.ACCOUNTS]
    if as_json:
        say_json(told)
        return
    say(_("Accounts of the demonstration; everything about them is made up:"))
    for one in told:
        line = f"  {one['email']:30} {one['password']:18} {one['role']}"
        say(line + (_(" · code {code}, secret {secret}", **one) if one["code"] else ""))
    say(_("A code holds for half a minute; “pool accounts” prints the next ones."))


def _told(account: demonstration.Account) -> dict[str, str]:
    secret = demonstration.secret(account) if account.staff else ""
    return {
        "role": _(account.what),
        "email": account.email,
        "password": demonstration.password(account),
        "secret": secret,
        "code": pyotp.TOTP(secret).now() if secret else "",
    }


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
    try:
        _build_index()
    except EngineAway:
        note_away()


def _build_index() -> None:
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
    """Serve the site; with one process it also works the outbox, with several a worker does."""
    settings = get_settings()
    _must_be_free(settings.host, settings.port)
    _one_thread_a_query()
    several = settings.processes > 1
    config = uvicorn.Config(
        "app.main:serve_app",
        factory=True,
        host=settings.host,
        port=settings.port,
        workers=settings.processes,
        log_config=None,
        server_header=False,
        access_log=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
        timeout_worker_healthcheck=SILENT_SECONDS,
    )
    port, host = settings.metrics_port, settings.metrics_host
    with metrics.shown(host, port, home=settings.home, is_shared=several):
        if several:
            _serve_together(config)
        else:
            _Server(config).run()


def _serve_together(config: uvicorn.Config) -> None:
    supervisor = _Supervisor(config, [config.bind_socket()])
    supervisor.run()
    if not supervisor.is_serving:
        raise typer.Exit(1)


def _welcome() -> None:
    url = get_settings().public_url
    say(_("The pool is at {url} (Ctrl+C stops it).", url=url))


class _Server(uvicorn.Server):
    """Says where the site is once it really is there; ends what stays open when it stops."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            _welcome()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        streams.stop_all()
        super().handle_exit(sig, frame)


class _Supervisor(Multiprocess):
    """Starts web processes, replaces one that dies, and says where the site is, once.

    They are started afresh (not forked), so that none shares threads or open files with another.
    """

    is_serving = False

    def keep_subprocess_alive(self) -> None:
        super().keep_subprocess_alive()
        if not self.is_serving and all(process.is_ready() for process in self.processes):
            self.is_serving = True
            _welcome()
            note(_("Run “pool worker” beside it: several web processes leave the outbox to it."))


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
    """Work the outbox until stopped, after the running batch; any number of workers may run."""
    settings = get_settings()
    configure_logging(settings)
    log = structlog.get_logger("worker")
    # Blocked in every thread and waited for here: a handler could interrupt what it stops.
    stops = {signal.SIGINT, signal.SIGTERM}
    signal.pthread_sigmask(signal.SIG_BLOCK, stops)
    host, port = settings.metrics_host, settings.metrics_port
    with metrics.shown(host, port, home=settings.home, is_shared=False):
        thread = worker.Worker()
        thread.start()
        log.info("worker.started")
        said = signal.sigwait(stops)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, stops)  # a second one ends it at once
    log.info("worker.stopping", signal=signal.Signals(said).name)
    thread.stop(timeout=threading.TIMEOUT_MAX)
    log.info("worker.stopped")


def migrate() -> None:
    """Bring the database to the newest revision."""
    if upgrade():
        say(_("The database is up to date."))
    else:
        say(_("The database is newer than this program, and was left as it is."))


def _one_thread_a_query() -> None:
    # On few cores, threads inside one query make every query slower under load.
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ.setdefault(name, "1")
    index.get_vocabulary()
