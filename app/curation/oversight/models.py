"""Assessments, whitelist entries, draws, spot checks and quarantines."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, String
from sqlmodel import Field, SQLModel

from app.core.db import empty_list, json_type, now
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


class Draw(SQLModel, table=True):
    """A double-random draw: its inputs and seed are published, so anybody can repeat it."""

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    title: str
    region: str
    seed: str
    inputs: dict[str, Any] = Field(sa_type=JSON)
    outcome: dict[str, Any] = Field(sa_type=JSON)
    drawn_by: UUID = Field(foreign_key="person.id")
    drawn_at: datetime = Field(default_factory=now)


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


class SpotCheck(SQLModel, table=True):
    """One vendor, checked by one inspector; whoever inspected cannot decide what follows."""

    __tablename__ = "spot_check"
    __table_args__ = (
        CheckConstraint(
            "decided_by IS NULL OR decided_by <> inspector_id", name="decider_is_another"
        ),
    )

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    draw_id: UUID = Field(foreign_key="draw.id", index=True)
    vendor_id: UUID = Field(foreign_key="vendor.id", index=True)
    inspector_id: UUID = Field(foreign_key="person.id", index=True)
    region: str | None = Field(default=None, index=True)
    stage: CheckStage = Field(default=CheckStage.DRAWN, sa_type=String)
    version: int = 1
    checklist: list[dict[str, Any]] = Field(default_factory=empty_list, sa_type=JSON)
    finding: Finding | None = Field(default=None, sa_type=String)
    report: str | None = None
    reported_at: datetime | None = None
    effect: str | None = None  # none, whitelist_ended, quarantined, removed
    decided_by: UUID | None = Field(default=None, foreign_key="person.id")
    decided_at: datetime | None = None
    mend_until: date | None = None


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
