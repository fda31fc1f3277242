"""One tokenisation for every engine: what is indexed and what is asked go through here.

Text is folded (NFKC, lower case, simplified characters) character by character, so the same
characters always fold alike, wherever they stand, and a token can be traced to its place in the
text that a reader sees. Chinese gives single characters and pairs, everything else words.
"""

import csv
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache, partial
from itertools import chain
from pathlib import Path

from opencc import OpenCC
from pypinyin import lazy_pinyin, load_phrases_dict

_HAN = "\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f"
_WORD = rf"[^\W_{_HAN}]+"
_PIECE = re.compile(
    rf"(?P<han>[{_HAN}]+)|(?P<number>\d+(?:\.\d+)+(?!{_WORD}))|(?P<word>{_WORD}(?:[-._·]{_WORD})*"
    r"(?:\+\+|#)?)"
)
_PART = re.compile(_WORD)
_LETTERS_DIGITS = re.compile(r"([^\W\d_]{2,})(\d{2,})")
_HAN_TOKEN = re.compile(f"[{_HAN}]{{1,2}}")
_JOINTS = re.compile("[-._·]")
_SPACES = re.compile(r"\s+")
_RUN = re.compile(rb"\x00+|\x01+")
_BREAK = "\n"


Span = tuple[str, int, int]  # a token and the characters [start, end) of the folded text


@lru_cache(maxsize=1)
def _simplified() -> dict[int, str]:
    """Traditional character → simplified one, from OpenCC's own table.

    A table of single characters is 30 times faster than converting each text, and keeps lengths.
    """
    codes = [*range(0x3400, 0x4DC0), *range(0x4E00, 0xA000), *range(0xF900, 0xFB00)]
    characters = [chr(code) for code in codes]
    converted = OpenCC("t2s").convert(_BREAK.join(characters)).split(_BREAK)
    return {
        ord(old): new
        for old, new in zip(characters, converted, strict=True)
        if new != old and len(new) == 1
    }


def normalise(text: str) -> str:
    """Fold width, case, traditional characters and runs of spaces."""
    folded = unicodedata.normalize("NFKC", text).lower().translate(_simplified())
    return _SPACES.sub(" ", folded).strip()


def fold(text: str) -> tuple[str, Sequence[int]]:
    """`text` folded without touching spaces, and for each folded character its place in `text`."""
    folded = text.translate(_FOLDED)
    if len(folded) == len(text):  # as nearly always: no character became several
        return folded, range(len(text))
    return folded, [place for place, old in enumerate(text) for _ in _FOLDED[ord(old)]]


class _Folded(dict[int, str]):
    """What each character becomes, found out when it is first met."""

    def __missing__(self, code: int) -> str:
        folded = unicodedata.normalize("NFKC", chr(code)).lower().translate(_simplified())
        return self.setdefault(code, folded)


_FOLDED = _Folded()


def tokens(text: str) -> list[str]:
    """Every token of a text, repeated as often as it occurs; for indexing and for scoring."""
    return [token for token, _, _ in _spans(normalise(text))]


def match_tokens(text: str) -> list[str]:
    """The tokens that decide whether a document matches at all, each once.

    Pairs of characters and words without stop words; the common words of listings (系统, 平台)
    count only when nothing else is asked. A query of one character keeps that character.
    """
    folded = normalise(text)
    fillers, common = _stop_words()
    essence = _without(folded, fillers)
    for candidate in (_without(essence, common), essence, folded):
        found = [token for token, _, _ in _spans(candidate) if _informative(token)]
        if found:
            return list(dict.fromkeys(found))
    return list(dict.fromkeys(tokens(text)))


def highlight(text: str, matched: Iterable[str]) -> list[tuple[str, bool]]:
    """Cut `text` into segments and say of each whether one of the tokens is there.

    `matched` are tokens as `tokens` and `match_tokens` give them. Single characters are left out
    when longer tokens are given, since they would mark half of every page.
    """
    return highlights([text], matched)[0]


def highlights(texts: Sequence[str], matched: Iterable[str]) -> list[list[tuple[str, bool]]]:
    """The same for several texts at once, which takes little longer than for one."""
    chinese, others = _sought(frozenset(matched))
    whole = _BREAK.join(texts)  # which no token bridges
    folded, places = fold(whole)
    marks = bytearray(len(whole))
    for start, end in chain(_found(folded, chinese), _tokens_among(folded, others)):
        for place in places[start:end]:
            marks[place] = 1
    found = []
    start = 0
    for text in texts:
        end = start + len(text)
        found.append(_segments(text, marks[start:end]))
        start = end + len(_BREAK)
    return found


@lru_cache(maxsize=256)
def _sought(matched: frozenset[str]) -> tuple[frozenset[str], frozenset[str]]:
    """The Chinese tokens, which are found wherever their characters stand, and the others, which
    have to be words of their own."""
    wanted = frozenset(token for token in matched if _informative(token)) or matched
    chinese = frozenset(filter(_HAN_TOKEN.fullmatch, wanted))
    return chinese, wanted - chinese


def _found(folded: str, wanted: frozenset[str]) -> Iterator[tuple[int, int]]:
    for token in wanted:
        start = folded.find(token)
        while start >= 0:
            yield start, start + len(token)
            start = folded.find(token, start + 1)


