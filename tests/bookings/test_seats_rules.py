"""Booking, confirming, expiring, cancelling, transferring: who may do what, and what it costs."""

from datetime import timedelta

import pytest
from sqlmodel import Session, select

from app.bookings import confirming, expiring, occupancy, ordering, releasing, transferring
from app.bookings.models import CodeKind, Order
from app.bookings.ordering import Full, Participant
from app.bookings.stages import OrderStage, SeatStage, SittingStage
from app.catalogue.stages import Stage
from app.core.db import at, now
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.core.mail import Mail
from tests.factories_bookings import (
    YUAN,
    a_booker,
    a_booking,
    a_code,
    a_sitting,
    a_training,
    a_wish,
    an_order,
    seats_of,
)

PRICE = 300 * YUAN


def test_a_free_seat_is_confirmed_at_once(db: Session) -> None:
    sitting = a_sitting(db, seats=2)
    order = an_order(db, sitting)
    assert (order.stage, order.total) == (OrderStage.CONFIRMED, 0)
    assert [seat.stage for seat in seats_of(db, order)] == [SeatStage.CONFIRMED]
    assert occupancy.free_seats(db, sitting) == 1


def test_a_seat_that_costs_is_held_for_half_an_hour(db: Session) -> None:
    with at(now()):
        order = an_order(db, a_sitting(db, price=PRICE), seats=3)
        assert (order.stage, order.total) == (OrderStage.HELD, 3 * PRICE)
        assert order.held_until == now() + timedelta(minutes=30)


def test_a_hold_ends_when_the_sitting_begins(db: Session) -> None:
    sitting = a_sitting(db, price=PRICE, starts_at=now() + timedelta(minutes=10))
    assert an_order(db, sitting).held_until == sitting.starts_at


def test_the_same_form_books_once(db: Session) -> None:
    sitting, by = a_sitting(db), a_booker(db)
    first = an_order(db, sitting, by, sent_key="key")
    assert an_order(db, sitting, by, sent_key="key").id == first.id
    assert an_order(db, sitting, a_booker(db), sent_key="key").id != first.id


def test_more_seats_than_are_free_are_not_booked_in_part(db: Session) -> None:
    sitting = a_sitting(db, seats=2)
    with pytest.raises(Full, match="Only 2 seats"):
        an_order(db, sitting, seats=3)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"stage": SittingStage.CANCELLED}, "cancelled"),
        ({"starts_at": now() - timedelta(minutes=1)}, "begun"),
        ({"opens_at": now() + timedelta(days=1)}, "opens"),
        ({"closes_at": now() - timedelta(days=1)}, "closed"),
    ],
)
def test_only_an_open_sitting_is_booked(db: Session, values: dict[str, object], said: str) -> None:
    with pytest.raises(Conflict, match=said):
        an_order(db, a_sitting(db, **values))


def test_a_training_that_left_is_not_booked(db: Session) -> None:
    sitting = a_sitting(db, a_training(db, stage=Stage.WITHDRAWN))
    with pytest.raises(Conflict, match="not offered"):
        an_order(db, sitting)


def test_a_missing_sitting_is_not_found(db: Session) -> None:
    with pytest.raises(NotFound):
        ordering.book(db, a_booker(db).person_id, a_wish(), by=a_booker(db))


@pytest.mark.parametrize(
    ("participants", "said"),
    [
        ([], "at least one"),
        ([Participant(" ")], "name"),
        ([Participant("长" * 61)], "at most"),
        ([Participant("一\n二")], "one line"),
        ([Participant("一", "not an address")], "address"),
        ([Participant("一", "a@example.com"), Participant("二", "A@example.com")], "same"),
        ([Participant(str(number)) for number in range(21)], "At most 20"),
    ],
)
def test_participants_are_checked(db: Session, participants: list[Participant], said: str) -> None:
    with pytest.raises(Invalid, match=said):
        an_order(
            db,
            a_sitting(db),
            a_booker(db, for_organisation=True),
            participants=participants,
            for_organisation=True,
        )


