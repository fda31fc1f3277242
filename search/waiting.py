"""A question that waits: what a new document must have to be good news for it.

To ask every question again for each new document would cost as much as there are questions. So a
question is boiled down once to what can be looked up: words and names of which every document
has one that is good by words, and a bar of nearness, which one product of matrices compares with
all of them. What is found so is decided by `is_good` alone, whatever the pool holds by then.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import ceil

import numpy as np

from search.asking import Question
from search.engine import CandidateRequest, Engine, Entry, Kind, Vector
from search.matching import ALTERNATIVE, ENOUGH, rarity
from search.preparation import name_keys, vendor_key

# the share of the question's rarity that makes a document good by its words alone
MOST = 0.5
# good by meaning is what lies among so many nearest of its kind, and of few among this share,
# if it also shares a word or the scenario
NEAR = 20
LARGEST_SHARE = 0.15
# a bonus that small is no reason to take the question for one about a scenario
_COMPLAINT = 0.15
_ANY = -1.0
_EVERY_KIND = tuple(Kind)


@dataclass(frozen=True, slots=True)
class Waiting:
    """What a question is boiled down to.

    `words` are its tokens by weight, in all `total`; `names` the keys of a name that it may be;
    `scenarios` what it is understood to be about; `vector` its meaning in a `space`, None
    without a model, and `bar` the cosine from which on a document is near to it.
    """

    words: Mapping[str, float] = field(default_factory=dict)
    total: float = 0.0
    names: tuple[str, ...] = ()
    scenarios: tuple[str, ...] = ()
    vector: Vector | None = None
    space: str = ""
    bar: float = _ANY

    @property
    def keys(self) -> list[str]:
        """Of these every document has one that is good without being near: the rarest words,
        as many as it takes that all the others together are not enough, and the names."""
        chosen, left = [], self.total
        for token, weight in sorted(self.words.items(), key=lambda pair: (-pair[1], pair[0])):
            if left < MOST * self.total:
                break
            chosen.append(_word(token))
            left -= weight
        return [*chosen, *map(_name, self.names)]

    def is_good(self, entry: Entry) -> bool:
        """Whether this document is good news: it carries the name, or most of the words, or is
        near and shares a word or the scenario."""
        if set(self.names).intersection(entry.exact):
            return True
        held = set(entry.words)
        shared = sum(weight for token, weight in self.words.items() if token in held)
        if self.total and shared >= MOST * self.total:
            return True
        about = set(self.scenarios).intersection(entry.document.facets.get("scenario", ()))
        is_backed = bool(about) or (self.total > 0 and shared >= ENOUGH * self.total)
        return is_backed and self._is_near(entry)

    def _is_near(self, entry: Entry) -> bool:
        if self.vector is None or entry.vector is None or entry.space != self.space:
            return False
        return float(self.vector @ entry.vector) >= self.bar


def boil_down(question: Question, kind: Kind, engine: Engine) -> Waiting:
    """What the question waits for among documents of a kind, as the pool stands now."""
    asked, understanding = question.request, question.understanding
    words = dict(_weights(asked, engine))
    whole = name_keys(understanding.text)
    return Waiting(
        words=words,
        total=sum(words[token] for token in dict.fromkeys(asked.required)),
        names=(*whole, *map(vendor_key, whole)),
        scenarios=tuple(_scenarios(question)),
        vector=asked.vector,
        space=asked.space if asked.vector is not None else "",
        bar=_bar(asked, kind, engine),
    )


def keys_of(entry: Entry) -> list[str]:
    """Everything under which a waiting question may be found that this document is good for."""
    return [*map(_word, dict.fromkeys(entry.words)), *map(_name, entry.exact)]


def near(
    entries: Sequence[Entry], matrix: Vector, bars: Vector, space: str
) -> Iterator[tuple[int, int]]:
    """(entry, row) of all pairs that are near: `matrix` holds a question a row, with its bar."""
    places = [i for i, e in enumerate(entries) if e.vector is not None and e.space == space]
    if not places or not len(matrix):
        return
    documents = np.stack([np.asarray(entries[i].vector, np.float32) for i in places])
    # a hair below, since a product of matrices adds in another order than one of vectors
    close = documents @ matrix.T >= bars - 1e-5
    for row, column in np.argwhere(close).tolist():
        yield places[row], column


def _word(token: str) -> str:
    return f"w:{token}"


def _name(key: str) -> str:
    return f"n:{key}"


def _weights(asked: CandidateRequest, engine: Engine) -> Iterator[tuple[str, float]]:
    """Each word of the question by how rare it is now, synonyms for as little as in a search."""
    documents = engine.count()
    for token in dict.fromkeys((*asked.required, *asked.alternatives)):
        holding = engine.candidates(
            CandidateRequest(kinds=_EVERY_KIND, required=(token,), depth=0)
        ).total
        share = 1.0 if token in asked.required else ALTERNATIVE
        yield token, share * rarity(documents, holding)


def _scenarios(question: Question) -> Iterator[str]:
    """What the question names, and what it complains of as factories do."""
    named = [c.code for c in question.understanding.chips if c.facet == "scenario"]
    sounds = (code for code, bonus in question.complaints.items() if bonus >= _COMPLAINT)
    yield from dict.fromkeys([*named, *sounds])


def _bar(asked: CandidateRequest, kind: Kind, engine: Engine) -> float:
    if asked.vector is None:
        return _ANY
    total = engine.candidates(CandidateRequest(kinds=(kind,), depth=0)).total
    most = min(NEAR, ceil(LARGEST_SHARE * total))
    by_meaning = CandidateRequest(kinds=(kind,), vector=asked.vector, space=asked.space, depth=NEAR)
    found = engine.candidates(by_meaning).found if most else ()
    meanings = sorted((one.meaning for one in found if one.meaning is not None), reverse=True)
    return meanings[most - 1] if len(meanings) >= most > 0 else _ANY
