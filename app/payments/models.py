"""Payments, refunds, what the payment service told, and receipts. Sums are fen; nothing is deleted.

Of all this only events of the payment service confirm a booking, never a page that was opened.
"""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import BigInteger, CheckConstraint, String, UniqueConstraint
from sqlmodel import Field, SQLModel

from app.core.db import json_type, now
from app.payments.stages import (
    PaymentStage,
    ReceiptKind,
    RefundStage,
    check_payment,
    check_refund,
)

JSON: Any = json_type()


class Payment(SQLModel, table=True):
    """One try to pay an order: one Checkout Session of the payment service.

    Its id is the idempotency key of the session. `received` is what the service says was paid,
    in fen; `is_surplus` marks one that came when the order was paid already, or had lost its
    seats: it is given back whole.
    """

    __table_args__ = (
        UniqueConstraint("order_id", "attempt"),
        CheckConstraint("amount > 0", name="amount_is_some"),
    )

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    order_id: UUID = Field(foreign_key="booking_order.id")
    attempt: int = 1
    amount: int = Field(sa_type=BigInteger)
    currency: str = "cny"
    stage: PaymentStage = Field(default=PaymentStage.NEW, sa_type=String)
    session_id: str | None = Field(default=None, unique=True)
    intent_id: str | None = Field(default=None, unique=True)
    url: str | None = None  # of the hosted page
    method: str | None = None
    received: int = Field(default=0, sa_type=BigInteger)
    paid_at: datetime | None = None
    is_surplus: bool = False
    created_at: datetime = Field(default_factory=now)
    updated_at: datetime = Field(default_factory=now)

    def move_to(self, stage: PaymentStage) -> None:
        """Take a lawful step; raises `Conflict` for any other."""
        check_payment(PaymentStage(self.stage), stage)
        self.stage = stage
        self.updated_at = now()


class Refund(SQLModel, table=True):
    """Money that goes back; its id is the idempotency key at the payment service.

    Above `app.payments.refunds.LARGE` a second person approves it first; the database sees to
    it that it is another. One that was made outside, at the service itself, is `is_outside`.
    """

    __table_args__ = (
        CheckConstraint("amount > 0", name="amount_is_some"),
        CheckConstraint(
            "approved_by IS NULL OR asked_by IS NULL OR approved_by <> asked_by",
            name="approver_is_another",
        ),
    )

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    payment_id: UUID = Field(foreign_key="payment.id", index=True)
    amount: int = Field(sa_type=BigInteger)
    stage: RefundStage = Field(default=RefundStage.REQUESTED, sa_type=String, index=True)
    why: str  # a code: cancelled, sitting_cancelled, surplus, goodwill, outside
    note: str = ""
    provider_id: str | None = Field(default=None, unique=True)
    is_outside: bool = False
    asked_by: UUID | None = Field(default=None, foreign_key="person.id")  # None: by the rules
    approved_by: UUID | None = Field(default=None, foreign_key="person.id")
    approved_at: datetime | None = None
    error: str | None = None
    created_at: datetime = Field(default_factory=now)
    updated_at: datetime = Field(default_factory=now)

    def move_to(self, stage: RefundStage) -> None:
        """Take a lawful step; raises `Conflict` for any other."""
        check_refund(RefundStage(self.stage), stage)
        self.stage = stage
        self.updated_at = now()


class RefundLine(SQLModel, table=True):
    """The part of a refund that belongs to one seat."""

    __tablename__ = "refund_line"
    __table_args__ = (
        UniqueConstraint("refund_id", "booking_id"),
        CheckConstraint("amount > 0", name="amount_is_some"),
    )

    id: int | None = Field(default=None, primary_key=True)
    refund_id: UUID = Field(foreign_key="refund.id")
    booking_id: UUID = Field(foreign_key="booking.id", index=True)
    amount: int = Field(sa_type=BigInteger)


class PaymentEvent(SQLModel, table=True):
    """An event of the payment service, once, written in the transaction of its effect."""

    __tablename__ = "payment_event"

    id: str = Field(primary_key=True)  # as the service numbers it
    type: str
    object_id: str = ""
    effect: str = ""  # what it did here; empty when it was ignored
    at: datetime = Field(default_factory=now)


class Receipt(SQLModel, table=True):
    """A numbered document about money that came or went; never changed, never deleted.

    Numbers have no gaps. A correction is a counter-document that names what it corrects.
    """

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    number: int = Field(unique=True)
    kind: ReceiptKind = Field(sa_type=String)
    order_id: UUID = Field(foreign_key="booking_order.id", index=True)
    payment_id: UUID = Field(foreign_key="payment.id")
    refund_id: UUID | None = Field(default=None, foreign_key="refund.id", unique=True)
    corrects: int | None = None  # the number of the receipt that this one takes back
    amount: int = Field(sa_type=BigInteger)  # positive for both kinds
    words: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)  # as they were when issued
    issued_at: datetime = Field(default_factory=now)
