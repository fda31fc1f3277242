"""Parts of the pool at once: as processes of their own, as an operator does, or as threads."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from typing import Any

import uvicorn
from sqlmodel import Session

from app.core.db import transaction

POOL = ("-m", "app.cli")
SECONDS = 60.0  # for anything to happen on a busy machine


def in_a_loop(wanted: Coroutine[Any, Any, Any]) -> Any:
    """What a coroutine answers, in a thread of its own: a browser may hold this one's loop."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, wanted).result()


def free_port() -> int:
    """A port that nothing listens on just now."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def wait_for(what: Callable[[], bool], seconds: float = SECONDS) -> None:
    """Look again and again until it is so; fails when it never is."""
    until = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < until, "it never came to that"
        time.sleep(0.05)


class Started:
    """A running process and what it has said so far."""

    def __init__(self, words: tuple[str, ...], environment: dict[str, str]) -> None:
        self.process = subprocess.Popen(
            [sys.executable, *words],
            env={**os.environ, "POOL_LANGUAGE": "en", "PYTHONUNBUFFERED": "1", **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self.lines: list[str] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            self.lines.append(line.rstrip())

    def says(self, text: str) -> bool:
        """Whether it has said so; fails when it has ended without."""
        said = any(text in line for line in self.lines)
        assert said or self.process.poll() is None, "\n".join(self.lines)
        return said

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Send the signal and wait for the end; its exit status."""
        self.process.send_signal(number)
        return self.process.wait(SECONDS)

    def end(self) -> None:
        """Make sure that neither it nor its children are left."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(SECONDS)
        self._reader.join(SECONDS)
        assert self.process.stdout
        self.process.stdout.close()


@contextmanager
def started(*words: str, ready: str, **environment: str) -> Iterator[Started]:
    """A process that has said `ready`; it and its children are gone afterwards."""
    one = Started(words, environment)
    try:
        wait_for(lambda: one.says(ready))
        yield one
    finally:
        one.end()


@contextmanager
def serving(app: Any) -> Iterator[str]:
    """A real server for an application, in a thread; its address."""
    config = uvicorn.Config(app, port=0, log_config=None, timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    wait_for(lambda: server.started)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join()


def at_once(*acts: Callable[[Session], Any]) -> list[Exception]:
    """What those acts raised that failed, all begun in the same moment."""
    ready, raised = threading.Barrier(len(acts)), []

    def run(act: Callable[[Session], Any]) -> None:
        ready.wait()
        try:
            with transaction() as db:
                act(db)
        except Exception as error:
            raised.append(error)

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return raised
