"""`make smoke`: start by hand what docker-compose.yml describes and walk through the site.

Commands, settings and the names of secrets are those of the file; only hosts, ports and folders
are others. PostgreSQL and Elasticsearch are real and named by POOL_TEST_POSTGRES and
POOL_TEST_ELASTICSEARCH (its certificate authority: POOL_TEST_ELASTICSEARCH_CA); the database, the
role and the indexes made there are removed again. Ends with 1 at the first thing that is wrong.
"""

import contextlib
import json
import os
import re
import shutil
import signal
import socket
import socketserver
import ssl
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import httpx2
import psycopg
import trustme
from elasticsearch import ApiError, Elasticsearch, TransportError
from psycopg import sql
from sqlalchemy import make_url

from app.cli.running import SAMPLE_ENDINGS, SAMPLES
from deploy.make_secrets import make as make_secrets
from tests.deployment import ROOT, fill_in, image_environment, read_compose

NEEDS = """\
make smoke needs real servers, and makes and removes its own database and indexes there:
  POOL_TEST_POSTGRES=postgresql://user:password@host:port/database   may make databases and roles
  POOL_TEST_ELASTICSEARCH=http(s)://user:password@host:port[/prefix] security on; /pool for a
      user that may touch nothing else, as deploy/elasticsearch makes it
  POOL_TEST_ELASTICSEARCH_CA=/path/ca.crt                            for https
"""
PATIENCE = 600.0  # seconds for something to come about; a busy machine loads the model slowly
TROUBLE = re.compile(r"warn|error|Traceback|^\S*(Error|Exception)", re.I)
LEAVING = 3.0  # seconds that helpers of a process may outlive it
NAME = f"pool-smoke-{os.getpid()}"
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
QUESTION = "注塑机半夜停机没人知道"
PAGES = ("/vendors", "/cases", "/solutions", "/information", "/trainings", "/sources")
PAGES += ("/how-ranking-works", "/accessibility", "/feeds/listings.xml", "/sitemap.xml")
PAGES += ("/api/v1/docs", "/api/v1/openapi.json", "/opensearch.xml", "/robots.txt")


class Wrong(Exception):
    """The first thing that is not as it should be."""


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def check(is_right: object, wrong: str) -> None:
    """Go on, or raise Wrong with these words."""
    if not is_right:
        raise Wrong(wrong)


def wait_for(what: str, ask: Callable[[], tuple[bool, object]]) -> None:
    """Ask whether it is so until it is; Wrong, with the last answer, when patience ends."""
    until, said = time.monotonic() + PATIENCE, object()
    while time.monotonic() < until:
        try:
            is_so, said = ask()
        except (OSError, httpx2.HTTPError) as error:
            is_so, said = False, error
        if is_so:
            return
        time.sleep(0.3)
    raise Wrong(f"after {PATIENCE:.0f} s still not: {what} ({said})")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


# --- stand-ins for what compose has and this machine may lack ---


class Greeting(socketserver.StreamRequestHandler):
    """As much of a mail server as a greeting takes."""

    def handle(self) -> None:
        self.wfile.write(b"220 smoke\r\n")
        for line in self.rfile:
            is_end = line[:4].upper() == b"QUIT"
            self.wfile.write(b"221 bye\r\n" if is_end else b"250 smoke\r\n")
            if is_end:
                return


