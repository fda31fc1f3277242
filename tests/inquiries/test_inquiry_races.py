"""Two at once: one inquiry, one message, one step."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlmodel import Session, select

from app.core.db import transaction
from app.core.errors import Conflict
from app.inquiries import seeing, sending, speaking, stepping
from app.inquiries.models import Inquiry, InquiryStage, InquiryStep, Message, Side
from tests.inquiries.makers import Sides, ask, two_sides
from tests.processes import at_once

pytestmark = pytest.mark.usefixtures("own_database")
TIMES = 4


@pytest.fixture
def sides() -> Sides:
    with transaction() as db:
        return two_sides(db)


def all_of(model: Any) -> list[Any]:
    with transaction(writes=False) as db:
        return list(db.exec(select(model)))


def in_thread(act: Callable[[Session, Inquiry], Any], sides: Sides, identifier: str) -> Any:
    def run(db: Session) -> None:
        inquiry, _side = seeing.take(db, sides.asker, identifier)
        act(db, inquiry)

    return run


def test_the_same_inquiry_sent_at_once_is_sent_once(sides: Sides) -> None:
    assert not at_once(*[lambda db: ask(db, sides, sent_key="key")] * TIMES)
    assert len(all_of(Inquiry)) == 1
    assert len(all_of(Message)) == 1


def test_two_tabs_that_ask_one_vendor_begin_one_thread(sides: Sides) -> None:
    raised = at_once(*[lambda db: ask(db, sides)] * TIMES)
    assert [type(error) for error in raised] == [sending.AlreadyOpen] * (TIMES - 1)
    assert len(all_of(Inquiry)) == 1


def test_the_same_message_sent_at_once_is_written_once(sides: Sides) -> None:
    with transaction() as db:
        identifier = ask(db, sides).identifier

    def say(db: Session, inquiry: Inquiry) -> None:
        speaking.say(db, inquiry, Side.ASKER, "两次", sent_key="key", by=sides.asker)

    assert not at_once(*[in_thread(say, sides, identifier)] * TIMES)
    assert [one.text for one in all_of(Message)].count("两次") == 1


def test_messages_of_a_thread_are_numbered_in_the_order_in_which_they_are_seen(
    sides: Sides,
) -> None:
    with transaction() as db:
        identifier = ask(db, sides).identifier

    def say(key: str) -> Callable[[Session, Inquiry], None]:
        return lambda db, inquiry: (
            speaking.say(db, inquiry, Side.ASKER, key, sent_key=key, by=sides.asker) and None
        )

    assert not at_once(*(in_thread(say(str(n)), sides, identifier) for n in range(TIMES)))
    newest = max(one.id for one in all_of(Message))
    assert all_of(Inquiry)[0].news_for_vendor == newest


def test_two_who_close_at_once_close_once(sides: Sides) -> None:
    with transaction() as db:
        identifier = ask(db, sides).identifier

    def close(db: Session, inquiry: Inquiry) -> None:
        known = {"version": 1, "by": sides.asker}
        stepping.step(db, inquiry, Side.ASKER, InquiryStage.CLOSED, **known)  # type: ignore[arg-type]

    raised = at_once(*[in_thread(close, sides, identifier)] * 2)
    assert [type(error) for error in raised] == [Conflict]
    assert [one.after for one in all_of(InquiryStep)].count("closed") == 1
