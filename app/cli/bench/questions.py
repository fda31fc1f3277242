"""What is asked of every engine: different questions, each in three ways, and three filters."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import accumulate

from app.cli.bench.documents import companies_for
from app.cli.bench.listings import Generator
from search.engine import CandidateRequest, Engine, Kind
from search.vocabulary import Vocabulary

KINDS = (Kind.SOLUTION,)
FACETS = ("industry", "city", "scenario", "deployment", "price_model")
NARROW, BROAD = 2.5, 80.0  # percent
# a name that nobody has makes of a question a new one, which nothing kept can answer
_NOBODY = "〇〇〇"


@dataclass(frozen=True, slots=True)
class Filter:
    """Codes of one facet, and the share of all listings that they let pass, in percent."""

    name: str
    codes: Mapping[str, tuple[str, ...]]
    percent: int

    @property
    def said(self) -> str:
        return f"{self.name} {self.percent} %"


def needs(vocabulary: Vocabulary, size: int, count: int) -> list[str]:
    """Different questions of people to whom so many generated listings are offered."""
    generator = Generator(vocabulary)
    companies = generator.companies(companies_for(size))
    return generator.needs(count, list(generator.offers(min(size, 1000), companies)))


def filters(engine: Engine) -> list[Filter]:
    """None, and those whose shares of the index are nearest to NARROW and to BROAD."""
    everything = engine.candidates(CandidateRequest(KINDS, facets=FACETS, depth=0))
    choices = [
        (100 * count / everything.total, {facet: codes})
        for facet, counts in everything.facets.items()
        for codes, count in _unions(counts)
    ]
    found = [Filter("unfiltered", {}, 100)]
    for name, wanted in (("narrow", NARROW), ("broad", BROAD)):
        percent, codes = min(choices, key=lambda choice: abs(choice[0] - wanted))
        found.append(Filter(name, codes, round(percent)))
    return found


def _unions(counts: Mapping[str, int]) -> Iterator[tuple[tuple[str, ...], int]]:
    """The rarest code, the two rarest together, and so on; generated listings have one each."""
    codes = sorted(counts, key=lambda code: (counts[code], code))
    for number, count in enumerate(accumulate(counts[code] for code in codes), start=1):
        yield tuple(codes[:number]), count


def by_words(request: CandidateRequest) -> CandidateRequest:
    """The same without the meaning."""
    return replace(request, vector=None, space="")


def by_meaning(request: CandidateRequest) -> CandidateRequest:
    """The same without the words and names."""
    return replace(request, tokens={}, required=(), alternatives=(), exact=())


def by_both(request: CandidateRequest) -> CandidateRequest:
    """The same, but asked for the first time."""
    return replace(request, exact=(*request.exact, _NOBODY))
