"""Matching for those above it: what is asked for, who may answer, who does, and why."""

from uuid import UUID

from sqlmodel import Session

from app.matching.found import Eligible, Found, Replay, Run
from app.matching.models import Match, MatchRun
from app.matching.wanted import Part, Wanted


def split(text: str) -> tuple[Part, ...]:
    """The things that a text asks for; one thing is one part. Needs nothing but the vocabulary."""
    return (Part(text[:30], text),) if text else ()


def eligible(db: Session, wanted: Wanted) -> Eligible:
    """How many vendors are inside the hard limits; cheap enough to be asked while typing."""
    return Eligible(None)


def find(db: Session, wanted: Wanted) -> Found:
    """Who meets the parts of a need, best first. Raises EngineAway."""
    return Found([], [], list(range(len(wanted.parts))), eligible(db, wanted), {}, {}, "", 0.0)


def keep(db: Session, *, need_id: UUID, need_version: int, wanted: Wanted) -> MatchRun:
    """Find, store, and let the need wait for new listings until `leave`; safe to repeat.

    The same answer is stored once. Raises EngineAway: call it in a job and say `Later`.
    """
    run = MatchRun(need_id=need_id, need_version=need_version, wanted=wanted.as_json())
    db.add(run)
    return run


def leave(db: Session, need_id: UUID) -> None:
    """The need waits for new listings no longer: it was closed or withdrawn. Matches stay."""


def current(db: Session, need_id: UUID) -> Run | None:
    """The newest run of a need with its matches."""
    return None


def replay(db: Session, match: Match) -> Replay:
    """The order of the run that this match belongs to, worked out again from its records."""
    raise NotImplementedError
