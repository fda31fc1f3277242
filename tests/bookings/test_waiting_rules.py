"""The waiting list, subsidies, what is mailed to whom, and the reminder of the day before."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import Session, select

from app.accounts.models import Person, StaffRole
from app.bookings import (
    approving,
    confirming,
    expiring,
    occupancy,
    offering,
    releasing,
    reminding,
    waiting,
)
from app.bookings.models import Place
from app.bookings.ordering import Full, Participant
from app.bookings.stages import OrderStage, PlaceStage, SeatStage
from app.core.db import at, now
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.core.mail import Mail
from tests.factories_bookings import (
    YUAN,
    a_booker,
    a_place,
    a_sitting,
    a_subsidised_order,
    an_order,
    seats_of,
)
from tests.people import DONGGUAN, GUANGZHOU, a_person, staff, visitor

PRICE = 300 * YUAN


def mails_to(db: Session, address: str) -> list[str]:
    return [mail.subject for mail in db.exec(select(Mail).where(Mail.to == address))]


def test_nobody_waits_while_there_are_seats(db: Session) -> None:
    with pytest.raises(Conflict, match="free seats"):
        a_place(db, a_sitting(db))


def test_who_waits_keeps_their_place(db: Session) -> None:
    sitting, by = a_sitting(db, seats=1), a_booker(db)
    an_order(db, sitting)
    place = a_place(db, sitting, by)
    assert a_place(db, sitting, by).id == place.id
    assert waiting.ahead_of(db, a_place(db, sitting)) == 1


def test_one_person_waits_for_one_seat(db: Session) -> None:
    sitting = a_sitting(db, seats=3)
    an_order(db, sitting, seats=3)
    with pytest.raises(Invalid):
        waiting.join(db, sitting.id, 2, by=a_booker(db))
    with pytest.raises(Forbidden):
        waiting.join(db, sitting.id, 2, by=a_booker(db), for_organisation=True)
    with pytest.raises(Invalid, match="at most 3"):
        a_place(db, sitting, seats=4)


def a_full_one(db: Session, seats: int = 2):  # type: ignore[no-untyped-def]
    """A sitting and the order that fills it."""
    sitting = a_sitting(db, seats=seats)
    return sitting, an_order(db, sitting, seats=seats)


def test_seats_that_come_back_are_offered_in_order(db: Session) -> None:
    sitting, order = a_full_one(db)
    places = [a_place(db, sitting) for _ in range(3)]
    releasing.release(db, order, None, "", by="test")
    assert [place.stage for place in places] == ["offered", "offered", "waiting"]
    assert occupancy.free_seats(db, sitting) == 0


def test_a_group_is_not_overtaken(db: Session) -> None:
    sitting, order = a_full_one(db)
    group, single = a_place(db, sitting, seats=2), a_place(db, sitting)
    releasing.release(db, order, [seats_of(db, order)[0].id], "", by="test")
    assert (group.stage, single.stage) == (PlaceStage.WAITING, PlaceStage.WAITING)
    with pytest.raises(Full, match="Others wait"):
        an_order(db, sitting)
    releasing.release(db, order, None, "", by="test")
    assert (group.stage, single.stage) == (PlaceStage.OFFERED, PlaceStage.WAITING)


def test_an_offer_lasts_twelve_hours_and_passes_on(db: Session) -> None:
    sitting, order = a_full_one(db, 1)
    first, second = a_place(db, sitting), a_place(db, sitting)
    with at(now()):
        releasing.release(db, order, None, "", by="test")
        assert first.offered_until == now() + offering.OFFER
    with at(now() + timedelta(hours=13)):
        expiring.expire_all(db)
    assert (first.stage, second.stage) == (PlaceStage.LAPSED, PlaceStage.OFFERED)


def test_an_offer_ends_when_the_sitting_begins(db: Session) -> None:
    sitting = a_sitting(db, seats=1, starts_at=now() + timedelta(hours=2))
    order = an_order(db, sitting)
    place, behind = a_place(db, sitting), a_place(db, sitting)
    releasing.release(db, order, None, "", by="test")
    assert place.offered_until == sitting.starts_at
    with at(now() + timedelta(hours=3)):
        expiring.expire_all(db)
    assert (place.stage, behind.stage) == (PlaceStage.LAPSED, PlaceStage.LAPSED)


def test_an_offer_may_be_taken_in_part_and_the_rest_goes_on(db: Session) -> None:
    sitting, order = a_full_one(db)
    by = a_booker(db, for_organisation=True)
    place, behind = a_place(db, sitting, by, seats=2), a_place(db, sitting)
    releasing.release(db, order, None, "", by="test")
    with pytest.raises(Invalid, match="no more"):
        an_order(db, sitting, by, seats=3, place_id=place.id)
    an_order(db, sitting, by, seats=1, place_id=place.id)
    assert (place.stage, behind.stage) == (PlaceStage.TAKEN, PlaceStage.OFFERED)
    with pytest.raises(Conflict, match="over"):
        an_order(db, sitting, by, seats=1, place_id=place.id)


def test_offers_of_others_are_not_found(db: Session) -> None:
    sitting, order = a_full_one(db, 1)
    place = a_place(db, sitting)
    releasing.release(db, order, None, "", by="test")
    with pytest.raises(NotFound):
        an_order(db, sitting, place_id=place.id)


def test_an_offer_is_taken_after_booking_has_closed(db: Session) -> None:
    by = a_booker(db)
    sitting = a_sitting(db, seats=1, closes_at=now() + timedelta(days=1))
    order = an_order(db, sitting)
    place = a_place(db, sitting, by)
    with at(now() + timedelta(days=2)):
        releasing.release(db, order, None, "", by="test")
        assert an_order(db, sitting, by, place_id=place.id).stage == OrderStage.CONFIRMED


def test_who_leaves_makes_way(db: Session) -> None:
    sitting, order = a_full_one(db, 1)
    by = a_booker(db)
    first, second = a_place(db, sitting, by), a_place(db, sitting)
    releasing.release(db, order, None, "", by="test")
    waiting.leave(db, first, by=by)
    assert (first.stage, second.stage) == (PlaceStage.LEFT, PlaceStage.OFFERED)


def test_a_subsidised_seat_is_kept_and_paid_in_part(db: Session) -> None:
    order = a_subsidised_order(db)
    assert order.total == 1000 * YUAN
    assert [seat.stage for seat in seats_of(db, order)] == [SeatStage.HELD]
    with pytest.raises(Conflict):
        confirming.confirm(db, order)
    decider = visitor(db, staff(db, StaffRole.REVIEWER, region=DONGGUAN))
    approving.approve(db, order, by=decider)
    assert (order.stage, order.total) == (OrderStage.HELD, 500 * YUAN)
    assert order.decided_by == decider.person_id
    with at(now() + timedelta(days=3)):
        expiring.expire_all(db)
        assert order.stage == OrderStage.EXPIRED
        assert confirming.revive(db, order)
    assert order.total == 500 * YUAN


def test_what_is_subsidised_wholly_is_confirmed(db: Session) -> None:
    order = a_subsidised_order(db)
    order.subsidy = 100
    approving.approve(db, order, by=visitor(db, staff(db, StaffRole.REVIEWER, region=DONGGUAN)))
    assert (order.stage, order.total) == (OrderStage.CONFIRMED, 0)


def test_a_refusal_has_a_reason_and_frees_the_seats(db: Session) -> None:
    order = a_subsidised_order(db)
    decider = visitor(db, staff(db, StaffRole.REVIEWER, region=DONGGUAN))
    with pytest.raises(Invalid):
        approving.refuse(db, order, " ", by=decider)
    approving.refuse(db, order, "名额已满", by=decider)
    assert (order.stage, order.total, order.reason) == (OrderStage.REFUSED, 0, "名额已满")
    with pytest.raises(Conflict, match="decided already"):
        approving.approve(db, order, by=decider)


def test_nobody_decides_about_themselves_or_too_late(db: Session) -> None:
    person = staff(db, StaffRole.REVIEWER, region=DONGGUAN)
    order = a_subsidised_order(db, visitor(db, person))
    with pytest.raises(Forbidden):
        approving.approve(db, order, by=visitor(db, person))
    decider = visitor(db, staff(db, StaffRole.REVIEWER, region=DONGGUAN))
    with at(now() + timedelta(days=8)), pytest.raises(Conflict, match="over"):
        approving.approve(db, order, by=decider)


def test_the_queue_ends_at_the_region(db: Session) -> None:
    order = a_subsidised_order(db)
    near = visitor(db, staff(db, StaffRole.REVIEWER, region=DONGGUAN))
    far = visitor(db, staff(db, StaffRole.REVIEWER, region=GUANGZHOU))
    assert order.id in {row.order.id for row in approving.waiting_for(db, near)}
    assert approving.waiting_for(db, far) == []
    with pytest.raises(NotFound):
        approving.find(db, far, order.id)


def test_subsidies_need_a_reason_and_a_price(db: Session) -> None:
    with pytest.raises(Invalid, match="not subsidised"):
        an_order(db, a_sitting(db, price=PRICE), wants_subsidy=True, why_subsidised="小微企业")


def test_each_step_is_mailed(db: Session) -> None:
    person = a_person(db, language="en")
    by = visitor(db, person)
    order = an_order(db, a_sitting(db, price=PRICE, seats=1), by)
    confirming.confirm(db, order)
    releasing.release(db, order, None, "", by=by)
    said = mails_to(db, person.email)
    assert [subject.partition(":")[0] for subject in said] == [
        "Your seats are kept",
        "Your seats are confirmed",
        "Seats were cancelled",
    ]


def test_participants_get_their_own_ticket_and_nobody_elses(db: Session) -> None:
    by = a_booker(db, for_organisation=True, language="en")
    people = [Participant("甲", "one@example.com"), Participant("乙", "two@example.com")]
    sitting = a_sitting(db, is_online=True, join_link="https://meet.example.com/1")
    order = an_order(db, sitting, by, participants=people, for_organisation=True)
    for seat in seats_of(db, order):
        [mail] = db.exec(select(Mail).where(Mail.to == seat.participant_email)).all()
        assert seat.ticket in mail.text
        assert "https://meet.example.com/1" in mail.text
        assert order.identifier not in mail.text


def test_no_link_to_join_before_it_is_paid(db: Session) -> None:
    person = a_person(db)
    sitting = a_sitting(db, price=PRICE, is_online=True, join_link="https://meet.example.com/1")
    an_order(db, sitting, visitor(db, person))
    [mail] = db.exec(select(Mail).where(Mail.to == person.email)).all()
    assert "meet.example.com" not in mail.text


def test_everybody_is_reminded_the_day_before_once(db: Session) -> None:
    noon = datetime(2027, 3, 1, 4, tzinfo=UTC)
    person = a_person(db, language="en")
    with at(noon):
        sitting = a_sitting(db, starts_at=noon + timedelta(days=3))
        an_order(db, sitting, visitor(db, person))
    for days in (1, 2, 2, 3):
        with at(noon + timedelta(days=days)):
            reminding.remind(db)
            reminding.remind(db)
    said = [subject for subject in mails_to(db, person.email) if "Tomorrow" in subject]
    assert len(said) == 1


def test_a_sitting_that_was_moved_is_reminded_of_again(db: Session) -> None:
    noon = datetime(2027, 3, 1, 4, tzinfo=UTC)
    person = a_person(db, language="en")
    with at(noon):
        sitting = a_sitting(db, starts_at=noon + timedelta(days=3))
        an_order(db, sitting, visitor(db, person))
    with at(noon + timedelta(days=2)):
        reminding.remind(db)
    sitting.starts_at += timedelta(days=10)
    db.add(sitting)
    with at(noon + timedelta(days=12)):
        reminding.remind(db)
    assert len([one for one in mails_to(db, person.email) if "Tomorrow" in one]) == 2


def test_who_cancelled_is_not_reminded(db: Session) -> None:
    noon = datetime(2027, 3, 1, 4, tzinfo=UTC)
    person = a_person(db, language="en")
    with at(noon):
        sitting = a_sitting(db, starts_at=noon + timedelta(days=3))
        order = an_order(db, sitting, visitor(db, person))
        releasing.release(db, order, None, "", by="test")
    with at(noon + timedelta(days=2)):
        reminding.remind(db)
    assert not [one for one in mails_to(db, person.email) if "Tomorrow" in one]


def test_a_moved_sitting_may_be_cancelled_free_of_charge(db: Session) -> None:
    sitting = a_sitting(db, price=PRICE, starts_at=now() + timedelta(days=1))
    before, after = an_order(db, sitting), None
    confirming.confirm(db, before)
    sitting.moved_at = now()
    db.add(sitting)
    after = an_order(db, sitting)
    confirming.confirm(db, after)
    assert [due.back for due in releasing.plan(db, before, None, now())] == [PRICE]
    assert [due.back for due in releasing.plan(db, after, None, now())] == [PRICE // 2]


def test_a_disabled_account_is_not_written_to(db: Session) -> None:
    person = a_person(db)
    order = an_order(db, by=visitor(db, person))
    before = len(mails_to(db, person.email))
    db.get_one(Person, person.id).disabled_at = now()
    releasing.release(db, order, None, "", by="test")
    assert len(mails_to(db, person.email)) == before
    assert not db.exec(select(Place)).all()
