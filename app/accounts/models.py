"""People, their sessions and secrets, and what they are in organisations and in the staff."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import BigInteger, CheckConstraint, String, UniqueConstraint
from sqlmodel import Field, SQLModel

from app.core.db import json_type, now

JSON: Any = json_type()


class MemberRole(StrEnum):
    """What a person is in an organisation."""

    OWNER = "owner"
    EDITOR = "editor"
    VIEWER = "viewer"


class StaffRole(StrEnum):
    """What a person is in the government's staff."""

    REVIEWER = "reviewer"
    INSPECTOR = "inspector"
    PUBLISHER = "publisher"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"


class Purpose(StrEnum):
    """What a ticket that was sent by mail is good for."""

    VERIFY = "verify"
    RESET = "reset"
    MOVE = "move"  # an account to another address
    INVITE = "invite"  # into an organisation
    APPOINT = "appoint"  # into the staff


class Person(SQLModel, table=True):
    """Somebody with an account. `email` is in lower case; secrets are hashed or encrypted."""

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    email: str = Field(unique=True)
    name: str
    language: str = "zh-Hans"
    password: str | None = None  # argon2
    verified_at: datetime | None = None
    totp_secret: str | None = None  # encrypted with a key that follows from POOL_SECRET_KEY
    totp_since: datetime | None = None  # when the first code was right; unset: being set up
    totp_step: int | None = None  # the last time step whose code was used: none works twice
    subject: str | None = Field(default=None, unique=True)  # at the identity provider
    disabled_at: datetime | None = None
    created_at: datetime = Field(default_factory=now)


class SignIn(SQLModel, table=True):
    """One session of one person; it ends after silence, after its longest time, or by hand."""

    __tablename__ = "sign_in"

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    token: str = Field(unique=True)  # SHA-256 of what the cookie holds
    person_id: UUID = Field(foreign_key="person.id", index=True)
    organisation_id: UUID | None = Field(default=None, foreign_key="organisation.id")
    created_at: datetime = Field(default_factory=now)
    seen_at: datetime = Field(default_factory=now)
    ends_at: datetime
    fresh_at: datetime = Field(default_factory=now)  # when the password was last given
    second_factor_at: datetime | None = None
    address: str = ""
    agent: str = ""
    ended_at: datetime | None = None


class RecoveryCode(SQLModel, table=True):
    """One code that stands for the second factor once."""

    __tablename__ = "recovery_code"

    id: int | None = Field(default=None, primary_key=True)
    person_id: UUID = Field(foreign_key="person.id", index=True)
    code: str  # SHA-256
    used_at: datetime | None = None


class Ticket(SQLModel, table=True):
    """What a link in a mail is good for: one purpose, one address, once, for some time."""

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    purpose: Purpose = Field(sa_type=String)
    token: str = Field(unique=True)  # SHA-256 of what the link holds
    email: str = Field(index=True)
    organisation_id: UUID | None = Field(default=None, foreign_key="organisation.id", index=True)
    role: str | None = None
    region: str | None = None
    created_by: UUID | None = Field(default=None, foreign_key="person.id")
    created_at: datetime = Field(default_factory=now)
    expires_at: datetime
    used_at: datetime | None = None


class Throttle(SQLModel, table=True):
    """How often something was tried under one key since a moment."""

    key: str = Field(primary_key=True)  # SHA-256 of what is counted
    tries: int = 0
    since: datetime = Field(default_factory=now)


class Membership(SQLModel, table=True):
    """A person's role in an organisation."""

    __table_args__ = (UniqueConstraint("organisation_id", "person_id"),)

    id: int | None = Field(default=None, primary_key=True)
    organisation_id: UUID = Field(foreign_key="organisation.id")
    person_id: UUID = Field(foreign_key="person.id", index=True)
    role: MemberRole = Field(sa_type=String)
    since: datetime = Field(default_factory=now)


class Appointment(SQLModel, table=True):
    """A person's role in the staff, and the region inside which they have it."""

    __table_args__ = (UniqueConstraint("person_id", "role"),)

    id: int | None = Field(default=None, primary_key=True)
    person_id: UUID = Field(foreign_key="person.id")
    role: StaffRole = Field(sa_type=String)
    region: str  # a person has one region, repeated in each row
    since: datetime = Field(default_factory=now)


class ClaimStage(StrEnum):
    """What became of somebody's wish to act for an organisation that the pool knows."""

    WAITING = "waiting"
    ACCEPTED = "accepted"
    REFUSED = "refused"


class Claim(SQLModel, table=True):
    """Somebody says that they belong to an organisation; its owner or staff decide."""

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    organisation_id: UUID = Field(foreign_key="organisation.id", index=True)
    person_id: UUID = Field(foreign_key="person.id", index=True)
    message: str = ""
    stage: ClaimStage = Field(default=ClaimStage.WAITING, sa_type=String)
    created_at: datetime = Field(default_factory=now)
    decided_by: UUID | None = Field(default=None, foreign_key="person.id")
    decided_at: datetime | None = None
    reason: str | None = None


class CertificationStage(StrEnum):
    """Where the certification of a manufacturer stands."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    CERTIFIED = "certified"
    REFUSED = "refused"


class Certification(SQLModel, table=True):
    """A manufacturer's four parts: register data, licence, bank account, contact; one each.

    `register_data` is locked once `register_confirmed_at` is set; the bank account may come later.
    """

    __table_args__ = (
        CheckConstraint(
            "decided_by IS NULL OR submitted_by IS NULL OR decided_by <> submitted_by",
            name="decider_is_another",
        ),
    )

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    organisation_id: UUID = Field(foreign_key="organisation.id", unique=True)
    stage: CertificationStage = Field(default=CertificationStage.DRAFT, sa_type=String)
    version: int = 1
    register_data: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    register_confirmed_at: datetime | None = None
    region: str | None = Field(default=None, index=True)
    industry: str | None = None
    revenue: int | None = Field(default=None, sa_type=BigInteger)  # of last year, in fen
    licence_id: UUID | None = Field(default=None, foreign_key="attachment.id")
    bank: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    contact: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    promised_at: datetime | None = None
    submitted_by: UUID | None = Field(default=None, foreign_key="person.id")
    submitted_at: datetime | None = None
    decided_by: UUID | None = Field(default=None, foreign_key="person.id")
    decided_at: datetime | None = None
    reason_code: str | None = None
    reason: str | None = None
    created_at: datetime = Field(default_factory=now)
