"""An index with or without a model, over the database of a test."""

from collections.abc import Callable

import pytest

from app.catalogue import index
from app.core.settings import get_settings
from tests.search.conftest import MODEL_FOLDER


@pytest.fixture(params=["words", pytest.param("meaning", marks=pytest.mark.model)])
def fill(
    request: pytest.FixtureRequest,
    fill_index: Callable[[], None],
    monkeypatch: pytest.MonkeyPatch,
) -> Callable[[], None]:
    """Puts what `db` holds into the index: by words alone, or also by meaning."""
    if request.param == "meaning":
        if not (MODEL_FOLDER / "modules.json").is_file():
            pytest.skip(f"no embedding model in {MODEL_FOLDER}: run `make setup`")
        monkeypatch.setenv("POOL_EMBEDDING_MODEL", str(MODEL_FOLDER))
        get_settings.cache_clear()
        index.get_searcher.cache_clear()
    return fill_index
