"""Bookings of one sitting by many at once, and events of payments: on SQLite and PostgreSQL."""

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from sqlmodel import func, select

from app.accounts.models import Person
from app.accounts.visitor import Visitor, acting
from app.bookings import ordering
from app.bookings.models import Booking, Order, Sitting
from app.bookings.ordering import Full, Participant, Wish
from app.bookings.stages import OrderStage
from app.catalogue.identifiers import new_identifier
from app.catalogue.models import Organisation, Training
from app.catalogue.stages import Stage
from app.cli.bench import child
from app.cli.bench.databases import POSTGRES, SQLITE, addresses
from app.core.db import get_engine, now, transaction
from app.core.migrating import upgrade
from app.payments import paying, webhooks
from app.payments.models import Payment
from app.payments.standin import checkout, events, store
from app.payments.standin.checkout import Method

AT_ONCE = 8  # people, or deliveries
OVER = 1.2  # so many more ask than there are seats
PRICE = 100_00


def measure(home: Path, *, seats: int, paid: int, postgres: str) -> list[dict[str, Any]]:
    """One row a database: bookings and events a second; PostgreSQL only where one is given."""
    found = []
    with ExitStack() as opened:
        urls = {SQLITE: f"sqlite:///{home}/bookings.db"}
        if postgres:
            urls = opened.enter_context(addresses(home / "bookings", postgres))
        for name in [SQLITE, *([POSTGRES] if postgres else [])]:
            own = home / f"bookings-{name}"
            setting = child.environment(own, POOL_DATABASE_URL=urls[name])
            found.append(
                {"database": name, **child.run("bookings.ask", setting, seats=seats, paid=paid)}
            )
    return found


def ask(seats: int, paid: int) -> dict[str, Any]:
    """Fill a sitting, then pay orders of another and have the events delivered."""
    upgrade()
    people = _people(max(round(seats * OVER), paid))
    contended = _sitting(seats)
    seconds, outcomes = _at_once(
        lambda person: _book(contended, person), people[: round(seats * OVER)]
    )
    booked = sum(outcomes)
    with transaction(writes=False) as db:
        taken = db.exec(select(func.count()).where(Booking.sitting_id == contended)).one()
    told = _events(people[:paid])
    delivered, _effects = _at_once(_deliver, told)
    with transaction(writes=False) as db:
        confirmed = db.exec(select(func.count()).where(Order.stage == OrderStage.CONFIRMED)).one()
    return {
        "seats": seats,
        "asked": len(outcomes),
        "booked": booked,
        "oversold": taken - seats,
        "bookings_per_second": round(len(outcomes) / seconds, 1),
        "events": len(told),
        "confirmed": confirmed,
        "events_per_second": round(len(told) / delivered, 1),
    }


def _at_once(act: Callable[[Any], int], given: Sequence[Any]) -> tuple[float, list[int]]:
    began = threading.Barrier(AT_ONCE)

    def work(share: Sequence[Any]) -> list[int]:
        began.wait()
        return [act(one) for one in share]

    shares = [given[number::AT_ONCE] for number in range(AT_ONCE)]
    at = time.perf_counter()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        outcomes = [one for share in pool.map(work, shares) for one in share]
    return time.perf_counter() - at, outcomes


def _people(count: int) -> list[Visitor]:
    with transaction() as db:
        people = [
            Person(email=f"{uuid4().hex}@example.com", name="pool bench", verified_at=now())
            for _number in range(count)
        ]
        db.add_all(people)
        db.flush()  # they are looked up as they would be when signed in
        return [acting(db, person) for person in people]


def _sitting(seats: int) -> UUID:
    with transaction() as db:
        organiser = Organisation(name="pool bench", region="441900")
        person = Person(email=f"{uuid4().hex}@example.com", name="pool bench", verified_at=now())
        identifier = new_identifier("t")
        training = Training(
            identifier=identifier,
            slug=identifier,
            name="pool bench",
            stage=Stage.PUBLISHED,
            organisation_id=organiser.id,
        )
        db.add_all([organiser, person])
        db.flush()  # the others refer to them
        db.add(training)
        db.flush()  # its sitting refers to it
        sitting = Sitting(
            training_id=training.id,
            organisation_id=organiser.id,
            starts_at=now() + timedelta(days=7),
            ends_at=now() + timedelta(days=7, hours=2),
            seats=seats,
            price=PRICE,
            created_by=person.id,
        )
        db.add(sitting)
        return sitting.id


def _book(sitting_id: UUID, person: Visitor) -> int:
    wish = Wish([Participant("pool bench")], uuid4().hex)
    try:
        with transaction() as db:
            ordering.book(db, sitting_id, wish, by=person)
    except Full:
        return 0
    return 1


def _events(people: Sequence[Visitor]) -> list[str]:
    """What the stand-in tells of orders that were all paid at once."""
    sitting = _sitting(len(people))
    payments: list[Payment] = []
    for person in people:
        with transaction() as db:
            wish = Wish([Participant("pool bench")], uuid4().hex)
            order = ordering.book(db, sitting, wish, by=person)
            payments.append(paying.start(db, order, by=person))
        with transaction(writes=False) as db:
            paying.open_checkout(db, db.get_one(Payment, payments[-1].id))
    with transaction(writes=False) as db:
        sessions = [str(db.get_one(Payment, one.id).session_id) for one in payments]
    with store.opened(writes=True) as own:
        for session in sessions:
            checkout.pay(own, session, Method.CARD, succeeds=True)
        return [event.body for event in own.due_events(store.moment(), 100 * len(people))]


def _deliver(body: str) -> int:
    webhooks.receive(body.encode(), events.sign(body), get_engine())
    return 1
