"""What ways to pay, stages and reasons are called."""

from collections.abc import Mapping

from app.core.i18n import _, mark
from app.payments.refunds import Why
from app.payments.stages import PaymentStage, RefundStage

METHODS: Mapping[str, str] = {
    "card": mark("Bank card"),
    "alipay": mark("Alipay"),
    "wechat_pay": mark("WeChat Pay"),
    "customer_balance": mark("Bank transfer (arrives later)"),
}
PAYMENTS: Mapping[str, str] = {
    PaymentStage.NEW: mark("Begun"),
    PaymentStage.OPEN: mark("Waits for payment"),
    PaymentStage.PENDING: mark("On its way"),
    PaymentStage.PAID: mark("Paid"),
    PaymentStage.FAILED: mark("Failed"),
    PaymentStage.EXPIRED: mark("Not paid in time"),
}
REFUNDS: Mapping[str, str] = {
    RefundStage.WAITING: mark("Waits for a second person"),
    RefundStage.REQUESTED: mark("Asked for"),
    RefundStage.PENDING: mark("On its way"),
    RefundStage.DONE: mark("Went out"),
    RefundStage.FAILED: mark("Failed"),
    RefundStage.DECLINED: mark("Declined"),
}
WHYS: Mapping[str, str] = {
    Why.CANCELLED: mark("Seats were given back"),
    Why.SITTING_CANCELLED: mark("The sitting was cancelled"),
    Why.SURPLUS: mark("Paid without need: twice, too late, or another sum"),
    Why.GOODWILL: mark("Goodwill"),
    Why.OUTSIDE: mark("Made at the payment service itself"),
    "returned": mark("The refund came back from the bank"),
}


def method_label(code: str | None) -> str:
    """What a way to pay is called; those that are not ours by their code."""
    return _(METHODS[code]) if code and code in METHODS else (code or "")
