"""Our payments and refunds against those that the payment service knows."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta

from stripe import StripeClient, StripeError

from app.core.db import now
from app.core.i18n import mark
from app.payments import gateway, reading
from app.payments.gateway import Unreachable
from app.payments.models import Payment, Refund
from app.payments.reading import Returned, Seen
from app.payments.reconciling_books import Books
from app.payments.reconciling_words import Difference
from app.payments.refunds import OVER
from app.payments.stages import PaymentStage, RefundStage

UNDERWAY = timedelta(minutes=15)  # events may take so long; what is younger is no difference yet
SIZE = 100
SAME = {PaymentStage.NEW: PaymentStage.OPEN}  # an answer that has not reached us yet


def compare(books: Books) -> tuple[int, list[Difference]]:
    """How many sessions the service has of ours, and what differs."""
    client = gateway.client()
    try:
        sessions = {one.session_id: one for one in _sessions(client)}
        refunds = _refunds(client)
    except StripeError as error:
        raise Unreachable("The payment service cannot be asked now.") from error
    ours = {one.session_id: one for one in books.payments.values() if _is_here(one)}
    found = list(_unknown(books, sessions, ours))
    for session_id, payment in ours.items():
        found += _payment(payment, sessions.get(str(session_id)))
    found += _compare_refunds(books, refunds, {one.intent_id for one in ours.values()})
    return len(sessions), found


def _is_here(payment: Payment) -> bool:
    """Whether the service of today knows it: those of the stand-in are not asked of Stripe."""
    is_standin = gateway.MARK in (payment.session_id or "")
    return payment.session_id is not None and is_standin is not gateway.is_real()


def _sessions(client: StripeClient) -> Iterator[Seen]:
    expand = [f"data.{path}" for path in reading.WHOLE]
    listed = client.v1.checkout.sessions.list({"limit": SIZE, "expand": expand})
    for session in listed.auto_paging_iter():
        seen = reading.seen(session.to_dict(), ())
        if seen.payment_id is not None:
            yield seen


def _refunds(client: StripeClient) -> dict[str, list[Returned]]:
    found: dict[str, list[Returned]] = defaultdict(list)
    for refund in client.v1.refunds.list({"limit": SIZE}).auto_paging_iter():
        said = refund.to_dict()
        found[str(said.get("payment_intent"))].append(reading.returned(said))
    return found


def _unknown(
    books: Books, sessions: dict[str, Seen], ours: dict[str | None, Payment]
) -> Iterator[Difference]:
    for seen in sessions.values():
        payment = books.payments.get(seen.payment_id) if seen.payment_id else None
        if seen.session_id not in ours and (payment is None or payment.session_id):
            yield Difference(
                mark("The payment service has a session that we do not."), seen.session_id
            )


def _payment(payment: Payment, seen: Seen | None) -> Iterator[Difference]:
    about = str(payment.session_id)
    if seen is None:
        yield Difference(mark("The payment service does not know this session."), about)
        return
    if seen.amount != payment.amount or seen.currency != payment.currency:
        yield Difference(
            mark("We asked for {one} fen, the payment service for {other}."),
            about,
            payment.amount,
            seen.amount,
        )
    is_underway = payment.updated_at > now() - UNDERWAY or _is_recent(seen)
    if SAME.get(PaymentStage(payment.stage), payment.stage) != seen.stage:
        if not is_underway:
            yield Difference(
                mark("Our book says {one}, the payment service {other}."),
                about,
                payment.stage,
                seen.stage,
            )
    elif payment.stage == PaymentStage.PAID and payment.received != seen.received:
        yield Difference(
            mark("We noted {one} fen, the payment service received {other}."),
            about,
            payment.received,
            seen.received,
        )


def _is_recent(seen: Seen) -> bool:
    return seen.charged_at > (now() - UNDERWAY).timestamp()


def _compare_refunds(
    books: Books, theirs: dict[str, list[Returned]], intents: set[str | None]
) -> Iterator[Difference]:
    ours = {one.provider_id: one for one in books.refunds.values() if one.provider_id}
    for intent in intents:
        for said in theirs.get(str(intent), ()):
            yield from _refund(ours.pop(said.id, None), said, books)
    here = [one for one in ours.values() if _is_of(books, one, intents)]
    for refund in here:
        yield Difference(
            mark("The payment service does not know this refund."), str(refund.provider_id)
        )


def _is_of(books: Books, refund: Refund, intents: set[str | None]) -> bool:
    return books.payments[refund.payment_id].intent_id in intents


def _refund(refund: Refund | None, said: Returned, books: Books) -> Iterator[Difference]:
    if refund is None and said.refund_id:
        refund = books.refunds.get(said.refund_id)
    if refund is None:
        yield Difference(mark("Money went back that no book of ours knows of."), said.id)
        return
    if refund.amount != said.amount:
        yield Difference(
            mark("{one} fen go back by our book, {other} by the payment service."),
            said.id,
            refund.amount,
            said.amount,
        )
    is_underway = refund.updated_at > now() - UNDERWAY
    on_the_way = (RefundStage.REQUESTED, RefundStage.PENDING)
    if refund.stage != said.stage and not (is_underway and refund.stage in on_the_way):
        is_over = refund.stage in OVER and said.stage == RefundStage.FAILED
        if not is_over:
            yield Difference(
                mark("Our book says {one}, the payment service {other}."),
                said.id,
                refund.stage,
                said.stage,
            )
