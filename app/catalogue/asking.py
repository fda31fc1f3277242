"""Asking the search engine, which may be away: the one place that knows what follows from that."""

import time
from collections.abc import Callable
from typing import TypeVar

import structlog

from app.catalogue.index import get_searcher
from search.engine import EngineAway, EngineUnusable
from search.patience import waiting
from search.searcher import Searcher

T = TypeVar("T")
PATIENCE_SECONDS = 1.5  # for all that one page asks of an engine elsewhere
WARN_SECONDS = 60.0  # between two warnings of the same trouble

log = structlog.get_logger("search")
_warned_at = -WARN_SECONDS


def ask(question: Callable[[Searcher], T], otherwise: Callable[[], T]) -> T:
    """What the search engine answers, or `otherwise` while it cannot be asked.

    Whatever one page asks belongs into one question: an engine that hangs takes a second to be
    known as away, and a visitor waits for that once.
    """
    try:
        with waiting(PATIENCE_SECONDS):
            return question(get_searcher())
    except (EngineAway, EngineUnusable) as error:
        _warn(error)
        return otherwise()


def _warn(error: Exception) -> None:
    global _warned_at
    if time.monotonic() - _warned_at >= WARN_SECONDS:
        _warned_at = time.monotonic()
        log.warning("search.away", error=type(error).__name__, reason=str(error))
