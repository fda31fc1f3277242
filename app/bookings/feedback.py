"""What whoever booked says of a sitting once it is over: stars and a sentence, once.

It can be changed for a while. An average is shown from three answers on: fewer say more of who
answered than of the training.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel import Session, col, func, select

from app.accounts.models import Person
from app.accounts.visitor import Visitor
from app.bookings.models import Feedback, Order, Sitting
from app.bookings.stages import OrderStage, SittingStage
from app.catalogue.models import Training
from app.catalogue.reading import SLUG
from app.core import audit, mail
from app.core.audit import AuditEntry
from app.core.db import now
from app.core.errors import Conflict, Invalid, NotFound
from app.core.formats import CHINA
from app.core.schedule import recurring

STARS = (5, 4, 3, 2, 1)
LONGEST = 500
CHANGEABLE = timedelta(days=14)  # after it was given
ASKED_WITHIN = timedelta(days=14)  # after the end; later nobody is asked any more
AVERAGE_FROM = 3
EVERY = timedelta(hours=1)
OPENS = 8  # the hour in China before which nobody is mailed
ASKED = "sitting.feedback_asked"
CHUNK = 20  # sittings in one run; the next run goes on


@dataclass(frozen=True, slots=True)
class Asked:
    """An order whose sitting is over, by whoever booked it, and what was said already."""

    order: Order
    sitting: Sitting
    training: Training
    said: Feedback | None

    @property
    def may_change(self) -> bool:
        return self.said is None or now() <= changeable_until(self.said)


@dataclass(frozen=True, slots=True)
class Shown:
    """How many gave how many stars."""

    stars: Mapping[int, int]

    @property
    def total(self) -> int:
        return sum(self.stars.values())

    @property
    def average(self) -> float | None:
        """To one decimal; None while there are too few."""
        if self.total < AVERAGE_FROM:
            return None
        return round(sum(n * many for n, many in self.stars.items()) / self.total, 1)


def find(db: Session, visitor: Visitor, identifier: str) -> Asked:
    """The confirmed order of somebody whose sitting is over.

    Raises `NotFound` for orders of others and for what does not exist, `Conflict` before the end.
    """
    chosen = (
        select(Order, Sitting, Training, Feedback)
        .join(Sitting, col(Sitting.id) == col(Order.sitting_id))
        .join(Training, col(Training.id) == col(Sitting.training_id))
        .outerjoin(Feedback, col(Feedback.order_id) == col(Order.id))
        .where(
            Order.identifier == identifier,
            Order.person_id == visitor.person_id,
            Order.stage == OrderStage.CONFIRMED,
        )
    )
    found = db.exec(chosen).first() if SLUG.fullmatch(identifier) else None
    if found is None:
        raise NotFound("There is no such booking.")
    asked = Asked(*found)
    if not is_over(asked.sitting):
        raise Conflict("Feedback can be given once the sitting is over.")
    return asked


def may_give(db: Session, order: Order, visitor: Visitor) -> bool:
    """Whether the page of a booking should lead to its feedback."""
    is_own = order.person_id == visitor.person_id and order.stage == OrderStage.CONFIRMED
    return is_own and is_over(db.get_one(Sitting, order.sitting_id))


def give(db: Session, asked: Asked, stars: int, text: str, *, by: Visitor) -> Feedback:
    """Say it, or change what was said; the second within two weeks after the first."""
    if stars not in STARS:
        raise Invalid("Choose one to five stars.")
    if len(text) > LONGEST:
        raise Invalid("Say it in at most {most} characters.", most=LONGEST)
    if not asked.may_change:
        raise Conflict("Your feedback is two weeks old and cannot be changed any more.")
    said = asked.said
    if said is None:
        said = Feedback(
            sitting_id=asked.sitting.id,
            order_id=asked.order.id,
            stars=stars,
            text=text,
            by=by.person_id,
        )
        db.add(said)
        audit.record(db, by, "feedback.given", f"order:{asked.order.id}", after={"stars": stars})
        return said
    before = {"stars": said.stars}
    said.stars, said.text = stars, text
    about = f"order:{asked.order.id}"
    audit.record(db, by, "feedback.changed", about, before=before, after={"stars": stars})
    return said


def changeable_until(said: Feedback) -> datetime:
    """Until when whoever said it may change it."""
    return said.at + CHANGEABLE


def is_over(sitting: Sitting) -> bool:
    """Whether it took place."""
    return sitting.stage == SittingStage.PLANNED and sitting.ends_at <= now()


def of_sitting(db: Session, sitting: Sitting) -> Sequence[Feedback]:
    """All that was said of one, the newest first; without who said it."""
    chosen = select(Feedback).where(Feedback.sitting_id == sitting.id)
    return db.exec(chosen.order_by(col(Feedback.at).desc(), col(Feedback.id).desc())).all()


def counted(said: Sequence[Feedback]) -> Shown:
    """How many of these gave how many stars."""
    return Shown({stars: sum(one.stars == stars for one in said) for stars in STARS})


def of_training(db: Session, training_id: UUID) -> Shown:
    """How many gave how many stars to any sitting of a training."""
    chosen = (
        select(Feedback.stars, func.count())
        .join(Sitting, col(Sitting.id) == col(Feedback.sitting_id))
        .where(Sitting.training_id == training_id)
        .group_by(col(Feedback.stars))
    )
    many = dict(db.exec(chosen).all())
    return Shown({stars: many.get(stars, 0) for stars in STARS})


@recurring("bookings.ask_for_feedback", EVERY)
def ask(db: Session) -> None:
    """Ask whoever booked a sitting that is over what they say of it, once for each sitting.

    That it was asked is an entry of the audit trail, written with the mails.
    """
    if now().astimezone(CHINA).hour < OPENS:
        return
    for sitting in _not_asked(db):
        name = db.exec(select(Training.name).where(Training.id == sitting.training_id)).one()
        people = (
            select(Order.identifier, Person)
            .join(Person, col(Person.id) == col(Order.person_id))
            .where(Order.sitting_id == sitting.id, Order.stage == OrderStage.CONFIRMED)
            .where(col(Order.id).not_in(select(Feedback.order_id)))
            .order_by(col(Order.identifier))
        )
        asked = db.exec(people).all()
        for identifier, person in asked:
            known = {"training": name, "order": identifier}
            mail.write(db, person.email, "feedback_asked", language=person.language, **known)
        audit.record(db, "system", ASKED, sitting, people=len(asked))


def _not_asked(db: Session) -> Sequence[Sitting]:
    """Sittings that ended lately and whose people were not asked, kept from others meanwhile."""
    moment = now()
    over = select(Sitting).where(
        Sitting.stage == SittingStage.PLANNED,
        col(Sitting.ends_at).between(moment - ASKED_WITHIN, moment),
    )
    held = over.order_by(col(Sitting.ends_at)).with_for_update(skip_locked=True)
    found = db.exec(held).all()
    ids = [str(sitting.id) for sitting in found]
    done = select(AuditEntry.subject_id).where(
        AuditEntry.action == ASKED, col(AuditEntry.subject_id).in_(ids)
    )
    asked = set(db.exec(done).all())
    return [sitting for sitting in found if str(sitting.id) not in asked][:CHUNK]
