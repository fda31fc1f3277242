"""An application and what is said about it on its way over the desk."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, Index, String, UniqueConstraint
from sqlmodel import Field, SQLModel

from app.catalogue.stages import Stage, check_move
from app.core.db import json_type, now
from search.engine import Kind

JSON: Any = json_type()


class Application(SQLModel, table=True):
    """A new or changed listing of one vendor, from its draft to its publication.

    `values` holds what the vendor wants the listing to say, by the names of `Record.STATED`;
    `base_version` is the version of the published record that a change started from. Whoever
    proposed or recommended cannot decide: the database sees to it. A person's id stays here
    when they leave.
    """

    __table_args__ = (
        CheckConstraint(
            "reviewed_by IS NULL OR (reviewed_by <> proposed_by"
            " AND (recommended_by IS NULL OR reviewed_by <> recommended_by))",
            name="reviewer_is_another",
        ),
        CheckConstraint(
            "decided_by IS NULL OR (decided_by <> proposed_by"
            " AND (recommended_by IS NULL OR decided_by <> recommended_by))",
            name="decider_is_another",
        ),
        CheckConstraint(
            "recommended_by IS NULL OR recommended_by <> proposed_by",
            name="recommender_is_another",
        ),
        Index("ix_application_queue", "stage", "region", "due_on"),
    )

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    kind: Kind = Field(sa_type=String)
    record_id: UUID = Field(index=True)
    is_new: bool = False
    # The one that is still on its way: two of one record cannot be.
    open_for: UUID | None = Field(default=None, unique=True)
    organisation_id: UUID = Field(foreign_key="organisation.id", index=True)
    links: dict[str, str] = Field(default_factory=dict, sa_type=JSON)
    region: str | None = None  # of the organisation when it was handed in
    stage: Stage = Field(default=Stage.DRAFT, sa_type=String)
    version: int = 1  # counts saves and moves; who saves says which one they saw
    name: str = ""
    values: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    base_version: int = 0
    promised_at: datetime | None = None  # the applicant answers for the truth of it
    proposed_by: UUID = Field(foreign_key="person.id")
    recommended_by: UUID | None = Field(default=None, foreign_key="person.id")
    reviewed_by: UUID | None = Field(default=None, foreign_key="person.id")
    decided_by: UUID | None = Field(default=None, foreign_key="person.id")
    reason_code: str | None = None  # of the last return, refusal or withdrawal
    reason: str | None = None
    submitted_at: datetime | None = None
    stage_since: datetime = Field(default_factory=now)
    due_on: date | None = None
    clock_stopped_at: datetime | None = None  # while the vendor has to answer
    created_at: datetime = Field(default_factory=now)
    updated_at: datetime = Field(default_factory=now)

    @property
    def is_short(self) -> bool:
        """Whether one second person of its region decides about it: a training."""
        return self.kind == Kind.TRAINING

    def move_to(self, stage: Stage) -> None:
        """Take a lawful step; raises `Conflict` for any other."""
        check_move(Stage(self.stage), stage, self.name, is_short=self.is_short)
        self.stage = stage
        self.stage_since = self.updated_at = now()
        self.version += 1


class Draft(SQLModel, table=True):
    """What an application said after one save; never updated."""

    __tablename__ = "application_revision"
    __table_args__ = (UniqueConstraint("application_id", "number"),)

    id: int | None = Field(default=None, primary_key=True)
    application_id: UUID = Field(foreign_key="application.id")
    number: int
    values: dict[str, Any] = Field(sa_type=JSON)
    by: UUID = Field(foreign_key="person.id")
    at: datetime = Field(default_factory=now)


class Note(SQLModel, table=True):
    """What staff write for staff about an application."""

    id: int | None = Field(default=None, primary_key=True)
    application_id: UUID = Field(foreign_key="application.id", index=True)
    text: str
    by: UUID = Field(foreign_key="person.id")
    at: datetime = Field(default_factory=now)


class Question(SQLModel, table=True):
    """One question of the staff to the vendor; the clock stands while any has no answer."""

    id: int | None = Field(default=None, primary_key=True)
    application_id: UUID = Field(foreign_key="application.id", index=True)
    text: str
    by: UUID = Field(foreign_key="person.id")
    at: datetime = Field(default_factory=now)
    answer: str | None = None
    answered_by: UUID | None = Field(default=None, foreign_key="person.id")
    answered_at: datetime | None = None


class Criterion(SQLModel, table=True):
    """One thing that reviewers score, as the staff set it; a changed one is a new row."""

    id: int | None = Field(default=None, primary_key=True)
    kind: Kind = Field(sa_type=String)
    code: str
    name: str
    name_en: str = ""
    help: str = ""
    weight: int = 1  # how much it counts, 1 to 100
    threshold: int = 0  # fewer points than this and it cannot be admitted, 0 to 5
    position: int = 0
    is_active: bool = True
    by: str = ""
    at: datetime = Field(default_factory=now)


class Score(SQLModel, table=True):
    """What one reviewer gave one application for one criterion, 0 to 5, and why."""

    __table_args__ = (UniqueConstraint("application_id", "criterion_id", "reviewer_id"),)

    id: int | None = Field(default=None, primary_key=True)
    application_id: UUID = Field(foreign_key="application.id")
    criterion_id: int = Field(foreign_key="criterion.id")
    reviewer_id: UUID = Field(foreign_key="person.id")
    points: int
    reason: str = ""
    at: datetime = Field(default_factory=now)


class PublicNotice(SQLModel, table=True):
    """The dates between which anybody may object to an admission; days in China, both included."""

    __tablename__ = "public_notice"

    id: int | None = Field(default=None, primary_key=True)
    application_id: UUID = Field(foreign_key="application.id", index=True)
    starts_on: date
    ends_on: date
    publish_on: date  # the first working day after
    made_by: UUID = Field(foreign_key="person.id")
    made_at: datetime = Field(default_factory=now)
    ended_at: datetime | None = None  # published, returned or refused


class Objection(SQLModel, table=True):
    """What somebody says against an admission; their name and address are for the staff only."""

    id: int | None = Field(default=None, primary_key=True)
    notice_id: int = Field(foreign_key="public_notice.id", index=True)
    name: str
    contact: str
    text: str
    at: datetime = Field(default_factory=now)
    is_upheld: bool | None = None
    answer: str | None = None
    decided_by: UUID | None = Field(default=None, foreign_key="person.id")
    decided_at: datetime | None = None


class AppealStage(StrEnum):
    """What became of an appeal."""

    WAITING = "waiting"
    ALLOWED = "allowed"
    DISMISSED = "dismissed"


class Appeal(SQLModel, table=True):
    """A vendor's objection to a decision about it; whoever decided first cannot decide again."""

    __table_args__ = (
        CheckConstraint(
            "decided_by IS NULL OR against_id IS NULL OR decided_by <> against_id",
            name="decider_is_another",
        ),
    )

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    subject: str = Field(index=True)  # "application:<id>", "spotcheck:<id>", "quarantine:<id>" …
    organisation_id: UUID = Field(foreign_key="organisation.id", index=True)
    region: str | None = Field(default=None, index=True)
    against_id: UUID | None = Field(default=None, foreign_key="person.id")
    text: str
    stage: AppealStage = Field(default=AppealStage.WAITING, sa_type=String)
    by: UUID = Field(foreign_key="person.id")
    at: datetime = Field(default_factory=now)
    decided_by: UUID | None = Field(default=None, foreign_key="person.id")
    decided_at: datetime | None = None
    answer: str | None = None


class Sighting(SQLModel, table=True):
    """How often a listing was shown, opened or shut out on one day for one question.

    `query` is the question without what may be personal; `facet` names the filter that shut
    the listing out, empty where it was shown.
    """

    __table_args__ = (UniqueConstraint("record_id", "day", "query", "facet"),)

    id: int | None = Field(default=None, primary_key=True)
    record_id: UUID
    day: date
    query: str = ""
    facet: str = ""
    shown: int = 0
    opened: int = 0
    reached: int = 0  # inquiries begun
