"""Three nodes of which one dies under load: no visitor notices, and nothing written is lost."""

import signal
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from search.elastic import Connection, ElasticEngine
from search.engine import EngineAway
from search.searcher import Query, Searcher, open_searcher
from tests.search.elastic_servers import SECONDS, Servers, free_ports
from tests.search.listings import POOL, BagOfCharacters, vocabulary
from tests.search.test_elastic import eventually
from tests.search.test_engine_contract import an_entry

pytestmark = [pytest.mark.elasticsearch, pytest.mark.alone]
IDS = 60
# Three nodes and their visitors share what cores there are: a calm search may take its time, and
# one beside a dead node no more than a few times as long.
LONGEST = 2.0
TIMES = 3.0
# seconds between two searches or writes of one thread, and while a node needs the machine to start
PAUSE, LONG_PAUSE = 0.05, 1.0
QUESTIONS = ("注塑车间排产", "能耗监测", "仓库盘点", "MES", "")


@pytest.fixture(scope="module")
def cluster(servers_base: Path) -> Iterator[Servers]:
    three = Servers(servers_base, free_ports(), nodes=3)
    three.start()
    yield three
    three.stop()


class Load:
    """Visitors who search and a worker who writes, each in threads of their own."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._threads: list[threading.Thread] = []
        self.pause = PAUSE
        self.seconds: list[float] = []
        self.faults: Counter[str] = Counter()
        self.acknowledged: dict[str, tuple[int, bool]] = {}
        self.wanted: dict[str, tuple[int, bool]] = {}

    def __enter__(self) -> "Load":
        whats = [self._search] * 3 + [self._write] * 2
        self._threads = [
            threading.Thread(target=what, args=(number,)) for number, what in enumerate(whats)
        ]
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_exc: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def go_on(self, seconds: float, searches: int) -> list[float]:
        """Let it run for a while, and for so many searches; the seconds that each took."""
        first, until = len(self.seconds), time.monotonic() + seconds
        while time.monotonic() < until or len(self.seconds) < first + searches:
            assert time.monotonic() < until + SECONDS, self.faults
            time.sleep(0.05)
        return self.seconds[first:]

    def _searcher(self) -> Searcher:
        searcher = open_searcher(self._url, model=None, cache=Path(), vocabulary=vocabulary())
        return Searcher(searcher.engine, BagOfCharacters(), vocabulary())

    def _search(self, number: int) -> None:
        random = Random(number)  # noqa: S311 (repeatable on purpose)
        searcher = self._searcher()
        while not self._stop.is_set():
            start = time.monotonic()
            try:
                assert searcher.search(Query(random.choice(QUESTIONS))).total
            except Exception as error:
                self.faults[repr(error)] += 1
            self.seconds.append(time.monotonic() - start)
            time.sleep(self.pause)
        searcher.close()

    def _write(self, number: int) -> None:
        random = Random(number)  # noqa: S311 (repeatable on purpose)
        engine = ElasticEngine(Connection(self._url))
        ids = [f"w{number}-{place}" for place in range(IDS)]
        version = 0
        while not self._stop.is_set():
            version += 1
            some = random.sample(ids, 5)
            gone = set(some[:1])
            changes = {id_: (version, id_ in gone) for id_ in some}
            self.wanted |= changes
            self._until_written(engine, changes)
            self.acknowledged |= changes
            time.sleep(self.pause)
        engine.close()

    def _until_written(self, engine: ElasticEngine, changes: dict[str, tuple[int, bool]]) -> None:
        """As the worker does: the same again until it is done, whoever is away."""
        upserts = [an_entry(i, f"v{v}", version=v) for i, (v, gone) in changes.items() if not gone]
        deletes = {id_: version for id_, (version, gone) in changes.items() if gone}
        while True:
            try:
                result = engine.apply(upserts, deletes)
                assert not result.refused
                if not result.postponed:
                    return
            except EngineAway:
                pass
            time.sleep(0.2)


def master_of(engine: ElasticEngine, cluster: Servers) -> int:
    """Which node leads."""
    connection = Connection(f"http://{cluster.hosts}/any")
    with connection.writing() as client:
        names = client.cat.master(format="json")
    connection.close()
    return int(names[0]["node"].removeprefix("node-")) - 1


def holder_of(prefix: str, cluster: Servers) -> int:
    """Which node holds the copy that is written first."""
    connection = Connection(f"http://{cluster.hosts}/any")
    with connection.writing() as client:
        shards = client.cat.shards(index=f"{prefix}-*", format="json")
    connection.close()
    (node,) = [shard["node"] for shard in shards if shard["prirep"] == "p"]
    return int(node.removeprefix("node-")) - 1


def wait_until_green(cluster: Servers) -> None:
    connection = Connection(f"http://{cluster.hosts}/any")
    with connection.writing() as client:
        answer = client.options(request_timeout=100).cluster.health(
            wait_for_status="green", wait_for_nodes="3", timeout="90s"
        )
    connection.close()
    assert not answer["timed_out"]


@pytest.mark.parametrize(("victim", "comes_back"), [("holder", True), ("master", False)])
def test_a_node_that_dies_is_not_noticed(
    cluster: Servers, unhurried: None, victim: str, *, comes_back: bool
) -> None:
    prefix = f"killed-{victim}"
    url = f"http://{cluster.hosts}/{prefix}"
    engine = ElasticEngine(Connection(url))
    eventually(lambda: Searcher(engine, BagOfCharacters(), vocabulary()).apply(list(POOL)))
    wait_until_green(cluster)
    with Load(url) as load:
        load.go_on(1, searches=10)  # the first ones open connections
        calm = load.go_on(3, searches=30)
        node = holder_of(prefix, cluster) if victim == "holder" else master_of(engine, cluster)
        cluster.send(signal.SIGKILL, node)
        troubled = load.go_on(10, searches=30)
        if comes_back:
            load.pause = LONG_PAUSE
            cluster.start()
            wait_until_green(cluster)  # it takes its part again
            load.pause = PAUSE
            load.go_on(1, searches=10)
    assert load.faults == {}
    assert max(troubled) < max(LONGEST, TIMES * max(calm))
    assert load.acknowledged == load.wanted
    expected = {id_: version for id_, (version, gone) in load.acknowledged.items() if not gone}
    expected |= {document.id: document.version for document in POOL}
    assert engine.versions() == expected
    documents = engine.documents(list(expected))
    assert {document.id: document.version for document in documents} == expected
    engine.close()
