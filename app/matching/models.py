"""Matches as they are kept: what was asked, with which versions, who was found and why."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Index, String, UniqueConstraint
from sqlmodel import Field, SQLModel

from app.core.db import empty_list, json_type, now

JSON: Any = json_type()


class MatchRun(SQLModel, table=True):
    """One matching of one need: everything that its order can be worked out from again.

    `wanted` is what was asked (`wanted.Wanted` as JSON), `versions` names model, index and
    vocabulary, `weights` every number of the ranking, `salt` the week's tie-breaker. `eligible`
    counts vendors inside the hard limits. `cover` is the smallest set of vendors that covers
    the parts, `uncovered` the parts that nobody covers. The newest run of a need is current.
    """

    __tablename__ = "match_run"

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    need_id: UUID = Field(foreign_key="need.id", index=True)
    need_version: int
    at: datetime = Field(default_factory=now)
    wanted: dict[str, Any] = Field(sa_type=JSON)
    versions: dict[str, str] = Field(default_factory=dict, sa_type=JSON)
    weights: dict[str, float] = Field(default_factory=dict, sa_type=JSON)
    salt: str = ""
    floor: float = 0.0
    eligible: int = 0
    excluded: dict[str, int] = Field(default_factory=dict, sa_type=JSON)  # limit → vendors
    cover: list[dict[str, Any]] = Field(default_factory=empty_list, sa_type=JSON)
    uncovered: list[int] = Field(default_factory=empty_list, sa_type=JSON)


class Match(SQLModel, table=True):
    """Need × solution with component scores and reasons; never updated.

    `scores` are the components whose sum is `score`; `parts` holds for each part of the need its
    state (met, unmet, unknown) and the reasons, each with the sentence and the source it rests
    on; `evidence` the cases and assessments that speak for it. `is_current` marks those of the
    newest run of the need.
    """

    __table_args__ = (
        UniqueConstraint("run_id", "solution_id"),
        Index("ix_match_vendor", "vendor_id", "is_current"),
        Index("ix_match_need", "need_id", "is_current", "rank"),
    )

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    run_id: UUID = Field(foreign_key="match_run.id")
    need_id: UUID = Field(foreign_key="need.id")
    solution_id: UUID = Field(foreign_key="solution.id", index=True)
    vendor_id: UUID = Field(foreign_key="vendor.id")
    solution_version: int
    rank: int
    score: float
    scores: dict[str, float] = Field(default_factory=dict, sa_type=JSON)
    parts: list[dict[str, Any]] = Field(default_factory=empty_list, sa_type=JSON)
    evidence: list[dict[str, Any]] = Field(default_factory=empty_list, sa_type=JSON)
    is_current: bool = True


class WaitingPart(SQLModel, table=True):
    """A part of a need that waits for new listings: how a listing finds the needs it may fit.

    `scenarios` are what it asks for or complains of, `vector` its text as a unit vector of the
    model `space` (base64 of float16; empty without a model).
    """

    __tablename__ = "match_waiting"
    __table_args__ = (UniqueConstraint("need_id", "part"),)

    id: int | None = Field(default=None, primary_key=True)
    need_id: UUID = Field(foreign_key="need.id", index=True)
    part: int
    scenarios: list[str] = Field(default_factory=empty_list, sa_type=JSON)
    limits: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    vector: str = ""
    space: str = ""


class Verdict(StrEnum):
    """What people make of a match."""

    USEFUL = "useful"
    NOT_USEFUL = "not_useful"
    WRONG = "wrong"  # because …
    SHORTLISTED = "shortlisted"
    CONTACTED = "contacted"
    AWARDED = "awarded"


class MatchFeedback(SQLModel, table=True):
    """An organisation's verdict on a match; of useful, not useful and wrong the newest counts."""

    __tablename__ = "match_feedback"
    __table_args__ = (UniqueConstraint("match_id", "organisation_id", "verdict"),)

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    match_id: UUID = Field(foreign_key="match.id")
    organisation_id: UUID = Field(foreign_key="organisation.id")
    verdict: Verdict = Field(sa_type=String)
    reason: str = ""
    by: UUID | None = Field(default=None, foreign_key="person.id")
    at: datetime = Field(default_factory=now)
