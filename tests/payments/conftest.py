"""Each test of money has a stand-in of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.core.settings import get_settings


@pytest.fixture(autouse=True)
def _own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("POOL_HOME", str(tmp_path))
    get_settings.cache_clear()
    yield
    get_settings.cache_clear()
