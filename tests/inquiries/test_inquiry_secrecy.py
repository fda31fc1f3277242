"""Nobody outside a thread ever reads, counts, finds, follows or downloads it."""

import re
from collections.abc import Iterator
from uuid import UUID

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session, col, select

from app.accounts.models import MemberRole, Membership, Person, StaffRole
from app.core.errors import NotFound
from app.inquiries import attaching, following, noticing, reading, seeing
from app.inquiries.models import Inquiry, InquiryReading, Side
from search.engine import Kind
from tests.everything import PDF
from tests.factories import a_record
from tests.inquiries.makers import CONTACT, WORDS, Sides, ask, two_sides
from tests.people import a_member, a_person, an_organisation, sign_in, staff, visitor
from tests.test_routes_by_role import routes

PART = re.compile(r"\{(\w+)\}")
SECRETS = (WORDS, *CONTACT.values())


@pytest.fixture
def sides(db: Session) -> Sides:
    return two_sides(db)


def outsiders(db: Session, sides: Sides) -> Iterator[tuple[str, Person, UUID | None]]:
    """Everybody who might come: strangers, staff, former members, members acting elsewhere."""
    other = an_organisation(db, "旁观者有限公司").id
    yield "another manufacturer", a_member(db, other), other
    vendor = a_record(db, Kind.VENDOR, name="另一家供应商有限公司")
    rival = vendor.organisation_id  # type: ignore[attr-defined]
    yield "another vendor", a_member(db, rival), rival
    yield "acts for nobody", a_person(db), None
    for role in StaffRole:
        yield str(role), staff(db, role, region="440000"), None
    left = a_member(db, other)
    yield "a former member", left, sides.asker.organisation_id
    elsewhere = a_member(db, other)
    db.add(
        Membership(
            organisation_id=sides.vendor.organisation_id,
            person_id=elsewhere.id,
            role=MemberRole.OWNER,
        )
    )
    db.flush()
    yield "a member who acts for another", elsewhere, other


def test_every_address_of_a_thread_is_closed_to_everybody_outside(
    site: FastAPI, client: TestClient, db: Session, sides: Sides
) -> None:
    inquiry = ask(db, sides)
    file = attaching.attach(db, inquiry, Side.ASKER, PDF, "plan.pdf", by=sides.asker)
    db.flush()
    made = {"identifier": inquiry.identifier, "attachment_id": str(file.id)}
    own = [name for name, _route, _d in routes(site) if name.split()[1].startswith("/inquiries/{")]
    assert len(own) >= 9
    for who, person, organisation_id in outsiders(db, sides):
        sign_in(client, db, person, organisation_id)
        for name in own:
            method, path = name.split()
            address = PART.sub(lambda part: made.get(part[1], str(file.id)), path)
            body = {"version": "1", "stage": "closed", "text": "x", "value": "1"}
            posted = {} if method == "GET" else {"data": body}
            if path.endswith("/files") and method == "POST":
                posted = {"files": {"file": ("a.pdf", PDF)}}
            answer = client.request(method, address, follow_redirects=False, **posted)  # type: ignore[arg-type]
            assert answer.status_code in (403, 404), (who, name, answer.status_code)
            assert not any(secret in answer.text for secret in SECRETS), (who, name)
        for page in ("/inquiries", "/workspace", "/", f"/attachments/{file.id}"):
            text = client.get(page).text
            assert not any(secret in text for secret in (*SECRETS, inquiry.identifier)), (who, page)
            assert "with news" not in text, (who, page)
    db.expire_all()
    assert db.get_one(Inquiry, inquiry.id).version == inquiry.version


PLACES = st.lists(
    st.tuples(st.integers(0, 3), st.integers(0, 3)).filter(lambda pair: pair[0] != pair[1]),
    max_size=8,
)


@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(pairs=PLACES, reader=st.integers(0, 3))
def test_lists_and_counts_hold_exactly_the_threads_of_ones_own_organisation(
    db: Session, pairs: list[tuple[int, int]], reader: int
) -> None:
    vendors = [a_record(db, Kind.VENDOR, name=f"第{n}家有限公司") for n in range(4)]
    ids: list[UUID] = [vendor.organisation_id for vendor in vendors]  # type: ignore[attr-defined]
    people = [visitor(db, a_member(db, id_), id_) for id_ in ids]
    made = []
    for number, (asker, asked) in enumerate(pairs):
        inquiry = Inquiry(
            organisation_id=ids[asker],
            asked_by=people[asker].person_id,
            vendor_id=vendors[asked].id,
            vendor_organisation_id=ids[asked],
            sent_key=f"{ids[asker]}:{number}",
            subject="s",
            news_for_vendor=1,
        )
        db.add(inquiry)
        made.append((asker, asked, inquiry))
    db.flush()
    me = people[reader]
    own = {one.identifier for asker, asked, one in made if reader in (asker, asked)}
    page = reading.page(db, me, reading.Asked(), number=1)
    assert {row.inquiry.identifier for row in page.items} == own
    assert page.total == len(own)
    assert reading.unread(db, me) == sum(asked == reader for _, asked, _ in made)
    for _asker, _asked, inquiry in made:
        if inquiry.identifier in own:
            assert seeing.find(db, me, inquiry.identifier)[0].id == inquiry.id
        else:
            with pytest.raises(NotFound):
                seeing.find(db, me, inquiry.identifier)


def test_what_outsiders_look_at_or_read_is_nothing_and_changes_nothing(
    db: Session, sides: Sides
) -> None:
    inquiry = ask(db, sides)
    for who, person, organisation_id in outsiders(db, sides):
        outsider = visitor(db, person, organisation_id)
        noticing.note(db, outsider, inquiry.id, 1)
        look = following.look_at(db.get_bind(), outsider, inquiry.identifier, lambda _: WORDS)
        assert look(0) is None, who
    assert not db.exec(select(InquiryReading)).all()
    assert inquiry.stage == "sent"


def test_a_file_of_one_thread_is_none_of_another(db: Session, sides: Sides) -> None:
    first = ask(db, sides)
    file = attaching.attach(db, first, Side.ASKER, PDF, "a.pdf", by=sides.asker)
    first.stage = "closed"  # type: ignore[assignment]
    second = ask(db, sides)
    assert attaching.find(db, first, file.id).id == file.id
    with pytest.raises(NotFound):
        attaching.find(db, second, file.id)
    assert not db.exec(select(Inquiry).where(col(Inquiry.id) == file.id)).all()
