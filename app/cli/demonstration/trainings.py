"""The trainings of the demonstration: who offers them, and their sittings past and coming."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlmodel import Session, select

from app.bookings import codes, sittings
from app.bookings.models import CodeKind, Sitting
from app.bookings.planning import Plan
from app.catalogue.models import Training
from app.cli.demonstration import after, bookings, courses
from app.cli.demonstration.building import Story
from app.cli.demonstration.people import add_people
from app.cli.demonstration.till import Till
from app.core.db import beside, lock
from app.curation.admission import DECISIONS
from app.curation.applications import deciding, drafts, publishing
from app.curation.applications.models import Application
from app.payments import cancelling, gateway
from app.payments.models import Payment
from app.payments.standin import store
from app.payments.standin.checkout import Method

LASTS = timedelta(hours=6)


@dataclass(slots=True)
class Dates:
    """The sittings by what is special about them."""

    held: Sitting  # three weeks ago, paid
    lecture: Sitting  # two weeks ago, free and online
    free: Sitting  # with free seats
    full: Sitting
    cancelled: Sitting
    moved: Sitting
    online: Sitting
    coded: Sitting  # by code only


def build(db: Session) -> bool:
    """Add them, whole or not at all; False where they are there, or real payments are.

    What the payment service's events do belongs to this transaction too, so all of it happens
    in a session on its connection.
    """
    lock(db, DECISIONS)
    named = select(Training.id).where(Training.name == courses.MACHINE_DATA["name"])
    if gateway.is_real() or db.exec(named).first():
        return False
    if db.exec(select(Payment.id).limit(1)).first() is None:
        with store.opened(writes=True) as own:
            own.forget()  # of a try that was cut short: the pool knows none of it
    with beside(db.connection(), writes=True) as joined:
        _tell(joined)
    return True


def _tell(db: Session) -> None:
    story = Story(db)
    with story.day(60):
        story.people, story.organisations = add_people(db)
    till = Till(db, story)
    dates = _plan(db, story)
    bookings.tell_of_past(till, dates.held)
    bookings.tell_of_free(till, dates)
    bookings.tell_of_full(till, dates.full)
    _change_dates(till, dates)
    after.tell(till, dates.held, dates.lecture)
    bookings.tell_of_coming(till, dates.free)
    _tell_of_those_on_their_way(db, story)


def _plan(db: Session, story: Story) -> Dates:
    machines = _offer(db, story, courses.MACHINE_DATA, by="owner", ago=50)
    funding = _offer(db, story, courses.FUNDING, by="bureau", ago=44)

    def add(training: Training, by: str, day: int, ago: int, **plan: Any) -> Sitting:
        begins = story.morning(-day)
        with story.day(ago):
            planned = Plan(begins, begins + LASTS, **plan)
            return sittings.add(db, training, planned, by=story.who(by))

    return Dates(
        held=add(machines, "owner", -20, 45, seats=20, **courses.HALL),
        lecture=add(funding, "bureau", -15, 40, seats=200, **courses.ONLINE),
        free=add(machines, "owner", 10, 30, seats=40, **courses.HALL),
        full=add(machines, "owner", 14, 30, seats=3, **courses.HALL),
        cancelled=add(machines, "owner", 20, 28, seats=20, **courses.HALL),
        moved=add(machines, "owner", 12, 27, seats=20, **courses.HALL),
        online=add(funding, "bureau", 5, 25, seats=200, **courses.ONLINE),
        coded=add(funding, "bureau", 9, 24, seats=30, by_code_only=True, **courses.CENTRE),
    )


def _offer(db: Session, story: Story, values: dict[str, Any], *, by: str, ago: int) -> Training:
    """From its draft to its publication: the shorter way."""
    application = _propose(db, story, values, by=by, ago=ago)
    with story.day(ago - 1):
        found = publishing.publish(db, application, by=story.who("publisher"))
    return db.get_one(Training, found.id)


def _propose(
    db: Session, story: Story, values: dict[str, Any], *, by: str, ago: int
) -> Application:
    with story.day(ago):
        application = drafts.start_training(db, by=story.who(by))
        story.hand_in(application, {**application.values, **values}, by)
    return application


def _change_dates(till: Till, dates: Dates) -> None:
    """One is cancelled after it was paid for, one moved, and codes are handed out for another."""
    db, story = till.db, till.story
    with till.day(18):
        till.pay(till.book(dates.cancelled, "metalworks", 2), "metalworks")
        till.pay(till.book(dates.moved, "moulder"), "moulder", Method.ALIPAY)
    with till.day(5):
        why = "演示：讲师出差，改期另行通知。"
        cancelling.cancel_sitting(db, dates.cancelled, why, by=story.who("owner"))
        till.send_back()
    begins = story.morning(-16)
    with till.day(6):
        plan = Plan(begins, begins + LASTS, seats=20, **courses.HALL)
        why, seen = "演示：实训车间检修。", dates.moved.version
        sittings.move(db, dates.moved, plan, why, seen=seen, by=story.who("owner"))
    with till.day(8):
        bureau = story.who("bureau")
        kind, note = CodeKind.ACCESS, "演示：发给重点企业"
        made = codes.make(db, dates.coded, kind, None, 5, note, by=bureau)
        db.flush()  # one of them is used, one withdrawn
        till.book(dates.coded, "factory", code=made[0].text)
        codes.withdraw(db, made[1], by=bureau)


def _tell_of_those_on_their_way(db: Session, story: Story) -> None:
    """A draft, one that waits for its review, and one that was returned."""
    with story.day(2):
        owner = story.who("owner")
        draft = drafts.start_training(db, by=owner)
        said = {**draft.values, "name": "（演示）模具寿命管理入门"}
        drafts.save(db, draft, said, seen=draft.version, by=owner)
    waiting = {**courses.FUNDING, "name": "（演示）上云用云政策解读"}
    _propose(db, story, waiting, by="bureau", ago=1)
    returned = _propose(db, story, courses.ENERGY, by="owner", ago=6)
    with story.day(4):
        why = "请写明实训现场的安全要求。"
        deciding.return_for_more(db, returned, "evidence", why, by=story.who("publisher"))
