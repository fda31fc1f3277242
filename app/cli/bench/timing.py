"""Times of many calls, and what is said of them."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Latency:
    """The middle and the slow end of many calls, in milliseconds."""

    p50: float
    p99: float


def timed(call: Callable[[], T]) -> tuple[float, T]:
    """Seconds that a call took, and what it returned."""
    start = time.perf_counter()
    answer = call()
    return time.perf_counter() - start, answer


def latency(seconds: Sequence[float]) -> Latency:
    """The 50th and 99th percentile of times in seconds, none of which may be missing."""
    middle, slow = np.percentile(np.asarray(seconds), (50, 99)) * 1000
    return Latency(round(float(middle), 3), round(float(slow), 3))


def ratio(one: float, other: float) -> float | None:
    """How many times the other the one is; None when there is nothing to compare with."""
    return round(one / other, 2) if other else None
