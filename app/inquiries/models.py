"""An inquiry, what was said in it, every step it took, and what the manufacturer made of it."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import BigInteger, CheckConstraint, Index, String, UniqueConstraint
from sqlmodel import Field, SQLModel

from app.catalogue.identifiers import new_identifier
from app.core.db import empty_list, json_type, now
from app.core.errors import Conflict
from app.core.formats import today

JSON: Any = json_type()


class InquiryStage(StrEnum):
    """Where an inquiry stands."""

    SENT = "sent"
    READ = "read"
    ANSWERED = "answered"
    MEETING = "meeting"
    OFFER = "offer"
    CONTRACT = "contract"
    DECLINED = "declined"  # by the vendor
    CLOSED = "closed"  # by the manufacturer


ENDED = frozenset({InquiryStage.DECLINED, InquiryStage.CLOSED})
_GOING = frozenset({InquiryStage.MEETING, InquiryStage.OFFER, InquiryStage.CONTRACT})
MOVES: dict[InquiryStage, frozenset[InquiryStage]] = {
    InquiryStage.SENT: frozenset({InquiryStage.READ, InquiryStage.ANSWERED}) | ENDED,
    InquiryStage.READ: frozenset({InquiryStage.ANSWERED}) | ENDED,
    InquiryStage.ANSWERED: _GOING | ENDED,
    InquiryStage.MEETING: frozenset({InquiryStage.OFFER, InquiryStage.CONTRACT}) | ENDED,
    InquiryStage.OFFER: frozenset({InquiryStage.MEETING, InquiryStage.CONTRACT}) | ENDED,
    InquiryStage.CONTRACT: frozenset({InquiryStage.CLOSED}),
    InquiryStage.DECLINED: frozenset(),
    InquiryStage.CLOSED: frozenset(),
}


class Side(StrEnum):
    """Who speaks in a thread."""

    ASKER = "asker"
    VENDOR = "vendor"
    STAFF = "staff"
    POOL = "pool"  # what the pool tells both sides


class Inquiry(SQLModel, table=True):
    """A thread between a manufacturer's organisation and one vendor.

    `sent_key` is unique: sending the same again makes no second one. `contact` is hidden from
    the vendor until `contact_released_at`. The clock towards `due_on` (a day in China, counted
    in working days) stands while `clock_stopped_at` is set: the asker has to answer.
    `vendor_organisation_id` follows from the vendor and is kept for asking who may see it;
    `region` is the vendor's, `waits_for_account` says that nobody acts for the vendor yet.
    `news_for_asker` and `news_for_vendor` are the numbers of the newest message that the other
    side, the staff or the pool wrote: whoever read less has something unread; up to `mailed_to_…`
    a side was told by mail. A contract is said
    by one side (`contract_said_by`, with value in fen and date) until the other confirms it.
    """

    __table_args__ = (
        CheckConstraint("organisation_id <> vendor_organisation_id", name="sides_are_two"),
        Index("ix_inquiry_due", "stage", "due_on"),
        Index("ix_inquiry_region", "region", "stage"),
    )

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    identifier: str = Field(default_factory=lambda: new_identifier("q"), unique=True)
    organisation_id: UUID = Field(foreign_key="organisation.id", index=True)
    asked_by: UUID = Field(foreign_key="person.id")
    vendor_id: UUID = Field(foreign_key="vendor.id", index=True)
    vendor_organisation_id: UUID = Field(foreign_key="organisation.id", index=True)
    solution_id: UUID | None = Field(default=None, foreign_key="solution.id")
    need_id: UUID | None = Field(default=None, foreign_key="need.id", index=True)
    match_id: UUID | None = Field(default=None, foreign_key="match.id")
    shortlist_id: UUID | None = Field(default=None, foreign_key="shortlist.id")
    sent_key: str = Field(unique=True)
    sent_on: date = Field(default_factory=today)  # China's day, for figures
    subject: str
    region: str | None = None
    stage: InquiryStage = Field(default=InquiryStage.SENT, sa_type=String)
    stage_since: datetime = Field(default_factory=now)
    version: int = 1
    contact: dict[str, str] = Field(default_factory=dict, sa_type=JSON)
    contact_released_at: datetime | None = None
    contact_released_by: UUID | None = Field(default=None, foreign_key="person.id")
    hides_asker: bool = False  # asked from a need with hidden identity
    due_on: date | None = None
    clock_stopped_at: datetime | None = None
    reminded_at: datetime | None = None
    overdue_told_at: datetime | None = None
    escalated_at: datetime | None = None
    escalated_why: str | None = None
    escalation_passed_on_at: datetime | None = None  # to the province
    escalation_closed_at: datetime | None = None
    answered_on: date | None = None
    answered_after: int | None = None  # working days until the first answer, without pauses
    answered_in_time: bool | None = None
    waits_for_account: bool = False
    news_for_asker: int = 0
    news_for_vendor: int = 0
    mailed_to_asker: int = 0
    mailed_to_vendor: int = 0
    contract_value: int | None = Field(default=None, sa_type=BigInteger)
    contract_on: date | None = None
    contract_said_by: Side | None = Field(default=None, sa_type=String)
    created_at: datetime = Field(default_factory=now)
    updated_at: datetime = Field(default_factory=now)

    def move_to(self, stage: InquiryStage) -> None:
        """Take a lawful step; raises `Conflict` for any other."""
        if stage not in MOVES[InquiryStage(self.stage)]:
            raise Conflict(
                "“{name}” is {stage} and cannot become {wanted}.",
                name=self.subject,
                stage=str(self.stage),
                wanted=str(stage),
            )
        self.stage = stage
        self.stage_since = self.updated_at = now()
        if stage is not InquiryStage.READ:  # nobody decides otherwise because it was opened
            self.version += 1


class Message(SQLModel, table=True):
    """One message in a thread; never changed. What the pool says is a coded `event`, not a text."""

    __table_args__ = (UniqueConstraint("inquiry_id", "side", "sent_key"),)

    id: int | None = Field(default=None, primary_key=True)
    inquiry_id: UUID = Field(foreign_key="inquiry.id", index=True)
    side: Side = Field(sa_type=String)
    by: UUID | None = Field(default=None, foreign_key="person.id")
    text: str = ""
    event: str | None = None
    said: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)  # what the event names
    sent_key: str | None = None  # repeated sending makes no second message
    at: datetime = Field(default_factory=now)


class InquiryStep(SQLModel, table=True):
    """One step of an inquiry: from where, to where, by whom, when; a contract with value (fen)."""

    __tablename__ = "inquiry_step"

    id: int | None = Field(default=None, primary_key=True)
    inquiry_id: UUID = Field(foreign_key="inquiry.id", index=True)
    before: InquiryStage | None = Field(default=None, sa_type=String)
    after: InquiryStage = Field(sa_type=String)
    side: Side = Field(sa_type=String)
    by: UUID | None = Field(default=None, foreign_key="person.id")
    why: str = ""
    value: int | None = Field(default=None, sa_type=BigInteger)
    signed_on: date | None = None
    at: datetime = Field(default_factory=now)


class InquiryReading(SQLModel, table=True):
    """How far somebody has read a thread."""

    __tablename__ = "inquiry_reading"

    inquiry_id: UUID = Field(primary_key=True, foreign_key="inquiry.id")
    person_id: UUID = Field(primary_key=True, foreign_key="person.id")
    message_id: int = 0
    at: datetime = Field(default_factory=now)


class AnswerTemplate(SQLModel, table=True):
    """A first answer that a vendor keeps to start from."""

    __tablename__ = "answer_template"

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    organisation_id: UUID = Field(foreign_key="organisation.id", index=True)
    title: str
    text: str
    by: UUID = Field(foreign_key="person.id")
    at: datetime = Field(default_factory=now)


class Rating(SQLModel, table=True):
    """What a manufacturer says of a vendor after a contract: one for each inquiry, 1 to 5.

    `flags` says why staff should look at it: an outlier, or a ring of raters.
    """

    inquiry_id: UUID = Field(primary_key=True, foreign_key="inquiry.id")
    vendor_id: UUID = Field(foreign_key="vendor.id", index=True)
    organisation_id: UUID = Field(foreign_key="organisation.id", index=True)
    stars: int
    text: str = ""
    by: UUID = Field(foreign_key="person.id")
    at: datetime = Field(default_factory=now)
    reply: str | None = None
    replied_by: UUID | None = Field(default=None, foreign_key="person.id")
    replied_at: datetime | None = None
    flags: list[str] = Field(default_factory=empty_list, sa_type=JSON)
    is_flagged: bool = False  # something in `flags` waits for the staff
    is_hidden: bool = False  # staff found it false
    decided_by: UUID | None = Field(default=None, foreign_key="person.id")
    decided_at: datetime | None = None
    decided_why: str | None = None


class InquiryReport(SQLModel, table=True):
    """Somebody reports a thread: staff may read it then, logged and with a reason.

    `against_id` is the organisation on the other side; until the end of `suspended_until` it may
    send no inquiries.
    """

    __tablename__ = "inquiry_report"

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    inquiry_id: UUID = Field(foreign_key="inquiry.id", index=True)
    side: Side = Field(sa_type=String)  # that reports
    against_id: UUID = Field(foreign_key="organisation.id", index=True)
    reason_code: str
    text: str = ""
    by: UUID = Field(foreign_key="person.id")
    at: datetime = Field(default_factory=now)
    is_upheld: bool | None = None
    answer: str | None = None
    suspended_until: date | None = None
    decided_by: UUID | None = Field(default=None, foreign_key="person.id")
    decided_at: datetime | None = None


class Block(SQLModel, table=True):
    """One organisation wants to hear no more from another; said in the thread `inquiry_id`.

    Where the other one was hidden in that thread (`is_of_hidden`), the block reaches only what
    it asks hidden: anything else would tell who it is.
    """

    __table_args__ = (UniqueConstraint("organisation_id", "inquiry_id"),)

    id: int | None = Field(default=None, primary_key=True)
    organisation_id: UUID = Field(foreign_key="organisation.id")
    blocked_id: UUID = Field(foreign_key="organisation.id", index=True)
    inquiry_id: UUID = Field(foreign_key="inquiry.id", index=True)
    is_of_hidden: bool = False
    by: UUID = Field(foreign_key="person.id")
    at: datetime = Field(default_factory=now)
