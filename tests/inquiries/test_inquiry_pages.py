"""The pages of inquiries, as both sides see and use them."""

from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlalchemy import Engine
from sqlmodel import Session, col, select

from app.accounts.models import MemberRole, StaffRole
from app.core.formats import today
from app.inquiries.models import Inquiry, InquiryReading, Message
from app.needs.models import Confidentiality
from search.engine import Kind
from tests.counting import count_queries
from tests.everything import PDF
from tests.factories import a_record
from tests.inquiries.makers import ASKER, CONTACT, WORDS, Sides, a_need, ask, two_sides
from tests.people import a_member, a_person, sign_in, staff


@pytest.fixture
def sides(db: Session) -> Sides:
    return two_sides(db)


@pytest.fixture
def as_asker(client: TestClient, db: Session, sides: Sides) -> Callable[[], TestClient]:
    return lambda: sign_in(client, db, sides.asker_person, sides.asker.organisation_id)


@pytest.fixture
def as_vendor(client: TestClient, db: Session, sides: Sides) -> Callable[[], TestClient]:
    return lambda: sign_in(client, db, sides.vendor_person, sides.vendor.organisation_id)


def sent_key(page: str) -> str:
    return page.split('name="sent_key" value="')[1].split('"')[0]


def post(client: TestClient, address: str, data: Any = None, files: Any = None) -> Response:
    """What is posted and the page after it; the client would leave the cookie behind."""
    answer = client.post(address, data=data, files=files, follow_redirects=False)
    assert answer.status_code == 303
    return client.get(answer.headers["location"])


def version(page: str) -> str:
    return page.split('name="version" value="')[1].split('"')[0]


def test_listings_lead_to_the_form_and_signed_out_people_to_sign_in_and_back(
    client: TestClient, sides: Sides
) -> None:
    address = f"/inquiries/new?solution={sides.solution.identifier}"
    assert f'href="{address}"' in client.get(f"/solutions/{sides.solution.slug}").text
    vendor = f"/inquiries/new?vendor={sides.listed.identifier}"
    assert f'href="{vendor}"' in client.get(f"/vendors/{sides.listed.slug}").text
    answer = client.get(address, follow_redirects=False)
    assert answer.headers["location"].startswith("/sign-in?next=%2Finquiries%2Fnew%3Fsolution")


def test_who_acts_for_nobody_is_told_how_to(client: TestClient, db: Session, sides: Sides) -> None:
    address = f"/inquiries/new?vendor={sides.listed.identifier}"
    sign_in(client, db, a_person(db))
    assert "asked by organisations" in client.get(address).text
    organisation_id = sides.asker.organisation_id
    assert organisation_id
    sign_in(client, db, a_member(db, organisation_id, MemberRole.VIEWER), organisation_id)
    assert "You read along" in client.get(address).text


def test_from_the_question_to_the_contract(
    db: Session,
    sides: Sides,
    as_asker: Callable[[], TestClient],
    as_vendor: Callable[[], TestClient],
) -> None:
    asker = as_asker()
    form = asker.get(f"/inquiries/new?solution={sides.solution.identifier}").text
    assert "采购员乙" in form
    posted = {
        "solution": sides.solution.identifier,
        "text": WORDS,
        "sent_key": sent_key(form),
        **CONTACT,
    }
    files = {"file": ("plan.pdf", PDF)}
    for _ in range(2):  # a double click
        page = post(asker, "/inquiries/files", posted, files)
    address = page.url.path
    assert WORDS in page.text
    assert db.exec(select(Inquiry)).all()[0].identifier in address
    assert len(db.exec(select(Inquiry)).all()) == 1

    vendor = as_vendor()
    assert "1 inquiry with news" in vendor.get("/").text
    read = vendor.get(address)
    assert WORDS in read.text
    assert not any(word in read.text for word in CONTACT.values())
    assert "1 inquiry with news" not in vendor.get("/").text
    link = read.text.split(f'href="{address}/files/')[1].split('"')[0]
    assert vendor.get(f"{address}/files/{link}").content == PDF
    answered = post(vendor, f"{address}/messages", {"text": "可以联网。", "sent_key": "k"})
    assert "可以联网。" in answered.text
    met = post(vendor, f"{address}/steps", {"stage": "meeting", "version": version(answered.text)})
    assert "noted that you meet" in met.text
    said = {"value": "120000", "signed_on": str(today()), "version": version(met.text)}
    assert "It counts once" in post(vendor, f"{address}/contract", said).text

    asker = as_asker()
    page = asker.get(address)
    assert "销售员丙" not in page.text
    done = post(asker, f"{address}/contract/confirm", {"version": version(page.text)})
    assert "confirmed the contract" in done.text
    assert "CNY 120,000" in done.text
    assert post(asker, f"{address}/contact").status_code == 200
    assert all(word in as_vendor().get(address).text for word in CONTACT.values())


