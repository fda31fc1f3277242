"""A sitting of a training, the orders of its seats, who waits for one, and what follows it."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID, uuid4

from sqlalchemy import BigInteger, CheckConstraint, Index, String, UniqueConstraint
from sqlmodel import Field, SQLModel

from app.bookings.stages import (
    PLACE_MOVES,
    OrderStage,
    PlaceStage,
    SeatStage,
    SittingStage,
    check_order,
    check_place,
)
from app.catalogue.identifiers import new_identifier
from app.core.db import now


class CodeKind(StrEnum):
    """What a code is good for."""

    ACCESS = "access"  # a seat where seats are given by code only
    PRICE = "price"  # another price for the whole order's seats


class Sitting(SQLModel, table=True):
    """One date of a training, with seats.

    Moments are UTC; people see and type China's time. `price` is what one seat costs in fen, 0
    for free, copied from the training when the sitting is made, so that a change of the training
    changes no sitting that people book. `join_link` is told only to whoever has a confirmed seat.
    `sequence` counts changes that calendars must take over (RFC 5545); whoever booked before
    `moved_at` may cancel free of charge. `region` is where it takes
    place or, online, where its organisation is: staff of that region look after it.
    """

    __table_args__ = (
        CheckConstraint("seats > 0", name="seats_are_some"),
        CheckConstraint("price >= 0", name="price_is_no_debt"),
        Index("ix_sitting_training", "training_id", "starts_at"),
    )

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    identifier: str = Field(default_factory=lambda: new_identifier("d"), unique=True)
    training_id: UUID = Field(foreign_key="training.id")
    organisation_id: UUID = Field(foreign_key="organisation.id", index=True)
    region: str | None = Field(default=None, index=True)
    starts_at: datetime = Field(index=True)
    ends_at: datetime
    is_online: bool = False
    join_link: str | None = None
    venue: str | None = None
    address: str | None = None
    map_link: str | None = None
    seats: int
    price: int = Field(default=0, sa_type=BigInteger)
    opens_at: datetime | None = None  # booking begins; None: at once
    closes_at: datetime | None = None  # booking ends; None: when the sitting begins
    by_code_only: bool = False
    stage: SittingStage = Field(default=SittingStage.PLANNED, sa_type=String)
    cancelled_at: datetime | None = None
    cancelled_why: str | None = None
    moved_at: datetime | None = None  # to another time or place, last
    sequence: int = 0
    version: int = 1
    created_by: UUID = Field(foreign_key="person.id")
    created_at: datetime = Field(default_factory=now)
    updated_at: datetime = Field(default_factory=now)


class Order(SQLModel, table=True):
    """Seats of one sitting that one person booked together, for themselves or an organisation.

    `sent_key` is unique: sending the form again makes no second order. `total` (fen) is the sum
    of its live seats' prices, 0 once it is expired, cancelled or refused. `subsidy` is the share
    in per cent that public money pays of each seat; such an order waits for approval first.
    Until `held_until` the seats are kept; whoever approves starts the time anew.
    """

    __tablename__ = "booking_order"  # "order" is a word of SQL
    __table_args__ = (
        CheckConstraint("total >= 0", name="total_is_no_debt"),
        CheckConstraint(
            "decided_by IS NULL OR decided_by <> person_id", name="approver_is_another"
        ),
        Index("ix_booking_order_held", "stage", "held_until"),
    )

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    identifier: str = Field(default_factory=lambda: new_identifier("b"), unique=True)
    sitting_id: UUID = Field(foreign_key="sitting.id", index=True)
    person_id: UUID = Field(foreign_key="person.id", index=True)
    organisation_id: UUID | None = Field(default=None, foreign_key="organisation.id", index=True)
    sent_key: str = Field(unique=True)
    stage: OrderStage = Field(default=OrderStage.HELD, sa_type=String)
    stage_since: datetime = Field(default_factory=now)
    held_until: datetime | None = None
    total: int = Field(default=0, sa_type=BigInteger)
    subsidy: int = 0
    why_subsidised: str | None = None  # what the applicant says for it
    decided_by: UUID | None = Field(default=None, foreign_key="person.id")
    decided_at: datetime | None = None
    reason: str | None = None  # of a refusal or cancellation
    code_id: UUID | None = Field(default=None, foreign_key="booking_code.id")
    place_id: UUID | None = Field(default=None, foreign_key="waiting_place.id")
    confirmed_at: datetime | None = None
    reminded_at: datetime | None = None  # the day before the sitting
    version: int = 1
    created_at: datetime = Field(default_factory=now)

    def move_to(self, stage: OrderStage) -> None:
        """Take a lawful step; raises `Conflict` for any other."""
        check_order(OrderStage(self.stage), stage, self.identifier)
        self.stage = stage
        self.stage_since = now()
        self.version += 1


class Booking(SQLModel, table=True):
    """One seat of an order, for one named participant; released ones stay, with no price.

    `price` (fen) is what this seat costs the order. `ticket` is what the QR code at the door
    holds: unguessable, good for this seat only.
    """

    __table_args__ = (
        CheckConstraint("price >= 0", name="price_is_no_debt"),
        Index("ix_booking_seats", "sitting_id", "stage"),
    )

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    ticket: str = Field(unique=True)
    order_id: UUID = Field(foreign_key="booking_order.id", index=True)
    sitting_id: UUID = Field(foreign_key="sitting.id")
    stage: SeatStage = Field(default=SeatStage.HELD, sa_type=String)
    participant: str
    participant_email: str | None = None
    job: str | None = None
    price: int = Field(default=0, sa_type=BigInteger)
    released_at: datetime | None = None
    attended_at: datetime | None = None
    attendance_by: UUID | None = Field(default=None, foreign_key="person.id")
    created_at: datetime = Field(default_factory=now)


class Place(SQLModel, table=True):
    """A place on the waiting list of a sitting, for so many seats; lower numbers come first.

    While it is offered its seats are kept until `offered_until`, never beyond the beginning.
    """

    __tablename__ = "waiting_place"
    __table_args__ = (
        UniqueConstraint("sitting_id", "number"),
        Index("ix_waiting_place_line", "sitting_id", "stage", "number"),
    )

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    sitting_id: UUID = Field(foreign_key="sitting.id")
    number: int
    person_id: UUID = Field(foreign_key="person.id", index=True)
    organisation_id: UUID | None = Field(default=None, foreign_key="organisation.id")
    seats: int = 1
    stage: PlaceStage = Field(default=PlaceStage.WAITING, sa_type=String)
    offered_at: datetime | None = None
    offered_until: datetime | None = None
    created_at: datetime = Field(default_factory=now)

    def move_to(self, stage: PlaceStage) -> None:
        """Take a lawful step; raises `Conflict` for any other."""
        check_place(PlaceStage(self.stage), stage)
        self.stage = stage

    @property
    def is_over(self) -> bool:
        return not PLACE_MOVES[PlaceStage(self.stage)]


class Code(SQLModel, table=True):
    """A code that works once: for one order, until that order ends without a seat.

    `price` (fen, one seat) is what a code of the kind `price` makes of the sitting's price.
    """

    __tablename__ = "booking_code"
    __table_args__ = (UniqueConstraint("sitting_id", "text"),)

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    sitting_id: UUID = Field(foreign_key="sitting.id")
    text: str
    kind: CodeKind = Field(sa_type=String)
    price: int | None = Field(default=None, sa_type=BigInteger)
    note: str = ""
    used_at: datetime | None = None
    withdrawn_at: datetime | None = None
    created_by: UUID = Field(foreign_key="person.id")
    created_at: datetime = Field(default_factory=now)


class Certificate(SQLModel, table=True):
    """What a participant who attended may show; its words stay as they were issued."""

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    identifier: str = Field(default_factory=lambda: new_identifier("z"), unique=True)
    booking_id: UUID = Field(foreign_key="booking.id", unique=True)
    participant: str
    training: str
    organiser: str
    starts_at: datetime
    ends_at: datetime
    issued_at: datetime = Field(default_factory=now)
    revoked_at: datetime | None = None
    revoked_why: str | None = None


class Feedback(SQLModel, table=True):
    """What whoever booked says of a sitting afterwards: 1 to 5 stars and a sentence, once."""

    __tablename__ = "sitting_feedback"
    __table_args__ = (UniqueConstraint("sitting_id", "order_id"),)

    id: int | None = Field(default=None, primary_key=True)
    sitting_id: UUID = Field(foreign_key="sitting.id")
    order_id: UUID = Field(foreign_key="booking_order.id")
    stars: int
    text: str = ""
    by: UUID = Field(foreign_key="person.id")
    at: datetime = Field(default_factory=now)
