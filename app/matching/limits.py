"""Hard limits: what rules a solution out. Whoever says nothing about a limit stays in.

- region: the vendor states service areas, and none of them holds the place where the work is
  done or lies in it. Where the vendor is registered never counts.
- industry: the solution states industries, and none is a wanted one, holds one or lies in one
  (GB/T 4754); "家电、制造" is for every industry.
- deployment: the solution states ways of deployment, and none is a wanted one.
- budget: its stated lowest price is above the highest that is wanted.
- whitelist: where that is asked for, the vendor is not on it today.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace

from app.catalogue.asking import ask
from app.catalogue.index import get_vocabulary
from app.catalogue.models import Solution
from app.catalogue.serving import around, places_served, related_industries, trades_served
from app.matching.found import Eligible
from app.matching.wanted import Limits
from search.engine import Kind
from search.searcher import Query, Searcher
from search.vocabulary import Vocabulary

REGION, INDUSTRY, DEPLOYMENT, BUDGET, WHITELIST = (
    "region",
    "industry",
    "deployment",
    "budget",
    "whitelist",
)
UNLIMITED = Limits()
# limit → what of `Limits` it is
FIELDS = {
    REGION: "region",
    INDUSTRY: "industries",
    DEPLOYMENT: "deployment",
    BUDGET: "max_price",
    WHITELIST: "whitelist",
}


def active(limits: Limits) -> list[str]:
    """The limits that are set."""
    return [name for name, field in FIELDS.items() if getattr(limits, field)]


def broken(limits: Limits, solution: Solution) -> frozenset[str]:
    """The limits that rule out this solution; its vendor must be loaded."""
    vocabulary = get_vocabulary()
    return frozenset(name for name in active(limits) if RULES[name](limits, solution, vocabulary))


def _serves_elsewhere(limits: Limits, solution: Solution, vocabulary: Vocabulary) -> bool:
    served = places_served(solution.vendor.service_areas, vocabulary)
    return bool(served) and not set(served) & set(around(limits.region or "", vocabulary))


def _is_of_other_industries(limits: Limits, solution: Solution, vocabulary: Vocabulary) -> bool:
    served = trades_served(solution, vocabulary)
    return bool(served) and not set(served) & related_industries(limits.industries, vocabulary)


def _is_deployed_otherwise(limits: Limits, solution: Solution, _vocabulary: Vocabulary) -> bool:
    return bool(solution.deployment) and not set(limits.deployment) & set(solution.deployment)


def _costs_more(limits: Limits, solution: Solution, _vocabulary: Vocabulary) -> bool:
    return (solution.price_from or 0) > (limits.max_price or 0)


def _is_not_listed(_limits: Limits, solution: Solution, _vocabulary: Vocabulary) -> bool:
    return not solution.vendor.listed_until


RULES: Mapping[str, Callable[[Limits, Solution, Vocabulary], bool]] = {
    REGION: _serves_elsewhere,
    INDUSTRY: _is_of_other_industries,
    DEPLOYMENT: _is_deployed_otherwise,
    BUDGET: _costs_more,
    WHITELIST: _is_not_listed,
}


def query(limits: Limits, *, text: str = "", kinds: tuple[Kind, ...] = (Kind.SOLUTION,)) -> Query:
    """A question to the search engine that answers inside the limits."""
    vocabulary = get_vocabulary()
    softly: dict[str, tuple[str, ...]] = {}
    if limits.region:
        softly["served"] = around(limits.region, vocabulary)
    if limits.industries:
        softly["trade"] = tuple(sorted(related_industries(limits.industries, vocabulary)))
    if limits.deployment:
        softly["deployment"] = limits.deployment
    return Query(
        text=text,
        kinds=kinds,
        filters={"whitelist": ("valid",)} if limits.whitelist else {},
        limits=softly,
        max_price=limits.max_price or None,
    )


def eligible(limits: Limits) -> Eligible:
    """How many vendors have a solution inside every limit, and what each limit alone costs.

    Counted by the search engine, so that it can be asked while somebody types.
    """

    def count(searcher: Searcher) -> Eligible:
        inside = _vendors(searcher, limits)
        without = {
            name: _vendors(searcher, replace(limits, **{field: getattr(UNLIMITED, field)}))
            for name, field in FIELDS.items()
            if getattr(limits, field)
        }
        return Eligible(inside, {name: total - inside for name, total in without.items()})

    return ask(count, lambda: Eligible(None))


def _vendors(searcher: Searcher, limits: Limits) -> int:
    _question, answer = searcher.ask(replace(query(limits), distinct="seller"), depth=0)
    return answer.distinct
