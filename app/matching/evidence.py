"""What speaks for a solution beside its own words: cases, a valid assessment, the whitelist.

Only cases weigh in the order, and little. An assessment and a place on the whitelist are shown:
who wants them can demand them, and who has none yet is not put behind.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

from app.catalogue.index import get_vocabulary
from app.catalogue.models import Case, Solution
from app.catalogue.serving import is_for_every, places_served, serves_widely
from app.catalogue.stages import Stage
from app.core.formats import today
from app.curation.oversight.models import Assessment, AssessmentStage
from app.matching.limits import BUDGET, DEPLOYMENT, FIELDS, INDUSTRY, REGION, WHITELIST, active
from app.matching.wanted import Limits

MOST_CASES = 3
Evidence = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Background:
    """What is known about the vendors of some solutions, read once for all of them."""

    cases: Mapping[UUID, Sequence[Case]]
    assessments: Mapping[UUID, Assessment]
    industries: frozenset[str]
    city: str | None


def background(
    db: Session, solutions: Iterable[Solution], industries: Iterable[str], region: str | None
) -> Background:
    """Two queries, however many solutions; `region` is where the work is done."""
    vendors = {solution.vendor_id for solution in solutions}
    public = select(Case).where(col(Case.vendor_id).in_(vendors), Case.stage == Stage.PUBLISHED)
    cases: dict[UUID, list[Case]] = {}
    for case in db.exec(public.order_by(col(Case.year).desc(), col(Case.identifier))):
        if case.vendor_id:
            cases.setdefault(case.vendor_id, []).append(case)
    holds = select(Assessment).where(
        col(Assessment.vendor_id).in_(vendors),
        Assessment.stage == AssessmentStage.CONFIRMED,
        Assessment.valid_from <= today(),
        Assessment.valid_until >= today(),
    )
    assessments = {
        one.vendor_id: one for one in db.exec(holds.order_by(col(Assessment.valid_until)))
    }
    city = get_vocabulary().city_of(region) if region else None
    return Background(cases, assessments, frozenset(industries), city)


def same(case: Case, known: Background) -> list[str]:
    """What a case has in common with the need: industry, city."""
    city = get_vocabulary().city_of(case.region) if case.region else None
    found = ["industry"] if known.industries & set(case.industries) else []
    return [*found, "city"] if city and city == known.city else found


def shares(solution: Solution, known: Background) -> dict[str, float]:
    """Whether the vendor has a case in the same industry, and one in the same city."""
    common = {
        what for case in known.cases.get(solution.vendor_id, ()) for what in same(case, known)
    }
    return {"same_industry": float("industry" in common), "same_city": float("city" in common)}


def of(solution: Solution, limits: Limits, known: Background) -> list[Evidence]:
    """For the record of a match: cases, assessment, whitelist, and what is said of each limit."""
    return [
        *_cases(solution, known),
        *_standing(solution, known),
        *(_limit(name, limits, solution) for name in active(limits)),
    ]


def _cases(solution: Solution, known: Background) -> Iterator[Evidence]:
    cases = known.cases.get(solution.vendor_id, ())
    ranked = sorted(
        (case for case in cases if case.solution_id == solution.id or same(case, known)),
        key=lambda case: (-len(same(case, known)), case.solution_id != solution.id),
    )
    for case in ranked[:MOST_CASES]:
        yield {
            "kind": "case",
            "id": str(case.id),
            "identifier": case.identifier,
            "name": case.name,
            "year": case.year,
            "same": same(case, known),
            "of_solution": case.solution_id == solution.id,
        }


def _standing(solution: Solution, known: Background) -> Iterator[Evidence]:
    if assessment := known.assessments.get(solution.vendor_id):
        levels = {name: found.get("level") for name, found in assessment.domains.items()}
        yield {
            "kind": "assessment",
            "id": str(assessment.id),
            "until": assessment.valid_until.isoformat(),
            "levels": levels,
        }
    if until := solution.vendor.listed_until:
        yield {"kind": "whitelist", "until": until.isoformat()}


def _limit(name: str, limits: Limits, solution: Solution) -> Evidence:
    """A limit that is kept: met when the listing says so, unknown when it says nothing."""
    found = STATED[name](solution)
    return {
        "kind": "limit",
        "limit": name,
        "state": "met" if found else "unknown",
        "wanted": getattr(limits, FIELDS[name]),
        "found": found or None,
    }


def _areas(solution: Solution) -> str | None:
    text = solution.vendor.service_areas
    says = places_served(text, get_vocabulary()) or serves_widely(text)
    return text if says else None


def _trades(solution: Solution) -> list[str] | str | None:
    every = is_for_every(solution.industries_text, get_vocabulary())
    return solution.industries_text if every else solution.industries


def _listed(solution: Solution) -> str | None:
    until = solution.vendor.listed_until
    return until.isoformat() if until else None


# what a listing says of each limit, nothing when it is silent
STATED: Mapping[str, Callable[[Solution], Any]] = {
    REGION: _areas,
    INDUSTRY: _trades,
    DEPLOYMENT: lambda solution: solution.deployment,
    BUDGET: lambda solution: solution.price_from,
    WHITELIST: _listed,
}
