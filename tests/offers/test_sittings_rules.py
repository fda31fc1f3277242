"""Sittings: what can be changed, whom a move touches, and that the training follows."""

from datetime import timedelta

import pytest
from sqlmodel import Session, select

from app.bookings import sittings
from app.bookings.following import follow_passed
from app.bookings.models import Place, Sitting
from app.bookings.planning import Plan, as_typed, read
from app.bookings.stages import OrderStage, SittingStage
from app.bookings.touching import Change, touches
from app.bookings.withdrawing import withdraw
from app.catalogue.models import Revision, Training
from app.catalogue.stages import Stage
from app.core.audit import AuditEntry
from app.core.db import at, now
from app.core.errors import Conflict, Invalid, NotFound
from app.core.formats import format_date
from app.core.mail import Mail
from app.core.outbox import Job
from tests.factories_trainings import (
    a_plan,
    a_sitting,
    an_organiser,
    in_days,
    offered,
    seats_of,
)
from tests.people import a_person


def mails(db: Session) -> list[Mail]:
    return list(db.exec(select(Mail).order_by(Mail.id)).all())  # type: ignore[arg-type]


def test_a_sitting_costs_what_the_training_says_when_it_is_added(db: Session) -> None:
    training = offered(db, price=30000)
    first = a_sitting(db, training)
    training.price = 0
    second = a_sitting(db, training, days=40)
    assert (first.price, second.price) == (30000, 0)


def test_only_its_organisation_adds_dates_and_only_to_what_is_published(db: Session) -> None:
    training, other = offered(db), offered(db, name="另一门课")
    with pytest.raises(NotFound):
        sittings.add(db, training, a_plan(), by=an_organiser(db, other))
    organiser = an_organiser(db, training)
    training.stage = Stage.WITHDRAWN
    with pytest.raises(Conflict, match="published"):
        sittings.add(db, training, a_plan(), by=organiser)


def test_the_training_says_when_its_next_sitting_is(db: Session) -> None:
    training = offered(db)
    later = a_sitting(db, training, days=40, venue="深圳")
    assert training.starts_on == format_date(later.starts_at)
    sooner = a_sitting(db, training, days=20, venue="东莞")
    assert (training.starts_on, training.venue) == (format_date(sooner.starts_at), "东莞")
    by = an_organiser(db, training)
    sittings.move(db, sooner, a_plan(50), seen=sooner.version, by=by)
    assert training.starts_on == format_date(later.starts_at)
    sittings.cancel(db, later, "讲师生病", by=by)
    assert training.starts_on == format_date(sooner.starts_at)
    sittings.cancel(db, sooner, "讲师生病", by=by)
    assert training.starts_on is None
    revisions = db.exec(select(Revision).where(Revision.record_id == training.id)).all()
    assert {"starts_on"} <= {name for one in revisions for name in one.changed}
    indexed = db.exec(select(Job).where(Job.name == "catalogue.index")).all()
    assert any(job.payload["id"] == str(training.id) for job in indexed)


def test_once_a_sitting_has_passed_the_next_one_is_named(db: Session) -> None:
    training = offered(db)
    first, second = a_sitting(db, training, days=3), a_sitting(db, training, days=9)
    with at(first.ends_at + timedelta(hours=1)):
        follow_passed(db)
        assert training.starts_on == format_date(second.starts_at)
    with at(second.ends_at + timedelta(hours=1)):
        follow_passed(db)
        assert training.starts_on == format_date(second.starts_at)  # the last that took place


def test_fewer_seats_than_are_taken_cannot_be(db: Session) -> None:
    sitting = a_sitting(db, seats=5)
    seats_of(db, sitting, 2)
    seats_of(db, sitting, 1, stage=OrderStage.HELD)
    by = an_organiser(db, db.get_one(Training, sitting.training_id))
    with pytest.raises(Conflict, match="3 seats are taken"):
        sittings.change(db, sitting, a_plan(seats=2), seen=sitting.version, by=by)
    sittings.change(db, sitting, a_plan(seats=3), seen=sitting.version, by=by)
    assert (sitting.seats, sitting.sequence) == (3, 0)


