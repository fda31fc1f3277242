"""Sending several searches in one round trip, and remembering what questions rest on."""

import hashlib
import time
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from threading import Lock
from typing import Any

from search.elastic.connection import Connection, failure, reason_of
from search.elastic.queries import Body, Ground
from search.engine import CandidateRequest

Answer = Mapping[str, Any]
# A page asks the same question again for each kind, filter and page.
_KEPT = 256
_BELIEVED = 5.0


class Asking:
    """Searches of one alias."""

    def __init__(self, connection: Connection, alias: str) -> None:
        self._connection = connection
        self._alias = alias

    def ask(self, bodies: Sequence[Body], key: str = "") -> list[Answer]:
        """One answer a body, in order; equal keys are sent to the same copy of the index.

        Copies score slightly differently until their deletions are merged away.
        """
        if not bodies:
            return []
        head = {"index": self._alias, **({"preference": key} if key else {})}
        searches = [line for body in bodies for line in (head, body)]
        with self._connection.reading() as client:
            answers: list[Answer] = client.msearch(searches=searches)["responses"]
        for answer in answers:
            if "error" in answer:
                raise failure(answer["status"], reason_of(answer["error"]))
        return answers


def key_of(request: CandidateRequest) -> str:
    """What the question is, whatever its filters."""
    asked = (request.required, request.alternatives, request.exact, request.space)
    digest = hashlib.blake2b(repr(asked).encode(), digest_size=12)
    if request.vector is not None:
        digest.update(request.vector.tobytes())
    return digest.hexdigest()


class Grounds:
    """What the last questions rested on, believed for a few seconds."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._kept: OrderedDict[str, tuple[float, Ground]] = OrderedDict()

    def get(self, key: str) -> Ground | None:
        """What is still believed of a question."""
        with self._lock:
            until, ground = self._kept.get(key, (0.0, None))
        return ground if time.monotonic() < until else None

    def put(self, key: str, ground: Ground) -> None:
        """Believe it from now on."""
        with self._lock:
            self._kept[key] = (time.monotonic() + _BELIEVED, ground)
            self._kept.move_to_end(key)
            if len(self._kept) > _KEPT:
                self._kept.popitem(last=False)

    def forget(self) -> None:
        """Believe nothing any more."""
        with self._lock:
            self._kept.clear()