def test_what_is_wrong_stands_beside_its_field_and_nothing_is_sent(
    db: Session, sides: Sides, as_asker: Callable[[], TestClient]
) -> None:
    asker = as_asker()
    posted = {"solution": sides.solution.identifier, "sent_key": "k", "text": "", "email": "x"}
    answer = asker.post("/inquiries/files", data=posted)
    assert answer.status_code == 422
    assert "This is no e-mail address." in answer.text
    answer = asker.post("/inquiries/files", data={**posted, "email": ""})
    assert answer.status_code == 422
    assert "Write a message." in answer.text
    script = {"file": ("run.pdf", b"#!/bin/sh")}
    answer = asker.post(
        "/inquiries/files", data={**posted, "email": "", "text": WORDS}, files=script
    )
    assert answer.status_code == 422
    assert WORDS in answer.text
    assert not db.exec(select(Inquiry)).all()


def test_a_second_question_is_led_into_the_open_thread(
    db: Session, sides: Sides, as_asker: Callable[[], TestClient]
) -> None:
    inquiry = ask(db, sides)
    asker = as_asker()
    form = asker.get(f"/inquiries/new?vendor={sides.listed.identifier}").text
    assert f'action="/inquiries/{inquiry.identifier}/messages"' in form
    posted = {"vendor": sides.listed.identifier, "text": "还有一问", "sent_key": "k"}
    answer = asker.post("/inquiries/files", data=posted)
    assert answer.status_code == 409
    assert "还有一问" in answer.text
    asker.post(f"/inquiries/{inquiry.identifier}/messages", data=posted)
    assert len(db.exec(select(Message).where(Message.inquiry_id == inquiry.id)).all()) == 2


def test_first_answers_are_kept_and_inserted_without_scripts(
    db: Session, sides: Sides, as_vendor: Callable[[], TestClient]
) -> None:
    inquiry = ask(db, sides)
    vendor = as_vendor()
    assert vendor.post("/inquiries/answers", data={"title": ""}).status_code == 422
    kept = post(vendor, "/inquiries/answers", {"title": "常用答复", "text": "您好，可以。"})
    assert "常用答复" in kept.text
    page = vendor.get(f"/inquiries/{inquiry.identifier}").text
    answer_id = page.split('<option value="')[1].split('"')[0]
    assert (
        "您好，可以。</textarea>"
        in vendor.get(f"/inquiries/{inquiry.identifier}?answer={answer_id}").text
    )
    changed = post(vendor, f"/inquiries/answers/{answer_id}", {"title": "新", "text": "好"})
    assert "新</a>" in changed.text
    gone = post(vendor, f"/inquiries/answers/{answer_id}/remove")
    assert "新</a>" not in gone.text


