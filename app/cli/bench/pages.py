"""How many pages a second: `/search` of the site against a bare page of the same framework."""

import http.client
import secrets
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import cycle
from pathlib import Path
from typing import Any
from urllib.parse import quote

import uvicorn
from fastapi import FastAPI
from fastapi.responses import HTMLResponse
from jinja2 import Environment

from app.catalogue.index import get_vocabulary
from app.cli.bench import child
from app.cli.bench.ingesting import write_lists
from app.cli.bench.listings import Generator
from app.cli.bench.timing import latency, ratio, timed
from app.cli.output import progress
from app.core import worker
from app.core.migrating import upgrade
from app.core.settings import get_settings
from ingest import pipeline
from search.vocabulary import Vocabulary, load_vocabulary

CONNECTIONS = 4
KNOWN_QUESTIONS = 20
PATIENCE = 120.0  # seconds until a server has to answer
BARE = """<!doctype html><html lang="zh"><head><title>{{ title }}</title></head>
<body><ul>{% for item in items %}<li>{{ item }}</li>{% endfor %}</ul></body></html>"""


def measure(home: Path, *, listings: int, seconds: float) -> dict[str, Any]:
    """Requests a second over a few connections, each server in a process of its own."""
    setting = child.environment(
        home / "pages",
        POOL_ENVIRONMENT="production",
        POOL_SECRET_KEY=secrets.token_hex(),
        POOL_PORT=_free_port(),
    )
    filled = child.run("pages.fill", setting, rows=listings)
    port = int(setting["POOL_PORT"])
    with _served("pages.bare", setting, port, ready="/"):
        bare = _load(port, lambda: cycle(["/"]), seconds)
    rows = {}
    with _served("pages.site", setting, port, ready="/readyz"):
        for name, paths in _visits(load_vocabulary()).items():
            rows[name] = _load(port, paths, seconds)
    for row in rows.values():
        row["bare_to_page"] = ratio(bare["per_second"], row["per_second"])
    return {**filled, "connections": CONNECTIONS, "bare page": bare, **rows}


def _visits(vocabulary: Vocabulary) -> dict[str, Callable[[], Iterator[str]]]:
    generator = Generator(vocabulary)
    offers = list(generator.offers(100, generator.companies(25)))
    asked = [f"/search?q={quote(need)}" for need in generator.needs(KNOWN_QUESTIONS, offers)]
    lock = threading.Lock()

    def new() -> Iterator[str]:
        while True:
            with lock:
                need = generator.needs(1, offers)[0]
            yield f"/search?q={quote(need)}"

    return {
        "/search, nothing asked": lambda: cycle(["/search"]),
        "/search, asked before": lambda: cycle(asked),
        "/search, a new question": new,
    }


def _load(port: int, paths: Callable[[], Iterator[str]], seconds: float) -> dict[str, Any]:
    """Ask over and over on several connections; refuses any answer but 200."""
    _ask(port, paths(), 3 * KNOWN_QUESTIONS)
    times: list[float] = []
    until = time.perf_counter() + seconds
    threads = [
        threading.Thread(target=lambda: times.extend(_ask_until(port, paths(), until)))
        for _ in range(CONNECTIONS)
    ]
    start = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    passed = time.perf_counter() - start
    found = latency(times)
    return {
        "pages": len(times),
        "per_second": round(len(times) / passed, 1),
        "p50": found.p50,
        "p99": found.p99,
    }


def _ask(port: int, paths: Iterator[str], count: int) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    for _ in range(count):
        _get(connection, next(paths))
    connection.close()


def _ask_until(port: int, paths: Iterator[str], until: float) -> list[float]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    times = []
    while time.perf_counter() < until:
        times.append(timed(lambda: _get(connection, next(paths)))[0])
    connection.close()
    return times


def _get(connection: http.client.HTTPConnection, path: str) -> None:
    connection.request("GET", path)
    answer = connection.getresponse()
    answer.read()
    if answer.status != http.client.OK:
        raise RuntimeError(f"{path} answered {answer.status}")


@contextmanager
def _served(task: str, setting: dict[str, str], port: int, *, ready: str) -> Iterator[None]:
    """A server that is ready: it has loaded what it needs when `ready` answers 200."""
    with child.running(task, setting):
        until = time.perf_counter() + PATIENCE
        while not _answers(port, ready):
            if time.perf_counter() > until:
                raise TimeoutError(f"{task} does not get ready")
            time.sleep(0.2)
        yield


def _answers(port: int, path: str) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        _get(connection, path)
    except (OSError, RuntimeError):
        return False
    finally:
        connection.close()
    return True


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def fill(rows: int) -> dict[str, Any]:
    """A pool of so many generated rows, admitted and indexed as real ones are."""
    upgrade()
    for kind, path in write_lists(get_settings().home, rows).items():
        pipeline.run(path, kind=kind, vocabulary=get_vocabulary(), by="pool bench", accept=True)
    with progress(f"index {rows} for the pages") as step:
        worker.drain(lambda done, left: step(done, done + left))
    return {"listings": rows}


def serve_site() -> None:
    """The whole site, until stopped."""
    _serve("app.main:create_app")


def serve_bare() -> None:
    """One constant page, until stopped."""
    _serve("app.cli.bench.pages:create_bare")


def _serve(factory: str) -> None:
    port = get_settings().port
    uvicorn.run(factory, factory=True, port=port, log_config=None, access_log=False)


def create_bare() -> FastAPI:
    """FastAPI and Jinja with nothing of ours: a template that shows a constant list."""
    app = FastAPI()
    template = Environment(autoescape=True).from_string(BARE)
    items = [f"item {number}" for number in range(20)]

    @app.get("/", response_class=HTMLResponse)
    def page() -> str:
        return template.render(title="bare", items=items)

    return app