def test_several_seats_are_an_organisations(db: Session) -> None:
    with pytest.raises(Invalid, match="organisation"):
        an_order(db, by=a_booker(db), seats=2, for_organisation=False)
    with pytest.raises(Forbidden):
        an_order(db, by=a_booker(db), seats=2)


def test_nobody_collects_more_than_twenty_seats_of_a_sitting(db: Session) -> None:
    sitting, by = a_sitting(db, seats=50), a_booker(db, for_organisation=True)
    an_order(db, sitting, by, seats=15)
    with pytest.raises(Conflict, match="20"):
        an_order(db, sitting, by, seats=6)
    an_order(db, sitting, by, seats=5)


def test_a_hold_that_ran_out_gives_its_seats_back(db: Session) -> None:
    sitting = a_sitting(db, price=PRICE, seats=1)
    order = an_order(db, sitting)
    with at(now() + timedelta(minutes=31)):
        expiring.expire_all(db)
    assert (order.stage, order.total) == (OrderStage.EXPIRED, 0)
    assert [(seat.stage, seat.price) for seat in seats_of(db, order)] == [(SeatStage.RELEASED, 0)]
    assert occupancy.free_seats(db, sitting) == 1


def test_a_hold_that_ran_out_makes_way_for_whoever_books_next(db: Session) -> None:
    sitting = a_sitting(db, price=PRICE, seats=1)
    an_order(db, sitting)
    with at(now() + timedelta(minutes=31)):
        assert an_order(db, sitting).stage == OrderStage.HELD


def test_a_paid_order_is_confirmed_once(db: Session) -> None:
    order = an_order(db, a_sitting(db, price=PRICE))
    confirming.confirm(db, order)
    confirming.confirm(db, order)
    assert (order.stage, order.total, order.held_until) == (OrderStage.CONFIRMED, PRICE, None)
    mails = db.exec(select(Mail.subject).where(Mail.subject.startswith("席位已确认")))  # type: ignore[attr-defined]
    assert len(mails.all()) <= 1


def expired(db: Session, **values: object) -> Order:
    order = an_order(db, a_sitting(db, price=PRICE, **values), seats=2)
    with at(now() + timedelta(hours=1)):
        expiring.expire_all(db)
    assert order.stage == OrderStage.EXPIRED
    return order


def test_an_expired_order_is_not_confirmed_but_revived(db: Session) -> None:
    order = expired(db)
    with pytest.raises(Conflict, match="not held"):
        confirming.confirm(db, order)
    assert confirming.revive(db, order)
    assert (order.stage, order.total) == (OrderStage.CONFIRMED, 2 * PRICE)
    assert {seat.stage for seat in seats_of(db, order)} == {SeatStage.CONFIRMED}


def test_an_expired_order_comes_back_at_the_price_that_was_paid(db: Session) -> None:
    order = expired(db)
    assert confirming.revive(db, order, 101)
    assert sorted(seat.price for seat in seats_of(db, order)) == [50, 51]
    assert order.total == 101


def test_an_expired_order_stays_so_when_its_seats_are_gone(db: Session) -> None:
    order = expired(db, seats=3)
    an_order(db, db.get_one(type(a_sitting(db)), order.sitting_id), seats=2)
    assert not confirming.revive(db, order)
    assert (order.stage, order.total) == (OrderStage.EXPIRED, 0)


def test_an_expired_order_does_not_come_back_after_the_beginning(db: Session) -> None:
    order = expired(db)
    with at(now() + timedelta(days=8)):
        assert not confirming.revive(db, order)


def test_seats_that_were_cancelled_before_do_not_come_back(db: Session) -> None:
    order = an_order(db, a_sitting(db, price=PRICE), seats=3)
    first = seats_of(db, order)[0]
    releasing.release(db, order, [first.id], "", by="test")
    with at(now() + timedelta(hours=1)):
        expiring.expire_all(db)
    assert confirming.revive(db, order)
    assert (first.stage, order.total) == (SeatStage.RELEASED, 2 * PRICE)


