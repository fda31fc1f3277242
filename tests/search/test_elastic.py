"""What only the Elasticsearch engine promises: addresses, bounded time, writes item by item."""

import logging
import multiprocessing
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from random import Random
from typing import Any, TypeVar
from urllib.parse import urlsplit

import numpy as np
import pytest

from app import main
from app.catalogue import index
from app.core.settings import get_settings
from search.elastic import Connection, ElasticEngine
from search.elastic.connection import Address, Breaker, failure
from search.engine import EngineAway, EngineUnusable, Kind, Order
from search.patience import waiting
from search.searcher import Query, Searcher, open_searcher
from tests.search.elastic_servers import wire
from tests.search.listings import POOL, BagOfCharacters, vocabulary
from tests.search.test_engine_contract import SPACE, an_entry, asking, found, unit

T = TypeVar("T")
NOBODY = "http://127.0.0.1:1"  # where nothing listens
SECRET = "s3cret"


@pytest.fixture
def engine(elastic_url: str, unhurried: None) -> Iterator[ElasticEngine]:
    engine = ElasticEngine(Connection(elastic_url))
    yield engine
    engine.close()


@pytest.fixture
def client(elastic_url: str) -> Iterator[Any]:
    """The server itself, to look behind the engine and to do it harm."""
    connection = Connection(elastic_url)
    with connection.writing() as client:
        yield client
    connection.close()


def prefix_of(url: str) -> str:
    return urlsplit(url).path.strip("/")


def test_an_address_names_nodes_a_user_and_a_prefix() -> None:
    address = Address.parse("https://po%6Fl:p%40ss%2Fw%3Ard@one:9201,two,[::1]/shop_1")
    assert address.nodes == ("https://one:9201", "https://two:9200", "https://[::1]:9200")
    assert (address.user, address.password) == ("pool", "p@ss/w:rd")
    assert (address.prefix, address.is_encrypted) == ("shop_1", True)
    assert Address.parse("http://one/p").user == ""


@pytest.mark.parametrize(
    "url",
    [
        f"http://u:{SECRET}@one",
        f"http://u:{SECRET}@one/",
        f"http://u:{SECRET}@one/Upper",
        f"http://u:{SECRET}@one/a/b",
        f"http://u:{SECRET}@one/pool-next",
        f"http://u:{SECRET}@one,,two/p",
        f"http://u:{SECRET}@/p",
        f"http://u:{SECRET}/x@one/p",
        f"http://u:{SECRET}#x@one/p",
        f"http://u:{SECRET}：@one/p",
        f"http://u:{SECRET}@[one/p",
        f"http://u:{SECRET}@one:port/p",
        f"http://u:{SECRET}@one:99999/p",
        f"http://u:{SECRET}@o ne/p",
        f"ftp://u:{SECRET}@one/p",
    ],
)
def test_a_wrong_address_is_refused_without_repeating_the_password(url: str) -> None:
    with pytest.raises(ValueError, match=r".{10}") as refused:
        Connection(url)
    assert SECRET not in str(refused.value)


@pytest.mark.parametrize("key", [f"{SECRET}\n", f"{SECRET} {SECRET}", f"钥{SECRET}"])
def test_a_key_that_cannot_be_one_is_refused_without_repeating_it(key: str) -> None:
    with pytest.raises(ValueError, match="key") as refused:
        Connection(f"{NOBODY}/p", api_key=key)
    assert SECRET not in str(refused.value)


@pytest.mark.parametrize(("password", "key"), [(SECRET, ""), ("", SECRET)])
def test_nothing_shows_password_or_key(
    caplog: pytest.LogCaptureFixture, password: str, key: str
) -> None:
    caplog.set_level(logging.DEBUG)
    url = f"http://u:{password}@127.0.0.1:1,127.0.0.1:2/p"
    connection = Connection(url, api_key=key)
    with pytest.raises(EngineAway) as away, connection.reading() as client:
        client.count()
    told = [caplog.text, str(away.value), repr(away.value.__cause__), repr(connection)]
    shown = " ".join([*told, repr(Address.parse(url)), repr(connection.__dict__)])
    connection.close()
    assert SECRET not in shown


