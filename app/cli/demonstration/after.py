"""What followed the sittings of the demonstration: who came, what they hold, what they say."""

from sqlmodel import col, select

from app.bookings import attending, certifying, feedback
from app.bookings.models import Order, Sitting
from app.bookings.stages import OrderStage
from app.cli.demonstration.till import Till

SAID = {
    "factory": (5, "停机记录当场就能用，回去第二天就改了换模顺序。"),
    "metalworks": (4, "内容实用，练习时间可以再长一点。"),
    "small": (3, "对小作坊来说进度偏快。"),
    "learner": (5, "材料清单讲得很清楚。"),
}


def tell(till: Till, held: Sitting, lecture: Sitting) -> None:
    """Both took place; of the participants all but one came to each."""
    _tell(till, held, "owner", 20)
    _tell(till, lecture, "bureau", 15)
    with till.day(13):
        first = certifying.of_sitting(till.db, lecture)[0]
        why = "演示：姓名登记有误，已另行补发。"
        certifying.revoke(till.db, first, why, by=till.story.who("bureau"))


def _tell(till: Till, sitting: Sitting, organiser: str, ago: int) -> None:
    db, by = till.db, till.story.who(organiser)
    with till.day(ago, 5):
        there = [one.booking.id for one in attending.listed(db, sitting)][:-1]
        attending.note(db, sitting, there, (), by=by)
    with till.day(ago - 1):
        db.flush()  # whoever attended is certified
        certifying.issue(db, sitting, None, by=by)
    confirmed = select(Order).where(
        Order.sitting_id == sitting.id, Order.stage == OrderStage.CONFIRMED
    )
    people = {person.id: key for key, person in till.story.people.items()}
    with till.day(ago - 2):
        for order in db.exec(confirmed.order_by(col(Order.created_at))).all():
            _say(till, order, people[order.person_id])


def _say(till: Till, order: Order, who: str) -> None:
    stars, text = SAID[who]
    by = till.story.who(who)
    asked = feedback.find(till.db, by, order.identifier)
    feedback.give(till.db, asked, stars, text, by=by)
