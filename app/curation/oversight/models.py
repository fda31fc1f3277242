"""Assessments, whitelist entries, draws, spot checks and quarantines."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, String, UniqueConstraint
from sqlmodel import Field, SQLModel

from app.core.db import empty_list, json_type, now
from app.core.errors import Conflict
from search.engine import Kind

JSON: Any = json_type()


class Domain(StrEnum):
    """The five security domains."""

    DEVICE = "device"
    CONTROL = "control"
    NETWORK = "network"
    PLATFORM = "platform"
    DATA = "data"


class AssessmentStage(StrEnum):
    """Where an assessment stands."""

    DRAFT = "draft"
    CONFIRMED = "confirmed"
    REVOKED = "revoked"


class Assessment(SQLModel, table=True):
    """What an inspector found in the five domains, valid between two days.

    `domains` says for each: {"level": 0 to 3, "finding": text, "evidence": [attachment id]}.
    Whoever wrote it cannot confirm it.
    """

    __table_args__ = (
        CheckConstraint(
            "confirmed_by IS NULL OR confirmed_by <> written_by", name="confirmer_is_another"
        ),
    )

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    vendor_id: UUID = Field(foreign_key="vendor.id", index=True)
    stage: AssessmentStage = Field(default=AssessmentStage.DRAFT, sa_type=String)
    version: int = 1
    domains: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    valid_from: date
    valid_until: date
    written_by: UUID = Field(foreign_key="person.id")
    written_at: datetime = Field(default_factory=now)
    confirmed_by: UUID | None = Field(default=None, foreign_key="person.id")
    confirmed_at: datetime | None = None
    revoked_by: UUID | None = Field(default=None, foreign_key="person.id")
    revoked_at: datetime | None = None
    reason: str | None = None


class WhitelistEntry(SQLModel, table=True):
    """A vendor's place on the whitelist; it rests on an assessment and ends by itself."""

    __tablename__ = "whitelist_entry"

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    vendor_id: UUID = Field(foreign_key="vendor.id", index=True)
    assessment_id: UUID = Field(foreign_key="assessment.id")
    valid_from: date
    valid_until: date
    decided_by: UUID = Field(foreign_key="person.id")
    decided_at: datetime = Field(default_factory=now)
    ended_on: date | None = None  # expired, or ended by hand with a reason
    ended_by: UUID | None = Field(default=None, foreign_key="person.id")
    reason: str | None = None
    warned: list[int] = Field(default_factory=empty_list, sa_type=JSON)  # days before: 90, 30, 7


class DrawStage(StrEnum):
    """Where a draw stands."""

    PREPARED = "prepared"  # its list is fixed and public; nobody knows the seed yet
    DRAWN = "drawn"
    DROPPED = "dropped"  # without a seed, with a reason; it stays public


class Draw(SQLModel, table=True):
    """A double-random draw, made in two steps so that nobody can choose its seed.

    `inputs` and their hash are published first; `secret`, whose hash stands in the inputs, and
    `value`, which did not exist then, make the seed (`app.curation.oversight.drawing`).
    `codes` tells which person an inspector's code stands for and is never published.
    """

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    title: str
    region: str = Field(index=True)
    stage: DrawStage = Field(default=DrawStage.PREPARED, sa_type=String)
    inputs: dict[str, Any] = Field(sa_type=JSON)
    inputs_hash: str
    secret: str
    codes: dict[str, str] = Field(default_factory=dict, sa_type=JSON)
    prepared_by: UUID = Field(foreign_key="person.id")
    prepared_at: datetime = Field(default_factory=now, index=True)
    value: str | None = None
    seed: str | None = None
    outcome: dict[str, Any] | None = Field(default=None, sa_type=JSON)
    drawn_by: UUID | None = Field(default=None, foreign_key="person.id")
    drawn_at: datetime | None = None
    reason: str | None = None  # why it was dropped

    def move_to(self, stage: DrawStage) -> None:
        """Draw or drop; raises `Conflict` for what is drawn or dropped already."""
        if self.stage != DrawStage.PREPARED:
            raise Conflict("“{title}” is drawn or dropped already.", title=self.title)
        self.stage = stage