def test_an_overtaken_or_unlawful_step_is_a_conflict(
    db: Session, sides: Sides, as_asker: Callable[[], TestClient]
) -> None:
    inquiry = ask(db, sides)
    asker = as_asker()
    address = f"/inquiries/{inquiry.identifier}"
    for data, status in (
        ({"stage": "closed", "version": "99"}, 409),
        ({"stage": "meeting", "version": "1"}, 409),
        ({"stage": "declined", "version": "1"}, 403),
        ({"stage": "nonsense", "version": "1"}, 422),
    ):
        assert asker.post(f"{address}/steps", data=data).status_code == status
    assert asker.post(f"{address}/contract/confirm", data={"version": "1"}).status_code == 409
    for said in ({"value": "much", "signed_on": str(today())}, {"value": "1", "signed_on": ""}):
        assert asker.post(f"{address}/contract", data={**said, "version": "1"}).status_code == 422


def test_the_list_asks_as_often_for_many_threads_as_for_one(
    db: Session,
    client: TestClient,
    engine: Engine,
    sides: Sides,
    as_asker: Callable[[], TestClient],
) -> None:
    ask(db, sides)
    asker = as_asker()
    one = count_queries(engine, asker, "/inquiries")
    for number in range(25):
        vendor = a_record(db, Kind.VENDOR, name=f"第{number}家科技有限公司")
        db.add(
            Inquiry(
                organisation_id=sides.asker.organisation_id,
                asked_by=sides.asker.person_id,
                vendor_id=vendor.id,
                vendor_organisation_id=vendor.organisation_id,  # type: ignore[attr-defined]
                sent_key=str(number),
                subject=f"问题{number}",
            )
        )
    db.flush()
    assert count_queries(engine, asker, "/inquiries") == one
    assert "Next" in asker.get("/inquiries").text
    assert "26 inquiries" in asker.get("/inquiries?page=2").text


def test_a_viewer_reads_a_thread_and_cannot_write(
    db: Session, client: TestClient, sides: Sides
) -> None:
    inquiry = ask(db, sides)
    organisation_id = sides.asker.organisation_id
    assert organisation_id
    viewer = a_member(db, organisation_id, MemberRole.VIEWER)
    sign_in(client, db, viewer, organisation_id)
    address = f"/inquiries/{inquiry.identifier}"
    page = client.get(address)
    assert WORDS in page.text
    assert "<textarea" not in page.text
    assert client.post(f"{address}/messages", data={"text": "x"}).status_code == 403
    read = db.exec(select(InquiryReading).where(col(InquiryReading.person_id) == viewer.id))
    assert read.one().message_id == inquiry.news_for_vendor


def test_a_hidden_asker_shows_nowhere_until_they_release_themselves(
    db: Session,
    client: TestClient,
    sides: Sides,
    as_asker: Callable[[], TestClient],
    as_vendor: Callable[[], TestClient],
) -> None:
    need = a_need(db, sides.asker, confidentiality=Confidentiality.HIDDEN)
    inquiry = ask(db, sides, need=need)
    address = f"/inquiries/{inquiry.identifier}"
    asker = as_asker()
    asker.post(f"{address}/messages", data={"text": "补充", "sent_key": "2"})
    asker.post(f"{address}/files", files={"file": ("a.pdf", PDF)})
    vendor = as_vendor()
    hidden = (ASKER, "采购员乙", sides.asker.email, *CONTACT.values())
    for page in (address, "/inquiries", "/inquiries?unread=1", "/workspace", "/"):
        text = vendor.get(page).text
        assert not [word for word in hidden if word in text], page
    assert "A manufacturer in Dongguan" in vendor.get(address).text
    as_asker().post(f"{address}/contact")
    assert ASKER in as_vendor().get(address).text
    assert CONTACT["telephone"] in vendor.get(address).text


def test_staff_do_not_read_threads_here(db: Session, client: TestClient, sides: Sides) -> None:
    inquiry = ask(db, sides)
    sign_in(client, db, staff(db, *StaffRole))
    assert client.get(f"/inquiries/{inquiry.identifier}").status_code == 403
