"""Server-sent events: an answer that stays open and says what is new, until it is long enough.

A stream asks again and again, in a short transaction of a thread, what is newer than what it
sent; between two questions it holds nothing. Browsers come back by themselves when it ends.
"""

import asyncio
import threading
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus

import structlog
from fastapi.sse import KEEPALIVE_COMMENT, EventSourceResponse, format_sse_event
from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool
from starlette.types import Receive, Scope, Send

from app.core.errors import Refusal
from app.core.i18n import mark

MOST = 200  # open in one process
MOST_OF_ONE = 6  # of one person there: as many as a browser keeps open to one site
MEDIA_TYPE = "text/event-stream"
HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no", "X-Robots-Tag": "noindex"}
LATER: Mapping[str, str] = {"Retry-After": "60"}
SLICE = 1.0  # seconds after which a waiting stream notices that the site stops

log = structlog.get_logger("streams")
_stopping = threading.Event()


class TooManyStreams(Refusal):
    """One person has too many pages open that follow something."""

    status = HTTPStatus.TOO_MANY_REQUESTS
    headers = LATER


class Crowded(Refusal):
    """Too many pages follow something; they still work when they are loaded again."""

    status = HTTPStatus.SERVICE_UNAVAILABLE
    headers = LATER


@dataclass(frozen=True, slots=True)
class Event:
    """Something new: its number, by which a browser says how far it came, and an HTML fragment."""

    number: int
    html: str
    name: str = "news"


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How often a stream asks while nothing happens, and when it ends; all in seconds."""

    shortest: float = 2.0
    longest: float = 10.0
    slower: float = 1.25  # from one question to the next
    heartbeat: float = 15.0
    lasts: float = 300.0


Look = Callable[[int], Sequence[Event] | None]
"""What is newer than a number, oldest first; None once the reader may not read any more."""


class Places:
    """Who has how many streams open in this process."""

    def __init__(self, most: int = MOST, most_of_one: int = MOST_OF_ONE) -> None:
        self._most, self._most_of_one = most, most_of_one
        self._taken: Counter[object] = Counter()
        self._lock = threading.Lock()

    @contextmanager
    def taken(self, by: object) -> Iterator[None]:
        """Hold one place; raises `TooManyStreams` or `Crowded` when there is none."""
        with self._lock:
            if self._taken[by] >= self._most_of_one:
                raise TooManyStreams(mark("Too many pages are open that follow something."))
            if self._taken.total() >= self._most:
                raise Crowded(mark("Too many people follow something just now."))
            self._taken[by] += 1
        try:
            yield
        finally:
            with self._lock:
                self._taken[by] -= 1
                self._taken += Counter()  # forgets those that have none

    def __len__(self) -> int:
        return self._taken.total()


places = Places()


class EventStream(EventSourceResponse):
    """Sends the events of one person's stream, as long as there is a place for it."""

    def __init__(self, events: AsyncIterator[bytes], *, of: object) -> None:
        super().__init__(events, headers=HEADERS)
        self._of = of

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with places.taken(self._of):
            await super().__call__(scope, receive, send)


def stop_all() -> None:
    """Let every stream of this process end: the site is being stopped."""
    _stopping.set()


async def follow(look: Look, after: int, rhythm: Rhythm = Rhythm()) -> AsyncIterator[bytes]:
    """Events as they come, as bytes to send; comments while there are none.

    Where `look` answers None a last event says so, and the browser does not come back.
    """
    began = spoke = time.monotonic()
    pause = rhythm.shortest
    yield format_sse_event(retry=round(rhythm.shortest * 1000))
    while time.monotonic() - began < rhythm.lasts and not _stopping.is_set():
        try:
            found = await run_in_threadpool(look, after)
        except SQLAlchemyError as error:  # the browser tries again
            log.warning("streams.cut", error=type(error).__name__)
            return
        if found is None:
            yield format_sse_event(event="end", data_str="")
            return
        for event in found:
            yield format_sse_event(event=event.name, data_str=event.html, id=str(event.number))
            after = event.number
        pause = rhythm.shortest if found else min(pause * rhythm.slower, rhythm.longest)
        if found:
            spoke = time.monotonic()
        elif time.monotonic() - spoke >= rhythm.heartbeat:
            yield KEEPALIVE_COMMENT
            spoke = time.monotonic()
        await _rest(pause)


async def _rest(seconds: float) -> None:
    until = time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0 and not _stopping.is_set():
        await asyncio.sleep(min(left, SLICE))