def test_a_password_may_be_chinese_and_a_key_goes_before_it(elastic_url: str) -> None:
    at = urlsplit(elastic_url)
    with wire(at.hostname or "", at.port or 0) as line:
        for key in ("", "a2V5"):
            url = f"http://u:密码@127.0.0.1:{line.port}/p"
            connection = Connection(url, api_key=key)
            with connection.reading() as client:
                client.options(ignore_status=401).cluster.health()
            connection.close()
        sent = bytes(line.sent).lower()
    assert b"authorization: basic dtrlr4bnoie=" in sent.replace(b"\r\n", b"\n")
    assert b"authorization: apikey a2v5" in sent


def test_opening_sends_nothing_and_asking_nobody_says_so_at_once() -> None:
    engine = ElasticEngine(Connection(f"{NOBODY}/p"))
    reads: list[Callable[[], object]] = [
        engine.count,
        engine.misfit,
        engine.versions,
        lambda: engine.candidates(asking("a")),
        lambda: engine.page(asking("a"), Order.NEWEST, 0, 9),
        lambda: engine.documents(["a"]),
        lambda: engine.vector("a", SPACE),
        lambda: engine.starting_with(["t:a"], tuple(Kind), 3),
        lambda: engine.apply([an_entry("a")]),
        lambda: engine.rebuild([an_entry("a")]),
        engine.kept,
        engine.discard,
    ]
    for read in reads:
        with pytest.raises(EngineAway):
            read()
    engine.close()


