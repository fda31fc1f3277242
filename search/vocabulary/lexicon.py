"""Finding many known names in a text at once."""

from collections.abc import Iterator, Mapping
from typing import Generic, TypeVar

from search.analysis import fold, normalise
from search.vocabulary.terms import Mention

T = TypeVar("T")


class Lexicon(Generic[T]):
    """Names and their values; the longest name that starts earliest wins.

    A name in Latin letters is found only as a whole word, and one Chinese character only where
    no other Chinese character touches it (莞 in "莞 注塑", not in "东莞").
    """

    def __init__(self, entries: Mapping[str, T]) -> None:
        self._values = {normalise(name): value for name, value in entries.items()}
        self._lengths: dict[str, list[int]] = {}
        for name in self._values:
            lengths = self._lengths.setdefault(name[0], [])
            if len(name) not in lengths:
                lengths.append(len(name))
        for lengths in self._lengths.values():
            lengths.sort(reverse=True)

    def __contains__(self, name: str) -> bool:
        return normalise(name) in self._values

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def get(self, text: str) -> T | None:
        """The value of exactly this name."""
        return self._values.get(normalise(text))

    def find(self, text: str) -> list[Mention[T]]:
        """The names in `text`, in order, without overlaps; places are those of `text` itself."""
        folded, places = fold(text)
        found: list[Mention[T]] = []
        position = 0
        while position < len(folded):
            end = self._match(folded, position)
            if not end:
                position += 1
                continue
            first, last = places[position], places[end - 1] + 1
            value = self._values[folded[position:end]]
            found.append(Mention(value, first, last, text[first:last]))
            position = end
        return found

    def _match(self, folded: str, start: int) -> int:
        for length in self._lengths.get(folded[start], ()):
            end = start + length
            if end > len(folded) or folded[start:end] not in self._values:
                continue
            if _stands_alone(folded, start, end):
                return end
        return 0


def _stands_alone(folded: str, start: int, end: int) -> bool:
    before = folded[start - 1] if start else " "
    after = folded[end] if end < len(folded) else " "
    if end - start == 1 and not folded[start].isascii():
        return not (_is_han(before) or _is_han(after))
    return not (_joins(before, folded[start]) or _joins(folded[end - 1], after))


def _joins(left: str, right: str) -> bool:
    """Whether two neighbours belong to one Latin word."""
    return left.isascii() and right.isascii() and left.isalnum() and right.isalnum()


def _is_han(character: str) -> bool:
    return "\u3400" <= character <= "\u9fff"