class Relay(socketserver.BaseRequestHandler):
    """Ends TLS and passes on what comes, for a server that has none."""

    context: ssl.SSLContext
    target: tuple[str, int]

    def handle(self) -> None:
        with (
            contextlib.suppress(OSError),
            self.context.wrap_socket(self.request, server_side=True) as near,
            socket.create_connection(self.target) as far,
        ):
            back = threading.Thread(target=self._pass_on, args=(far, near), daemon=True)
            back.start()
            self._pass_on(near, far)
            back.join()

    def _pass_on(self, source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while block := source.recv(65536):
                sink.sendall(block)
        with contextlib.suppress(OSError):
            sink.shutdown(socket.SHUT_RDWR)


class Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    block_on_close = False


@contextlib.contextmanager
def listening(handler: type[socketserver.BaseRequestHandler]) -> Iterator[int]:
    """A stand-in on a port of this machine for as long as the block runs."""
    with Server(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


@contextlib.contextmanager
def encrypted(url: str, folder: Path) -> Iterator[tuple[str, Path]]:
    """An https address of this server and the file of the authority to trust."""
    parts = urlsplit(url)
    trusted = folder / "ca.crt"
    if parts.scheme == "https":
        shutil.copy(os.environ.get("POOL_TEST_ELASTICSEARCH_CA", ""), trusted)
        yield f"{parts.hostname}:{parts.port}", trusted
        return
    say("  Elasticsearch is given without TLS: it is put behind TLS here")
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(trusted))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    far = {"context": context, "target": (parts.hostname, parts.port)}
    with listening(type("SearchRelay", (Relay,), far)) as port:
        yield f"localhost:{port}", trusted


# --- what is made on the servers, and removed again ---


@contextlib.contextmanager
def a_database(server: str, password: str) -> Iterator[str]:
    """Its address, for a role of its own that is nothing but its owner."""
    admin = make_url(server).set(drivername="postgresql")
    name = sql.Identifier(NAME)
    with psycopg.connect(
        admin.render_as_string(hide_password=False), autocommit=True
    ) as connection:
        create = sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}")
        connection.execute(create.format(name, sql.Literal(password)))
        connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(name, name))
        try:
            own = admin.set(username=NAME, password=password, database=NAME)
            yield own.render_as_string(hide_password=False)
        finally:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))
            connection.execute(sql.SQL("DROP ROLE {}").format(name))


@contextlib.contextmanager
def a_prefix(server: str, place: str, trusted: Path, asked: str) -> Iterator[str]:
    """The secret address with host, user and prefix of this server's; its indexes end with it."""
    parts = urlsplit(server)
    check(parts.username and parts.password, "POOL_TEST_ELASTICSEARCH names no user and password")
    user = f"{parts.username}:{parts.password}"
    check(urlsplit(asked).scheme == "https", f"compose asks Elasticsearch without TLS: {asked}")
    client = Elasticsearch(
        f"https://{place}",
        basic_auth=(parts.username or "", parts.password or ""),
        ssl_context=ssl.create_default_context(cafile=trusted),
    )
    with client, contextlib.ExitStack() as last:
        prefix = parts.path.strip("/") or NAME
        found = client.indices.get(index=f"{prefix}*", expand_wildcards="all")
        check(not found, f"Elasticsearch has indexes already that begin with {prefix}")
        last.callback(_remove_indexes, client, prefix)
        _say_rights(client)
        yield f"https://{user}@{place}/{prefix}"


def _say_rights(client: Elasticsearch) -> None:
    """Deploy's own role may touch indexes of `pool` alone; a stronger user proves less."""
    try:
        client.indices.create(index=f"other-{NAME}")
    except ApiError as refusal:
        check(refusal.status_code == 403, f"Elasticsearch: {refusal}")
        say("  its user may do no more than deploy/elasticsearch/roles.yml allows")
    else:
        client.indices.delete(index=f"other-{NAME}")
        say("  its user may do more than deploy/elasticsearch/roles.yml allows: not tested here")


def _remove_indexes(client: Elasticsearch, prefix: str) -> None:
    for name in client.indices.get(index=f"{prefix}*", expand_wildcards="all"):
        client.indices.delete(index=name)


# --- the services of the compose file, as processes of this machine ---


@dataclass(frozen=True)
class Here:
    """Where things are on this machine that are elsewhere in containers."""

    folder: Path
    port: int
    metrics: dict[str, int]  # by service
    mail: int
    public: str

    def environment(self, service: str) -> dict[str, str]:
        """What the container of this service would see, hosts, ports and folders replaced."""
        said = read_compose()["services"][service]["environment"]
        asked = {name: fill_in(value, {}) for name, value in said.items()}
        both = {**image_environment(), **asked}
        mail = urlsplit(both["POOL_MAIL_URL"])
        model = os.environ.get("POOL_EMBEDDING_MODEL") or str(ROOT / "var/models/e5-small")
        replaced = {
            "PATH": f"{ROOT / '.venv/bin'}:{os.environ['PATH']}",
            "POOL_HOME": str(self.folder / "home"),
            "POOL_SECRETS": str(self.folder / "secrets"),
            "POOL_SEARCH_CA": str(self.folder / "ca.crt"),
            "POOL_EMBEDDING_MODEL": model,
            "HF_HOME": str(self.folder / "home" / "huggingface"),
            "POOL_HOST": "127.0.0.1",
            "POOL_PORT": str(self.port),
            "POOL_METRICS_HOST": "127.0.0.1",
            "POOL_METRICS_PORT": str(self.metrics[service]),
            "POOL_MAIL_URL": f"{mail.scheme}://127.0.0.1:{self.mail}",
            "POOL_PUBLIC_URL": self.public,
        }
        unknown = [name for name in replaced if name not in both]
        check(not unknown, f"neither compose nor the image sets {', '.join(unknown)}")
        return {**both, **replaced, "LANG": "C.UTF-8"}

    def command(self, service: str) -> list[str]:
        said: list[str] = read_compose()["services"][service]["command"]
        return said


