"""What the tests of search share: the offline model's folder and its absence."""

import os
from pathlib import Path

import pytest

from search.offline_model import is_up_to_date


@pytest.fixture(scope="session")
def model_folder() -> Path:
    folder = Path(os.environ.get("POOL_EMBEDDING_MODEL", "var/models/e5-small"))
    if not (folder / "modules.json").is_file():
        pytest.skip(f"no embedding model in {folder}: run `make setup`")
    assert is_up_to_date(folder)
    return folder
