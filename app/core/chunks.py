"""Long lists of ids in pieces: databases take only so many values in one statement."""

from collections.abc import Iterator, Sequence
from typing import TypeVar

Item = TypeVar("Item")
MOST = 1000


def chunks(items: Sequence[Item]) -> Iterator[Sequence[Item]]:
    """The items in their order, at most so many at once."""
    for start in range(0, len(items), MOST):
        yield items[start : start + MOST]
