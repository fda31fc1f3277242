"""Booking, paying, waiting and giving back, in a real browser before the stand-in's own page."""

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlmodel import Session, col, select

from app.bookings import sittings
from app.bookings.models import Booking, Certificate, Order, Sitting
from app.bookings.planning import Plan
from app.bookings.stages import OrderStage, SeatStage
from app.catalogue import index
from app.catalogue.models import Training
from app.cli import demonstration
from app.cli.demonstration import courses
from app.cli.demonstration.building import Story
from app.cli.demonstration.people import add_people
from app.cli.demonstration.trainings import LASTS
from app.core import worker
from app.core.db import transaction
from app.payments.models import Payment, Receipt
from app.payments.stages import PaymentStage
from tests.browser.conftest import WIDTHS, page_of, served
from tests.browser.test_journeys import examine
from tests.browser.test_people_journeys import let_everybody_in, press, token_of

pytestmark = pytest.mark.browser
As = Callable[..., AbstractContextManager[Page]]
WHO = ["", "factory", "learner", "small", "owner", "bureau", "staff", "approver"]
DATES = {"last": (1, 40), "gone": (20, 50), "open": (20, 60)}  # seats, in how many days


@pytest.fixture(scope="module")
def trainings(
    fresh_database: Callable[[], str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """A site with the trainings of the demonstration, and some more dates of the paid one."""
    with served(tmp_path_factory.mktemp("trainings"), fresh_database(), _fill) as address:
        yield address


def _fill() -> None:
    for build in (demonstration.build, demonstration.build_trainings):
        with transaction() as db:
            build(db)
    with transaction() as db:
        let_everybody_in(db)
        story = Story(db)
        story.people, story.organisations = add_people(db)
        for seats, days in DATES.values():
            begins = story.morning(-days)
            plan = Plan(begins, begins + LASTS, seats=seats, **courses.HALL)
            sittings.add(db, _training(db), plan, by=story.who("owner"))
    with transaction(writes=False) as db:
        index.rebuild(db)


def _training(db: Session, name: str = courses.MACHINE_DATA["name"]) -> Training:
    return db.exec(select(Training).where(Training.name == name)).one()


@pytest.fixture
def signed_in(chromium: Browser, trainings: str) -> As:
    """A page of one of the demonstration's people, or of nobody."""

    @contextmanager
    def open_page(who: str, width: str = "desk", language: str = "en") -> Iterator[Page]:
        session = token_of(f"{who}@demo.example") if who else ""
        with page_of(chromium, trainings, width=WIDTHS[width], session=session) as page:
            cookie = {"name": "lang", "value": language, "url": trainings}
            page.context.add_cookies([cookie])  # type: ignore[list-item]
            yield page

    return open_page


@pytest.fixture
def date_of() -> Callable[[str], Sitting]:
    """One of the dates above."""

    def find(which: str) -> Sitting:
        seats, days = DATES[which]
        with transaction(writes=False) as db:
            begins = Story(db).morning(-days)
            chosen = select(Sitting).where(Sitting.starts_at == begins, Sitting.seats == seats)
            return db.exec(chosen).one()

    return find


DateOf = Callable[[str], Sitting]


def to_book(page: Page, sitting: Sitting) -> None:
    """From the page of the training to the form of one of its dates."""
    with transaction(writes=False) as db:
        slug = db.get_one(Training, sitting.training_id).slug
    page.goto(f"/trainings/{slug}")
    page.locator(f"#{sitting.identifier}").get_by_role("link", name=re.compile("seat")).click()


def pay(page: Page) -> None:
    """From the booking over the stand-in's page and back to the word that it is confirmed."""
    press(page, "Pay")
    expect(page.get_by_text("No real money moves").first).to_be_visible()
    page.get_by_label("Alipay").check()
    press(page, "Pay")
    expect(page.get_by_text("The booking is confirmed.")).to_be_visible()


def book_and_pay(page: Page, sitting: Sitting) -> str:
    """The address of a booking that was paid."""
    to_book(page, sitting)
    press(page, "Book, pay in the next step")
    address = page.url
    pay(page)
    page.goto(address)
    expect(page.get_by_text("Confirmed").first).to_be_visible()
    return address


def test_a_free_seat_is_booked_and_its_ticket_and_link_are_there(signed_in: As) -> None:
    with signed_in("moulder", "phone") as page:
        page.goto("/trainings")
        page.get_by_role("link", name=courses.FUNDING["name"]).first.click()
        page.get_by_role("link", name=re.compile("^Book seats")).first.click()
        assert courses.ONLINE["join_link"] not in page.content()
        press(page, "One more participant")
        page.locator("#name_2").fill("李工")
        press(page, "Book")
        expect(page.get_by_text("Confirmed").first).to_be_visible()
        link = page.get_by_role("link", name="Join online")
        expect(link).to_have_attribute("href", courses.ONLINE["join_link"])
        page.get_by_role("link", name="Tickets").click()
        expect(page.get_by_text("李工").first).to_be_visible()


def test_a_paid_seat_is_confirmed_by_the_payment_and_has_a_receipt(
    signed_in: As, date_of: DateOf
) -> None:
    with signed_in("small") as page:
        to_book(page, date_of("open"))
        press(page, "Book, pay in the next step")
        booking = page.url
        press(page, "Pay")
        examine(page, page.url)
        press(page, "Have the payment refused")
        expect(page.get_by_text("The payment was refused.")).to_be_visible()
        page.get_by_role("link", name="Leave without paying").click()
        assert page.url == booking
        expect(page.get_by_role("heading", name="To be paid")).to_be_visible()
        pay(page)
        examine(page, page.url)
        page.goto(booking)
        page.get_by_role("link", name=re.compile("^Receipt")).click()
        expect(page.get_by_text("600").first).to_be_visible()
        examine(page, page.url)


def test_who_waits_for_a_full_sitting_is_offered_the_seat_that_comes_back_and_pays_it(
    signed_in: As, date_of: DateOf
) -> None:
    sitting = date_of("last")
    with signed_in("factory") as has, signed_in("learner", "phone") as waits:
        booking = book_and_pay(has, sitting)
        to_book(waits, sitting)
        form = waits.url
        press(waits, "Put me on the waiting list")
        expect(waits.get_by_text("You are next.")).to_be_visible()

        give_back(has, booking)
        expect(has.get_by_text("All seats were given back.")).to_be_visible()
        waits.goto("/bookings")
        expect(waits.get_by_text("Waits for you")).to_be_visible()
        waits.goto(form)
        expect(waits.get_by_text("1 seat is kept for you")).to_be_visible()
        press(waits, "Book, pay in the next step")
        pay(waits)

        worker.drain()  # what goes back goes by the outbox
        has.goto(booking)
        expect(has.get_by_text("paid back")).to_be_visible()
    with transaction(writes=False) as db:
        seats = select(Booking.stage).where(Booking.sitting_id == sitting.id)
        assert sorted(db.exec(seats)) == [SeatStage.CONFIRMED, SeatStage.RELEASED]


def give_back(page: Page, booking: str) -> None:
    """All seats of a booking, over the page that says what comes back."""
    page.goto(booking)
    press(page, "Give seats back")
    expect(page.get_by_text("600 come back, the way they were paid.")).to_be_visible()
    press(page, "Give them back")


def test_an_organiser_cancels_a_sitting_and_everything_paid_goes_back(
    signed_in: As, date_of: DateOf
) -> None:
    sitting = date_of("gone")
    with signed_in("learner") as learner, signed_in("owner") as owner:
        booking = book_and_pay(learner, sitting)
        owner.goto(f"/workspace/trainings/sittings/{sitting.identifier}")
        owner.get_by_role("link", name="Cancel it").click()
        expect(owner.get_by_text("goes back, the way it was paid.")).to_be_visible()
        press(owner, "Cancel the date and tell everybody")
        expect(owner.get_by_role("alert")).to_be_visible()  # it wants a reason
        owner.get_by_label("Why, in a sentence for everybody").fill("讲师生病")
        press(owner, "Cancel the date and tell everybody")
        expect(owner.get_by_text("讲师生病").first).to_be_visible()
        worker.drain()
        learner.goto(booking)
        expect(learner.get_by_text("The sitting was cancelled.")).to_be_visible()
        learner.get_by_role("link", name=re.compile("^Receipt")).last.click()
        expect(learner.get_by_text("600").first).to_be_visible()


def test_the_same_booking_without_scripts(
    chromium: Browser, trainings: str, date_of: DateOf
) -> None:
    session = token_of("bureau@demo.example")
    width = WIDTHS["desk"]
    with page_of(chromium, trainings, width=width, session=session, scripts=False) as page:
        book_and_pay(page, date_of("open"))


@pytest.mark.parametrize(("width", "language"), [("desk", "en"), ("phone", "zh")])
@pytest.mark.parametrize("who", WHO)
def test_every_page_of_trainings_can_be_used_by_everybody(
    signed_in: As, who: str, width: str, language: str
) -> None:
    with transaction(writes=False) as db:
        pages = PAGES[who](db)
    key = {"staff": "publisher", "approver": "reviewer"}.get(who, who)
    faults: list[str] = []
    with signed_in(key, width, language) as page:
        page.on("response", lambda said: faults.append(said.url) if not said.ok else None)
        for path in pages:
            examine(page, path)
            assert page.locator("html").get_attribute("lang") == LANGUAGES[language]
    assert [url for url in faults if "/static/" not in url] == []


LANGUAGES = {"en": "en", "zh": "zh-Hans"}


def _public(db: Session) -> list[str]:
    certificates = db.exec(select(Certificate.identifier)).all()
    return [
        "/trainings",
        f"/trainings/{_training(db).slug}",
        f"/trainings/{_training(db, courses.FUNDING['name']).slug}",
        "/certificates",
        *(f"/certificates/{one}" for one in certificates),
    ]


def _bookers(key: str) -> Callable[[Session], list[str]]:
    """One booking at each stage of somebody, and what belongs to it."""

    def pages(db: Session) -> list[str]:
        orders: dict[Any, Order] = {}
        person = Story(db)
        person.people, _organisations = add_people(db)
        chosen = select(Order).where(Order.person_id == person.people[key].id)
        for order in db.exec(chosen.order_by(col(Order.created_at))).all():
            orders[order.stage] = order  # the newest at each
        found = ["/bookings", *(_forms(db) if key == "learner" else ())]
        for order in orders.values():
            found.append(f"/bookings/{order.identifier}")
            found += _of_order(db, order)
        return found

    return pages


def _forms(db: Session) -> list[str]:
    chosen = select(Sitting, Training).join(Training, col(Training.id) == Sitting.training_id)
    ahead = chosen.where(Sitting.starts_at > Story(db).morning(0))
    return [
        f"/trainings/{training.slug}/sittings/{sitting.identifier}/book"
        for sitting, training in db.exec(ahead).all()
    ]


def _of_order(db: Session, order: Order) -> list[str]:
    seats = db.exec(select(Booking).where(Booking.order_id == order.id)).all()
    here = f"/bookings/{order.identifier}"
    receipts = db.exec(select(Receipt.number).where(Receipt.order_id == order.id)).all()
    paid = select(Payment.session_id).where(Payment.order_id == order.id)
    live = db.exec(paid.where(Payment.stage == PaymentStage.OPEN)).all()
    found = [f"/receipts/{one}" for one in receipts]
    found += [f"/stand-in/checkout/{one}" for one in live]
    if receipts:
        found.append(f"{here}/paid")
    if order.stage == OrderStage.CONFIRMED:
        found += [f"{here}/tickets", f"/tickets/{seats[0].ticket}"]
        sitting = db.get_one(Sitting, order.sitting_id)
        is_ahead = sitting.starts_at > Story(db).morning(0)
        found += [f"{here}/cancel", f"{here}/seats/{seats[0].id}"] if is_ahead else []
        found += [] if is_ahead else [f"{here}/feedback"]
    return found


def _organisers(name: str) -> Callable[[Session], list[str]]:
    """What an organiser sees of every date of a training."""

    def pages(db: Session) -> list[str]:
        training = _training(db, name)
        root = "/workspace/trainings"
        found = [root, f"{root}/figures", f"{root}/{training.identifier}/sittings/new"]
        dates = sittings.of_training(db, training)
        for sitting in (dates[0], dates[-1]):  # one that is over, one that is to come
            here = f"{root}/sittings/{sitting.identifier}"
            found += [here, f"{here}/feedback", f"{here}/codes", f"{here}/attendance"]
            found += [f"{here}/attendance/print", f"{here}/certificates"]
            if sitting.starts_at > Story(db).morning(0) and sitting.stage == "planned":
                found += [f"{here}/edit", f"{here}/cancel"]
        return found

    return pages


def _staffs(db: Session) -> list[str]:
    sitting = db.exec(select(Sitting.identifier).order_by(col(Sitting.starts_at))).first()
    certificate = db.exec(select(Certificate.identifier)).first()
    return [
        "/desk/trainings",
        f"/desk/trainings/sittings/{sitting}",
        f"/desk/trainings/certificates/{certificate}",
        "/desk/refunds",
    ]


PAGES: dict[str, Callable[[Session], list[str]]] = {
    "": _public,
    "factory": _bookers("factory"),
    "learner": _bookers("learner"),
    "small": _bookers("small"),
    "owner": _organisers(courses.MACHINE_DATA["name"]),
    "bureau": _organisers(courses.FUNDING["name"]),
    "staff": _staffs,
    "approver": lambda _db: ["/desk/seats"],
}
