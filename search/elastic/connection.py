"""Reaching Elasticsearch: addresses, time limits, and knowing when not to ask."""

import re
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from elastic_transport import ConnectionTimeout, TlsError, TransportError
from elasticsearch import ApiError, Elasticsearch

from search.engine import EngineAway, EngineUnusable

# Seconds for connecting and answering, in all: a visitor is answered by other means within two.
READ_SECONDS = 1.2
WRITE_SECONDS = 30.0
# Seconds without asking after a failure: doubled each time, up to the longest.
FIRST_PAUSE = 2.0
LONGEST_PAUSE = 30.0
CONNECTIONS = 40  # as many as the web server's threads
_PORT = 9200
_BUSY = frozenset({429, 502, 503, 504})
_DENIED = frozenset({401, 403})
_PREFIX = re.compile(r"[a-z0-9][a-z0-9_-]{0,99}")


@dataclass(frozen=True, slots=True)
class Address:
    """Where the nodes are, who we are to them, and what our indexes' names begin with."""

    nodes: tuple[str, ...]
    user: str
    password: str
    prefix: str

    @property
    def is_encrypted(self) -> bool:
        return self.nodes[0].startswith("https:")

    @classmethod
    def parse(cls, url: str) -> "Address":
        """`http(s)://[user:password@]host[:port][,host[:port]…]/prefix`.

        Raises ValueError, which says what is wrong and repeats no password.
        """
        parts = urlsplit(url)
        credentials, _, hosts = parts.netloc.rpartition("@")
        user, _, password = credentials.partition(":")
        prefix = parts.path.strip("/")
        if parts.scheme not in {"http", "https"} or not all(hosts.split(",")):
            raise ValueError("the address of Elasticsearch must name http(s)://host:port/prefix")
        if not _PREFIX.fullmatch(prefix):
            raise ValueError(
                "the address of Elasticsearch must end in /prefix, a name of small letters and "
                "digits with which the names of its indexes begin"
            )
        nodes = tuple(f"{parts.scheme}://{_with_port(host)}" for host in hosts.split(","))
        return cls(nodes, unquote(user), unquote(password), prefix)


def _trusting(ca: Path | None) -> ssl.SSLContext:
    """Trust one authority, or those of the system."""
    try:
        return ssl.create_default_context(cafile=ca)
    except OSError as error:  # a file that is no certificate is one too
        raise EngineUnusable(f"the certificate authority {ca} cannot be read: {error}") from error


def _with_port(host: str) -> str:
    return host if re.search(r":\d+$", host) else f"{host}:{_PORT}"


class Breaker:
    """After a failure nobody is sent for a while; then one goes to see, the others still wait."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._failures = 0
        self._closed_until = 0.0

    def enter(self) -> None:
        """Raises EngineAway while nothing may be sent."""
        with self._lock:
            if not self._failures:
                return
            if time.monotonic() < self._closed_until:
                raise EngineAway("the search engine failed a moment ago and is left alone")
            self._pause()  # this call looks; until it is back, others are sent away

    def succeed(self) -> None:
        """The last call was answered."""
        if self._failures:
            with self._lock:
                self._failures = 0

    def fail(self) -> None:
        """The last call was not answered."""
        with self._lock:
            self._failures += 1
            self._pause()

    def _pause(self) -> None:
        pause = min(FIRST_PAUSE * 2 ** (self._failures - 1), LONGEST_PAUSE)
        self._closed_until = time.monotonic() + pause


class Connection:
    """One client of one cluster; safe to use from several threads. Nothing is sent on making."""

    def __init__(self, url: str, *, ca: Path | None = None, api_key: str = "") -> None:
        """`ca`: the certificate authority's file; `api_key`: instead of user and password.

        Raises ValueError for an address that cannot be one, EngineUnusable for an unreadable `ca`.
        """
        address = Address.parse(url)
        self.prefix = address.prefix
        self._breaker = Breaker()
        several = len(address.nodes) > 1
        # the time of all attempts together is what a visitor waits
        seconds = READ_SECONDS * (0.6 if several else 1.0)
        self._client = Elasticsearch(
            list(address.nodes),
            basic_auth=(address.user, address.password) if address.user and not api_key else None,
            api_key=api_key or None,
            ssl_context=_trusting(ca) if address.is_encrypted else None,
            connections_per_node=CONNECTIONS,
            # one more try, and only where there is another node to try
            max_retries=1 if several else 0,
            retry_on_timeout=True,
            retry_on_status=(502, 503, 504),
        )
        # made once: making a client takes longer than what it is then used for
        self._reader = self._client.options(request_timeout=seconds)
        self._writer = self._client.options(request_timeout=WRITE_SECONDS)

    @contextmanager
    def reading(self) -> Iterator[Elasticsearch]:
        """A client for what somebody waits for.

        Raises EngineAway when there is no answer in time, at once when that was so a moment ago;
        EngineUnusable when the answer is no.
        """
        self._breaker.enter()
        try:
            with _translated():
                yield self._reader
        except EngineAway:
            self._breaker.fail()
            raise
        except EngineUnusable:
            self._breaker.succeed()  # it did answer
            raise
        self._breaker.succeed()

    @contextmanager
    def writing(self) -> Iterator[Elasticsearch]:
        """A client for what happens behind the scenes. Raises as `reading` does, but later."""
        with _translated():
            yield self._writer

    def close(self) -> None:
        """Let the connections go."""
        self._client.close()


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except TlsError as error:
        raise EngineUnusable(f"the search engine's certificate is not trusted: {error}") from error
    except ConnectionTimeout as error:
        raise EngineAway("the search engine did not answer in time") from error
    except TransportError as error:
        raise EngineAway("the search engine cannot be reached") from error
    except ApiError as error:
        raise failure(error.status_code, str(error)) from error


def failure(status: int, reason: str) -> EngineAway | EngineUnusable:
    """What an answer that is an error means."""
    if status in _BUSY:
        return EngineAway(f"the search engine is not ready: {reason}")
    if status in _DENIED:
        return EngineUnusable(f"the search engine refuses this user or key: {reason}")
    return EngineUnusable(f"the search engine refuses a request: {reason}")
