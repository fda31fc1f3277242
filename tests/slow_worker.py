"""`pool worker` with a job that takes its time and leaves a trace of each run in a file."""

import os
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlmodel import Session

from app.cli.running import work
from app.core import worker
from app.core.outbox import job

TRACE = Path(os.environ.get("TRACE", os.devnull))


@job("test.slow", writes=False)
def slow(_db: Session, payloads: list[dict[str, Any]]) -> None:
    """Say that it begins, wait, say that it is done."""
    for payload in payloads:
        _note("begin", payload["number"])
        time.sleep(payload["seconds"])
        _note("done", payload["number"])


def _note(what: str, number: int) -> None:
    with TRACE.open("a") as file:
        file.write(f"{what} {number} {os.getpid()}\n")


if __name__ == "__main__":
    worker.LEASE = timedelta(seconds=3)
    work()
