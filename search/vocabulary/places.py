"""Places in a text: full names, short names, abbreviations, and what only looks like a place."""

import re
from collections.abc import Iterator, Mapping

from search.vocabulary.lexicon import Lexicon
from search.vocabulary.terms import Mention, Region

_BETWEEN = frozenset(" 　,，、/-·的")
_STREETS = re.compile(r"[东南西北中]?路|大道|大街|大学|高速")
_WITHIN = 2  # characters that may stand between a place and the larger place before it


class Places:
    """Finds regions; a weak name (高明, 新兴) counts only beside its parent or alone in a cell."""

    def __init__(
        self, regions: Mapping[str, Region], names: Mapping[str, tuple[str, bool]]
    ) -> None:
        self._regions = regions
        self._names = Lexicon(names)

    def city_of(self, code: str) -> str | None:
        region = self._regions.get(code)
        while region and region.level != "city":
            region = self._regions.get(region.parent)
        return region.code if region else None

    def only(self, text: str) -> Region | None:
        """The most exact place of a cell whose places all lie in one another."""
        alone = self._names.get(text)
        if alone and alone[0]:
            return self._regions[alone[0]]
        found: Region | None = None
        for mention in self._chained(text, anywhere=True):
            narrowed = self._narrower(found, mention.value) if found else mention.value
            if narrowed is None:
                return None
            found = narrowed
        return found

    def find(self, text: str) -> list[Mention[Region]]:
        return list(self._chained(text, anywhere=False))

    def _chained(self, text: str, *, anywhere: bool) -> Iterator[Mention[Region]]:
        """Mentions in order; a place right behind the larger one it lies in joins it."""
        last: Mention[Region] | None = None
        for code, weak, mention in self._found(text):
            region = self._regions[code]
            inside = last is not None and self._is_or_lies_in(region, last.value)
            if last and inside and (anywhere or _adjacent(text, last.end, mention.start)):
                last = Mention(region, last.start, mention.end, text[last.start : mention.end])
            elif not weak and not (last and self._elsewhere(region, last.value)):
                if last:
                    yield last
                last = Mention(region, mention.start, mention.end, mention.said)
        if last:
            yield last

    def _found(self, text: str) -> Iterator[tuple[str, bool, Mention[tuple[str, bool]]]]:
        for mention in self._names.find(text):
            code, weak = mention.value
            if code and not _STREETS.match(text, mention.end):
                yield code, weak, mention

    def _is_or_lies_in(self, region: Region, other: Region) -> bool:
        return region.code == other.code or self._lies_in(region, other)

    def _lies_in(self, region: Region, other: Region) -> bool:
        while region.parent:
            region = self._regions[region.parent]
            if region.code == other.code:
                return True
        return False

    def _elsewhere(self, region: Region, before: Region) -> bool:
        """A county's name behind another province is that province's own (贵阳市白云区)."""
        outside = before.level == "province" and not self._lies_in(region, before)
        return outside and region.level in ("county", "town")

    def _narrower(self, one: Region, other: Region) -> Region | None:
        if self._is_or_lies_in(one, other):
            return one
        return other if self._lies_in(other, one) else None


def _adjacent(text: str, end: int, start: int) -> bool:
    return start - end <= _WITHIN and all(character in _BETWEEN for character in text[end:start])
