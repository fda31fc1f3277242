"""Mistakes of sound: 注诉机 and zhusuji both become 注塑机; what is a word already stays."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import rjieba

from search.analysis import fold, initials, normalise, syllables
from search.vocabulary import Vocabulary

_HAN_RUN = re.compile(r"[\u3400-\u9fff]{2,}")
_LATIN_RUN = re.compile(r"(?<![\w.#+/:@-])[a-z]+(?:[ '][a-z]+)*(?![\w.#+/:@-])")
_HAN_TERM = re.compile(r"[\u3400-\u9fff]{2,8}")
_SHORTEST_PINYIN, _LONGEST_PINYIN = 5, 40
_LONGEST_TERM = 8
_KEYWORDS = 6  # a longer run of characters is a sentence, where a pair too often sounds like a term
_EVERYDAY = frozenset("的了不就在是有没和与也都还很太要想能会一个人上下大小来去到对多少我你他这那")
# What many speakers of southern dialects do not tell apart.
_ALIKE = ((re.compile("^([zcs])h"), r"\1"), (re.compile("^n(?!g)"), "l"), (re.compile("ng$"), "n"))


Known = Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class Correction:
    """`text` is what to search for instead; `changes` pairs what was typed with what it became."""

    text: str
    changes: tuple[tuple[str, str], ...]


class Corrector:
    """Knows how the terms of the vocabulary, and further names, sound.

    Building reads each term's pinyin once (about 0.1 ms a term).
    """

    def __init__(self, vocabulary: Vocabulary, names: Iterable[str] = ()) -> None:
        self._known: set[str] = set()
        self._latin: set[str] = set()
        self._exact: dict[str, list[str]] = {}
        self._alike: dict[str, list[str]] = {}
        self._initials: dict[str, list[str]] = {}
        for term in (*_terms_of(vocabulary), *names):
            self._learn(normalise(term))

    def correct(self, text: str, is_name: Known | None = None) -> Correction | None:
        """The text with mistakes of sound put right, or None when nothing is wrong.

        Only what no dictionary knows is replaced, and only by a known term; `is_name` says of
        characters whether a name in the pool holds them, so that they are no mistake.
        """
        folded, places = fold(text)
        changes = [*self._typed_pinyin(folded)]
        for start, end, term in self._wrong_characters(folded):
            if is_name is None or not is_name(folded[start:end]):
                changes.append((start, end, term))
        changes.sort()
        pieces: list[str] = []
        done: list[tuple[str, str]] = []
        position = 0
        for start, end, term in changes:
            first, last = places[start], places[end - 1] + 1
            pieces += [text[position:first], term]
            done.append((text[first:last], term))
            position = last
        return Correction("".join([*pieces, text[position:]]), tuple(done)) if done else None

    def suggestions(self, text: str, limit: int = 8) -> tuple[str, ...]:
        """Terms whose pinyin begins with, or whose initials are, what was typed."""
        typed = normalise(text).replace(" ", "").replace("'", "")
        if not typed.isascii() or len(typed) < 2:
            return ()
        begun = (
            term for said, terms in self._exact.items() if said.startswith(typed) for term in terms
        )
        found = dict.fromkeys([*self._initials.get(typed, ()), *begun])
        return tuple(found)[:limit]

    def _learn(self, term: str) -> None:
        self._known.add(term)
        self._latin.update(re.findall(r"[a-z]+", term))
        for part in _HAN_TERM.findall(term):
            self._known.add(part)
            said = syllables(part)
            _add(self._exact, "".join(said), part)
            _add(self._alike, _blurred(said), part)
            _add(self._initials, initials(part), part)

    def _typed_pinyin(self, folded: str) -> Iterator[tuple[int, int, str]]:
        for run in _LATIN_RUN.finditer(folded):
            typed = run.group().replace(" ", "").replace("'", "")
            words = re.split("[ ']", run.group())
            likely = _SHORTEST_PINYIN <= len(typed) <= _LONGEST_PINYIN
            if not likely or any(word in self._latin for word in words):
                continue
            if terms := self._spelt(typed):
                yield run.start(), run.end(), terms

    def _spelt(self, typed: str) -> str:
        """One term, or two terms one behind the other, spelt like this."""
        if terms := self._exact.get(typed):
            return terms[0]
        for cut in range(len(typed) - 4, 3, -1):
            first, second = self._exact.get(typed[:cut]), self._exact.get(typed[cut:])
            if first and second:
                return first[0] + second[0]
        return ""

    def _wrong_characters(self, folded: str) -> Iterator[tuple[int, int, str]]:
        for run in _HAN_RUN.finditer(folded):
            words = self._words(run.group())
            first = 0
            while first < len(words):
                after, term = self._mistake(words, first)
                if term:
                    start = run.start() + sum(map(len, words[:first]))
                    yield start, start + len(term), term
                first = after

    def _words(self, run: str) -> list[str]:
        """Words of the general dictionary; what it does not know falls into characters."""
        return list(rjieba.cut(run, hmm=False))

    def _mistake(self, words: list[str], first: int) -> tuple[int, str]:
        """The longest stretch of words from `first` that sounds like a term: (next word, term)."""
        shortest = 2 if sum(map(len, words)) <= _KEYWORDS else 3
        for after in range(min(len(words), first + _LONGEST_TERM), first + 1, -1):
            typed = "".join(words[first:after])
            doubtful = any(len(word) == 1 for word in words[first:after])
            if not doubtful or not shortest <= len(typed) <= _LONGEST_TERM:
                continue
            if typed in self._known:
                return after, ""
            if term := self._sounds_like(typed):
                return after, term
        return first + 1, ""

    def _sounds_like(self, typed: str) -> str:
        said = syllables(typed)
        for term in self._exact.get("".join(said), ()):
            if _plausible(typed, term, len(typed) // 2):
                return term
        for term in self._alike.get(_blurred(said), ()):
            if len(typed) > 2 and _plausible(typed, term, 1):
                return term
        return ""


def _terms_of(vocabulary: Vocabulary) -> Iterator[str]:
    """Most telling first: of two terms that sound alike the earlier one is taken."""
    for scenario in vocabulary.scenarios.values():
        yield from (scenario.name, *scenario.aliases)
    for group in vocabulary.synonyms:
        yield from group
    yield from sorted(vocabulary.words)
    yield from vocabulary.industry_names
    for region in vocabulary.regions.values():
        yield from (region.short, region.name)
    for terms in (vocabulary.deployments, vocabulary.price_models, vocabulary.vendor_kinds):
        for term in terms.values():
            yield from (term.name, *term.aliases)
    for scenario in vocabulary.scenarios.values():
        yield from (phrase.text for phrase in scenario.phrases if phrase.about != "symptom")


def _add(table: dict[str, list[str]], key: str, term: str) -> None:
    terms = table.setdefault(key, [])
    if term not in terms:
        terms.append(term)


def _blurred(said: Iterable[str]) -> str:
    parts = []
    for syllable in said:
        for pattern, replacement in _ALIKE:
            syllable = pattern.sub(replacement, syllable)
        parts.append(syllable)
    return "".join(parts)


def _plausible(typed: str, term: str, most: int) -> bool:
    """Whether few characters differ, and none of them is one that everybody writes every day."""
    if len(typed) != len(term):
        return False
    wrong = [old for old, new in zip(typed, term, strict=True) if old != new]
    return len(wrong) <= most and not _EVERYDAY.intersection(wrong)
