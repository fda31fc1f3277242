"""The lawful moves of payments and refunds, each in one table."""

from collections.abc import Mapping
from enum import StrEnum

from app.core.errors import Conflict


class PaymentStage(StrEnum):
    """Where a payment stands, as the payment service says."""

    NEW = "new"  # nothing was asked of the service yet, or its answer never came
    OPEN = "open"  # the hosted page waits
    PENDING = "pending"  # a delayed method: done on the page, the money is not there yet
    PAID = "paid"
    FAILED = "failed"
    EXPIRED = "expired"


class RefundStage(StrEnum):
    """Where a refund stands."""

    WAITING = "waiting"  # for a second person
    REQUESTED = "requested"  # to be asked of the service
    PENDING = "pending"  # the service has it
    DONE = "done"
    FAILED = "failed"
    DECLINED = "declined"  # by the second person


class ReceiptKind(StrEnum):
    """What a receipt is about."""

    PAYMENT = "payment"
    REFUND = "refund"  # the counter-document


PAYMENT_MOVES: Mapping[PaymentStage, frozenset[PaymentStage]] = {
    PaymentStage.NEW: frozenset(PaymentStage) - {PaymentStage.NEW},
    PaymentStage.OPEN: frozenset(PaymentStage) - {PaymentStage.NEW, PaymentStage.OPEN},
    PaymentStage.PENDING: frozenset({PaymentStage.PAID, PaymentStage.FAILED}),
    PaymentStage.PAID: frozenset(),
    PaymentStage.FAILED: frozenset({PaymentStage.PAID}),  # events may come in any order
    PaymentStage.EXPIRED: frozenset({PaymentStage.PAID}),
}

REFUND_MOVES: Mapping[RefundStage, frozenset[RefundStage]] = {
    RefundStage.WAITING: frozenset({RefundStage.REQUESTED, RefundStage.DECLINED}),
    RefundStage.REQUESTED: frozenset({RefundStage.PENDING, RefundStage.DONE, RefundStage.FAILED}),
    RefundStage.PENDING: frozenset({RefundStage.DONE, RefundStage.FAILED}),
    RefundStage.DONE: frozenset({RefundStage.FAILED}),  # a bank may send it back
    RefundStage.FAILED: frozenset(),  # tried again as a new one
    RefundStage.DECLINED: frozenset(),
}


def check_payment(before: PaymentStage, after: PaymentStage) -> None:
    """Raises `Conflict` unless the table above has this move."""
    if after not in PAYMENT_MOVES[before]:
        raise Conflict(
            "A payment that is {stage} cannot become {wanted}.",
            stage=str(before),
            wanted=str(after),
        )


def check_refund(before: RefundStage, after: RefundStage) -> None:
    """Raises `Conflict` unless the table above has this move."""
    if after not in REFUND_MOVES[before]:
        raise Conflict(
            "A refund that is {stage} cannot become {wanted}.",
            stage=str(before),
            wanted=str(after),
        )
