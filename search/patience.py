"""How long somebody waits for an engine that is elsewhere, whatever a page asks of it."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from math import inf


@dataclass(slots=True)
class Patience:
    """The seconds that are left for waiting; what is done in between does not count."""

    left: float

    @contextmanager
    def spent(self) -> Iterator[None]:
        """The time inside is waited for."""
        start = time.monotonic()
        try:
            yield
        finally:
            self.left -= time.monotonic() - start


_current: ContextVar[Patience | None] = ContextVar("patience", default=None)


def of_this_thread() -> Patience:
    """That of the question being answered; without end where nobody waits."""
    return _current.get() or Patience(inf)


@contextmanager
def waiting(seconds: float) -> Iterator[None]:
    """Everything asked inside shares these seconds, or those of a `waiting` around this one."""
    token = _current.set(_current.get() or Patience(seconds))
    try:
        yield
    finally:
        _current.reset(token)
