"""A need, the questions about it, what came of it, and the self-check that may fill one."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import BigInteger, Index, String, UniqueConstraint
from sqlmodel import Field, SQLModel

from app.catalogue.identifiers import new_identifier
from app.core.db import empty_list, json_type, now
from app.core.errors import Conflict

JSON: Any = json_type()


class NeedStage(StrEnum):
    """Where a need stands. A withdrawn one may be copied into a new draft."""

    DRAFT = "draft"
    PUBLISHED = "published"
    CLOSED = "closed"  # its deadline has passed, or it was closed by hand
    SETTLED = "settled"  # its outcome is complete and cannot be changed
    WITHDRAWN = "withdrawn"


MOVES: dict[NeedStage, frozenset[NeedStage]] = {
    NeedStage.DRAFT: frozenset({NeedStage.PUBLISHED, NeedStage.WITHDRAWN}),
    NeedStage.PUBLISHED: frozenset({NeedStage.CLOSED, NeedStage.WITHDRAWN}),
    NeedStage.CLOSED: frozenset({NeedStage.SETTLED}),
    NeedStage.SETTLED: frozenset(),
    NeedStage.WITHDRAWN: frozenset(),
}


class Confidentiality(StrEnum):
    """Who sees a published need, and whether they see whose it is."""

    PUBLIC = "public"  # everybody, with the name of the organisation
    MATCHED = "matched"  # only the vendors that it was matched with, and the staff of its region
    HIDDEN = "hidden"  # everybody reads the text; whose it is, only its own members and the staff


class Need(SQLModel, table=True):
    """What a manufacturer is looking for, in its own words, and what was understood of it.

    `tags` are what the words were understood as and the author kept: dicts with `facet`, `code`
    and `said`; `ignored` holds "facet:code" of those taken away. `parts` splits a need that asks
    for several things: dicts with `title`, `text`, `scenarios`. Budgets are in fen. `version`
    keeps two authors from overwriting each other.
    """

    __table_args__ = (Index("ix_need_open", "stage", "closes_at"),)

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    identifier: str = Field(default_factory=lambda: new_identifier("n"), unique=True)
    organisation_id: UUID = Field(foreign_key="organisation.id", index=True)
    written_by: UUID = Field(foreign_key="person.id")
    stage: NeedStage = Field(default=NeedStage.DRAFT, sa_type=String)
    version: int = 1
    title: str = ""
    text: str = ""
    region: str | None = Field(default=None, index=True)
    industries: list[str] = Field(default_factory=empty_list, sa_type=JSON)
    budget_from: int | None = Field(default=None, sa_type=BigInteger)
    budget_to: int | None = Field(default=None, sa_type=BigInteger)
    wanted_by: date | None = None
    deployment: list[str] = Field(default_factory=empty_list, sa_type=JSON)
    systems: str = ""  # already in use
    requires_whitelist: bool = False
    confidentiality: Confidentiality = Field(default=Confidentiality.PUBLIC, sa_type=String)
    tags: list[dict[str, str]] = Field(default_factory=empty_list, sa_type=JSON)
    ignored: list[str] = Field(default_factory=empty_list, sa_type=JSON)
    parts: list[dict[str, Any]] = Field(default_factory=empty_list, sa_type=JSON)
    questions_until: datetime | None = None
    closes_at: datetime | None = None
    copied_from: UUID | None = None
    published_at: datetime | None = Field(default=None, index=True)
    published_by: UUID | None = Field(default=None, foreign_key="person.id")
    closed_at: datetime | None = None
    withdrawn_at: datetime | None = None
    withdrawn_why: str | None = None
    reminded: int = 0  # how many of the reminders after 30, 60 and 90 days were sent
    created_at: datetime = Field(default_factory=now)
    updated_at: datetime = Field(default_factory=now)

    @property
    def stands(self) -> NeedStage:
        """Its stage at this moment: a deadline counts to the second, not from the next job on."""
        is_over = self.closes_at is not None and self.closes_at <= now()
        is_due = self.stage == NeedStage.PUBLISHED and is_over
        return NeedStage.CLOSED if is_due else NeedStage(self.stage)

    @property
    def is_open(self) -> bool:
        """Whether vendors may still answer it."""
        return self.stands is NeedStage.PUBLISHED

    def move_to(self, stage: NeedStage) -> None:
        """Take a lawful step; raises `Conflict` for any other."""
        if stage not in MOVES[NeedStage(self.stage)]:
            raise Conflict(
                "“{name}” is {stage} and cannot become {wanted}.",
                name=self.title,
                stage=str(self.stage),
                wanted=str(stage),
            )
        self.stage = stage
        self.updated_at = now()
        self.version += 1


class NeedQuestion(SQLModel, table=True):
    """A vendor's question about a need; whoever sees the need sees the answer, never the asker."""

    __tablename__ = "need_question"

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    need_id: UUID = Field(foreign_key="need.id", index=True)
    organisation_id: UUID = Field(foreign_key="organisation.id")
    asked_by: UUID = Field(foreign_key="person.id")
    text: str
    at: datetime = Field(default_factory=now)
    answer: str | None = None
    answered_by: UUID | None = Field(default=None, foreign_key="person.id")
    answered_at: datetime | None = None


class NeedTold(SQLModel, table=True):
    """A vendor was told of a need, so that it is told once."""

    __tablename__ = "need_told"
    __table_args__ = (UniqueConstraint("need_id", "vendor_id"),)

    id: int | None = Field(default=None, primary_key=True)
    need_id: UUID = Field(foreign_key="need.id")
    vendor_id: UUID = Field(foreign_key="vendor.id", index=True)
    at: datetime = Field(default_factory=now)


class OutcomeKind(StrEnum):
    """What came of a need that closed."""

    AWARDED = "awarded"
    CANCELLED = "cancelled"
    NOBODY = "nobody"  # nobody suitable
    DECIDING = "deciding"  # still: the only one that is not complete


class Outcome(SQLModel, table=True):
    """What came of one need; only one that still says "deciding" may be changed. Value in fen."""

    __tablename__ = "need_outcome"

    need_id: UUID = Field(primary_key=True, foreign_key="need.id")
    kind: OutcomeKind = Field(sa_type=String)
    vendor_id: UUID | None = Field(default=None, foreign_key="vendor.id", index=True)
    value: int | None = Field(default=None, sa_type=BigInteger)
    starts_on: date | None = None
    note: str = ""
    by: UUID = Field(foreign_key="person.id")
    at: datetime = Field(default_factory=now)


class SelfCheck(SQLModel, table=True):
    """One answered self-check of an organisation: answers by question, points by dimension."""

    __tablename__ = "self_check"

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    organisation_id: UUID = Field(foreign_key="organisation.id", index=True)
    answers: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    levels: dict[str, float] = Field(default_factory=dict, sa_type=JSON)
    by: UUID = Field(foreign_key="person.id")
    at: datetime = Field(default_factory=now)