def is_healthy(here: Here, service: str) -> tuple[bool, str]:
    """What the container's health check says, its ports replaced."""
    test = read_compose()["services"][service]["healthcheck"]["test"]
    asked = here.environment(service)
    ports = {"8000": asked["POOL_PORT"], "9100": asked["POOL_METRICS_PORT"]}
    command = [re.sub(r"(?<=127\.0\.0\.1:)\d+", lambda at: ports[at[0]], part) for part in test[1:]]
    done = subprocess.run(
        command, env=asked, cwd=here.folder, capture_output=True, text=True, check=False
    )
    return done.returncode == 0, done.stderr[-300:]


def run(here: Here, *command: str) -> str:
    """A command as `docker compose exec app …` would run it; what it printed."""
    done = subprocess.run(
        command,
        env=here.environment("app"),
        cwd=here.folder,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise Wrong(
            f"{' '.join(command)} ended with {done.returncode}:\n{done.stdout}{done.stderr}"
        )
    asked = " ".join(word for word in command if "\n" not in word)
    say(f"  {asked}: {' / '.join(done.stdout.strip().splitlines()[-2:])}")
    return done.stdout


class Running:
    """A long-running service; stopped as compose stops it."""

    def __init__(self, here: Here, name: str, command: list[str], env: dict[str, str]) -> None:
        self.name, self.log = name, here.folder / f"{name}.log"
        self._process = subprocess.Popen(
            command,
            env=env,
            cwd=here.folder,
            stdout=self.log.open("w"),
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        say(f"  {name}: {' '.join(command)} (process {self._process.pid})")

    @classmethod
    def service(cls, here: Here, name: str) -> "Running":
        return cls(here, name, here.command(name), here.environment(name))

    @property
    def is_alive(self) -> bool:
        return self._process.poll() is None

    def family(self) -> list[str]:
        """The command lines of all processes that it consists of."""
        lines = []
        for folder in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                fields = (folder / "stat").read_text().rpartition(")")[2].split()
                if int(fields[3]) == self._process.pid and fields[0] != "Z":
                    lines.append((folder / "cmdline").read_text().replace("\0", " "))
        return lines

    @contextlib.contextmanager
    def held_up(self) -> Iterator[None]:
        """It stands still for as long as the block runs."""
        self._process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self._process.send_signal(signal.SIGCONT)

    def stop(self, seconds: float) -> None:
        """SIGTERM, and Wrong when it takes longer, fails or leaves a process behind."""
        began = time.monotonic()
        self._process.send_signal(signal.SIGTERM)
        try:
            status = self._process.wait(seconds)
        except subprocess.TimeoutExpired as error:
            raise Wrong(f"{self.name} runs {seconds:.0f} s after SIGTERM") from error
        check(status in {0, -signal.SIGTERM}, f"{self.name} ended with {status}")
        until = time.monotonic() + LEAVING
        while (left := self.family()) and time.monotonic() < until:
            time.sleep(0.1)
        check(not left, f"{self.name} left {left} behind")
        say(f"  {self.name} stopped after {time.monotonic() - began:.1f} s")

    def kill(self) -> None:
        """Whatever is left of it, however the walk ended."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()


def grace(service: str) -> float:
    """Seconds that compose waits before it kills."""
    return float(read_compose()["services"][service]["stop_grace_period"].removesuffix("s"))


def start_proxy(here: Here, outside: int, plain: int) -> Running:
    """The real proxy with its real file, hosts and ports replaced."""
    text = (ROOT / "deploy/Caddyfile").read_text()
    ports = {"app:8000": f"127.0.0.1:{here.port}", ":8443": f":{outside}", ":8080": f":{plain}"}
    ports |= {":8081": f":{free_port()}", ":8025": f":{free_port()}"}
    ports |= {"/run/secrets": str(here.folder / "secrets")}
    for old, new in ports.items():
        check(old in text, f"deploy/Caddyfile lacks {old}")
        text = text.replace(old, new)
    file = here.folder / "Caddyfile"
    file.write_text(text)
    env = {"PATH": os.environ["PATH"], "POOL_PUBLIC_URL": here.public, "HOME": str(here.folder)}
    command = ["caddy", "run", "--adapter", "caddyfile", "--config", str(file)]
    return Running(here, "proxy", command, env)


# --- the walk ---


def get(client: httpx2.Client, path: str, *lines: str) -> str:
    """The page there; Wrong where it is not found or lacks one of these texts."""
    answer = client.get(path, follow_redirects=True)
    check(answer.status_code == 200, f"{path} answers {answer.status_code}: {answer.text[:300]}")
    for line in lines:
        check(line in answer.text, f"{path} lacks {line!r}")
    return answer.text


def ask(client: httpx2.Client, **question: Any) -> Any:
    return client.get("/api/v1/search", params=question).raise_for_status().json()


def readiness(client: httpx2.Client) -> tuple[bool, str]:
    """Whether every part is ready, and what was said."""
    answer = client.get("/readyz")
    return answer.status_code == 200 and answer.json()["status"] == "ok", answer.text


def figures(port: int) -> dict[str, float]:
    """What /metrics says, by name with its labels."""
    text = httpx2.get(f"http://127.0.0.1:{port}/metrics").raise_for_status().text
    lines = (line.rpartition(" ") for line in text.splitlines() if line and line[0] != "#")
    return {name: float(value) for name, _, value in lines}


def outbox(port: int, state: str) -> float:
    """How many jobs are in this state, as the figures at this port have it."""
    found = figures(port)
    waiting = [value for name, value in found.items() if name.startswith(f"pool_outbox_{state}{{")]
    check(waiting, f"/metrics does not say pool_outbox_{state}")
    return sum(waiting)


def is_worked_off(port: int) -> tuple[bool, str]:
    left = outbox(port, "waiting")
    return not left, f"{left:.0f} jobs wait"


def answers_by_meaning(client: httpx2.Client) -> tuple[bool, str]:
    """Whether the search engine answers in time, as it may not while much is being written."""
    answer = client.get("/api/v1/search", params={"q": QUESTION})
    return answer.status_code == 200 and answer.json()["by_meaning"], answer.text[:300]


def walk(client: httpx2.Client) -> None:
    """What a visitor does, in the order of a visit."""
    get(client, "/", 'action="/search"')
    get(client, f"/search?q={quote(QUESTION)}", 'class="result"')
    by_words = ask(client, q="MES")
    check(by_words["total"], "nothing is found for MES")
    by_meaning = ask(client, q=QUESTION)
    check(by_meaning["by_meaning"] and by_meaning["items"], "nothing is found by meaning")
    say(f"  search: {by_words['total']} by words, {by_meaning['total']} by meaning")
    _filter(client)
    solutions = by_words["items"][:2]
    vendor = ask(client, q="", kind="vendor")["items"][0]
    for thing in (vendor, *solutions):
        get(client, urlsplit(thing["url"]).path, thing["name"])  # a permanent address leads on
        get(client, f"/api/v1/{thing['kind']}s/{thing['id']}", thing["name"])
    ids = "&".join(f"id={thing['id']}" for thing in solutions)
    get(client, f"/compare?{ids}", *(thing["name"] for thing in solutions))
    start = quote(vendor["name"][:3])
    get(client, f"/suggest?q={start}", vendor["name"][:3])
    check(json.loads(get(client, f"/api/v1/suggest?q={start}"))["items"], "no suggestions")
    for page in PAGES:
        get(client, page)
    say(f"  {len(PAGES)} other pages")


def _filter(client: httpx2.Client) -> None:
    """A count beside a filter is what a click on it gives."""
    facets = ask(client, q="")["facets"]
    chosen = 0
    for facet, values in facets.items():
        for value in values[:2]:
            found = ask(client, q="", **{facet: value["code"]})["total"]
            check(found == value["total"], f"{facet}={value['code']} gives {found}, not {value}")
            chosen += 1
    check(chosen, "there is nothing to filter by")
    say(f"  {chosen} filters give what their counts say")


def check_doors(client: httpx2.Client, plain: int, *, is_proxied: bool) -> None:
    """What the outside may see, and what not."""
    check(client.get("/metrics").status_code == 404, "/metrics can be seen from outside")
    headers = client.get("/healthz").headers
    check("strict-transport-security" in headers, "browsers are not told to stay with https")
    if is_proxied:
        sent = httpx2.get(f"http://127.0.0.1:{plain}/vendors?q=1").headers.get("location", "")
        expected = str(client.base_url).rstrip("/") + "/vendors?q=1"
        check(sent == expected, f"http leads to {sent!r}")


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
