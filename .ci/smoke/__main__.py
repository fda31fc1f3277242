"""`make smoke`: start by hand what docker-compose.yml describes and walk through the site.

Commands, settings and the names of secrets are those of the file; only hosts, ports and folders
are others. PostgreSQL and Elasticsearch are real and named by POOL_TEST_POSTGRES and
POOL_TEST_ELASTICSEARCH (its certificate authority: POOL_TEST_ELASTICSEARCH_CA); the database, the
role and the indexes made there are removed again. Ends with 1 at the first thing that is wrong.
"""

import contextlib
import os
import re
import shutil
import ssl
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

import httpx2
import psycopg
from elasticsearch import TransportError

from app.cli.running import SAMPLE_ENDINGS, SAMPLES
from deploy.make_secrets import make as make_secrets
from smoke.checking import Wrong, check, free_port, say, wait_for
from smoke.figures import answers_by_meaning, figures, is_worked_off, outbox, readiness
from smoke.servers import a_database, a_prefix
from smoke.services import Here, Running, grace, is_healthy, run, start_proxy
from smoke.stand_ins import Greeting, encrypted, listening
from smoke.visit import check_doors, walk
from tests.deployment import read_compose

NEEDS = """\
make smoke needs real servers, and makes and removes its own database and indexes there:
  POOL_TEST_POSTGRES=postgresql://user:password@host:port/database   may make databases and roles
  POOL_TEST_ELASTICSEARCH=http(s)://user:password@host:port[/prefix] security on; /pool for a
      user that may touch nothing else, as deploy/elasticsearch makes it
  POOL_TEST_ELASTICSEARCH_CA=/path/ca.crt                            for https
"""
TROUBLE = re.compile(r"warn|error|Traceback|^\S*(Error|Exception)", re.I)
FOLLOW_VENDORS = """
from sqlmodel import select
from app.catalogue.index import INDEX_JOB
from app.catalogue.models import Vendor
from app.core.db import transaction
from app.core.outbox import enqueue_all
with transaction() as db:
    jobs = [{"kind": "vendor", "id": str(id)} for id in db.exec(select(Vendor.id))]
    print(enqueue_all(db, INDEX_JOB, jobs), "jobs")
"""
TLS = ["tls_certificate", "tls_key"]  # read by the proxy


def smoke(here: Here, client: httpx2.Client, plain: int, last: contextlib.ExitStack) -> None:
    """The whole of it; everything started is on `last`."""

    def start(begin: Callable[[], Running]) -> Running:
        running = begin()
        last.callback(running.kill)
        return running

    say("migrations")
    run(here, *here.command("migrate"))
    say("processes")
    worker = start(lambda: Running.service(here, "worker"))
    app = start(lambda: Running.service(here, "app"))
    proxy = None
    if client.base_url.port != here.port:
        outside = client.base_url.port or 443
        proxy = start(lambda: start_proxy(here, outside, plain))
    wait_for("the site is ready", partial(readiness, client))
    asked = int(here.environment("app")["POOL_PROCESSES"])
    serving = [line for line in app.family() if "spawn_main" in line]
    check(len(serving) == asked, f"{len(serving)} web processes instead of {asked}")
    for service in ("app", "worker"):
        wait_for(f"{service} is healthy", partial(is_healthy, here, service))
    say(f"  healthy and ready, with {asked} web processes: {client.get('/readyz').json()}")
    say("the sample lists")
    for ending in SAMPLE_ENDINGS:
        for path in sorted(SAMPLES.glob(f"*{ending}")):
            run(here, "pool", "ingest", str(path), "--accept", "--by", "smoke")
    wait_for("the outbox is empty", partial(is_worked_off, here.metrics["app"]))
    say("the outbox: every vendor is to be followed again, which nobody but the worker does")
    with worker.held_up():
        run(here, "python", "-c", FOLLOW_VENDORS)
        check(
            outbox(here.metrics["app"], "waiting"), "the figures miss the jobs, or the app ran them"
        )
    wait_for("the worker has done it", partial(is_worked_off, here.metrics["worker"]))
    check(not outbox(here.metrics["app"], "dead"), "jobs were given up")
    say("a visit")
    wait_for("search answers by meaning", partial(answers_by_meaning, client))
    walk(client)
    check_doors(client, plain, is_proxied=proxy is not None)
    requests = [name for name in figures(here.metrics["app"]) if "pool_request_seconds" in name]
    check(any('route="/search"' in name for name in requests), "/metrics lacks the visit")
    say("the installation")
    run(here, "pool", "check-index")
    run(here, "pool", "doctor")
    check(worker.is_alive and app.is_alive, "a process ended during the visit")
    say("the end")
    for running in (proxy, app, worker):
        if running:
            running.stop(grace(running.name) if running is not proxy else 10.0)


def walk_through(postgres: str, search: str, folder: Path) -> None:
    """Make what is needed on the servers and here, run the walk, remove it all."""
    secrets = folder / "secrets"
    make_secrets(secrets)
    (folder / "home").mkdir()
    is_proxied = shutil.which("caddy") is not None
    if not is_proxied:
        say("  caddy is not installed: the site is visited without its proxy")
    port, plain = free_port(), free_port()
    outside = free_port() if is_proxied else port
    scheme = "https" if is_proxied else "http"
    with contextlib.ExitStack() as last:
        place, trusted = last.enter_context(encrypted(search, folder))
        password = (secrets / "database_password").read_text()
        asked = (secrets / "pool_search_url").read_text()
        replaced = {
            "pool_database_url": last.enter_context(a_database(postgres, password)),
            "pool_search_url": last.enter_context(a_prefix(search, place, trusted, asked)),
        }
        for name in [file.name for file in secrets.iterdir()]:
            if name not in read_compose()["services"]["app"]["secrets"] + TLS:
                (secrets / name).unlink()  # the application's containers do not see these
        for name, text in replaced.items():
            (secrets / name).unlink()
            (secrets / name).write_text(text)
        mail = last.enter_context(listening(Greeting))
        figures_at = {"app": free_port(), "worker": free_port(), "migrate": 0}
        here = Here(folder, port, figures_at, mail, f"https://localhost:{outside}")
        trust = ssl.create_default_context(cafile=secrets / "tls_certificate")
        client = httpx2.Client(
            verify=trust, base_url=f"{scheme}://localhost:{outside}", timeout=30.0
        )
        with client:
            smoke(here, client, plain, last)


def main() -> int:
    """Exit code 0 when all is well, 1 at the first wrong thing, 2 when no servers are named."""
    postgres = os.environ.get("POOL_TEST_POSTGRES")
    search = os.environ.get("POOL_TEST_ELASTICSEARCH")
    if not postgres or not search:
        sys.stderr.write(NEEDS)
        return 2
    with tempfile.TemporaryDirectory(prefix="pool-smoke-") as name:
        folder = Path(name)
        try:
            walk_through(postgres, search, folder)
        except (Wrong, httpx2.HTTPError, TransportError, psycopg.Error) as wrong:
            for log in sorted(folder.glob("*.log")):
                said = [line for line in log.read_text().splitlines() if TROUBLE.search(line)]
                sys.stderr.write("\n".join([f"--- trouble in {log.name}", *said[-10:], ""]))
            sys.stderr.write(f"WRONG: {wrong}\n")
            return 1
    say("all is well")
    return 0


if __name__ == "__main__":
    sys.exit(main())