def _tokens_among(folded: str, wanted: frozenset[str]) -> Iterator[tuple[int, int]]:
    squeezed = _JOINTS.sub("", folded) if wanted else ""
    if any(token in folded or token in squeezed for token in wanted):
        spans = chain.from_iterable(map(partial(_other_spans, folded), _PIECE.finditer(folded)))
        yield from ((start, end) for token, start, end in spans if token in wanted)


def _segments(text: str, marks: bytearray) -> list[tuple[str, bool]]:
    runs = (run.span() for run in _RUN.finditer(marks))
    return [(text[start:end], bool(marks[start])) for start, end in runs]


def _spans(folded: str) -> Iterator[Span]:
    for piece in _PIECE.finditer(folded):
        yield from _other_spans(folded, piece)
        if piece.lastgroup == "han":
            yield from _han_spans(folded, piece.start(), piece.end())


def _other_spans(folded: str, piece: re.Match[str]) -> Iterator[Span]:
    """All but the characters and pairs of characters of Chinese."""
    start = piece.start()
    if piece.lastgroup == "number":
        yield (piece.group(), start, piece.end())
    elif piece.lastgroup == "word":
        yield from _word_spans(piece.group(), start)
    elif start and _lone_letter(folded, start - 1):  # X光, T恤: the letter belongs to the word
        yield (folded[start - 1 : start + 1], start - 1, start + 1)


def _han_spans(folded: str, start: int, end: int) -> Iterator[Span]:
    for i in range(start, end):
        yield (folded[i], i, i + 1)
        if i + 1 < end:
            yield (folded[i : i + 2], i, i + 2)


def _lone_letter(folded: str, place: int) -> bool:
    is_letter = folded[place].isascii() and folded[place].isalpha()
    return is_letter and (
        place == 0 or not folded[place - 1].isalnum() or folded[place - 1] > "\u2fff"
    )


def _word_spans(word: str, start: int) -> Iterator[Span]:
    """rs-485 → rs485, rs, 485; rs485 → rs485, rs, 485; c# and 5g stay whole."""
    whole = _JOINTS.sub("", word)
    yield (whole, start, start + len(word))
    parts = list(_PART.finditer(word))
    if len(parts) > 1:
        for part in parts:
            yield (part.group(), start + part.start(), start + part.end())
    elif split := _LETTERS_DIGITS.fullmatch(word):
        for group in (1, 2):
            yield (split.group(group), start + split.start(group), start + split.end(group))


def _informative(token: str) -> bool:
    return len(token) > 1


def _without(folded: str, words: re.Pattern[str]) -> str:
    """Put a break where a stop word stood, so that no pair of characters bridges the gap."""
    return words.sub(_BREAK, folded)


@lru_cache(maxsize=1)
def _stop_words() -> tuple[re.Pattern[str], re.Pattern[str]]:
    text = (Path(__file__).parent / "stop_words.txt").read_text("utf-8")
    lines = [line.strip() for line in text.splitlines() if line and not line.startswith("#")]
    cut = lines.index("---")
    return _alternation(lines[:cut]), _alternation(lines[cut + 1 :])


def _alternation(words: Iterable[str]) -> re.Pattern[str]:
    """Longest first; a Latin word only where it is a whole word."""
    ordered = sorted(words, key=len, reverse=True)
    patterns = [
        rf"(?<![^\W_{_HAN}]){re.escape(word)}(?![^\W_{_HAN}])" if word.isascii() else word
        for word in ordered
    ]
    return re.compile("|".join(patterns))


def pinyin(text: str) -> str:
    """The text in pinyin without tones and spaces: 注塑机 → zhusuji, PCB检测 → pcbjiance."""
    return "".join(syllables(text))


def initials(text: str) -> str:
    """The first letter of each syllable: 注塑机 → zsj; other words stay whole: PCB检测 → pcbjc."""
    return "".join(
        part[0] if piece.group("han") else part
        for piece in _PIECE.finditer(normalise(text))
        for part in _syllables_of(piece)
    )


def syllables(text: str) -> list[str]:
    """The syllables of a text, one for each Chinese character and each other word."""
    return [part for piece in _PIECE.finditer(normalise(text)) for part in _syllables_of(piece)]


def _syllables_of(piece: re.Match[str]) -> Sequence[str]:
    if not piece.group("han"):
        return _PART.findall(piece.group())
    return _spoken(piece.group())


@lru_cache(maxsize=1 << 13)
def _spoken(characters: str) -> Sequence[str]:
    """Looking it up takes longer than anything else that is done with a name."""
    _teach_places()
    return [part for part in lazy_pinyin(characters, errors="ignore") if part]


def teach(readings: Mapping[str, str]) -> None:
    """Make `pinyin` read a name as people do: {"长安": "chang an"}; syllables parted by spaces."""
    load_phrases_dict({text: [[part] for part in said.split()] for text, said in readings.items()})
    _spoken.cache_clear()


@lru_cache(maxsize=1)
def _teach_places() -> None:
    """Without its own list pypinyin reads 东莞市长安镇 as dong guan shi zhang an zhen."""
    path = Path(__file__).parent / "vocabulary" / "places_pinyin.csv"
    with path.open(encoding="utf-8-sig", newline="") as file:
        teach({row["text"]: row["pinyin"] for row in csv.DictReader(file)})