def test_what_moves_is_no_mere_change(db: Session) -> None:
    sitting = a_sitting(db)
    by = an_organiser(db, db.get_one(Training, sitting.training_id))
    with pytest.raises(Conflict, match="whom it touches"):
        sittings.change(db, sitting, a_plan(31), seen=sitting.version, by=by)
    with pytest.raises(Conflict, match="does not move"):
        sittings.move(db, sitting, a_plan(seats=9), seen=sitting.version, by=by)
    with pytest.raises(Conflict, match="since you opened"):
        sittings.move(db, sitting, a_plan(31), seen=sitting.version + 1, by=by)


def test_the_dry_run_names_everybody_and_changes_nothing(db: Session) -> None:
    sitting = a_sitting(db)
    paid, held = seats_of(db, sitting, 2), seats_of(db, sitting, 1, stage=OrderStage.HELD)
    seats_of(db, sitting, 4, stage=OrderStage.CANCELLED)
    db.add(Place(sitting_id=sitting.id, number=1, person_id=a_person(db).id))
    db.flush()
    for booking in sittings_seats(db, sitting, OrderStage.CANCELLED):
        db.delete(booking)
    touched = touches(db, sitting, Change.CANCEL)
    assert {one.order.id for one in touched.orders} == {paid.id, held.id}
    assert (touched.people, touched.waiting, touched.money) == (3, 1, 60000)
    assert touches(db, sitting, Change.MOVE).money == 0
    assert sitting.stage == SittingStage.PLANNED
    assert mails(db) == []


def sittings_seats(db: Session, sitting: Sitting, stage: OrderStage) -> list[object]:
    from app.bookings.models import Booking, Order  # noqa: PLC0415

    chosen = (
        select(Booking).join(Order).where(Order.stage == stage, Booking.sitting_id == sitting.id)
    )
    return list(db.exec(chosen).all())


def test_a_move_is_told_to_whoever_booked_waits_or_attends(db: Session) -> None:
    sitting = a_sitting(
        db, is_online=True, venue=None, address=None, join_link="https://meet.example/1"
    )
    seats_of(db, sitting, 2, email="worker@example.com")
    waits = a_person(db)
    db.add(Place(sitting_id=sitting.id, number=1, person_id=waits.id))
    by = an_organiser(db, db.get_one(Training, sitting.training_id))
    before = now()
    sittings.move(db, sitting, a_plan(45), "场地被占用", seen=sitting.version, by=by)
    assert (sitting.sequence, sitting.starts_at) == (1, in_days(45))
    assert sitting.moved_at is not None
    assert sitting.moved_at >= before
    sent = {mail.to: mail.text for mail in mails(db)}
    assert len(sent) == 3
    assert "worker@example.com" in sent
    assert waits.email in sent
    assert all("场地被占用" in text for text in sent.values())
    assert not any("meet.example" in text for text in sent.values())
    entry = db.exec(select(AuditEntry).where(AuditEntry.action == "sitting.moved")).one()
    assert entry.why == "场地被占用"
    assert "meet.example" not in str(entry.before) + str(entry.after)


def test_a_link_that_follows_is_sent_to_confirmed_seats_alone(db: Session) -> None:
    online = {"is_online": True, "venue": None, "address": None}
    sitting = a_sitting(db, **online)
    seats_of(db, sitting, email="in@example.com")
    seats_of(db, sitting, stage=OrderStage.HELD, email="held@example.com")
    by = an_organiser(db, db.get_one(Training, sitting.training_id))
    plan = a_plan(**online, join_link="https://meet.example/2")
    sittings.change(db, sitting, plan, seen=sitting.version, by=by)
    sent = [mail.to for mail in mails(db) if "meet.example/2" in mail.text]
    assert "in@example.com" in sent
    assert "held@example.com" not in sent
    assert len(sent) == 2


