"""Matches as records: a run is stored whole, and the newest one of a need is its current one."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import update
from sqlmodel import Session, col, select

from app.catalogue.models import Solution
from app.catalogue.reading import SOLUTION
from app.catalogue.stages import Stage
from app.core.db import lock, now
from app.matching import finding, limits, waiting
from app.matching.found import Found, Hit, Run
from app.matching.models import Match, MatchRun
from app.matching.wanted import Limits, Wanted

_LOCKS = 4_402_300 << 40  # the locks of needs lie above it; the number means nothing
_LOCKED = 2**40
# what makes an answer another one; the week's salt and the rest of the pool do not by themselves
_VERSIONS = ("model", "index", "vocabulary", "rules")


def keep(db: Session, *, need_id: UUID, need_version: int, wanted: Wanted) -> MatchRun:
    """Find, store, and let the need wait for new listings until `waiting.leave`.

    The same answer to the same question is stored once, so a job may run twice. Two that keep
    matches of one need at the same moment do so one after the other. Raises EngineAway.
    """
    lock(db, _LOCKS + need_id.int % _LOCKED)
    found = finding.find(db, wanted)
    waiting.wait(db, need_id=need_id, wanted=wanted, found=found)
    run = _run(need_id, need_version, wanted, found)
    last = newest(db, need_id)
    if last and _is_same(db, last, run, found.hits):
        return last
    earlier = update(Match).where(col(Match.need_id) == need_id, col(Match.is_current))
    db.execute(earlier.values(is_current=False).execution_options(synchronize_session="fetch"))
    db.add(run)
    db.flush()  # matches refer to it
    db.add_all(_match(run, rank, hit) for rank, hit in enumerate(found.hits, start=1))
    db.flush()  # whoever keeps reads them back
    return run


def newest(db: Session, need_id: UUID) -> MatchRun | None:
    """The current run of a need."""
    runs = select(MatchRun).where(MatchRun.need_id == need_id)
    return db.exec(runs.order_by(col(MatchRun.at).desc(), col(MatchRun.id)).limit(1)).first()


def current(db: Session, need_id: UUID) -> Run | None:
    """The newest run of a need with its matches, in two queries.

    Solutions that left the pool since, or are outside a limit now, are left out.
    """
    run = newest(db, need_id)
    if run is None:
        return None
    chosen = (
        select(Match, Solution)
        .join(Solution, col(Solution.id) == col(Match.solution_id))
        .where(Match.run_id == run.id, Solution.stage == Stage.PUBLISHED)
        .order_by(col(Match.rank))
        .options(SOLUTION)
    )
    kept = Limits.from_json(run.wanted["limits"])
    rows = [(match, solution) for match, solution in db.exec(chosen)]
    return Run(run, [row for row in rows if not limits.broken(kept, row[1])])


def of_vendor(db: Session, vendor_id: UUID) -> Sequence[tuple[Match, Solution]]:
    """The current matches of a vendor's public solutions, the best first.

    Who may see which need is not known here: whoever shows them joins that rule.
    """
    chosen = (
        select(Match, Solution)
        .join(Solution, col(Solution.id) == col(Match.solution_id))
        .where(Match.vendor_id == vendor_id, col(Match.is_current))
        .where(Solution.stage == Stage.PUBLISHED)
        .order_by(col(Match.score).desc(), col(Match.id))
        .options(SOLUTION)
    )
    return [(match, solution) for match, solution in db.exec(chosen)]


def _run(need_id: UUID, need_version: int, wanted: Wanted, found: Found) -> MatchRun:
    return MatchRun(
        need_id=need_id,
        need_version=need_version,
        at=now(),
        wanted=wanted.as_json(),
        versions=dict(found.versions),
        weights=dict(found.weights),
        salt=found.salt,
        floor=found.floor,
        eligible=found.eligible.vendors or 0,
        excluded=dict(found.eligible.excluded),
        cover=[dict(one) for one in found.cover],
        uncovered=list(found.uncovered),
    )


def _match(run: MatchRun, rank: int, hit: Hit) -> Match:
    return Match(
        run_id=run.id,
        need_id=run.need_id,
        solution_id=hit.solution.id,
        vendor_id=hit.solution.vendor_id,
        solution_version=hit.solution.version,
        rank=rank,
        score=hit.score,
        scores=dict(hit.scores),
        parts=[dict(part) for part in hit.parts],
        evidence=[dict(one) for one in hit.evidence],
    )


def _is_same(db: Session, last: MatchRun, run: MatchRun, hits: Sequence[Hit]) -> bool:
    asked = (run.need_version, run.wanted, run.weights, run.uncovered)
    if asked != (last.need_version, last.wanted, last.weights, last.uncovered):
        return False
    if any(run.versions[name] != last.versions.get(name) for name in _VERSIONS):
        return False
    stored = select(Match.solution_id, Match.solution_version, Match.score)
    before = db.exec(stored.where(Match.run_id == last.id).order_by(col(Match.rank))).all()
    after = [(hit.solution.id, hit.solution.version, hit.score) for hit in hits]
    return [tuple(row) for row in before] == after
