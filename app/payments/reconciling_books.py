"""Our own books against each other: seats, orders, payments, refunds, receipts."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from uuid import UUID

from app.bookings.models import Booking, Order, Sitting
from app.bookings.stages import ENDED, OrderStage, SeatStage
from app.core.i18n import mark
from app.payments.models import Payment, Receipt, Refund, RefundLine
from app.payments.reconciling_words import Difference
from app.payments.refunds import OVER, Why
from app.payments.stages import PaymentStage, ReceiptKind, RefundStage

WAITS = {OrderStage.HELD: SeatStage.HELD, OrderStage.APPROVAL: SeatStage.HELD}
LIVE = {**WAITS, OrderStage.CONFIRMED: SeatStage.CONFIRMED}


@dataclass(slots=True)
class Books:
    """Everything that we wrote, by id, with what belongs together found once."""

    sittings: dict[UUID, Sitting]
    orders: dict[UUID, Order]
    seats: list[Booking]
    payments: dict[UUID, Payment]
    refunds: dict[UUID, Refund]
    lines: list[RefundLine]
    receipts: list[Receipt]
    seats_of: dict[UUID, list[Booking]] = field(default_factory=lambda: defaultdict(list))
    paid_of: dict[UUID, list[Payment]] = field(default_factory=lambda: defaultdict(list))
    refunds_of: dict[UUID, list[Refund]] = field(default_factory=lambda: defaultdict(list))

    def __post_init__(self) -> None:
        for seat in self.seats:
            self.seats_of[seat.order_id].append(seat)
        for payment in self.payments.values():
            if payment.stage == PaymentStage.PAID:
                self.paid_of[payment.order_id].append(payment)
        for refund in self.refunds.values():
            self.refunds_of[refund.payment_id].append(refund)


def sittings(books: Books) -> Iterator[Difference]:
    """No sitting has more seats taken than it has."""
    taken: dict[UUID, int] = defaultdict(int)
    for seat in books.seats:
        taken[seat.sitting_id] += seat.stage != SeatStage.RELEASED
    for sitting in books.sittings.values():
        if taken[sitting.id] > sitting.seats:
            yield Difference(
                mark("{one} seats are taken, but the sitting has {other}."),
                sitting.identifier,
                taken[sitting.id],
                sitting.seats,
            )


def orders(books: Books) -> Iterator[Difference]:
    """An order costs what its seats cost, and its seats stand as it does."""
    for order in books.orders.values():
        seats = books.seats_of[order.id]
        live = [seat for seat in seats if seat.stage != SeatStage.RELEASED]
        total = sum(seat.price for seat in live)
        if order.total != total:
            yield Difference(
                mark("The booking costs {one} fen, its seats {other}."),
                order.identifier,
                order.total,
                total,
            )
        if order.stage in ENDED and live:
            yield Difference(mark("The booking is over, but has seats."), order.identifier)
        expected = LIVE.get(OrderStage(order.stage))
        if expected and (not live or any(seat.stage != expected for seat in live)):
            yield Difference(
                mark("The booking is {one}, its seats are not."), order.identifier, order.stage
            )
        yield from _released(order, seats)


def _released(order: Order, seats: list[Booking]) -> Iterator[Difference]:
    if any(seat.price for seat in seats if seat.stage == SeatStage.RELEASED):
        yield Difference(mark("A seat was given back, but has a price."), order.identifier)


def money(books: Books) -> Iterator[Difference]:
    """Who has seats that cost something has paid for them, once; nobody else's money stays."""
    for order in books.orders.values():
        standing = [one for one in books.paid_of[order.id] if not one.is_surplus]
        if len(standing) > 1:
            yield Difference(mark("The booking was paid twice."), order.identifier)
        if order.stage == OrderStage.CONFIRMED and order.total and not standing:
            yield Difference(mark("The booking is confirmed, but was not paid."), order.identifier)
        if order.stage in WAITS and standing:
            yield Difference(mark("The booking was paid, but is not confirmed."), order.identifier)
        if standing and standing[0].received < order.total:
            yield Difference(
                mark("The booking costs {one} fen, but {other} were paid."),
                order.identifier,
                order.total,
                standing[0].received,
            )


def payments(books: Books) -> Iterator[Difference]:
    """Money came as it was asked for; what is surplus goes back; no more goes back than came."""
    for payment in books.payments.values():
        about = str(payment.session_id or payment.id)
        is_paid = payment.stage == PaymentStage.PAID
        if payment.received != (payment.amount if is_paid else 0) and not payment.is_surplus:
            yield Difference(
                mark("{one} fen were asked for, {other} came."),
                about,
                payment.amount,
                payment.received,
            )
        gone = [one for one in books.refunds_of[payment.id] if one.stage not in OVER]
        went = [one.amount for one in gone if one.stage in (RefundStage.PENDING, RefundStage.DONE)]
        if sum(went) > payment.received:
            yield Difference(mark("More goes back than was paid."), about)
        back = sum(one.amount for one in gone if one.why in (Why.SURPLUS, Why.OUTSIDE))
        if payment.is_surplus and back < payment.received:
            yield Difference(
                mark("Of {one} fen that came without need {other} go back."),
                about,
                payment.received,
                back,
            )


def refund_lines(books: Books) -> Iterator[Difference]:
    """The parts of a refund add up to it."""
    sums: dict[UUID, int] = defaultdict(int)
    for line in books.lines:
        sums[line.refund_id] += line.amount
    for refund_id, total in sums.items():
        refund = books.refunds[refund_id]
        if refund.amount != total:
            yield Difference(
                mark("{one} fen go back, the parts are {other}."),
                str(refund.provider_id or refund.id),
                refund.amount,
                total,
            )


def receipts(books: Books) -> Iterator[Difference]:
    """Numbers have no gap, and there is a receipt for all money that came or went."""
    for number, receipt in enumerate(books.receipts, start=1):
        if receipt.number != number:
            yield Difference(mark("The receipt of this number is missing."), f"#{number}")
            break
    came = {one.payment_id: one for one in books.receipts if not one.corrects}
    for payment in books.payments.values():
        if payment.stage == PaymentStage.PAID:
            yield from _receipt(came.get(payment.id), payment.received, str(payment.session_id))
    went = {one.refund_id: one for one in books.receipts if one.kind == ReceiptKind.REFUND}
    for refund in books.refunds.values():
        if refund.stage == RefundStage.DONE:
            about = str(refund.provider_id or refund.id)
            yield from _receipt(went.get(refund.id), refund.amount, about)


def _receipt(receipt: Receipt | None, amount: int, about: str) -> Iterator[Difference]:
    if receipt is None:
        yield Difference(mark("There is no receipt."), about)
    elif receipt.amount != amount:
        yield Difference(
            mark("The receipt says {one} fen, the book {other}."), about, receipt.amount, amount
        )


def prices(books: Books) -> Iterator[Difference]:
    """Seats cost what their receipt said when they were paid."""
    said = {
        (one.order_id, line["booking"]): line["amount"]
        for one in books.receipts
        if one.kind == ReceiptKind.PAYMENT
        for line in one.words["lines"]
    }
    for seat in books.seats:
        price = said.get((seat.order_id, str(seat.id)), seat.price)
        if seat.stage == SeatStage.CONFIRMED and seat.price != price:
            yield Difference(
                mark("A seat costs {one} fen, its receipt says {other}."),
                books.orders[seat.order_id].identifier,
                seat.price,
                price,
            )


BOOKS: tuple[Callable[[Books], Iterator[Difference]], ...] = (
    sittings,
    orders,
    money,
    payments,
    refund_lines,
    receipts,
    prices,
)
