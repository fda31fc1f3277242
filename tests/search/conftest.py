"""What the tests of search share: the offline model's folder and its absence."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from search.elastic import Connection, ElasticEngine, connection
from search.embedded import EmbeddedEngine
from search.engine import Engine
from search.offline_model import is_up_to_date
from search.vocabulary import Vocabulary, load_vocabulary
from tests.search import elastic_servers

# read before the fixtures of all tests hide the settings of the machine
MODEL_FOLDER = Path(os.environ.get("POOL_EMBEDDING_MODEL", "var/models/e5-small")).absolute()


@pytest.fixture(scope="session")
def model_folder() -> Path:
    if not (MODEL_FOLDER / "modules.json").is_file():
        pytest.skip(f"no embedding model in {MODEL_FOLDER}: run `make setup`")
    assert is_up_to_date(MODEL_FOLDER)
    return MODEL_FOLDER


@pytest.fixture(scope="session")
def vocabulary() -> Vocabulary:
    """The packaged vocabulary, as a fresh installation has it."""
    return load_vocabulary()


@pytest.fixture
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """For tests that are not about time: a busy machine may take its time to answer."""
    monkeypatch.setattr(connection, "READ_SECONDS", 30.0)


@pytest.fixture(params=["embedded", pytest.param("elastic", marks=pytest.mark.elasticsearch)])
def any_engine(
    request: pytest.FixtureRequest, tmp_path: Path, unhurried: None
) -> Iterator[Callable[[], Engine]]:
    """Opens one and the same empty index of either engine, any number of times."""
    opened: list[Engine] = []
    url = request.getfixturevalue("elastic_url") if request.param == "elastic" else ""

    def open_one() -> Engine:
        engine: Engine
        if url:
            engine = ElasticEngine(Connection(url))
        else:
            engine = EmbeddedEngine(tmp_path / "index", patience=0.2)
        opened.append(engine)
        return engine

    yield open_one
    for engine in opened:
        engine.close()


@pytest.fixture(scope="session")
def servers_base() -> Iterator[Path]:
    """Where the servers of the tests' own are unpacked, once."""
    if not elastic_servers.SCRIPT:
        pytest.skip(elastic_servers.NO_SCRIPT)
    with elastic_servers.room_for_servers() as folder:
        yield folder
