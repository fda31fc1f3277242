"""What staff see of matching: how useful matches were, and who gets the good places."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, func, select

from app.accounts.scope import Scope
from app.catalogue.models import Solution, Vendor
from app.catalogue.stages import Stage
from app.core.db import now
from app.core.formats import CHINA
from app.matching.feedback import OPINIONS
from app.matching.models import Match, MatchFeedback, MatchRun, Verdict

NEW = timedelta(days=90)
SMALL = 2  # public solutions at most
WEEKS = 12
DEPTHS = (3, 10)


@dataclass(slots=True)
class Quality:
    """Verdicts on matches; `wrong` counts the reasons why a match was wrong."""

    verdicts: Counter[Verdict] = field(default_factory=Counter)
    wrong: Counter[str] = field(default_factory=Counter)

    @property
    def useful(self) -> float | None:
        """The share of useful among the opinions, None without any."""
        opinions = sum(self.verdicts[one] for one in OPINIONS)
        return self.verdicts[Verdict.USEFUL] / opinions if opinions else None

    @property
    def funnel(self) -> tuple[int, int, int]:
        """Matches that were shortlisted, contacted, awarded."""
        steps = (Verdict.SHORTLISTED, Verdict.CONTACTED, Verdict.AWARDED)
        return self.verdicts[steps[0]], self.verdicts[steps[1]], self.verdicts[steps[2]]

    def add(self, row: MatchFeedback) -> None:
        self.verdicts[Verdict(row.verdict)] += 1
        if row.verdict == Verdict.WRONG:
            self.wrong[row.reason] += 1


@dataclass(frozen=True, slots=True)
class Qualities:
    """By week ("2026-W48", the newest first) and by scenario (code); over all as `whole`."""

    whole: Quality
    weeks: Mapping[str, Quality]
    scenarios: Mapping[str, Quality]


def quality(db: Session, scope: Scope, *, weeks: int = WEEKS) -> Qualities:
    """Verdicts of the last weeks on needs whose work is done inside the region."""
    since = now() - timedelta(weeks=weeks)
    chosen = (
        select(MatchFeedback, MatchRun)
        .join(Match, col(Match.id) == col(MatchFeedback.match_id))
        .join(MatchRun, col(MatchRun.id) == col(Match.run_id))
        .where(col(MatchFeedback.at) >= since)
        .order_by(col(MatchFeedback.at).desc())
    )
    whole, by_week, by_scenario = Quality(), dict[str, Quality](), dict[str, Quality]()
    for row, run in db.exec(chosen):
        if scope.covers(run.wanted["limits"]["region"]):
            whole.add(row)
            by_week.setdefault(week_of(row.at), Quality()).add(row)
            for code in scenarios_of(run):
                by_scenario.setdefault(code, Quality()).add(row)
    return Qualities(whole, by_week, by_scenario)


def week_of(moment: datetime) -> str:
    """The week in China: 2026-W48."""
    year, week, _day = moment.astimezone(CHINA).isocalendar()
    return f"{year}-W{week:02d}"


def scenarios_of(run: MatchRun) -> Sequence[str]:
    """The scenarios that the parts of a need ask for, each once."""
    return list(dict.fromkeys(code for part in run.wanted["parts"] for code in part["scenarios"]))


@dataclass(frozen=True, slots=True)
class Exposure:
    """Who has how many of the first places, beside their share of the public solutions.

    `places`: depth (3, 10) → places of needs that wait or closed last; each share is of these.
    Of equally good listings, new and small vendors should have about the share that they offer.
    """

    places: Mapping[int, int]
    new: Mapping[int, float]
    small: Mapping[int, float]
    offered_new: float
    offered_small: float


def exposure(db: Session, scope: Scope) -> Exposure:
    """Over the current matches of needs whose work is done inside the region."""
    offers = _offers(db)
    moment = now()
    new = {id_ for id_, (_count, since) in offers.items() if since and moment - since < NEW}
    small = {id_ for id_, (count, _since) in offers.items() if count <= SMALL}
    places = list(_places(db, scope))
    total = sum(count for count, _since in offers.values())
    return Exposure(
        places={depth: sum(rank <= depth for rank, _id in places) for depth in DEPTHS},
        new={depth: _share(places, depth, new) for depth in DEPTHS},
        small={depth: _share(places, depth, small) for depth in DEPTHS},
        offered_new=sum(offers[id_][0] for id_ in new) / total if total else 0.0,
        offered_small=sum(offers[id_][0] for id_ in small) / total if total else 0.0,
    )


def _offers(db: Session) -> dict[UUID, tuple[int, datetime | None]]:
    """vendor id → public solutions, and since when the vendor is public."""
    chosen = (
        select(Vendor.id, func.count(col(Solution.id)), col(Vendor.published_at))
        .join(Solution, col(Solution.vendor_id) == col(Vendor.id))
        .where(Solution.stage == Stage.PUBLISHED)
        .group_by(col(Vendor.id), col(Vendor.published_at))
    )
    rows: Iterable[Any] = db.exec(chosen)
    return {id_: (count, since) for id_, count, since in rows}


def _places(db: Session, scope: Scope) -> Iterator[tuple[int, UUID]]:
    chosen = (
        select(Match.rank, Match.vendor_id, MatchRun.wanted)
        .join(MatchRun, col(MatchRun.id) == col(Match.run_id))
        .where(col(Match.is_current), Match.rank <= max(DEPTHS))
    )
    for rank, vendor_id, wanted in db.exec(chosen):
        if scope.covers(wanted["limits"]["region"]):
            yield rank, vendor_id


def _share(places: Sequence[tuple[int, UUID]], depth: int, vendors: set[UUID]) -> float:
    within = [vendor for rank, vendor in places if rank <= depth]
    return sum(vendor in vendors for vendor in within) / len(within) if within else 0.0
