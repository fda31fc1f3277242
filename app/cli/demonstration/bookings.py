"""Orders and payments of the demonstration, in every state that either can have."""

from typing import TYPE_CHECKING

from app.bookings import approving, codes, transferring, waiting
from app.bookings.models import CodeKind, Sitting
from app.bookings.ordering import Participant
from app.cli.demonstration.till import HOUR, Till
from app.payments import paying, queueing, refunds
from app.payments.standin.checkout import Method

if TYPE_CHECKING:
    from app.cli.demonstration.trainings import Dates

CHEAP = 300_00  # a seat with a code
GOODWILL = 5_000_00
WHY = "演示：企业不足五十人，今年首次派人参加培训。"


def tell_of_past(till: Till, sitting: Sitting) -> None:
    """Who came three weeks ago, and who did not get that far."""
    _tell_of_a_transfer(till, sitting)
    _tell_of_subsidies(till, sitting)
    _tell_of_late_money(till, sitting)
    _tell_of_no_money(till, sitting)


def _tell_of_a_transfer(till: Till, sitting: Sitting) -> None:
    """Four seats: one goes to somebody else, one comes back late and so for half its price."""
    with till.day(40):
        order = till.pay(till.book(sitting, "factory", 4), "factory", Method.WECHAT)
    with till.day(25):
        seat = till.seats_of(order)[-1]
        factory = till.story.who("factory")
        named = Participant("演示学员己", job="设备员")
        transferring.transfer(till.db, seat, named, by=factory)
    with till.day(22):
        till.give_back(order, "factory", 1)


def _tell_of_subsidies(till: Till, sitting: Sitting) -> None:
    """One is approved and pays half, one refused."""
    with till.day(38):
        granted = till.book(sitting, "metalworks", wants_subsidy=True, why_subsidised=WHY)
        refused = till.book(sitting, "moulder", 2, wants_subsidy=True, why_subsidised=WHY)
    with till.day(37):
        staff = till.story.who("city-reviewer")
        approving.approve(till.db, granted, by=staff)
        till.pay(granted, "metalworks", Method.ALIPAY)
        why = "演示：该企业今年名额已用完。"
        approving.refuse(till.db, refused, why, by=staff)


def _tell_of_late_money(till: Till, sitting: Sitting) -> None:
    """Paid when the hold was over, the seat still free; and paid when it was given up already."""
    with till.day(35):
        late = till.book(sitting, "small")
        page = till.open(late, "small")
        gone = till.book(sitting, "learner")
        other = till.open(gone, "learner")
    with till.day(35, 40):
        till.pass_time(sitting)
        till.choose(page)
    with till.day(34):
        again = till.book(sitting, "learner")
        other = till.open(again, "learner")
    with till.day(34, 10):
        till.give_back(again, "learner", why="临时有事")
        till.choose(other)
        till.send_back()


def _tell_of_no_money(till: Till, sitting: Sitting) -> None:
    """A card is refused and the transfer after it never comes; the seat goes back."""
    with till.day(33):
        order = till.book(sitting, "learner")
        page = till.open(order, "learner")
        till.choose(page, succeeds=False)
        till.choose(page, Method.TRANSFER)
    with till.day(33, HOUR):
        till.pass_time(sitting)
    with till.day(31):
        till.bounce(page)


def tell_of_free(till: Till, dates: "Dates") -> None:
    """What costs nothing is confirmed at once."""
    with till.day(30):
        till.book(dates.lecture, "factory", 3)
        till.book(dates.lecture, "learner")
        till.book(dates.lecture, "small")
    with till.day(7):
        till.book(dates.online, "learner")
        order = till.book(dates.online, "metalworks", 2)
    with till.day(6):
        till.give_back(order, "metalworks", 1)


def tell_of_full(till: Till, sitting: Sitting) -> None:
    """Everything is booked: an offer lapses, one is taken, one stands, one still waits."""
    with till.day(12):
        order = till.pay(till.book(sitting, "factory", 3), "factory")
    with till.day(11):
        till.wait(sitting, "small")
        taken = till.wait(sitting, "metalworks")
        left = till.wait(sitting, "bureau")
        till.wait(sitting, "moulder")
        till.wait(sitting, "learner")
    with till.day(10):
        waiting.leave(till.db, left, by=till.story.who("bureau"))
        till.give_back(order, "factory", 1)
    with till.day(9):
        till.pass_time(sitting)  # the first did not come for it
        till.pay(till.book(sitting, "metalworks", place_id=taken.id), "metalworks")
    with till.day(0):
        till.give_back(order, "factory", 1)


def tell_of_coming(till: Till, sitting: Sitting) -> None:
    """What is underway now: nothing of it is over yet."""
    _tell_of_large_sums(till, sitting)
    with till.day(4):
        held = till.book(sitting, "moulder", wants_subsidy=True, why_subsidised=WHY)
        till.give_back(held, "moulder", why="改派下一期")
    with till.day(2):
        organiser = till.story.who("owner")
        kind, note = CodeKind.PRICE, "演示：老客户半价"
        made = codes.make(till.db, sitting, kind, CHEAP, 3, note, by=organiser)
        till.db.flush()  # one of them is used
        till.pay(till.book(sitting, "learner", code=made[0].text), "learner")
    with till.day(0):
        till.book(sitting, "metalworks", 2, wants_subsidy=True, why_subsidised=WHY)
        _tell_of_open_pages(till, sitting)


def _tell_of_open_pages(till: Till, sitting: Sitting) -> None:
    """One who looks at the page, one whose transfer is on its way, one not yet sent there."""
    till.open(till.book(sitting, "small"), "small")
    page = till.open(till.book(sitting, "moulder"), "moulder")
    till.choose(page, Method.TRANSFER)
    order = till.book(sitting, "bureau")
    paying.start(till.db, order, by=till.story.who("bureau"))


def _tell_of_large_sums(till: Till, sitting: Sitting) -> None:
    """Ten seats paid and given back: that much waits for a second person; one said no before."""
    db, story = till.db, till.story
    with till.day(26):
        stays = till.pay(till.book(sitting, "factory", 10), "factory", Method.ALIPAY)
        goes = till.pay(till.book(sitting, "metalworks", 10), "metalworks")
        one = till.pay(till.book(sitting, "moulder"), "moulder")
    with till.day(20):
        staff = story.who("publisher")
        note = "演示：教室设备故障，按协商退回一部分。"
        asked = queueing.ask_goodwill(db, staff.scope, stays.identifier, GOODWILL, note, by=staff)
    with till.day(19):
        why = "演示：培训尚未开始，故障与本期无关。"
        refunds.decline(db, asked, why, by=story.who("publisher-2"))
        till.give_back(one, "moulder", why="人手不够")
    with till.day(17):
        till.come_back(one)
    with till.day(3):
        till.give_back(goes, "metalworks", why="工厂停产检修")
