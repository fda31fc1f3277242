"""Two at once: one decision, one rating, one block, one hand-over."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlmodel import Session, func, select

from app.accounts.models import StaffRole
from app.accounts.visitor import Visitor
from app.core.db import transaction
from app.core.errors import Conflict
from app.inquiries import accounts_missing, blocking, ratings, reporting, seeing
from app.inquiries.models import Block, Inquiry, Message, Rating, Side
from app.inquiries.reporting import Outcome
from tests.inquiries.makers import Sides, ask, two_sides
from tests.inquiries_followup.setting import official, sign
from tests.people import a_member
from tests.processes import at_once

pytestmark = pytest.mark.usefixtures("own_database")
TIMES = 3


def in_thread(
    identifier: str, by: Visitor, act: Callable[[Session, Inquiry, Side], Any]
) -> Callable[[Session], None]:
    def run(db: Session) -> None:
        inquiry, side = seeing.take(db, by, identifier)
        act(db, inquiry, side)

    return run


def count_of(model: Any) -> int:
    with transaction(writes=False) as db:
        return db.exec(select(func.count()).select_from(model)).one()


def begun(*, is_signed: bool = False) -> tuple[Sides, str]:
    with transaction() as db:
        sides = two_sides(db)
        inquiry = ask(db, sides)
        if is_signed:
            sign(db, sides, inquiry)
        return sides, inquiry.identifier


def test_rated_at_once_is_rated_once() -> None:
    sides, identifier = begun(is_signed=True)

    def rate(db: Session, inquiry: Inquiry, side: Side) -> None:
        ratings.rate(db, inquiry, side, 5, "", by=sides.asker)

    raised = at_once(*[in_thread(identifier, sides.asker, rate)] * TIMES)
    assert [type(error) for error in raised] == [Conflict] * (TIMES - 1)
    assert count_of(Rating) == 1


def test_blocked_at_once_is_blocked_once() -> None:
    sides, identifier = begun()

    def block(db: Session, inquiry: Inquiry, side: Side) -> None:
        blocking.block(db, inquiry, side, by=sides.vendor)

    assert at_once(*[in_thread(identifier, sides.vendor, block)] * TIMES) == []
    assert count_of(Block) == 1


def test_two_staff_who_decide_at_once_make_one_decision() -> None:
    sides, identifier = begun()
    with transaction() as db:
        inquiry, side = seeing.take(db, sides.vendor, identifier)
        made = reporting.report(db, inquiry, side, "fraud", "假公司", by=sides.vendor)
        staff = [official(db, StaffRole.PUBLISHER) for _n in range(2)]

    def decide(by: Visitor, outcome: Outcome) -> Callable[[Session], None]:
        def run(db: Session) -> None:
            case = reporting.find(db, by, made.id, holds=True)
            reporting.decide(db, case, outcome, "查过", by=by)

        return run

    raised = at_once(decide(staff[0], Outcome.WARNED), decide(staff[1], Outcome.DISMISSED))
    assert [type(error) for error in raised] == [Conflict]


def test_handed_over_at_once_is_told_once() -> None:
    with transaction() as db:
        sides = two_sides(db, has_account=False)
        organisation_id = ask(db, sides).vendor_organisation_id
        a_member(db, organisation_id)
    hand_over = [lambda db: accounts_missing.hand_over(db, organisation_id)] * TIMES
    assert at_once(*hand_over) == []
    with transaction(writes=False) as db:
        joined = select(func.count()).where(Message.event == "account.joined")
        assert db.exec(joined).one() == 1
