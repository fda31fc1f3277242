"""What a question asks for: the need itself, and where, who, how and how much beside it."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import TypeVar

from search.analysis import fold
from search.budget import budgets_in
from search.correction import Corrector, Known
from search.vocabulary import Mention, Term, Vocabulary
from search.vocabulary.lexicon import Lexicon

T = TypeVar("T")
_MOST_CODES = 2  # a word that means more industries (材料) says too little to offer as a filter
_MOST_SCENARIOS = 3
_MOST_SYNONYMS = 12
_MOST_TERMS = 3  # of a scenario that was named in another language
_CHINESE = re.compile(r"[\u3400-\u9fff]")
_REFUSED = re.compile(
    r"(?:不(?:想要?|要|用|需要?|考虑|愿意?|能|接受|是|在)?|无需|除了|别|勿|非|no|not|without)"
    r"(?:在|用|做|搞|买|上|找|走|选|把数据|再|\s)*$",
    re.IGNORECASE,
)
# systems that what is wanted has to work with
BESIDE = re.compile(r"(?:和|与|跟|同|接入|对接)[^,，。;；]{1,24}?(?:对接|集成|打通|连通|互通|接通)")
_CUT_OUT = frozenset({"city", "place", "max_price", "vendor_kind", "price_model", "deployment"})
_STOPS = re.compile(r"[\s、]*[,，。;；!！?？][\s,，。;；、!！?？]*")
_ELSEWHERE = re.compile(r"\s*(?:市|省)?(?:以外|之外|除外)")
_TORN = re.compile(
    r"(?:^|(?<=[，\s]))(?:的|位于|在|找)(?=[，\s]|$)|(?:^|(?<=[，\s]))的|\b(?:in|at|near|with)\s*$"
)
_CLOUD, _OWN_SERVERS = "public_cloud", "on_premises"


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter that the words of a question name: `said` is [start:end) of the searched text.

    `code` is the facet's code as addresses carry it; for max_price a whole number of yuan.
    """

    facet: str
    code: str
    said: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Understanding:
    """`text` as typed; `corrected` is what is searched instead, None when nothing was wrong.

    `core` is the need without who, where and how much, never empty unless the text is; places
    in chips are those of `corrected or text`; `synonyms` are further words for what was said.
    """

    text: str
    corrected: str | None
    core: str
    chips: tuple[Chip, ...]
    synonyms: tuple[str, ...]


def understand(
    text: str, vocabulary: Vocabulary, *, correct: bool = True, is_name: Known | None = None
) -> Understanding:
    """Read a question with nothing but the vocabulary; `correct=False` takes it as typed.

    `is_name` says whether a name in the pool holds some characters: these are no mistake.
    """
    return _reader(vocabulary).understand(text, correct=correct, is_name=is_name)


@lru_cache(maxsize=4)
def _reader(vocabulary: Vocabulary) -> "Reader":
    return Reader(vocabulary)


