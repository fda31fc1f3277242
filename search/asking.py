"""From a question to a request: tokens with weights, exact names, a vector, preferences."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from search.affinity import Affinity
from search.analysis import match_tokens, normalise, tokens
from search.answers import Query
from search.correction import Known
from search.engine import CandidateRequest, Document, Kind, Vector
from search.fusion import Weights
from search.preparation import exact_key, name_keys, vendor_key
from search.understanding import BESIDE, Understanding, understand
from search.vocabulary import Vocabulary

FACETS = (
    "industry",
    "city",
    "scenario",
    "vendor_kind",
    "deployment",
    "price_model",
    "whitelist",
    "category",
    "mode",
    "level",
    "year",
)
# a name inside a longer question: short ones are too often ordinary words
_SHORTEST_NAME = 3
_LONGEST_NAME = 40
_LONGEST_QUESTION = 120
_LONGEST_TEXT = 2000
_MOST_TOKENS = 120
_ENOUGH_TOKENS = 6
_SHORTEST_COMPLAINT = 6
_LATIN = re.compile(r"[a-z0-9]")
# control characters, and halves of characters that a terminal or a broken file passes on
_UNREADABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
# whose name stands before or after these is not whose offers are sought: 西门子的 PLC, 用的是 SAP
_MACHINES = re.compile(
    r"[^,，。;；]{0,12}?(?:plc|cnc|hmi|变频器|伺服|驱动器|控制器|触摸屏|机床|数控系统|仪表)"
)
_IN_USE = re.compile(r"(?:用的?是|用着|在用|已有|现有|已经有|买了|上了|装了)[^,，。;；]{0,4}$")
_IN_FRONT = 7  # characters, the most that is read of the above


@dataclass(frozen=True, slots=True)
class Question:
    """A question made ready: what the engine is asked, and what the ranking prefers.

    `complaints` are the bonuses of scenarios whose complaints the need resembles; `max_price`
    (fen) is what the words of the question say, not a filter.
    """

    understanding: Understanding
    request: CandidateRequest
    preferences: dict[str, dict[str, float]]
    complaints: dict[str, float]
    max_price: int | None


@dataclass(frozen=True, slots=True)
class Meaning:
    """The question's vector in the space of a model, None when there is no model."""

    vector: Vector | None
    space: str
    affinity: Affinity | None

    def complaints(self, core: str) -> dict[str, float]:
        """Bonuses of the scenarios whose complaints the question resembles; names complain not."""
        if self.affinity is None or self.vector is None or len(core) < _SHORTEST_COMPLAINT:
            return {}
        return self.affinity.preferences(self.vector)


@dataclass(frozen=True, slots=True)
class Said:
    """The part of a query that has to be understood; everything else is filters and pages."""

    text: str
    is_read: bool
    ignored: frozenset[str]


def said_in(query: Query) -> Said:
    """What of a query has to be understood: its beginning, in characters that can be read."""
    text = _UNREADABLE.sub(" ", query.text[:_LONGEST_TEXT]).strip()
    return Said(text, query.understand, query.ignored)


def read(said: Said, vocabulary: Vocabulary, is_name: Known | None = None) -> Understanding:
    """What the text says, without the chips that the visitor took away."""
    if not said.text or not said.is_read:
        return Understanding(said.text, None, said.text, (), ())
    found = understand(said.text, vocabulary, is_name=is_name)
    kept = tuple(c for c in found.chips if f"{c.facet}:{c.code}" not in said.ignored)
    return replace(found, chips=kept)


def narrowed(question: Question, query: Query) -> Question:
    """The same question with the kinds and filters of one query."""
    filters = {facet: tuple(codes) for facet, codes in query.filters.items() if codes}
    request = replace(
        question.request,
        kinds=query.kinds,
        filters=filters,
        limits=query.limits,
        max_price=query.max_price,
        distinct=query.distinct,
    )
    return replace(question, request=request)


def question(
    understanding: Understanding,
    meaning: Meaning,
    weights: Weights,
    generic: frozenset[str],
) -> Question:
    """Everything but kinds and filters; `generic` are words of the domain, which are no names."""
    core = understanding.core
    complaints = meaning.complaints(core)
    request = CandidateRequest(
        kinds=(),
        tokens=_weighted(understanding, weights),
        hint_weight=weights.hints,
        required=tuple(match_tokens(core)) if core else (),
        alternatives=_alternatives(understanding),
        exact=_exact(understanding, generic),
        vector=meaning.vector,
        space=meaning.space,
        facets=FACETS,
    )
    preferred = _preferences(understanding, complaints, weights)
    return Question(understanding, request, preferred, complaints, _budget(understanding))


