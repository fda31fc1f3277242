"""How much may be sent in a day, counted so that parallel tries cannot cheat."""

from datetime import timedelta
from http import HTTPStatus

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session

from app.accounts.throttle import TooMany
from app.accounts.visitor import Visitor
from app.catalogue.models import Organisation, Vendor
from app.core.db import at, now, transaction
from app.inquiries import limits, seeing, speaking
from app.inquiries.limits import Limit
from app.inquiries.models import InquiryStage, Side
from search.engine import Kind
from tests.factories import a_record
from tests.inquiries.makers import Sides, another_member, ask, two_sides
from tests.people import sign_in
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


def test_what_a_limit_refuses_comes_back_with_the_reason_and_counts_for_nothing(
    client: TestClient, db: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    sides = two_sides(db)
    inquiry = ask(db, sides)
    sign_in(client, db, sides.asker_person, sides.asker.organisation_id)
    for name in ("MESSAGES_OF_NEW", "INQUIRIES_OF_NEW"):
        monkeypatch.setattr(limits, name, Limit(name, 0, SMALL))
    told = {"text": "写了很久的一段话", "sent_key": "k"}
    answer = client.post(f"/inquiries/{inquiry.identifier}/messages", data=told)
    assert answer.status_code == HTTPStatus.TOO_MANY_REQUESTS
    assert int(answer.headers["Retry-After"]) > 0
    for words in ("写了很久的一段话</textarea>", "as many messages as it may within a day"):
        assert words in answer.text
    asked = {**told, "vendor": a_vendor(db).identifier, "telephone": "13800001111"}
    answer = client.post("/inquiries/files", data=asked)
    assert answer.status_code == HTTPStatus.TOO_MANY_REQUESTS
    for words in ("写了很久的一段话</textarea>", "as many inquiries", "13800001111"):
        assert words in answer.text
    for name in ("MESSAGES_OF_NEW", "INQUIRIES_OF_NEW"):
        monkeypatch.setattr(limits, name, Limit(name, 1, SMALL))
    answer = client.post("/inquiries/files", data=asked, follow_redirects=False)
    assert answer.status_code == HTTPStatus.SEE_OTHER


def test_what_was_typed_into_a_thread_that_ended_meanwhile_can_be_copied(
    client: TestClient, db: Session
) -> None:
    sides = two_sides(db)
    inquiry = ask(db, sides)
    inquiry.move_to(InquiryStage.CLOSED)
    sign_in(client, db, sides.vendor_person, sides.vendor.organisation_id)
    answer = client.post(
        f"/inquiries/{inquiry.identifier}/messages", data={"text": "晚了一步的答复"}
    )
    assert answer.status_code == HTTPStatus.CONFLICT
    assert "This was not sent." in answer.text
    assert "晚了一步的答复" in answer.text
