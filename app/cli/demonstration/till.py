"""Booking and paying in the demonstration: the real rules, and the page that stands in for another.

What the payment service does is written in a file of its own at once; the pool's part stays in
the one transaction of the demonstration, which the service's events join.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from itertools import count
from typing import TYPE_CHECKING, Any

from sqlmodel import Session, col, select

from app.bookings import expiring, occupancy, ordering, seats, waiting
from app.bookings.models import Booking, Order, Place, Sitting
from app.bookings.ordering import Participant, Wish
from app.core.db import at, now
from app.payments import cancelling, paying, returning, webhooks
from app.payments.models import Payment, Refund
from app.payments.stages import RefundStage
from app.payments.standin import checkout, events, refunding, store
from app.payments.standin.checkout import Method

if TYPE_CHECKING:
    from app.cli.demonstration.building import Story

NAMES = ("演示学员甲", "演示学员乙", "演示学员丙", "演示学员丁", "演示学员戊")
HOUR = 60  # minutes


class Till:
    """Who books what, and what becomes of it at the payment service."""

    def __init__(self, db: Session, story: "Story") -> None:
        self.db = db
        self.story = story
        self._keys = count(1)

    @contextmanager
    def day(self, ago: int, minutes: int = 0) -> Iterator[None]:
        """Some minutes after the morning of a day so long ago; 0 is this very moment."""
        if not ago:
            yield
            return
        with at(self.story.morning(ago) + timedelta(minutes=minutes)):
            yield

    def book(self, sitting: Sitting, who: str, many: int = 1, **wish: Any) -> Order:
        """Seats for oneself, or for the organisation that one belongs to."""
        by = self.story.who(who)
        named = [Participant(self._name(number), job="班组长") for number in range(many)]
        key = f"demonstration-{next(self._keys)}"
        has_one = by.organisation_id is not None
        wanted = Wish(participants=named, sent_key=key, for_organisation=has_one, **wish)
        return ordering.book(self.db, sitting.id, wanted, by=by)

    def wait(self, sitting: Sitting, who: str) -> Place:
        by = self.story.who(who)
        has_one = by.organisation_id is not None
        return waiting.join(self.db, sitting.id, 1, by=by, for_organisation=has_one)

    def open(self, order: Order, who: str) -> str:
        """Go to the payment service's page; which session that is."""
        payment = paying.start(self.db, order, by=self.story.who(who))
        self.db.flush()  # the service's answer is noted beside it
        paying.open_checkout(self.db, payment)
        self._read_again()
        return str(self.db.get_one(Payment, payment.id).session_id)

    def pay(self, order: Order, who: str, method: Method = Method.CARD) -> Order:
        """Pay at once and well."""
        self.choose(self.open(order, who), method)
        return order

    def choose(self, session: str, method: Method = Method.CARD, *, succeeds: bool = True) -> None:
        """What somebody does on the service's page, and what the pool hears of it."""
        with store.opened(writes=True) as own:
            checkout.pay(own, session, method, succeeds=succeeds)
        self.hear()

    def bounce(self, session: str) -> None:
        """The money of a delayed method does not come."""
        with store.opened(writes=True) as own:
            checkout.arrive(own, session, succeeds=False)
        self.hear()

    def give_back(self, order: Order, who: str, many: int | None = None, why: str = "") -> None:
        """Give seats back, all or the first of them, and by the terms the money for them."""
        ids = None if many is None else [one.id for one in seats.live(self.db, order)[:many]]
        cancelling.cancel_order(self.db, order, ids, why, by=self.story.who(who))
        self.send_back()

    def send_back(self) -> None:
        """Have the service carry out the refunds that wait for nobody."""
        self.db.flush()  # those just asked for are found
        asked = select(Refund.id).where(col(Refund.stage) == RefundStage.REQUESTED)
        returning.ask_for_refund(self.db, [{"refund_id": str(id_)} for id_ in self.db.exec(asked)])
        self.hear()

    def come_back(self, order: Order) -> None:
        """The bank cannot hand out the refunds of an order and sends them back."""
        of_order = select(Refund.provider_id).join(Payment).where(Payment.order_id == order.id)
        with store.opened(writes=True) as own:
            for id_ in self.db.exec(of_order).all():
                refunding.come_back(own, str(id_))
        self.hear()

    def pass_time(self, *sittings: Sitting) -> None:
        """What the worker does every minute: holds, offers and sessions end."""
        for sitting in sittings:
            expiring.catch_up(self.db, occupancy.hold_sitting(self.db, sitting.id))
        with store.opened(writes=True) as own:
            checkout.expire_overdue(own)
        self.hear()

    def seats_of(self, order: Order) -> Sequence[Booking]:
        return seats.live(self.db, order)

    def hear(self) -> None:
        """Take the service's events; they join this transaction, and none may be left over."""
        self.db.flush()  # what was done before is seen by those who hear
        bind = self.db.get_bind()
        _taken, left = events.deliver(lambda body, sign: webhooks.receive(body, sign, bind))
        if left:
            raise RuntimeError(f"{left} events of the stand-in were not taken at {now()}")
        self._read_again()

    def _read_again(self) -> None:
        self.db.expire_all()

    @staticmethod
    def _name(number: int) -> str:
        turn, which = divmod(number, len(NAMES))
        return NAMES[which] + (str(turn + 1) if turn else "")
