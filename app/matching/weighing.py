"""How well one solution answers one part, in numbers that are kept: the components of a score.

No component knows who the vendor is: names of vendors are left out of the words, and neither
size, age nor payment is looked at.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import lru_cache

from search.analysis import tokens
from search.asking import Question
from search.engine import Candidate, Document
from search.fusion import WEIGHTS as OF_SEARCH
from search.matching import ALTERNATIVE, rarity

# said by a listing of itself; the vendor's name, place and aliases are not
OWN = ("summary", "scenario", "industry", "results")
DIGITS = 6


@dataclass(frozen=True, slots=True)
class Weights:
    """Every number of the order; each component is a weight times a share between 0 and 1.

    `far` and `near` are the cosines that count as nothing and as everything; half of what `words`
    gives is earned by the share `enough`. `of_vendor` is how much of a case counts for what else
    its vendor offers. `floor` is what a solution's own words must earn for a part to be met where
    they name the same scenario, `alone` where they do not. Scores on one `step` count as equal.
    """

    meaning: float = 0.4
    words: float = 0.3
    scenario: float = 0.15
    complaints: float = 0.2
    industry: float = 0.1
    cases: float = 0.1
    same_industry: float = 0.02
    same_city: float = 0.02
    of_vendor: float = 0.5
    far: float = 0.83
    near: float = 0.91
    enough: float = 0.1
    floor: float = 0.35
    alone: float = 0.4
    step: float = 0.01

    def as_dict(self) -> dict[str, float]:
        """For the record of a run and the page that explains the order."""
        return asdict(self)


WEIGHTS = Weights()
BY_WORDS = replace(WEIGHTS, meaning=0.0, words=WEIGHTS.meaning + WEIGHTS.words)
"""Where there is no model."""

# what a solution earns by its own words; trade and cases raise an answer but make none
_OWN = ("meaning", "words", "scenario", "complaints")


@dataclass(frozen=True, slots=True)
class Asked:
    """One part made ready to be compared: its question, and how rare each of its words is."""

    question: Question
    rarities: Mapping[str, float]
    scenarios: frozenset[str]
    industries: frozenset[str]


def asked(
    question: Question,
    documents: Iterable[Document],
    *,
    scenarios: Iterable[str],
    industries: Iterable[str],
) -> Asked:
    """`documents` are the candidates: a word is rare when few of them say it."""
    said = [words_of(document) for document in documents]
    request = question.request
    rarities = {
        token: rarity(len(said), sum(token in words for words in said)) * weight
        for tokens_, weight in ((request.alternatives, ALTERNATIVE), (request.required, 1.0))
        for token in tokens_
    }
    return Asked(question, rarities, frozenset(scenarios), frozenset(industries))


@lru_cache(maxsize=4096)
def _words(*texts: str) -> frozenset[str]:
    return frozenset(token for text in texts for token in tokens(text))


def words_of(document: Document) -> frozenset[str]:
    """The words that a listing says of itself."""
    return _words(document.name, *(document.texts[f] for f in OWN if f in document.texts))


def share_of_words(part: Asked, document: Document) -> float:
    """How much of what the part says the listing says too, rare words counting more; 0 to 1."""
    total = sum(part.rarities.get(token, 0.0) for token in part.question.request.required)
    said = words_of(document)
    shared = sum(weight for token, weight in part.rarities.items() if token in said)
    return min(1.0, shared / total) if total else 0.0


def nearness(cosine: float | None, weights: Weights) -> float:
    """A cosine between `far` and `near` as a share, 0 without a vector."""
    if cosine is None:
        return 0.0
    return min(1.0, max(0.0, (cosine - weights.far) / (weights.near - weights.far)))


def components(
    part: Asked, candidate: Candidate | None, document: Document, weights: Weights = WEIGHTS
) -> dict[str, float]:
    """What a solution earns for a part by its own text; cases come on top."""
    codes = document.facets.get("scenario", ())
    complaints = part.question.complaints
    strongest = OF_SEARCH.complaints * OF_SEARCH.complaint_limit
    words = share_of_words(part, document)
    said = {
        "meaning": nearness(candidate.meaning if candidate else None, weights),
        "words": words / (words + weights.enough),
        "scenario": float(bool(part.scenarios & set(codes))),
        "complaints": max((complaints.get(c, 0.0) for c in codes), default=0.0) / strongest,
        "industry": float(bool(part.industries & set(document.facets.get("industry", ())))),
    }
    return {name: round(getattr(weights, name) * share, DIGITS) for name, share in said.items()}


def total(scores: Mapping[str, float]) -> float:
    """The sum that decides the order."""
    return round(sum(scores.values()), DIGITS)


def meets(scores: Mapping[str, float], weights: Weights = WEIGHTS) -> bool:
    """Whether a part is met: the floor below which nothing is shown as a match."""
    own = sum(scores.get(name, 0.0) for name in _OWN)
    return own >= (weights.floor if scores.get("scenario") else weights.alone)


def mean(parts: Sequence[Mapping[str, float]], count: int) -> dict[str, float]:
    """Component by component over `count` parts; those that are not met count nothing."""
    names = dict.fromkeys(name for one in parts for name in one)
    return {n: round(sum(one.get(n, 0.0) for one in parts) / count, DIGITS) for n in names}