@pytest.mark.parametrize(
    ("before", "share"),
    [(timedelta(days=4), 100), (timedelta(days=3), 100), (timedelta(days=2), 50)],
)
def test_what_comes_back_follows_the_published_terms(
    db: Session, before: timedelta, share: int
) -> None:
    begins = now() + timedelta(days=30)
    order = an_order(db, a_sitting(db, price=PRICE, starts_at=begins), seats=2)
    confirming.confirm(db, order)
    seat = seats_of(db, order)[0]
    with at(begins - before):
        planned = releasing.plan(db, order, [seat.id], now())
        assert releasing.release(db, order, [seat.id], "", by="test") == planned
    assert [(due.paid, due.back) for due in planned] == [(PRICE, PRICE * share // 100)]
    assert (order.stage, order.total) == (OrderStage.CONFIRMED, PRICE)


def test_nothing_is_given_back_once_the_sitting_has_begun(db: Session) -> None:
    order = an_order(db)
    with at(now() + timedelta(days=8)), pytest.raises(Conflict, match="begun"):
        releasing.release(db, order, None, "", by="test")


def test_a_cancelled_sitting_gives_everything_back(db: Session) -> None:
    sitting = a_sitting(db, price=PRICE, starts_at=now() + timedelta(days=1))
    order = an_order(db, sitting)
    confirming.confirm(db, order)
    sitting.stage = SittingStage.CANCELLED
    [due] = releasing.release(db, order, None, "", by="test")
    assert due.back == PRICE
    assert order.stage == OrderStage.CANCELLED


def test_an_order_without_a_seat_is_cancelled_and_costs_nothing(db: Session) -> None:
    order = an_order(db, a_sitting(db, price=PRICE), seats=2)
    releasing.release(db, order, None, "", by="test")
    assert (order.stage, order.total) == (OrderStage.CANCELLED, 0)
    with pytest.raises(Conflict, match="over already"):
        releasing.release(db, order, None, "", by="test")


def test_seats_of_others_are_not_released(db: Session) -> None:
    with pytest.raises(NotFound):
        releasing.release(db, an_order(db), [a_booking(db).id], "", by="test")


def test_a_transferred_seat_gets_a_new_ticket(db: Session) -> None:
    by = a_booker(db)
    seat = a_booking(db, an_order(db, by=by))
    before = seat.ticket
    transferring.transfer(db, seat, Participant("新学员", "new@example.com"), by=by)
    assert (seat.participant, seat.participant_email) == ("新学员", "new@example.com")
    assert seat.ticket != before
    with at(now() + timedelta(days=8)), pytest.raises(Conflict, match="begun"):
        transferring.transfer(db, seat, Participant("太晚"), by=by)


def test_a_code_works_once_and_again_when_its_order_ends(db: Session) -> None:
    sitting = a_sitting(db, by_code_only=True, price=PRICE)
    code = a_code(db, sitting)
    with pytest.raises(Invalid, match="by code only"):
        an_order(db, sitting)
    with pytest.raises(Invalid, match="no such code"):
        an_order(db, sitting, code="AAAAA-AAAAA")
    order = an_order(db, sitting, code=f" {code.text[:5].lower()}-{code.text[5:]} ")
    with pytest.raises(Invalid, match="used already"):
        an_order(db, sitting, code=code.text)
    releasing.release(db, order, None, "", by="test")
    assert an_order(db, sitting, code=code.text).stage == OrderStage.HELD


def test_a_price_code_makes_another_price(db: Session) -> None:
    sitting = a_sitting(db, price=PRICE)
    half = a_code(db, sitting, CodeKind.PRICE, PRICE // 2)
    free = a_code(db, sitting, CodeKind.PRICE, 0)
    assert an_order(db, sitting, seats=2, code=half.text).total == PRICE
    assert an_order(db, sitting, code=free.text).stage == OrderStage.CONFIRMED


def test_a_code_that_another_uses_by_now_does_not_come_back(db: Session) -> None:
    sitting = a_sitting(db, by_code_only=True, price=PRICE)
    code = a_code(db, sitting)
    order = an_order(db, sitting, code=code.text)
    with at(now() + timedelta(hours=1)):
        expiring.expire_all(db)
        an_order(db, sitting, code=code.text)
        assert not confirming.revive(db, order)
