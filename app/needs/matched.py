"""Matches as people see them: those of an own need, one alone, and those of a vendor's listings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, exists
from sqlmodel import Session, col, func, select

from app.accounts.visitor import Visitor
from app.catalogue import reading as catalogue
from app.catalogue.models import Organisation, Solution, Vendor
from app.catalogue.reading import Page
from app.catalogue.stages import Stage
from app.core.access import Can
from app.core.errors import NotFound
from app.matching import feedback, service
from app.matching.found import Run
from app.matching.models import Match, MatchFeedback, Verdict
from app.needs.models import Need
from app.needs.reading import SIZE, Found, find_own
from app.needs.seeing import SHOWN, is_open, is_own, shows_identity, visible

OPINIONS = (Verdict.USEFUL, Verdict.NOT_USEFUL, Verdict.WRONG)
"""What somebody may say of a match; the other verdicts follow from what they do."""

Verdicts = Mapping[UUID, Mapping[Verdict, MatchFeedback]]


class Eyes(StrEnum):
    """As whom somebody sees a match: it decides whether the neighbours have names."""

    ASKER = "asker"
    VENDOR = "vendor"
    STAFF = "staff"


@dataclass(frozen=True, slots=True)
class Seen:
    """A match with its need and solution, as somebody may see them."""

    match: Match
    need: Need
    solution: Solution
    eyes: Eyes


@dataclass(frozen=True, slots=True)
class Answered:
    """An own need with its newest run, and the organisation's newest opinion of each solution."""

    need: Need
    run: Run | None
    opinions: Mapping[UUID, MatchFeedback]

    @property
    def vendors(self) -> dict[str, Vendor]:
        """The vendors that were matched, by id as the run's cover names them."""
        pairs = self.run.matches if self.run else ()
        return {str(solution.vendor_id): solution.vendor for _match, solution in pairs}


@dataclass(frozen=True, slots=True)
class Fitting:
    """A need that a vendor may answer, with those of its solutions that it was matched with."""

    found: Found
    matches: Sequence[tuple[Match, Solution]]


def of_need(db: Session, visitor: Visitor, identifier: str) -> Answered:
    """The matches of an own need; raises `NotFound` for those of others."""
    need = find_own(db, visitor, identifier)
    run = service.current(db, need.id)
    return Answered(need, run, _opinions(feedback.verdicts(db, need.id, need.organisation_id)))


def _opinions(said: Verdicts) -> dict[UUID, MatchFeedback]:
    opinions: dict[UUID, MatchFeedback] = {}
    for solution_id, verdicts in said.items():
        opinion = next((verdicts[one] for one in OPINIONS if one in verdicts), None)
        if opinion:
            opinions[solution_id] = opinion
    return opinions


def find(db: Session, visitor: Visitor, match_id: UUID) -> Seen:
    """A match that somebody may see; raises `NotFound` for hidden and missing alike."""
    chosen = (
        select(Match, Need, Solution)
        .join(Need, col(Need.id) == col(Match.need_id))
        .join(Solution, col(Solution.id) == col(Match.solution_id))
        .where(Match.id == match_id)
        .options(catalogue.SOLUTION)
    )
    found = db.exec(chosen).first()
    if found is None:
        raise NotFound("There is no such match.")
    match, need, solution = found
    eyes = _eyes(db, visitor, match, need, solution)
    if eyes is None:
        raise NotFound("There is no such match.")
    return Seen(match, need, solution, eyes)


def find_own_match(db: Session, visitor: Visitor, match_id: UUID) -> Seen:
    """A match of an own need; raises `NotFound` otherwise."""
    seen = find(db, visitor, match_id)
    if seen.eyes is not Eyes.ASKER:
        raise NotFound("There is no such match.")
    return seen


def _eyes(
    db: Session, visitor: Visitor, match: Match, need: Need, solution: Solution
) -> Eyes | None:
    if is_own(need, visitor):
        return Eyes.ASKER
    if visitor.may(Can.OVERSEE_MATCHES) and visitor.scope.covers(need.region):
        return Eyes.STAFF if need.stage in SHOWN else None
    if visitor.organisation_id is None or not visitor.may(Can.READ_MARKET):
        return None
    is_theirs = solution.vendor.organisation_id == visitor.organisation_id
    if not is_theirs or not match.is_current or solution.vendor.stage != Stage.PUBLISHED:
        return None
    sees = db.exec(select(Need.id).where(Need.id == need.id, visible(visitor))).first()
    return Eyes.VENDOR if sees else None


def names(db: Session, seen: Seen) -> dict[UUID, str]:
    """What the matches of the same run are called, by id; to a vendor only its own."""
    chosen = (
        select(Match.id, Solution.name)
        .join(Solution, col(Solution.id) == col(Match.solution_id))
        .where(Match.run_id == seen.match.run_id)
    )
    if seen.eyes is Eyes.VENDOR:
        chosen = chosen.where(Match.vendor_id == seen.match.vendor_id)
    return dict(db.exec(chosen).all())


def fitting(db: Session, visitor: Visitor, *, page: int) -> Page:
    """The open needs of others that the visitor's listings fit and they may see, newest first."""
    wanted = (
        visible(visitor),
        is_open(),
        Need.organisation_id != visitor.organisation_id,
        exists(_own_matches(visitor)).correlate(Need),
    )
    total = db.exec(select(func.count()).select_from(Need).where(*wanted)).one()
    chosen = (
        select(Need, Organisation)
        .join(Organisation, col(Organisation.id) == col(Need.organisation_id))
        .where(*wanted)
        .order_by(col(Need.published_at).desc(), col(Need.id))
    )
    rows = db.exec(chosen.offset((page - 1) * SIZE).limit(SIZE)).all()
    matches = _matches(db, visitor, [need.id for need, _whose in rows])
    items = [
        Fitting(
            Found(need, whose if shows_identity(need, visitor) else None), matches.get(need.id, [])
        )
        for need, whose in rows
    ]
    return Page(items, total, page, SIZE)


def _own_matches(visitor: Visitor) -> Any:
    return (
        select(Match.id)
        .join(Vendor, col(Vendor.id) == col(Match.vendor_id))
        .where(col(Match.need_id) == col(Need.id), _of(visitor))
    )


def _of(visitor: Visitor) -> ColumnElement[bool]:
    """A current match of a vendor in the pool for which the visitor acts."""
    public = col(Match.is_current) & (col(Vendor.stage) == Stage.PUBLISHED)
    return public & (col(Vendor.organisation_id) == visitor.organisation_id)


def _matches(
    db: Session, visitor: Visitor, needs: Sequence[UUID]
) -> dict[UUID, list[tuple[Match, Solution]]]:
    chosen = (
        select(Match, Solution)
        .join(Vendor, col(Vendor.id) == col(Match.vendor_id))
        .join(Solution, col(Solution.id) == col(Match.solution_id))
        .where(col(Match.need_id).in_(needs), _of(visitor), Solution.stage == Stage.PUBLISHED)
        .order_by(col(Match.rank))
        .options(catalogue.SOLUTION)
    )
    found: dict[UUID, list[tuple[Match, Solution]]] = {}
    for match, solution in db.exec(chosen):
        found.setdefault(match.need_id, []).append((match, solution))
    return found
