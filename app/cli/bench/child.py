"""Each measurement in a process of its own, so that none uses the memory of another.

`python -m app.cli.bench TASK JSON` runs a task and prints its answer as one line of JSON.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

from app.core.errors import Refusal
from app.core.logs import configure_logging
from app.core.settings import get_settings

ROOT = Path(__file__).parents[3]
# A task is a function of keyword arguments that JSON can carry; so is its answer.
TASKS = {
    "search.fill": "app.cli.bench.searching:fill",
    "search.ask": "app.cli.bench.comparing:ask",
    "ingest": "app.cli.bench.ingesting:take_in",
    "bookings.ask": "app.cli.bench.bookings:ask",
    "databases.fill": "app.cli.bench.databases:fill",
    "databases.ask": "app.cli.bench.databases:ask",
    "matching.fill": "app.cli.bench.matching:fill",
    "matching.ask": "app.cli.bench.matching:ask",
    "watches.ask": "app.cli.bench.watches:ask",
    "pages.fill": "app.cli.bench.pages:fill",
    "pages.site": "app.cli.bench.pages:serve_site",
    "pages.bare": "app.cli.bench.pages:serve_bare",
}


def environment(home: Path, **settings: object) -> dict[str, str]:
    """The environment of a child: a pool in `home`, with the model of this process."""
    chosen = {
        "POOL_HOME": home,
        "POOL_DATABASE_URL": f"sqlite:///{home}/pool.db",
        "POOL_SEARCH_URL": f"embedded://{home}/index",
        "POOL_VOCABULARY": home / "vocabulary",
        "POOL_EMBEDDING_MODEL": get_settings().embedding_model,
        "POOL_LOG_LEVEL": "ERROR",
        # Threads inside one call would make the figures depend on who else is at work.
        "OMP_NUM_THREADS": 1,
        "OPENBLAS_NUM_THREADS": 1,
        **settings,
    }
    return os.environ | {name: str(value) for name, value in chosen.items()}


def run(task: str, setting: Mapping[str, str], **arguments: Any) -> Any:
    """The answer of a task; raises `Refusal` when it failed, having said why."""
    command = _command(task, arguments)
    done = subprocess.run(command, cwd=ROOT, env=setting, stdout=subprocess.PIPE, check=False)  # noqa: S603
    if done.returncode:
        raise Refusal("The measurement {task} failed; the lines above say why.", task=task)
    return json.loads(done.stdout)


@contextmanager
def running(task: str, setting: Mapping[str, str]) -> Iterator[None]:
    """A task that goes on until the block ends."""
    with subprocess.Popen(_command(task, {}), cwd=ROOT, env=setting) as process:  # noqa: S603
        try:
            yield
        finally:
            process.terminate()


def _command(task: str, arguments: Mapping[str, Any]) -> list[str]:
    return [sys.executable, "-m", __package__, task, json.dumps(arguments)]


def main(task: str, arguments: str) -> None:
    """Run one task in this process; what it logs must not mix with its answer."""
    configure_logging(get_settings())
    module, _, name = TASKS[task].partition(":")
    answer = getattr(import_module(module), name)(**json.loads(arguments))
    sys.stdout.write(json.dumps(answer) + "\n")