def test_after_a_failure_one_call_looks_and_the_others_are_turned_away(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = 100.0
    monkeypatch.setattr("search.elastic.connection.time.monotonic", lambda: now)
    breaker = Breaker()
    together = [breaker.enter() for _ in range(40)]
    for entered in together:
        breaker.fail(entered)
    with pytest.raises(EngineAway):
        breaker.enter()
    now += 2.1  # all forty were one failure: the shortest pause
    looking = breaker.enter()
    with pytest.raises(EngineAway):
        breaker.enter()
    breaker.fail(looking)
    now += 2.1
    with pytest.raises(EngineAway):
        breaker.enter()
    for _ in range(3000):  # a day of it, and it still looks every half minute
        now += 31
        breaker.fail(breaker.enter())
    now += 31
    breaker.enter()
    breaker.succeed()
    assert breaker.enter() == 0


@pytest.mark.parametrize(
    ("status", "kind"),
    [(429, EngineAway), (500, EngineAway), (503, EngineAway), (400, EngineUnusable)],
)
def test_what_only_a_server_in_trouble_answers_is_no_refusal(
    status: int, kind: type[Exception]
) -> None:
    assert type(failure(status, "why")) is kind


@pytest.mark.elasticsearch
def test_what_a_node_does_not_answer_is_asked_of_one_other_and_of_no_third(
    elastic_url: str,
) -> None:
    at = urlsplit(elastic_url)
    with ExitStack() as opened:
        lines = [opened.enter_context(wire(at.hostname or "", at.port or 0)) for _ in range(3)]
        for line in lines:
            line.cut = b"/_count"
        hosts = ",".join(f"127.0.0.1:{line.port}" for line in lines)
        connection = Connection(f"http://{hosts}/p")
        with pytest.raises(EngineAway), connection.reading() as client:
            client.count()
        connection.close()
        assert sorted(line.sent.count(b"/_count") for line in lines) == [0, 1, 1]


def leaf_through(searcher: Searcher) -> None:
    for place in range(3):
        searcher.search(Query("注塑车间排产", offset=place))


def eventually(act: Callable[[], T]) -> T:
    """As the worker does: again, for as long as the server is away."""
    until = time.monotonic() + 60
    while True:
        try:
            return act()
        except EngineAway:
            assert time.monotonic() < until
            time.sleep(0.1)


@pytest.mark.elasticsearch
def test_a_page_does_not_wait_for_a_slow_server_again_and_again(elastic_url: str) -> None:
    direct = open_searcher(elastic_url, model=None, cache=Path(), vocabulary=vocabulary())
    direct.apply(list(POOL))
    at = urlsplit(elastic_url)
    with wire(at.hostname or "", at.port or 0) as line:
        login, _, _ = at.netloc.rpartition("@")
        slow = f"http://{login}@127.0.0.1:{line.port}{at.path}"
        searcher = open_searcher(slow, model=None, cache=Path(), vocabulary=vocabulary())
        searcher.search(Query("注塑车间排产"))
        searcher.engine.apply([an_entry("fresh")])  # nothing is believed from before
        line.delay = 0.5
        # seven requests of half a second each, of which a page waits for three at most
        with waiting(1.5), pytest.raises(EngineAway, match=r"slow|in time|left alone"):
            leaf_through(searcher)
        line.delay = 0.0
        assert eventually(lambda: searcher.search(Query("注塑车间排产"))).total
    searcher.close()
    direct.close()


@pytest.mark.elasticsearch
def test_poisonous_documents_are_told_with_their_reason_and_the_others_written(
    engine: ElasticEngine,
) -> None:
    poisonous = [
        an_entry("name", exact=("长" * 40_000,)),
        an_entry("key", prefixes=("t:" + "x" * 40_000,)),
        an_entry("vector", "one", vector=np.full(8, 2.0, np.float32)),
        an_entry("dimension", "one", vector=np.ones(1, np.float32)),
    ]
    engine.apply([an_entry("first", vector=unit(1))])
    mixed = [entry for i, bad in enumerate(poisonous) for entry in (an_entry(f"g{i}"), bad)]
    result = engine.apply(mixed, {"first": 1, "unknown": 7})
    assert result.refused.keys() == {entry.document.id for entry in poisonous}
    assert "immense term" in result.refused["name"] or "32766" in result.refused["name"]
    assert "unit" in result.refused["vector"] or "magnitude" in result.refused["vector"]
    assert (result.applied, result.postponed, result.outdated) == (4, {}, ())
    assert engine.versions() == {f"g{i}": 1 for i in range(4)}
    rebuilt = engine.rebuild(iter(mixed))
    assert rebuilt.refused.keys() == result.refused.keys()
    assert engine.versions() == {f"g{i}": 1 for i in range(4)}


@pytest.mark.elasticsearch
def test_a_server_that_takes_nothing_just_now_postpones_and_refuses_nothing(
    engine: ElasticEngine, client: Any, elastic_url: str
) -> None:
    engine.apply([an_entry("a", version=1)])
    # as a server does whose disk is nearly full, and as one that is being moved
    for block in ("read_only_allow_delete", "write"):
        client.indices.put_settings(
            index=prefix_of(elastic_url), settings={f"blocks.{block}": True}
        )
        result = engine.apply([an_entry("a", version=2), an_entry("b")])
        assert result.postponed.keys() == {"a", "b"}, block
        assert (result.applied, result.refused) == (0, {})
        client.indices.put_settings(
            index=prefix_of(elastic_url), settings={f"blocks.{block}": None}
        )
    assert engine.apply([an_entry("a", version=2), an_entry("b")]).applied == 2


@pytest.mark.elasticsearch
def test_many_large_documents_are_sent_in_parts_that_a_small_server_takes(
    engine: ElasticEngine,
) -> None:
    large = [an_entry(f"l{i}", texts={"body": "长" * 100_000}) for i in range(200)]  # 60 MB
    result = engine.apply(large)
    assert (result.applied, result.postponed, result.refused) == (200, {}, {})


@pytest.mark.elasticsearch
def test_whoever_writes_last_the_newest_version_stays(elastic_url: str) -> None:
    random = Random(3)  # noqa: S311 (repeatable on purpose)
    pairs = [(f"w{number}", version) for number in range(7) for version in range(1, 61)]
    changes = [(id_, version, random.random() < 0.3) for id_, version in pairs]
    random.shuffle(changes)

    def write(part: list[tuple[str, int, bool]]) -> None:
        engine = ElasticEngine(Connection(elastic_url))
        for at in range(0, len(part), 3):
            some = part[at : at + 3]
            upserts = [an_entry(i, f"v{v}", version=v) for i, v, gone in some if not gone]
            deletes = {i: v for i, v, gone in some if gone}
            eventually(partial(engine.apply, upserts, deletes))
        engine.close()

    threads = [threading.Thread(target=write, args=(changes[n::4],)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    newest = {id_: (version, gone) for id_, version, gone in sorted(changes, key=lambda c: c[1])}
    engine = ElasticEngine(Connection(elastic_url))
    expected = {id_: version for id_, (version, gone) in newest.items() if not gone}
    assert engine.versions() == expected
    for id_, version in expected.items():
        assert id_ in found(engine, asking(f"v{version}"))
    engine.close()


def _open_first(url: str, ready: Any, counted: Any) -> None:
    engines = [ElasticEngine(Connection(f"{url}-{number}")) for number in range(5)]
    ready.wait(60)
    for engine in engines:
        engine.apply([an_entry(f"p{multiprocessing.current_process().name}")])
    counted.put(1)
    for engine in engines:
        engine.close()


@pytest.mark.elasticsearch
def test_processes_that_start_together_make_one_index(elastic_url: str, client: Any) -> None:
    context = multiprocessing.get_context("spawn")
    ready, counted = context.Barrier(2), context.Queue()
    both = [
        context.Process(target=_open_first, args=(elastic_url, ready, counted), name=str(n))
        for n in range(2)
    ]
    for process in both:
        process.start()
    for process in both:
        process.join(120)
        assert process.exitcode == 0
    names = client.indices.get(index=f"{prefix_of(elastic_url)}-*").body
    assert sorted(names) == [f"{prefix_of(elastic_url)}-{n}-000001" for n in range(5)]
    for number in range(5):
        engine = ElasticEngine(Connection(f"{elastic_url}-{number}"))
        assert engine.versions() == {"p0": 1, "p1": 1}
        engine.close()


@pytest.mark.elasticsearch
def test_an_index_that_somebody_removed_is_made_again_and_no_write_is_swallowed(
    engine: ElasticEngine, client: Any, elastic_url: str
) -> None:
    engine.apply([an_entry("a")])
    engine.rebuild([an_entry("a")])
    engine.count()  # which is believed for a moment
    client.indices.delete(index=f"{prefix_of(elastic_url)}-000002")
    with pytest.raises(EngineAway):
        engine.apply([an_entry("b")])
    assert engine.apply([an_entry("b")]).applied == 1
    assert engine.versions() == {"b": 1}
    assert engine.kept() == [f"{prefix_of(elastic_url)}-000001"]


@pytest.mark.elasticsearch
def test_an_index_of_another_layout_or_model_is_noticed_and_mended_by_a_rebuild(
    elastic_url: str,
    client: Any,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    prefix = prefix_of(elastic_url)
    searcher = Searcher(ElasticEngine(Connection(elastic_url)), None, vocabulary())
    searcher.apply(list(POOL))
    assert not searcher.is_stale
    client.indices.put_mapping(index=prefix, meta={"layout": 0, "space": ""})
    later = Searcher(ElasticEngine(Connection(elastic_url)), BagOfCharacters(), vocabulary())
    assert "0" in later.engine.misfit()
    assert later.is_stale
    later.apply(list(POOL[:1]))  # the model is noted, and the layout stays what it is
    monkeypatch.setenv("POOL_SEARCH_URL", elastic_url)
    get_settings.cache_clear()
    index.get_searcher.cache_clear()
    main.warm()
    told = capsys.readouterr().out + caplog.text  # where logs go depends on who set them up
    assert "search.stale" in told
    assert "pool reindex" in told
    assert later.engine.misfit()
    later.rebuild(POOL)
    assert not later.is_stale
    other = BagOfCharacters()
    other.name = "another"
    assert Searcher(ElasticEngine(Connection(elastic_url)), other, vocabulary()).is_stale


@pytest.mark.elasticsearch
def test_readers_outlive_a_rebuild_with_a_model_of_another_size(elastic_url: str) -> None:
    reader, builder = (ElasticEngine(Connection(elastic_url)) for _ in range(2))
    reader.apply([an_entry("a", "one", vector=unit(1))])
    question = asking("one", vector=unit(1))
    assert reader.candidates(question).found[0].meaning == pytest.approx(1)
    wider = np.zeros(16, np.float32)
    wider[0] = 1
    entry = an_entry("a", "one", vector=wider)
    builder.rebuild([type(entry)(entry.document, entry.words, vector=wider, space="wider")])
    assert found(reader, question) == {"a"}
    assert found(reader, asking("one", vector=wider, space="wider")) == {"a"}
    reader.close()
    builder.close()


@pytest.mark.elasticsearch
def test_the_nearest_are_found_among_many_that_say_nearly_the_same(engine: ElasticEngine) -> None:
    random = np.random.default_rng(5)
    texts = random.normal(1, 1, (16, 64))
    rows = np.repeat(texts, 600, axis=0) + random.normal(0, 0.15, (9600, 64))
    rows = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
    engine.apply([an_entry(f"n{number}", vector=row) for number, row in enumerate(rows)])
    for text in random.normal(1, 1, (10, 64)):
        asked = (text / np.linalg.norm(text)).astype(np.float32)
        request = asking("nobody-says-this", vector=asked, depth=100)
        nearest = {f"n{number}" for number in np.argsort(-(rows @ asked))[:50]}
        assert nearest == found(engine, request)


@pytest.mark.elasticsearch
def test_a_first_vector_that_is_refused_leaves_an_index_that_answers(engine: ElasticEngine) -> None:
    engine.apply([an_entry("bad", "one", vector=np.full(8, 2.0, np.float32)), an_entry("a", "one")])
    assert found(engine, asking("one", vector=unit(1))) == {"a"}


@pytest.mark.elasticsearch
def test_empty_and_endless_requests_are_answered(engine: ElasticEngine) -> None:
    engine.apply([an_entry(f"e{i}", "one", vector=unit(1, i)) for i in range(30)])
    assert engine.candidates(asking("one", kinds=())).total == 0
    assert engine.candidates(asking("one", facets=("colour",))).facets == {"colour": {}}
    assert engine.candidates(asking("one", filters={"colour": ("red",)})).total == 0
    assert engine.candidates(asking("one", depth=0, vector=unit(1))).total == 30
    for order in Order:
        assert list(engine.page(asking("one"), order, 0, 0)) == []
        assert list(engine.page(asking("one"), order, 199_999, 10)) == []
        assert list(engine.page(asking("one"), order, 10**12, 10)) == []
    assert engine.documents([]) == []
    assert engine.starting_with([], tuple(Kind), 3) == []
    assert engine.starting_with(["t:"], (), 3) == []
    assert engine.apply([]).applied == 0
    assert engine.rebuild([]).applied == 0
    assert engine.candidates(asking("one", vector=unit(1))).total == 0


@pytest.mark.elasticsearch
def test_the_longest_question_is_answered_by_a_bounded_request(elastic_url: str) -> None:
    at = urlsplit(elastic_url)
    random = Random(1)  # noqa: S311 (repeatable on purpose)
    with wire(at.hostname or "", at.port or 0) as line:
        login, _, _ = at.netloc.rpartition("@")
        url = f"http://{login}@127.0.0.1:{line.port}{at.path}"
        searcher = open_searcher(url, model=None, cache=Path(), vocabulary=vocabulary())
        searcher.apply(list(POOL))
        for text in (
            "".join(chr(random.randint(0x4E00, 0x9FA5)) for _ in range(10_000)),
            " ".join(f"word{random.randint(0, 10**6)}" for _ in range(2_000)),
            "注塑 MES" * 2_000,
        ):
            before = len(line.sent)
            searcher.search(Query(text))
            assert len(line.sent) - before < 2_000_000
        searcher.close()