class CheckStage(StrEnum):
    """Where a spot check stands."""

    DRAWN = "drawn"
    REPORTED = "reported"
    CLOSED = "closed"  # its finding is public


class Finding(StrEnum):
    """What a spot check found."""

    PASSED = "passed"
    MEND = "mend"  # within a time
    FAILED = "failed"
    UNREACHABLE = "unreachable"


class Effect(StrEnum):
    """What follows from a finding."""

    NONE = "none"
    WHITELIST_ENDED = "whitelist_ended"
    QUARANTINED = "quarantined"
    REMOVED = "removed"


CHECK_MOVES: dict[CheckStage, frozenset[CheckStage]] = {
    CheckStage.DRAWN: frozenset({CheckStage.REPORTED}),
    CheckStage.REPORTED: frozenset({CheckStage.CLOSED, CheckStage.DRAWN}),
    CheckStage.CLOSED: frozenset({CheckStage.REPORTED}),  # by an appeal that was allowed
}


class SpotCheck(SQLModel, table=True):
    """One vendor, checked by one inspector; whoever inspected cannot decide what follows.

    `checklist` holds what the checklist asked on the day of the draw, with the answers:
    {"code", "area", "name", "name_en", "answer", "remark", "evidence": [attachment id]}.
    `report` is for the staff, `statement` is published with the finding. `earlier` keeps what
    was decided before an appeal was allowed, and by whom: they do not decide again.
    """

    __tablename__ = "spot_check"
    __table_args__ = (
        CheckConstraint(
            "decided_by IS NULL OR decided_by <> inspector_id", name="decider_is_another"
        ),
        UniqueConstraint("draw_id", "vendor_id"),
    )

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    draw_id: UUID = Field(foreign_key="draw.id")
    vendor_id: UUID = Field(foreign_key="vendor.id", index=True)
    inspector_id: UUID = Field(foreign_key="person.id", index=True)
    inspector_code: str  # what the published draw calls them
    region: str | None = Field(default=None, index=True)
    stage: CheckStage = Field(default=CheckStage.DRAWN, sa_type=String)
    version: int = 1
    checklist: list[dict[str, Any]] = Field(default_factory=empty_list, sa_type=JSON)
    finding: Finding | None = Field(default=None, sa_type=String)
    report: str | None = None
    statement: str | None = None
    reported_at: datetime | None = None
    effect: Effect | None = Field(default=None, sa_type=String)
    decided_by: UUID | None = Field(default=None, foreign_key="person.id")
    decided_at: datetime | None = Field(default=None, index=True)
    mend_until: date | None = None
    returned: str | None = None  # why the inspector got their report back
    # inspectors who were drawn and could not check: {"code", "reason", "on"}
    substituted: list[dict[str, Any]] = Field(default_factory=empty_list, sa_type=JSON)
    earlier: list[dict[str, Any]] = Field(default_factory=empty_list, sa_type=JSON)

    def move_to(self, stage: CheckStage) -> None:
        """Take a lawful step; raises `Conflict` for any other."""
        if stage not in CHECK_MOVES[CheckStage(self.stage)]:
            raise Conflict("Somebody else changed this in the meantime. Load it again.")
        self.stage = stage
        self.version += 1


class Quarantine(SQLModel, table=True):
    """A published record that is hidden until a day, with a reason."""

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    kind: Kind = Field(sa_type=String)
    record_id: UUID = Field(index=True)
    reason_code: str
    reason: str
    until: date
    by: UUID = Field(foreign_key="person.id")
    at: datetime = Field(default_factory=now)
    hidden: list[str] = Field(default_factory=empty_list, sa_type=JSON)  # what went with it
    lifted_at: datetime | None = None
    lifted_by: UUID | None = Field(default=None, foreign_key="person.id")


class Confirmation(SQLModel, table=True):
    """When a listing's vendor was asked whether it still holds, and when they said so."""

    record_id: UUID = Field(primary_key=True)
    kind: Kind = Field(sa_type=String)
    asked_at: datetime | None = None
    confirmed_at: datetime | None = None
    archived_at: datetime | None = None
