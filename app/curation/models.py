"""What is said of a record and by whom: batches, candidates, possible duplicates."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Index, String
from sqlmodel import Field, SQLModel

from app.core.db import empty_list, json_type, now
from search.engine import Kind

JSON: Any = json_type()


class Standing(StrEnum):
    """What became of a candidate."""

    WAITING = "waiting"  # for a curator
    REVIEW = "review"  # for the merge queue, before anything else
    ACCEPTED = "accepted"
    REFUSED = "refused"
    SUPERSEDED = "superseded"  # the same source said something newer
    TAKEN_BACK = "taken_back"  # with its batch


class Batch(SQLModel, table=True):
    """One reading of one file that changed something."""

    id: int | None = Field(default=None, primary_key=True)
    source: str
    sha256: str
    kind: str
    counts: dict[str, int] = Field(default_factory=dict, sa_type=JSON)
    problems: list[dict[str, Any]] = Field(default_factory=empty_list, sa_type=JSON)
    by: str
    created_at: datetime = Field(default_factory=now)
    accepted_by: str | None = None
    accepted_at: datetime | None = None
    taken_back_at: datetime | None = None


class Candidate(SQLModel, table=True):
    """What one source says of one record: a new or changed listing waiting for a decision.

    `values` is the whole normalised row; `since` tells for the fields that this source merely
    repeats in which batch it first said so, so that a repeated value never outdoes a newer one
    from elsewhere. `replaces` lists the ids of what the same source said before of this row.
    A person's edit is a candidate without a batch and wins over every list.
    """

    __table_args__ = (
        Index("ix_candidate_record", "record_id", "standing"),
        Index("ix_candidate_source", "source", "digest"),
    )

    id: int | None = Field(default=None, primary_key=True)
    batch_id: int | None = Field(default=None, foreign_key="batch.id", index=True)
    kind: Kind = Field(sa_type=String)
    record_id: UUID
    is_new: bool = False
    standing: Standing = Field(default=Standing.WAITING, sa_type=String)
    source: str
    sheet: str = ""
    row: int = 0
    digest: str = ""
    values: dict[str, Any] = Field(sa_type=JSON)
    since: dict[str, int] = Field(default_factory=dict, sa_type=JSON)
    replaces: list[int] = Field(default_factory=empty_list, sa_type=JSON)
    raw: dict[str, str] = Field(default_factory=dict, sa_type=JSON)
    by: str
    created_at: datetime = Field(default_factory=now)
    decided_by: str | None = None
    decided_at: datetime | None = None


class MergeState(StrEnum):
    """What was decided about two records that may be one."""

    WAITING = "waiting"
    MERGED = "merged"
    APART = "apart"


class MergeCase(SQLModel, table=True):
    """Two records that may be one; `moved` lists what a merge moved, so a split can undo it."""

    id: int | None = Field(default=None, primary_key=True)
    kind: Kind = Field(sa_type=String)
    newer_id: UUID = Field(index=True)
    older_id: UUID = Field(index=True)
    score: float
    reasons: list[str] = Field(default_factory=empty_list, sa_type=JSON)
    state: MergeState = Field(default=MergeState.WAITING, index=True, sa_type=String)
    stage_before: str | None = None
    moved: list[str] = Field(default_factory=empty_list, sa_type=JSON)
    batch_id: int | None = Field(default=None, foreign_key="batch.id")
    created_at: datetime = Field(default_factory=now)
    decided_by: str | None = None
    decided_at: datetime | None = None
