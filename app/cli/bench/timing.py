"""Times of many calls, and what is said of them."""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

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


class Pulled(Iterator[T], Generic[T]):
    """The same items, adding up the seconds that making them takes."""

    def __init__(self, items: Iterable[T]) -> None:
        self._items = iter(items)
        self.seconds = 0.0

    def __next__(self) -> T:
        start = time.perf_counter()
        try:
            return next(self._items)
        finally:
            self.seconds += time.perf_counter() - start


def latency(seconds: Sequence[float]) -> Latency:
    """The 50th and 99th percentile of times in seconds, none of which may be missing."""
    middle, slow = np.percentile(np.asarray(seconds), (50, 99)) * 1000
    return Latency(round(float(middle), 3), round(float(slow), 3))


def percentiles(times: Mapping[str, Sequence[float]]) -> dict[str, float]:
    """`NAME_p50` and `NAME_p99` of each kind of call, in milliseconds."""
    found: dict[str, float] = {}
    for name, seconds in times.items():
        spent = latency(seconds)
        found |= {f"{name}_p50": spent.p50, f"{name}_p99": spent.p99}
    return found


def ratio(one: float, other: float) -> float | None:
    """How many times the other the one is; None when there is nothing to compare with."""
    return round(one / other, 2) if other else None
