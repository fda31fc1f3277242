"""The engines that are compared, each watched while it works."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from elasticsearch import Elasticsearch

from app.cli.bench.bare import Bare, BareElastic, BareEmbedded
from app.cli.bench.exact import Exact
from app.cli.bench.machine import MEBIBYTE
from app.cli.bench.timing import percentiles, timed
from search.elastic import Connection, ElasticEngine
from search.embedded import EmbeddedEngine
from search.engine import CandidateRequest, Engine


class Watched:
    """Anything with methods, counting calls and seconds, those that a server names too."""

    def __init__(self, real: Any) -> None:
        self._real = real
        self.calls = 0
        self.seconds = 0.0
        self.server = 0.0
        self.asked: Any = None

    def __getattr__(self, name: str) -> Any:
        real = getattr(self._real, name)

        def call(*positional: Any, **named: Any) -> Any:
            spent, answer = timed(lambda: real(*positional, **named))
            self.calls += 1
            self.seconds += spent
            if name == "msearch":
                self.server += answer["took"] / 1000
            elif name == "candidates" and positional[0].depth:  # the rest only counts
                self.asked = positional[0]
            return answer

        return call if callable(real) else real


class WatchedConnection(Connection):
    """Its client is watched; it waits longer than a visitor, as a slow answer is a figure too."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        with self.writing() as client:
            self.client = Watched(client)

    @contextmanager
    def reading(self) -> Iterator[Elasticsearch]:
        with self.writing():
            yield cast("Elasticsearch", self.client)


@dataclass(slots=True)
class Contender:
    """One engine and what was measured of it: times in seconds, and values to take the mean of.

    `room` says how many MiB it needs and where; `client` is what it sends, when it sends at all.
    """

    watched: Watched
    bare: Bare
    room: Callable[[], dict[str, float]]
    client: Watched | None = None
    times: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    values: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))

    @property
    def engine(self) -> Engine:
        return cast("Engine", self.watched)

    @property
    def asked(self) -> CandidateRequest:
        """What the engine was last asked."""
        return cast("CandidateRequest", self.watched.asked)

    def figures(self) -> dict[str, float]:
        """Percentiles in milliseconds, means, room."""
        means = {name: round(sum(values) / len(values), 3) for name, values in self.values.items()}
        return self.room() | percentiles(self.times) | means


def embedded(folder: Path, exact: Exact | None) -> Contender:
    """The embedded engine in a folder."""

    def room() -> dict[str, float]:
        sizes = (path.stat().st_size for path in folder.rglob("*") if path.is_file())
        return {"disk": round(sum(sizes) / MEBIBYTE, 1)}

    return Contender(Watched(EmbeddedEngine(folder)), BareEmbedded(folder, exact), room)


def elastic(url: str) -> Contender:
    """Elasticsearch at an address."""
    connection = WatchedConnection(url)

    def room() -> dict[str, float]:
        with connection.writing() as client:
            nodes = client.nodes.stats(metric="jvm")["nodes"].values()
            metrics = ["store", "dense_vector"]
            of_index = client.indices.stats(index=connection.prefix, metric=metrics)["_all"]
        own, heap = of_index["primaries"], sum(n["jvm"]["mem"]["heap_used_in_bytes"] for n in nodes)
        apart = own["dense_vector"].get("off_heap", {})
        # the graph and the int8 vectors are walked; float32 only scores again what they found
        walked = sum(apart.get(f"total_{part}_size_bytes", 0) for part in ("veq", "vex"))
        return {
            "disk": round(own["store"]["size_in_bytes"] / MEBIBYTE, 1),
            "memory": round(walked / MEBIBYTE, 1),
            "heap": round(heap / MEBIBYTE, 1),
        }

    engine = Watched(ElasticEngine(connection))
    return Contender(engine, BareElastic(connection), room, connection.client)


def remove(url: str) -> None:
    """Delete every index that was made under an address of Elasticsearch."""
    connection = Connection(url)
    with connection.writing() as client:
        for name in client.indices.get(index=f"{connection.prefix}-*").body:
            client.indices.delete(index=name)
    connection.close()
