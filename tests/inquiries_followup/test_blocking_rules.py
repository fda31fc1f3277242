"""Blocking: nothing more comes, the other is told neutrally, and who hides stays hidden."""

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session

from app.core.errors import NotFound
from app.inquiries import blocking, contacts, stepping
from app.inquiries.blocking import Blocked
from app.inquiries.models import Inquiry, InquiryStage, Side
from app.needs.models import Confidentiality
from tests.inquiries.makers import ASKER, Sides, a_need, ask, two_sides
from tests.inquiries_followup.setting import post, say
from tests.people import a_member, an_organisation, sign_in, visitor


@pytest.fixture
def sides(db: Session) -> Sides:
    return two_sides(db)


def hidden(db: Session, sides: Sides) -> Inquiry:
    need = a_need(db, sides.asker, confidentiality=Confidentiality.HIDDEN)
    return ask(db, sides, need=need)


def close(db: Session, sides: Sides, inquiry: Inquiry) -> None:
    version = {"version": inquiry.version}
    stepping.step(db, inquiry, Side.ASKER, InquiryStage.CLOSED, **version, by=sides.asker)


def test_who_is_blocked_can_neither_write_nor_ask_and_is_not_told_why(
    db: Session, sides: Sides
) -> None:
    inquiry = ask(db, sides)
    blocking.block(db, inquiry, Side.VENDOR, by=sides.vendor)
    with pytest.raises(Blocked, match="takes no messages from your organisation at present"):
        say(db, sides, inquiry, Side.ASKER)
    say(db, sides, inquiry, Side.VENDOR)  # the other way stays open
    close(db, sides, inquiry)
    with pytest.raises(Blocked):
        ask(db, sides)
    with pytest.raises(Blocked):
        hidden(db, sides)


def test_the_asker_blocks_a_vendor_as_well(db: Session, sides: Sides) -> None:
    inquiry = ask(db, sides)
    blocking.block(db, inquiry, Side.ASKER, by=sides.asker)
    with pytest.raises(Blocked):
        say(db, sides, inquiry, Side.VENDOR)


def test_blocking_twice_is_one_block_and_ending_it_opens_all_again(
    db: Session, sides: Sides
) -> None:
    inquiry = ask(db, sides)
    first = blocking.block(db, inquiry, Side.VENDOR, by=sides.vendor)
    assert blocking.block(db, inquiry, Side.VENDOR, by=sides.vendor) is first
    db.flush()
    assert first.id
    stranger = an_organisation(db, "旁观者有限公司")
    other = visitor(db, a_member(db, stranger.id), stranger.id)
    for outsider in (other, sides.asker):
        with pytest.raises(NotFound):
            blocking.end(db, first.id, by=outsider)
    blocking.end(db, first.id, by=sides.vendor)
    say(db, sides, inquiry, Side.ASKER)


def test_a_block_of_a_hidden_asker_names_nobody_and_reaches_only_what_is_hidden(
    db: Session, sides: Sides
) -> None:
    secret, open_one = hidden(db, sides), ask(db, sides)
    blocking.block(db, secret, Side.VENDOR, by=sides.vendor)
    db.flush()
    (listed,) = blocking.listed(db, sides.vendor)
    assert ASKER not in listed.name
    assert blocking.of_thread(db, open_one, Side.VENDOR) is None  # would tell that both are one
    say(db, sides, open_one, Side.ASKER)
    with pytest.raises(Blocked):
        say(db, sides, secret, Side.ASKER)
    with pytest.raises(Blocked):
        hidden(db, sides)


def test_a_block_by_name_shows_in_no_thread_that_hides_the_same_asker(
    db: Session, sides: Sides
) -> None:
    secret, open_one = hidden(db, sides), ask(db, sides)
    blocking.block(db, open_one, Side.VENDOR, by=sides.vendor)
    db.flush()
    assert blocking.of_thread(db, secret, Side.VENDOR) is None
    contacts.release(db, secret, Side.ASKER, by=sides.asker)
    assert blocking.of_thread(db, secret, Side.VENDOR) is not None


def test_a_thread_blocked_while_hidden_stays_so_once_the_asker_is_known(
    db: Session, sides: Sides
) -> None:
    secret = hidden(db, sides)
    blocking.block(db, secret, Side.VENDOR, by=sides.vendor)
    contacts.release(db, secret, Side.ASKER, by=sides.asker)
    with pytest.raises(Blocked):
        say(db, sides, secret, Side.ASKER)


def test_the_pages_block_list_and_end_it(client: TestClient, db: Session, sides: Sides) -> None:
    inquiry = hidden(db, sides)
    sign_in(client, db, sides.vendor_person, sides.vendor.organisation_id)
    thread = f"/inquiries/{inquiry.identifier}"
    assert f'action="{thread}/block"' in client.get(thread).text
    assert "You take no messages" in post(client, f"{thread}/block")
    page = client.get("/inquiries/blocks").text
    assert ASKER not in page
    (listed,) = blocking.listed(db, sides.vendor)
    page = post(client, f"/inquiries/blocks/{listed.block.id}/end")
    assert "You have blocked nobody" in page


def test_who_is_blocked_gets_back_what_they_typed(
    client: TestClient, db: Session, sides: Sides
) -> None:
    inquiry = ask(db, sides)
    blocking.block(db, inquiry, Side.VENDOR, by=sides.vendor)
    sign_in(client, db, sides.asker_person, sides.asker.organisation_id)
    answer = client.post(f"/inquiries/{inquiry.identifier}/messages", data={"text": "再问一句"})
    assert answer.status_code == 403
    assert "takes no messages from your organisation" in answer.text
    assert "再问一句</textarea>" in answer.text
    close(db, sides, db.get_one(Inquiry, inquiry.id))
    asked = {"vendor": sides.listed.identifier, "text": "另问一件", "sent_key": "n"}
    answer = client.post("/inquiries/files", data=asked)
    assert answer.status_code == 403
    assert "另问一件</textarea>" in answer.text