def test_a_sitting_is_cancelled_once_with_a_reason_and_never_after_it_began(db: Session) -> None:
    sitting = a_sitting(db)
    by = an_organiser(db, db.get_one(Training, sitting.training_id))
    with pytest.raises(Invalid):
        sittings.cancel(db, sitting, "  ", by=by)
    with at(sitting.starts_at + timedelta(minutes=1)), pytest.raises(Conflict, match="begun"):
        sittings.cancel(db, sitting, "停电", by=by)
    sittings.cancel(db, sitting, "停电", by=by)
    assert (sitting.stage, sitting.cancelled_why, sitting.sequence) == ("cancelled", "停电", 1)
    with pytest.raises(Conflict, match="cancelled"):
        sittings.cancel(db, sitting, "停电", by=by)


def test_a_training_stays_while_people_have_seats_on_a_date_to_come(db: Session) -> None:
    training = offered(db)
    booked, empty = a_sitting(db, training), a_sitting(db, training, days=60)
    seats_of(db, booked)
    by = an_organiser(db, training)
    with pytest.raises(Conflict, match="Cancel those sittings first"):
        withdraw(db, training, "不再开课", by=by)
    assert training.stage == Stage.PUBLISHED
    booked.stage = SittingStage.CANCELLED
    withdraw(db, training, "不再开课", by=by)
    assert training.stage == Stage.WITHDRAWN
    assert empty.stage == SittingStage.CANCELLED


TYPED = {
    "starts_at": ["2026-12-24T09:00"],
    "ends_at": ["2026-12-24T12:00"],
    "place": ["offline"],
    "venue": ["会议室"],
    "seats": ["20"],
    "admits": ["everybody"],
}
DAY = a_plan().starts_at.replace(year=2026, month=11, day=28)


def typed(**other: str) -> tuple[Plan | None, dict[str, str]]:
    with at(DAY):
        return read({**TYPED, **{name: [said] for name, said in other.items()}})


def test_times_are_typed_in_chinas_time() -> None:
    plan, errors = typed()
    assert errors == {}
    assert plan is not None
    assert plan.starts_at.isoformat() == "2026-12-24T01:00:00+00:00"


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"ends_at": "2026-12-24T09:00"}, "ends_at"),
        ({"ends_at": "2027-06-24T09:00"}, "ends_at"),
        ({"starts_at": "2025-12-24T09:00"}, "starts_at"),
        ({"starts_at": "whenever"}, "starts_at"),
        ({"venue": ""}, "venue"),
        ({"place": ""}, "place"),
        ({"place": "moon"}, "place"),
        ({"seats": "0"}, "seats"),
        ({"seats": "5001"}, "seats"),
        ({"seats": "many"}, "seats"),
        ({"map_link": "javascript:alert(1)"}, "map_link"),
        ({"opens_at": "2026-12-24T10:00"}, "opens_at"),
        ({"closes_at": "2026-12-25T10:00"}, "closes_at"),
        ({"opens_at": "2026-12-23T10:00", "closes_at": "2026-12-22T10:00"}, "opens_at"),
    ],
)
def test_what_cannot_be_is_said_beside_its_field(said: dict[str, str], field: str) -> None:
    if said.get("starts_at") == "2025-12-24T09:00":
        said = {**said, "ends_at": "2025-12-24T12:00"}
    plan, errors = typed(**said)
    assert plan is None
    assert set(errors) == {field}


def test_the_form_shows_what_is_stored(db: Session) -> None:
    sitting = a_sitting(db, by_code_only=True, map_link="https://map.example/1")
    form = {name: [str(said)] for name, said in as_typed(sitting).items()}
    plan, errors = read(form)
    assert errors == {}
    assert plan is not None
    assert not plan.moves(sitting)
    assert (plan.by_code_only, plan.map_link) == (True, "https://map.example/1")
