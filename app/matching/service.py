"""Matching for those above it: what is asked for, who may answer, who does, and why.

A need that is published calls `keep` in a job; one that is closed or withdrawn calls `leave`.
"""

from sqlmodel import Session

from app.matching import limits
from app.matching.finding import find
from app.matching.found import Eligible
from app.matching.keeping import current, keep, of_vendor
from app.matching.replaying import replay
from app.matching.splitting import part_of, split
from app.matching.waiting import leave, may_fit
from app.matching.wanted import Wanted

__all__ = [
    "current",
    "eligible",
    "find",
    "keep",
    "leave",
    "may_fit",
    "of_vendor",
    "part_of",
    "replay",
    "split",
]


def eligible(db: Session, wanted: Wanted) -> Eligible:  # noqa: ARG001  counted by the index
    """How many vendors are inside the hard limits; cheap enough to be asked while typing."""
    return limits.eligible(wanted.limits)
