"""Reaching Elasticsearch: addresses, time limits, and knowing when not to ask."""

import re
import ssl
import threading
import time
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

from elastic_transport import ConnectionTimeout, TlsError, TransportError
from elasticsearch import ApiError, Elasticsearch

from search.engine import EngineAway, EngineUnusable
from search.patience import Patience, of_this_thread

# Seconds for connecting and answering, in all: a visitor is answered by other means within two.
READ_SECONDS = 1.2
WRITE_SECONDS = 30.0
_LEAST_SECONDS = 0.3  # with less left it is not worth a try
# Seconds without asking after a failure: doubled each time, up to the longest.
FIRST_PAUSE = 2.0
LONGEST_PAUSE = 30.0
CONNECTIONS = 40  # as many as the web server's threads
_PORT = 9200
_TOO_MANY = 429
_SERVER = 500
_DENIED = frozenset({401, 403})
# the name of an index that is being filled ends in -next
_PREFIX = re.compile(r"(?!.*-next$)[a-z0-9][a-z0-9_-]{0,99}")
_KEY = re.compile(r"[!-~]*")


@dataclass(frozen=True, slots=True)
class Address:
    """Where the nodes are, who we are to them, and what our indexes' names begin with."""

    nodes: tuple[str, ...]
    user: str
    password: str = field(repr=False)
    prefix: str

    @property
    def is_encrypted(self) -> bool:
        return self.nodes[0].startswith("https:")

    @classmethod
    def parse(cls, url: str) -> "Address":
        """`http(s)://[user:password@]host[:port][,host[:port]…]/prefix`.

        Raises ValueError, which says what is wrong and repeats no password.
        """
        parts = _split(url)
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


def _split(url: str) -> SplitResult:
    try:
        return urlsplit(url)
    except ValueError:  # its message may repeat the password
        raise ValueError("the address of Elasticsearch is no address") from None


def _trusting(ca: Path | None) -> ssl.SSLContext:
    """Trust one authority, or those of the system."""
    try:
        return ssl.create_default_context(cafile=ca)
    except OSError as error:  # a file that is no certificate is one too
        raise EngineUnusable(f"the certificate authority {ca} cannot be read: {error}") from error


def _basic(address: Address) -> str:
    """The user and password as they are sent: in UTF-8, which the client does not manage."""
    return b64encode(f"{address.user}:{address.password}".encode()).decode()


def _with_port(host: str) -> str:
    return host if re.search(r":\d+$", host) else f"{host}:{_PORT}"


class Breaker:
    """After a failure nobody is sent for a while; then one goes to see, the others still wait."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._failures = 0
        self._closed_until = 0.0

    def enter(self) -> int:
        """How many failures there were so far. Raises EngineAway while nothing may be sent."""
        with self._lock:
            if self._failures:
                if time.monotonic() < self._closed_until:
                    raise EngineAway("the search engine failed a moment ago and is left alone")
                self._pause()  # this call looks; until it is back, others are sent away
            return self._failures

    def succeed(self) -> None:
        """The last call was answered."""
        if self._failures:
            with self._lock:
                self._failures = 0

    def fail(self, entered: int) -> None:
        """A call was not answered; calls that went out together count as one."""
        with self._lock:
            if self._failures == entered:
                self._failures += 1
                self._pause()

    def _pause(self) -> None:
        doubled = 2.0 ** min(self._failures - 1, 10)
        self._closed_until = time.monotonic() + min(FIRST_PAUSE * doubled, LONGEST_PAUSE)


class Connection:
    """One client of one cluster; safe to use from several threads. Nothing is sent on making."""

    def __init__(self, url: str, *, ca: Path | None = None, api_key: str = "") -> None:
        """`ca`: the certificate authority's file; `api_key`: instead of user and password.

        Raises ValueError for an address or key that cannot be one, EngineUnusable for an
        unreadable `ca`.
        """
        address = Address.parse(url)
        if not _KEY.fullmatch(api_key):
            raise ValueError("the key for Elasticsearch holds characters that no key has")
        self.prefix = address.prefix
        self._breaker = Breaker()
        several = len(address.nodes) > 1
        # the time of all attempts together is what a visitor waits
        self._share = 0.6 if several else 1.0
        self._client = Elasticsearch(
            list(address.nodes),
            basic_auth=_basic(address) if address.user and not api_key else None,
            api_key=api_key or None,
            ssl_context=_trusting(ca) if address.is_encrypted else None,
            connections_per_node=CONNECTIONS,
            # one more try, and only where there is another node to try
            max_retries=1 if several else 0,
            retry_on_timeout=True,
            # 500: a node that asked one that just died says so with this number
            retry_on_status=(500, 502, 503, 504),
        )
        # made once: making a client takes longer than what it is then used for
        self._reader = self._client.options(request_timeout=self._share * READ_SECONDS)
        self._writer = self._client.options(request_timeout=WRITE_SECONDS)

    @contextmanager
    def reading(self) -> Iterator[Elasticsearch]:
        """A client for what somebody waits for.

        Raises EngineAway when there is no answer in time, at once when that was so a moment ago;
        EngineUnusable when the answer is no.
        """
        patience = of_this_thread()
        client = self._in_time(patience)
        entered = self._breaker.enter()
        try:
            with patience.spent(), _translated():
                yield client
        except EngineAway:
            self._breaker.fail(entered)
            raise
        except EngineUnusable:
            self._breaker.succeed()  # it did answer
            raise
        self._breaker.succeed()

    def _in_time(self, patience: Patience) -> Elasticsearch:
        if patience.left >= READ_SECONDS:
            return self._reader
        if patience.left < _LEAST_SECONDS:
            raise EngineAway("the search engine is slow")
        return self._client.options(request_timeout=self._share * patience.left)

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
    if status == _TOO_MANY or status >= _SERVER:
        return EngineAway(f"the search engine is not ready: {reason}")
    if status in _DENIED:
        return EngineUnusable(f"the search engine refuses this user or key: {reason}")
    return EngineUnusable(f"the search engine refuses a request: {reason}")


def reason_of(error: Any) -> str:
    """The innermost cause of what went wrong, which names the field and the limit."""
    while isinstance(error, dict):
        causes = error.get("root_cause")
        inner = error.get("caused_by") or (causes and causes[0])
        if not inner:
            return str(error.get("reason", error))
        error = inner
    return str(error)