def _alternatives(understanding: Understanding) -> tuple[str, ...]:
    words = (token for word in understanding.synonyms for token in match_tokens(word))
    return tuple(dict.fromkeys(words))


def likeness(
    document: Document, kinds: tuple[Kind, ...], vector: Vector | None, space: str, weights: Weights
) -> Question:
    """The question to which what resembles a document is the answer."""
    said = f"{document.name} {document.texts.get('scenario', '')}"
    core = Understanding(said, None, said, (), ())
    request = CandidateRequest(
        kinds=kinds,
        tokens=_weighted(core, weights),
        # one shared word is enough: what counts is the order
        alternatives=tuple(match_tokens(said)),
        vector=vector,
        space=space,
    )
    scenarios = document.facets.get("scenario", ())
    preferred = {"scenario": dict.fromkeys(scenarios, weights.scenario)}
    return Question(core, request, preferred, {}, None)


def _weighted(understanding: Understanding, weights: Weights) -> dict[str, float]:
    """Tokens of the need, and of its synonyms for less; single characters, for less too, only
    when little else was said: in a long question they are noise, and slow."""
    found = dict.fromkeys(tokens(understanding.core), 1.0)
    for word in understanding.synonyms:
        for token in tokens(word):
            found.setdefault(token, weights.synonyms)
    longer = {token: weight for token, weight in found.items() if len(token) > 1}
    if len(longer) < _ENOUGH_TOKENS:
        singles = {t: weights.characters * w for t, w in found.items() if len(t) == 1}
        longer |= singles
    return dict(list(longer.items())[:_MOST_TOKENS])


def _exact(understanding: Understanding, generic: frozenset[str]) -> tuple[str, ...]:
    """Names that the question may hold, as a listing's own and as its vendor's."""
    names: dict[str, None] = {}
    vendors: dict[str, None] = {}
    for text in dict.fromkeys((understanding.text, understanding.corrected or "")):
        whole = dict.fromkeys(name_keys(text))
        names |= whole
        vendors |= whole
        for part, is_sought in _names(normalise(text)[:_LONGEST_QUESTION], generic):
            names[part] = None
            if is_sought:
                vendors[part] = None
    return (*names, *map(vendor_key, vendors))


def _names(folded: str, generic: frozenset[str]) -> Iterator[tuple[str, bool]]:
    """Every part of a question that may be a name, and whether its owner's offers are sought."""
    beside = [match.span() for match in BESIDE.finditer(folded)]
    cuts = [place for place in range(len(folded) + 1) if not _inside_word(folded, place)]
    before_machines = {place for place in cuts if _MACHINES.match(folded, place)}
    for start in cuts:
        is_beside = any(first <= start < last for first, last in beside)
        is_owned = is_beside or _IN_USE.search(folded, max(0, start - _IN_FRONT), start) is not None
        for end in cuts:
            if _SHORTEST_NAME <= end - start <= _LONGEST_NAME:
                part = folded[start:end].replace(" ", "")
                if len(part) >= _SHORTEST_NAME and part not in generic:
                    yield part, not (is_owned or end in before_machines)


def _inside_word(folded: str, place: int) -> bool:
    """Whether a cut here would go through a Latin word or a number."""
    if not 0 < place < len(folded):
        return False
    return bool(_LATIN.match(folded[place - 1]) and _LATIN.match(folded[place]))


def _preferences(
    understanding: Understanding, complaints: dict[str, float], weights: Weights
) -> dict[str, dict[str, float]]:
    preferred: dict[str, dict[str, float]] = {"scenario": dict(complaints)} if complaints else {}
    for chip in understanding.chips:
        bonus = getattr(weights, chip.facet, None)
        if bonus is not None:
            codes = preferred.setdefault(chip.facet, {})
            codes[chip.code] = codes.get(chip.code, 0.0) + bonus
    return preferred


def _budget(understanding: Understanding) -> int | None:
    """The stated budget in fen."""
    said = [int(chip.code) for chip in understanding.chips if chip.facet == "max_price"]
    return said[-1] * 100 if said else None


def generic_words(vocabulary: Vocabulary) -> frozenset[str]:
    """Words of the domain: a listing called by one of them is pinned only when asked alone."""
    words = set(vocabulary.words)
    for group in vocabulary.synonyms:
        words |= set(group)
    for scenario in vocabulary.scenarios.values():
        words |= {scenario.name, scenario.name_en, *scenario.aliases}
    for region in vocabulary.regions.values():
        words |= {region.name, region.short}
    for industry in vocabulary.industries.values():
        words |= {industry.name, industry.short}
    return frozenset(exact_key(word) for word in words if word)
