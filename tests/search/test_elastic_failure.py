"""One server that hangs, dies, comes back, asks for a password, or shows a certificate."""

import json
import signal
import ssl
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import trustme
import yaml
from elasticsearch import ElasticsearchWarning

from search.elastic import Connection, ElasticEngine
from search.engine import EngineAway, EngineUnusable, Kind
from search.searcher import Query, Searcher, open_searcher
from tests.search.elastic_servers import UNPACKED, Servers, free_ports, wait_until_answering, wire
from tests.search.listings import POOL, vocabulary
from tests.search.test_elastic import eventually
from tests.search.test_engine_contract import FACETS, SPACE, an_entry, asking, found, unit

pytestmark = [pytest.mark.elasticsearch, pytest.mark.alone]
ROLES = Path(__file__).parents[2] / "deploy" / "elasticsearch" / "roles.yml"
PASSWORD = "s3cret"
LACKING = {
    f"lacks-{number}": right
    for number, right in enumerate(
        (
            "read",
            "write",
            "create_index",
            "delete_index",
            "view_index_metadata",
            "maintenance",
            "indices:admin/aliases",
            "indices:admin/mapping/put",
        )
    )
}
BLIND = "sees-no-cluster"  # has the rights on indexes alone
# the promise is two seconds for a page; a search has to leave some of it to the page
PROMISED = 2.0
AT_ONCE = 0.5


@pytest.fixture(scope="module")
def server(servers_base: Path) -> Iterator[Servers]:
    """One node that asks for a password; its user "pool" may do everything, "app" its part."""
    one = Servers(servers_base, free_ports(), password=PASSWORD)
    one.start()
    one.user("app", PASSWORD, "pool")
    folder = servers_base / UNPACKED / "config"
    role = yaml.safe_load(ROLES.read_text("utf-8"))["pool"]
    roles = {name: without(role, right) for name, right in LACKING.items()}
    roles |= {"pool": role, BLIND: {"indices": role["indices"]}}
    lines = (f"{name}: {json.dumps(one)}\n" for name, one in roles.items())  # one a line, it says
    (folder / "roles.yml").write_text("".join(lines), "utf-8")
    hashed = (folder / "users").read_text("utf-8").partition("app:")[2].splitlines()[0]
    with (folder / "users").open("a", encoding="utf-8") as users:
        users.writelines(f"{name}:{hashed}\n" for name in (*LACKING, BLIND))
    with (folder / "users_roles").open("a", encoding="utf-8") as named:
        named.writelines(f"{name}:{name}\n" for name in (*LACKING, BLIND))
    yield one
    one.stop()


def without(role: dict[str, Any], right: str) -> dict[str, Any]:
    """A role as deployed that may do one thing less."""
    (indices,) = role["indices"]
    left = [one for one in indices["privileges"] if one != right]
    assert len(left) == len(LACKING) - 1
    return {"indices": [{**indices, "privileges": left}]}


@pytest.fixture
def url(server: Servers, request: pytest.FixtureRequest) -> str:
    """An address of this test's own."""
    name = request.node.originalname.removeprefix("test_").replace("_", "-")[:60]
    return f"http://pool:{PASSWORD}@{server.hosts}/{name}"


@pytest.fixture
def searcher(url: str) -> Iterator[Searcher]:
    searcher = open_searcher(url, model=None, cache=Path(), vocabulary=vocabulary())
    eventually(lambda: searcher.apply(list(POOL)))
    eventually(lambda: searcher.search(Query("注塑")))
    yield searcher
    searcher.close()


def seconds_of(act: Callable[[], object]) -> float:
    """How long it takes to say that the engine is away."""
    start = time.monotonic()
    with pytest.raises(EngineAway):
        act()
    return time.monotonic() - start


def test_a_hung_server_is_left_alone_and_asked_again_when_it_goes_on(
    server: Servers, searcher: Searcher
) -> None:
    acts: list[Callable[[], object]] = [
        lambda: searcher.search(Query("注塑车间排产")),
        lambda: searcher.suggest("注塑"),
        lambda: searcher.similar("mes"),
    ]
    server.send(signal.SIGSTOP)
    try:
        assert seconds_of(acts[0]) < PROMISED
        for act in acts * 3:
            assert seconds_of(act) < AT_ONCE
    finally:
        server.send(signal.SIGCONT)
    assert eventually(lambda: searcher.search(Query("注塑"))).total
    assert searcher.suggest("注塑")


def test_a_killed_server_is_noticed_at_once_and_loses_nothing_that_it_acknowledged(
    server: Servers, searcher: Searcher, url: str
) -> None:
    versions = {}
    for version in range(1, 30):
        entries = [an_entry(f"k{n}", f"v{version}", version=version) for n in range(20)]
        assert searcher.engine.apply(entries, {"gone": version}).applied == 20
        versions = {entry.document.id: version for entry in entries}
    versions |= {document.id: document.version for document in POOL}
    server.send(signal.SIGKILL)
    assert seconds_of(lambda: searcher.search(Query("注塑"))) < AT_ONCE
    fresh = ElasticEngine(Connection(url))
    assert seconds_of(fresh.count) < AT_ONCE
    assert seconds_of(lambda: fresh.apply([an_entry("later")], {"k0": 99})) < AT_ONCE
    server.start()
    connection = Connection(url)
    wait_until_answering(connection)
    connection.close()
    again = ElasticEngine(Connection(url))
    assert again.versions() == versions
    assert again.apply([an_entry("later")], {"k0": 99}).applied == 1
    assert again.apply([an_entry("k1", version=1)]).outdated == ("k1",)
    assert eventually(lambda: searcher.search(Query("注塑"))).total
    del versions["k0"]
    assert again.versions() == {**versions, "later": 1}
    again.close()
    fresh.close()


