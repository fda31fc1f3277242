"""What people make of matches: verdicts, and what a match led to; kept beside the match.

It is evidence for people and for judging the rules, and never a popularity that moves the order.
"""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import delete
from sqlmodel import Session, col, select

from app.accounts.visitor import Visitor
from app.core.db import now
from app.core.errors import Forbidden, Invalid
from app.matching.models import Match, MatchFeedback, Verdict

OPINIONS = frozenset({Verdict.USEFUL, Verdict.NOT_USEFUL, Verdict.WRONG})
"""Of these the newest counts; the others say what happened."""

LONGEST_REASON = 500


def say(
    db: Session, visitor: Visitor, match: Match, verdict: Verdict, reason: str = ""
) -> MatchFeedback:
    """The verdict of the organisation somebody acts for; a newer opinion replaces the older one.

    Whether this organisation may judge this match is for the caller to know. Raises Forbidden
    for who acts for none, Invalid for "wrong" without a reason.
    """
    if visitor.acts_for is None:
        raise Forbidden("Act for an organisation to say this.")
    reason = reason.strip()[:LONGEST_REASON]
    if verdict is Verdict.WRONG and not reason:
        raise Invalid("Say what is wrong with it.")
    if verdict in OPINIONS:
        others = delete(MatchFeedback).where(
            col(MatchFeedback.match_id) == match.id,
            col(MatchFeedback.organisation_id) == visitor.acts_for,
            col(MatchFeedback.verdict).in_(OPINIONS - {verdict}),
        )
        db.execute(others.execution_options(synchronize_session="fetch"))
    return keep(db, match.id, visitor.acts_for, verdict, reason=reason, by=visitor.person_id)


def note(
    db: Session,
    *,
    need_id: UUID,
    vendor_id: UUID,
    organisation_id: UUID,
    verdict: Verdict,
    solution_id: UUID | None = None,
    by: UUID | None = None,
) -> MatchFeedback | None:
    """What a match led to (shortlisted, contacted, awarded), at the vendor's best current match.

    Returns None where the need was never matched with that vendor: then matching has no part in
    what happened.
    """
    chosen = select(Match).where(
        Match.need_id == need_id, Match.vendor_id == vendor_id, col(Match.is_current)
    )
    if solution_id is not None:
        chosen = chosen.where(Match.solution_id == solution_id)
    match = db.exec(chosen.order_by(col(Match.rank)).limit(1)).first()
    return keep(db, match.id, organisation_id, verdict, by=by) if match else None


def keep(
    db: Session,
    match_id: UUID,
    organisation_id: UUID,
    verdict: Verdict,
    *,
    reason: str = "",
    by: UUID | None = None,
) -> MatchFeedback:
    """One row a match, organisation and verdict; said again it says the newer reason."""
    said = select(MatchFeedback).where(
        MatchFeedback.match_id == match_id,
        MatchFeedback.organisation_id == organisation_id,
        MatchFeedback.verdict == verdict,
    )
    row = db.exec(said.with_for_update()).first() or MatchFeedback(
        match_id=match_id, organisation_id=organisation_id, verdict=verdict
    )
    row.reason, row.by, row.at = reason, by, now()
    db.add(row)
    db.flush()  # the next verdict of this transaction looks for it
    return row


def verdicts(
    db: Session, need_id: UUID, organisation_id: UUID
) -> Mapping[UUID, Mapping[Verdict, MatchFeedback]]:
    """solution id → what an organisation said of it for this need, in whichever run; the newest
    opinion alone."""
    chosen = (
        select(Match.solution_id, MatchFeedback)
        .join(Match, col(Match.id) == col(MatchFeedback.match_id))
        .where(Match.need_id == need_id, MatchFeedback.organisation_id == organisation_id)
        .order_by(col(MatchFeedback.at))
    )
    found: dict[UUID, dict[Verdict, MatchFeedback]] = {}
    for solution_id, row in db.exec(chosen):
        of_solution = found.setdefault(solution_id, {})
        verdict = Verdict(row.verdict)
        if verdict in OPINIONS:
            for other in OPINIONS:
                of_solution.pop(other, None)
        of_solution[verdict] = row
    return found
