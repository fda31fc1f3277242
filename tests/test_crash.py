"""Killed half-way, the index still becomes equal to the database."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.catalogue import index
from app.core import worker
from app.core.db import get_engine, now, transaction
from app.core.settings import Settings
from ingest import pipeline
from search.vocabulary import load_vocabulary

pytestmark = pytest.mark.alone

SAMPLES = Path(__file__).parents[1] / "ingest" / "samples"
DRAIN = "from app.catalogue import index; from app.core import worker; worker.drain()"


@pytest.fixture
def _no_searcher_left() -> Iterator[None]:
    index.get_searcher.cache_clear()
    yield
    index.get_searcher().close()
    index.get_searcher.cache_clear()


@pytest.mark.usefixtures("_no_searcher_left")
def test_a_worker_that_is_killed_again_and_again_loses_nothing(
    own_database: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("供应商汇总表.xlsx", "解决方案清单.csv"):
        pipeline.run(SAMPLES / name, vocabulary=load_vocabulary(), by="op", accept=True)
    get_engine().dispose()
    environment = {
        **os.environ,
        "POOL_HOME": str(own_database.home),
        "POOL_DATABASE_URL": own_database.database_url,
    }
    for delay in (0.6, 1.2, 1.8, 2.4):
        process = subprocess.Popen([sys.executable, "-c", DRAIN], env=environment)
        time.sleep(delay)
        process.send_signal(signal.SIGKILL)
        process.wait()
    monkeypatch.setattr(worker, "now", lambda: now() + worker.LEASE)  # leases of the dead ran out
    worker.drain()
    with transaction(writes=False) as db:
        assert not index.compare(db)