def refused(url: str, **how: Any) -> str:
    """Why the server, or we, will have nothing of it; the secret is never said."""
    engine = ElasticEngine(Connection(url, **how))
    try:
        with pytest.raises(EngineUnusable) as error:
            engine.count()
    finally:
        engine.close()
    assert "s3cr3t" not in str(error.value)
    return str(error.value)


def test_wrong_passwords_and_keys_are_told_apart_from_a_server_that_is_away(
    server: Servers,
) -> None:
    assert "this user or key" in refused(f"http://pool:s3cr3t@{server.hosts}/p")
    assert "this user or key" in refused(f"http://{server.hosts}/p")
    assert "this user or key" in refused(f"http://{server.hosts}/p", api_key="s3cr3t")
    key_first = f"http://pool:{PASSWORD}@{server.hosts}/p"
    assert "this user or key" in refused(key_first, api_key="czNjcjN0OnMzY3IzdA==")


def everything_done(engine: ElasticEngine) -> None:
    """Each thing that the pool does to an index."""
    entry = an_entry("a", "one", vector=unit(1), exact=("name",), prefixes=("t:na",))
    assert engine.apply([entry, an_entry("b", "one")], {"c": 1}).applied == 2
    question = asking("one", vector=unit(1), exact=("name",), facets=FACETS)
    assert engine.candidates(question).total == 2
    assert [d.id for d in engine.starting_with(["t:n"], tuple(Kind), 5)] == ["a"]
    assert engine.vector("a", SPACE) is not None
    assert engine.versions() == {"a": 1, "b": 1}
    assert engine.count(SPACE) == 1
    assert engine.misfit() == ""
    engine.rebuild([entry])
    assert len(engine.kept()) == 1
    engine.discard()
    assert engine.kept() == []
    assert found(engine, question) == {"a"}


def engine_of(server: Servers, user: str, prefix: str = "pool") -> ElasticEngine:
    return ElasticEngine(Connection(f"http://{user}:{PASSWORD}@{server.hosts}/{prefix}"))


def wait_for_roles(server: Servers) -> None:
    """Servers look at their files every few seconds."""
    until = time.monotonic() + 60
    while True:
        engine = engine_of(server, "app")
        try:
            engine.count()
            return
        except EngineUnusable:
            assert time.monotonic() < until
            time.sleep(0.5)
        finally:
            engine.close()


@pytest.mark.parametrize("user", ["app", BLIND])
def test_the_deployed_role_suffices_and_reaches_no_other_index(
    server: Servers, unhurried: None, user: str
) -> None:
    admin = engine_of(server, "pool", "other")
    admin.apply([an_entry("theirs")])
    wait_for_roles(server)
    engine = engine_of(server, user)
    engine.rebuild([])
    engine.discard()
    everything_done(engine)
    engine.close()
    for prefix in ("other", "pool-2", "pool2"):
        beyond = engine_of(server, user, prefix)
        for act in (beyond.count, lambda e=beyond: e.apply([an_entry("x")]), beyond.versions):
            with pytest.raises(EngineUnusable, match="this user or key"):
                act()
        beyond.close()
    assert admin.versions() == {"theirs": 1}
    admin.close()


@pytest.mark.parametrize(("name", "right"), LACKING.items())
def test_no_right_of_the_deployed_role_is_too_much(
    server: Servers, unhurried: None, name: str, right: str
) -> None:
    wait_for_roles(server)
    admin = engine_of(server, "pool")
    admin.rebuild([])
    admin.discard()
    engine = engine_of(server, name)
    # mappings may still be written with "write" alone, under a warning until the next version
    with pytest.raises((EngineUnusable, ElasticsearchWarning), match=right):
        everything_done(engine)
    engine.close()
    admin.close()


@pytest.fixture
def authority() -> trustme.CA:
    return trustme.CA()


def encrypted(server: Servers, authority: trustme.CA, *names: str) -> Any:
    """The server behind a certificate for these names."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*names).configure_cert(context)
    return wire("127.0.0.1", server.port, context)


def test_a_certificate_is_believed_from_the_given_authority_for_the_asked_host_only(
    server: Servers, authority: trustme.CA, tmp_path: Path, unhurried: None
) -> None:
    ca, other, none = (tmp_path / name for name in ("ca.pem", "other.pem", "none.pem"))
    authority.cert_pem.write_to_path(ca)
    trustme.CA().cert_pem.write_to_path(other)
    none.write_text("this is no certificate")
    with encrypted(server, authority, "127.0.0.1") as line:
        url = f"https://pool:{PASSWORD}@127.0.0.1:{line.port}/tls"
        engine = ElasticEngine(Connection(url, ca=ca))
        everything_done(engine)
        engine.close()
        assert "certificate" in refused(url)
        assert "certificate" in refused(url, ca=other)
    with encrypted(server, authority, "elsewhere.example") as line:
        url = f"https://pool:{PASSWORD}@127.0.0.1:{line.port}/tls"
        assert "certificate" in refused(url, ca=ca)
    for unreadable in (none, tmp_path / "missing.pem", tmp_path):
        with pytest.raises(EngineUnusable, match="cannot be read"):
            Connection(url, ca=unreadable)


def test_a_server_without_encryption_where_it_was_expected_is_told(server: Servers) -> None:
    assert "TLS" in refused(f"https://pool:{PASSWORD}@{server.hosts}/p")