class Reader:
    """Reads questions; holds what is prepared once for a vocabulary.

    `names` are exact names (vendors, products): right as typed, and may be typed by their sound.
    """

    def __init__(self, vocabulary: Vocabulary, names: Iterable[str] = ()) -> None:
        self.corrector = Corrector(vocabulary, names)
        self._vocabulary = vocabulary
        self._terms = {
            "vendor_kind": _lexicon(vocabulary.vendor_kinds.values()),
            "deployment": _lexicon(vocabulary.deployments.values()),
            "price_model": _lexicon(vocabulary.price_models.values()),
        }
        groups: dict[str, tuple[str, ...]] = {}
        for group in vocabulary.synonyms:
            for word in group:
                groups[word] = (*groups.get(word, ()), *group)
        self._synonyms = Lexicon(groups)

    def understand(
        self, text: str, *, correct: bool = True, is_name: Known | None = None
    ) -> Understanding:
        """Chips, core, synonyms; `correct=False` takes the text as typed."""
        correction = self.corrector.correct(text, is_name) if correct else None
        searched = correction.text if correction else text
        found = _not_inside(list(self._chips(searched)))
        chips = sorted(found, key=lambda chip: (chip.start, chip.facet))
        return Understanding(
            text=text,
            corrected=correction.text if correction else None,
            core=self._core(searched, chips),
            chips=tuple(chip for chip in chips if chip.facet != "place"),
            synonyms=(*self._words_beside(searched), *self._translated(searched, chips)),
        )

    def _chips(self, text: str) -> Iterator[Chip]:
        yield from _once(self._places(text))
        yield from _once(self._industries(text))
        yield from list(_once(self._scenarios(text)))[:_MOST_SCENARIOS]
        for facet, lexicon in self._terms.items():
            yield from _once(_term_chips(facet, lexicon, text))
        for mention in budgets_in(text)[-1:]:
            yield _chip("max_price", str(mention.value), mention)

    def _core(self, text: str, chips: Sequence[Chip]) -> str:
        """`text` without the chips that are not the need, and without the fillers around it."""
        kept = list(text)
        need = {place for c in chips if c.facet not in _CUT_OUT for place in range(c.start, c.end)}
        for chip in chips:
            if chip.facet in _CUT_OUT and chip.start not in need:
                kept[chip.start : chip.end] = " " * (chip.end - chip.start)
        spaced = re.sub(r"\s+", " ", "".join(kept))
        core = _STOPS.sub("，", _fillers().sub(" ", spaced))
        core = re.sub(r"\s+", " ", _STOPS.sub("，", _TORN.sub(" ", core)))
        return core.strip(" ，、:：") or text.strip()

    def _words_beside(self, text: str) -> tuple[str, ...]:
        """Other words for what was said; those of the longest, most telling words first."""
        folded, _ = fold(text)
        said = [m for m in self._synonyms.find(text) if not _refused(text, m)]
        mentions = sorted(said, key=lambda mention: -len(mention.said))
        words = dict.fromkeys(word for mention in mentions for word in mention.value)
        if _CHINESE.search(folded):  # there 条码 gains nothing from barcode, but PLC may count
            words = {word: None for word in words if not (word.isascii() and word.islower())}
        return tuple(word for word in words if word.lower() not in folded)[:_MOST_SYNONYMS]

    def _translated(self, text: str, chips: Sequence[Chip]) -> Iterator[str]:
        """What a question without a Chinese word means in the words that listings use."""
        if _CHINESE.search(text):
            return
        for chip in chips:
            if scenario := self._vocabulary.scenarios.get(chip.code):
                terms = (scenario.name, *scenario.aliases)
                yield from islice(filter(_CHINESE.search, terms), _MOST_TERMS)

    def _places(self, text: str) -> Iterator[Chip]:
        """Cities of Guangdong; places elsewhere are cut out of the need but are no filter."""
        for mention in self._vocabulary.regions_in(text):
            if not _refused(text, mention) and not _ELSEWHERE.match(text, mention.end):
                city = self._vocabulary.city_of(mention.value.code)
                yield _chip("city" if city else "place", city or mention.value.code, mention)

    def _industries(self, text: str) -> Iterator[Chip]:
        for mention in self._vocabulary.industries_in(text):
            if len(mention.value) <= _MOST_CODES and not _refused(text, mention):
                yield from (_chip("industry", code, mention) for code in mention.value)

    def _scenarios(self, text: str) -> Iterator[Chip]:
        for mention in scenarios_wanted(text, self._vocabulary):
            yield from (_chip("scenario", code, mention) for code in mention.value)


def scenarios_wanted(text: str, vocabulary: Vocabulary) -> list[Mention[tuple[str, ...]]]:
    """Scenarios wanted; systems that it must only work with count when nothing else is."""
    found = [m for m in vocabulary.scenarios_in(text) if not _refused(text, m)]
    beside = [match.span() for match in BESIDE.finditer(text)]
    wanted = [m for m in found if not any(a <= m.start < b for a, b in beside)]
    return wanted or found


def _term_chips(facet: str, lexicon: Lexicon[str], text: str) -> Iterator[Chip]:
    for mention in lexicon.find(text):
        if not mention.value:
            continue
        refusal = _refused(text, mention)
        if not refusal:
            yield _chip(facet, mention.value, mention)
        elif mention.value == _CLOUD:  # who does not want the cloud wants his own servers
            start = refusal.start()
            yield Chip(facet, _OWN_SERVERS, text[start : mention.end], start, mention.end)


def _refused(text: str, mention: Mention[T]) -> re.Match[str] | None:
    return _REFUSED.search(text, max(0, mention.start - 8), mention.start)


def _chip(facet: str, code: str, mention: Mention[T]) -> Chip:
    return Chip(facet, code, mention.said, mention.start, mention.end)


def _once(chips: Iterable[Chip]) -> Iterator[Chip]:
    """Each code once, where it was said first."""
    seen: set[str] = set()
    for chip in chips:
        if chip.code not in seen:
            seen.add(chip.code)
            yield chip


def _not_inside(chips: list[Chip]) -> list[Chip]:
    """Without what is part of a longer word for how or who: 系统集成 in 系统集成商."""
    over = [chip for chip in chips if chip.facet in _CUT_OUT]
    return [chip for chip in chips if not any(_holds(longer, chip) for longer in over)]


def _holds(longer: Chip, chip: Chip) -> bool:
    within = longer.start <= chip.start and chip.end <= longer.end
    return within and len(longer.said) > len(chip.said)


def _lexicon(terms: Iterable[Term]) -> Lexicon[str]:
    """Names and aliases → code; exceptions, which only look like one, → nothing."""
    words: dict[str, str] = {}
    for term in terms:
        words.update(dict.fromkeys((term.name, term.name_en, *term.aliases), term.code))
        words.update(dict.fromkeys(term.exceptions, ""))
    return Lexicon(words)


@lru_cache(maxsize=1)
def _fillers() -> re.Pattern[str]:
    text = (Path(__file__).parent / "fillers.txt").read_text("utf-8")
    lines = {line.strip() for line in text.splitlines() if line and not line.startswith("#")}
    ordered = sorted(lines, key=len, reverse=True)
    patterns = (rf"\b{re.escape(line)}\b" if line.isascii() else line for line in ordered)
    return re.compile(f"(?<!没)(?:{'|'.join(patterns)})", re.IGNORECASE)
