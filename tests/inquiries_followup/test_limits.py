"""How much may be sent in a day, counted so that parallel tries cannot cheat."""

from datetime import timedelta
from http import HTTPStatus

import pytest
from sqlmodel import Session

from app.accounts.throttle import TooMany
from app.accounts.visitor import Visitor
from app.catalogue.models import Organisation, Vendor
from app.core.db import at, now, transaction
from app.inquiries import limits, seeing, speaking
from app.inquiries.limits import Limit
from app.inquiries.models import Side
from search.engine import Kind
from tests.factories import a_record
from tests.inquiries.makers import Sides, another_member, ask, two_sides
from tests.processes import at_once

SMALL = timedelta(days=1)


def settle(db: Session, by: Visitor) -> None:
    """Let an organisation have come to the pool long ago."""
    organisation = db.get_one(Organisation, by.organisation_id)
    organisation.created_at = now() - timedelta(days=90)
    db.flush()


def a_vendor(db: Session) -> Vendor:
    vendor = a_record(db, Kind.VENDOR, name="另一家供应商有限公司")
    assert isinstance(vendor, Vendor)
    return vendor


def test_a_new_organisation_may_ask_fewer_than_one_that_is_known(db: Session) -> None:
    sides, vendor = two_sides(db), a_vendor(db)
    for _n in range(limits.INQUIRIES_OF_NEW.tries):
        limits.check(db, sides.asker, vendor)
    with db.begin_nested() as savepoint:
        with pytest.raises(TooMany) as refused:
            limits.check(db, sides.asker, vendor)
        savepoint.rollback()
    assert refused.value.status == HTTPStatus.TOO_MANY_REQUESTS
    assert "Your organisation" in str(refused.value)
    assert "after 20" in str(refused.value)  # says when
    settle(db, sides.asker)
    limits.check(db, sides.asker, vendor)  # what was sent before counts on


def test_the_day_begins_with_the_first_and_ends_a_day_later(db: Session) -> None:
    sides, vendor = two_sides(db), a_vendor(db)
    for _n in range(limits.INQUIRIES_OF_NEW.tries):
        limits.check(db, sides.asker, vendor)
    with at(now() + timedelta(days=1, minutes=1)):
        limits.check(db, sides.asker, vendor)


def test_one_person_has_a_limit_whomever_they_act_for(
    db: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    sides, vendor = two_sides(db), a_vendor(db)
    settle(db, sides.asker)
    monkeypatch.setattr(limits, "INQUIRIES_OF_ONE", Limit("inquiries-of-person", 1, SMALL))
    limits.check(db, sides.asker, vendor)
    with db.begin_nested() as savepoint:
        with pytest.raises(TooMany, match="one person"):
            limits.check(db, sides.asker, vendor)
        savepoint.rollback()
    limits.check(db, another_member(db, sides.asker), vendor)


def test_messages_have_a_limit_of_their_own(db: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    sides = two_sides(db)
    inquiry = ask(db, sides)
    monkeypatch.setattr(limits, "MESSAGES_OF_NEW", Limit("messages", 2, SMALL))
    for n in range(2):
        speaking.say(db, inquiry, Side.ASKER, "再问", sent_key=str(n), by=sides.asker)
    with pytest.raises(TooMany, match="messages"):
        speaking.say(db, inquiry, Side.ASKER, "再问", sent_key="3", by=sides.asker)
    speaking.say(db, inquiry, Side.VENDOR, "答", sent_key="", by=sides.vendor)


@pytest.mark.usefixtures("own_database")
def test_what_is_sent_at_once_does_not_pass_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MESSAGES_OF_NEW", Limit("messages", 3, SMALL))
    with transaction() as db:
        sides = two_sides(db)
        others = [another_member(db, sides.asker) for _n in range(6)]
        identifier = ask(db, sides).identifier

    def say(by: Visitor) -> object:
        def run(db: Session) -> None:
            inquiry, side = seeing.take(db, by, identifier)
            speaking.say(db, inquiry, side, "同时", sent_key=str(by.person_id), by=by)

        return run

    raised = at_once(*map(say, others))
    assert [type(error) for error in raised] == [TooMany] * 3


@pytest.mark.usefixtures("own_database")
def test_inquiries_of_several_people_at_once_do_not_pass_the_limit(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(limits, "INQUIRIES_OF_NEW", Limit("inquiries", 2, SMALL))
    with transaction() as db:
        first = two_sides(db)
        every = [first]
        for _n in range(4):
            more = two_sides(db)
            by = another_member(db, first.asker)
            every.append(Sides(**{**vars(more), "asker": by}))

    def send(sides: Sides) -> object:
        return lambda db: ask(db, sides)

    raised = at_once(*map(send, every))
    assert [type(error) for error in raised] == [TooMany] * 3
