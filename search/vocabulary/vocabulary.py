"""The vocabulary and its finders; ingestion asks them about cells, search about queries."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeVar

from search.analysis import normalise
from search.vocabulary.lexicon import Lexicon
from search.vocabulary.places import Places
from search.vocabulary.terms import (
    Industry,
    IndustryMatch,
    Mention,
    Region,
    Scenario,
    ScenarioMatch,
    Term,
)

T = TypeVar("T")
Codes = tuple[str, ...]
_PARTS = re.compile(r"[、;；,，/|·\n]+|及|以及|\s+(?=[\u3400-\u9fff])")
_TRADE = re.compile(r"厂|行业|产业|企业|公司|制造|生产商|加工|车间|集团|业(?!务)")
_SUFFIXES = re.compile(
    r"(?:等|类|型|相关|各|领域|行业|产业|企业|工厂|制造业|加工业|制造|加工|生产|业|厂)+$"
)


@dataclass(frozen=True)
class Names:
    """What people write for the codes, besides the official names.

    `regions`: name → (code, needs its parent beside it); `industries` and `scenarios`: text →
    codes, where no industry code means every industry and no scenario code means none.
    `asked`: what a word of a question says about who asks, since machines and functions are not
    trades: who has 注塑机 moulds plastic, who wants to see it on a 手机 does not make phones.
    """

    regions: Mapping[str, tuple[str, bool]] = field(default_factory=dict)
    industries: Mapping[str, Codes] = field(default_factory=dict)
    scenarios: Mapping[str, Codes] = field(default_factory=dict)
    asked: Mapping[str, Codes] = field(default_factory=dict)


@dataclass(frozen=True, eq=False, repr=False)
class Vocabulary:
    """Regions, industries, scenarios and short lists by code, with everything people call them."""

    regions: Mapping[str, Region]
    industries: Mapping[str, Industry]
    scenarios: Mapping[str, Scenario]
    deployments: Mapping[str, Term]
    price_models: Mapping[str, Term]
    vendor_kinds: Mapping[str, Term]
    information_categories: Mapping[str, Term]
    names: Names = field(default_factory=Names)
    synonyms: tuple[tuple[str, ...], ...] = ()
    words: frozenset[str] = frozenset()

    def find_region(self, text: str) -> Region | None:
        """The one place that a cell names ("广东 东莞市", "佛山高明"), None if none or several."""
        return self._places.only(text)

    def regions_in(self, text: str) -> list[Mention[Region]]:
        """The places a text speaks of; "佛山高明" is one mention of 高明区."""
        return self._places.find(text)

    def city_of(self, code: str) -> str | None:
        """The code of the city that a city, county or town of Guangdong belongs to."""
        return self._places.city_of(code)

    def industries_of(self, text: str) -> IndustryMatch:
        """What a cell of industries means: "注塑、3C电子" → C29, C39; "通用" → every one."""
        codes, unknown = self._codes_of(text, self.industry_names)
        every = bool(normalise(text)) and any(_EVERY in found for found in codes)
        divisions = [code for found in codes for code in found if code != _EVERY]
        return IndustryMatch(tuple(dict.fromkeys(divisions)), unknown, every)

    def scenarios_of(self, text: str) -> ScenarioMatch:
        """What a cell of application scenarios means."""
        codes, unknown = self._codes_of(text, self.scenario_names)
        return ScenarioMatch(tuple(dict.fromkeys(c for found in codes for c in found)), unknown)

    def industries_in(self, text: str) -> list[Mention[Codes]]:
        """The trades that a question speaks of; what means every industry is left out.

        A machine or a function (注塑机, 物流) names its own trade only with 厂, 行业 … behind it.
        """
        found = []
        for mention in self.industry_talk.find(text):
            codes, asked = mention.value
            if asked is not None and not _TRADE.match(text, mention.end):
                codes = asked
            if codes and _EVERY not in codes:
                found.append(Mention(codes, mention.start, mention.end, mention.said))
        return found

    def scenarios_in(self, text: str) -> list[Mention[Codes]]:
        """Scenarios that a question names or complains of."""
        return self.scenario_talk.find(text)

    @cached_property
    def industry_names(self) -> Lexicon[Codes]:
        """Official names, short names and aliases → division codes."""
        names: dict[str, Codes] = {}
        for industry in self.industries.values():
            division = self._divisions(industry)
            names.update(dict.fromkeys((industry.name, industry.short), division))
            if industry.name_en:
                names[industry.name_en] = division
        for text, codes in self.names.industries.items():
            divisions = (c for code in codes for c in self._divisions(self.industries[code]))
            names[text] = tuple(dict.fromkeys(divisions)) or (_EVERY,)
        return Lexicon(names)

    @cached_property
    def industry_talk(self) -> Lexicon[tuple[Codes, Codes | None]]:
        """Name → (its own divisions, what it says about who asks, None when that is the same)."""
        names = dict.fromkeys([*self.industry_names, *map(normalise, self.names.asked)])
        asked = {normalise(text): codes for text, codes in self.names.asked.items()}
        own = self.industry_names
        return Lexicon({name: (own.get(name) or (), asked.get(name)) for name in names})

    @cached_property
    def scenario_names(self) -> Lexicon[Codes]:
        """Names and aliases of scenarios and what lists write → scenario codes."""
        names: dict[str, Codes] = {}
        for scenario in self.scenarios.values():
            called = (scenario.name, scenario.name_en, *scenario.aliases)
            names.update(dict.fromkeys(called, (scenario.code,)))
        return Lexicon({**names, **self.names.scenarios})

    @cached_property
    def scenario_talk(self) -> Lexicon[Codes]:
        """Names, aliases and symptoms: what to look for in a question.

        Equipment and departments are too common to decide, and so is a word of many scenarios.
        """
        said: dict[str, Codes] = {}
        for scenario in self.scenarios.values():
            symptoms = (phrase.text for phrase in scenario.phrases if phrase.about == "symptom")
            for words in (scenario.name, scenario.name_en, *scenario.aliases, *symptoms):
                said[words] = tuple(dict.fromkeys((*said.get(words, ()), scenario.code)))
        return Lexicon({words: codes for words, codes in said.items() if len(codes) <= _TELLING})

    @cached_property
    def _places(self) -> Places:
        return Places(self.regions, self.names.regions)

    def _divisions(self, industry: Industry) -> Codes:
        """The divisions that a class stands for; manufacturing as a whole is every one."""
        if industry.level == "division":
            return (industry.code,)
        if industry.level == "group":
            return (industry.parent,)
        if industry.code == _MANUFACTURING:
            return (_EVERY,)
        return tuple(i.code for i in self.industries.values() if i.parent == industry.code)

    def _codes_of(self, text: str, names: Lexicon[Codes]) -> tuple[list[Codes], Codes]:
        """Whole names first (some hold separators), then part by part, then inside a part."""
        found: list[Codes] = []
        unknown: list[str] = []
        for part, value in _whole_names(text, names):
            inside = [value] if value is not None else _inside(part, names)
            found.extend(inside)
            if not inside:
                unknown.append(part)
        return found, tuple(dict.fromkeys(unknown))


_EVERY = "*"
_MANUFACTURING = "C"
_TELLING = 2


def _whole_names(text: str, names: Lexicon[T]) -> Iterator[tuple[str, T | None]]:
    """The parts of a cell, each with its value if it is a known name as it stands."""
    position = 0
    for mention in names.find(text):
        if _PARTS.search(mention.said) and _PARTS.split(mention.said) != [mention.said]:
            yield from _parts(text[position : mention.start], names)
            yield mention.said, mention.value
            position = mention.end
    yield from _parts(text[position:], names)


def _parts(text: str, names: Lexicon[T]) -> Iterator[tuple[str, T | None]]:
    for part in _PARTS.split(text):
        if plain := part.strip(" 　()（）。.:："):
            value = names.get(plain)
            yield plain, names.get(_SUFFIXES.sub("", plain)) if value is None else value


def _inside(part: str, names: Lexicon[Codes]) -> list[Codes]:
    """Names inside a longer part: 化工园区 is 化工, though 园区 alone would mean every industry."""
    found = [mention.value for mention in names.find(part)]
    return [codes for codes in found if codes != (_EVERY,)] or found
