"""New messages come without loading the page again, to those who may read them and no longer."""

import http.client
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session, col, select

from app.accounts.models import Membership, SignIn
from app.accounts.visitor import Visitor, cookie_name, hash_token
from app.core import streams
from app.core.db import now, transaction
from app.core.settings import Settings
from app.core.streams import Crowded, Event, Places, Rhythm, TooManyStreams, follow
from app.inquiries import following, reading, seeing, speaking
from app.inquiries.models import Inquiry, InquiryReading, Side
from app.main import create_app
from tests.inquiries.makers import WORDS, Sides, ask, two_sides
from tests.processes import in_a_loop, serving, wait_for

QUICK = Rhythm(shortest=0.0, longest=0.0, heartbeat=0.0, lasts=60.0)


def collected(looks: Sequence[Sequence[Event] | None], after: int = 0) -> tuple[str, list[int]]:
    """What a stream sends that finds this in turn, and from where it asked each time."""
    asked: list[int] = []

    def look(number: int) -> Sequence[Event] | None:
        asked.append(number)
        return looks[len(asked) - 1]

    async def read() -> bytes:
        return b"".join([part async for part in follow(look, after, QUICK)])

    return in_a_loop(read()).decode(), asked


def test_a_stream_numbers_what_it_sends_and_asks_only_for_newer() -> None:
    said, asked = collected(
        [[Event(3, "<li>\nx</li>"), Event(5, "y")], (), [Event(8, "z")], None], 2
    )
    assert asked == [2, 5, 5, 8]
    assert "event: news\ndata: <li>\ndata: x</li>\nid: 3\n\n" in said
    assert ": ping\n\n" in said
    assert said.endswith("event: end\ndata: \n\n")


def test_a_stream_ends_in_time_and_when_the_site_stops(monkeypatch: pytest.MonkeyPatch) -> None:
    async def read(rhythm: Rhythm) -> int:
        return len([part async for part in follow(lambda _: (), 0, rhythm)])

    assert in_a_loop(read(Rhythm(shortest=0.0, lasts=0.0))) == 1
    monkeypatch.setattr(streams, "_stopping", streams.threading.Event())
    streams.stop_all()
    assert in_a_loop(read(Rhythm())) == 1


def test_places_are_few_and_free_again() -> None:
    places = Places(most=3, most_of_one=2)
    with places.taken("a"), places.taken("a"):
        with pytest.raises(TooManyStreams):
            places.taken("a").__enter__()
        with places.taken("b"), pytest.raises(Crowded):
            places.taken("c").__enter__()
    assert len(places) == 0


@pytest.fixture
def sides(db: Session) -> Sides:
    return two_sides(db)


def signed_in(db: Session, visitor: Visitor) -> tuple[Visitor, SignIn]:
    """The visitor in a session that the database knows."""
    session = SignIn(
        token=uuid4().hex,
        person_id=visitor.person_id,
        organisation_id=visitor.organisation_id,
        ends_at=now() + timedelta(days=1),
    )
    db.add(session)
    db.flush()
    known = {name: getattr(visitor, name) for name in Visitor.__slots__}
    return Visitor(**{**known, "sign_in_id": session.id}), session


def looking(db: Session, visitor: Visitor, inquiry: Inquiry) -> streams.Look:
    def draw(line: reading.Line) -> str:
        return line.event or line.message.text

    return following.look_at(db.get_bind(), visitor, inquiry.identifier, draw)


def test_a_page_gets_what_is_new_and_has_read_it(db: Session, sides: Sides) -> None:
    inquiry = ask(db, sides)
    vendor, _session = signed_in(db, sides.vendor)
    look = looking(db, vendor, inquiry)
    found = look(0)
    assert found
    assert [event.html for event in found] == [WORDS]
    assert look(found[-1].number) == ()
    speaking.say(db, inquiry, Side.ASKER, "补充", sent_key="k", by=sides.asker)
    db.flush()
    newer = look(found[-1].number)
    assert newer
    assert [event.html for event in newer] == ["补充"]
    read = db.exec(select(InquiryReading).where(InquiryReading.person_id == vendor.person_id))
    assert read.one().message_id == newer[-1].number


@pytest.mark.parametrize("end", ["session", "membership", "another organisation", "idle"])
def test_a_stream_ends_with_the_right_to_read(db: Session, sides: Sides, end: str) -> None:
    inquiry = ask(db, sides)
    vendor, session = signed_in(db, sides.vendor)
    look = looking(db, vendor, inquiry)
    assert look(0)
    if end == "session":
        session.ended_at = now()
    elif end == "membership":
        mine = select(Membership).where(col(Membership.person_id) == vendor.person_id)
        db.delete(db.exec(mine).one())
    elif end == "another organisation":
        session.organisation_id = None
    else:
        session.seen_at = now() - timedelta(hours=13)
    db.flush()
    assert look(0) is None


def test_an_open_page_does_not_keep_a_session_alive(db: Session, client: TestClient) -> None:
    sides = two_sides(db)
    _visitor, session = signed_in(db, sides.vendor)
    session.token, before = hash_token("known"), now() - timedelta(hours=1)
    session.seen_at = before
    db.flush()
    client.headers["Cookie"] = f"{cookie_name()}=known"
    client.get("/inquiries/q-none/events", headers={"Accept": "text/event-stream"})
    db.expire_all()
    assert db.get_one(SignIn, session.id).seen_at == before
    client.get("/inquiries/q-none")
    db.expire_all()
    assert db.get_one(SignIn, session.id).seen_at > before


@contextmanager
def streamed(address: str, token: str, **headers: str) -> Iterator[http.client.HTTPResponse]:
    """An open stream of a real server, read line by line."""
    parts = urlsplit(address)
    connection = http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=30)
    known = {"Cookie": f"{cookie_name()}={token}; lang=en", "Accept-Encoding": "gzip", **headers}
    connection.request("GET", f"{parts.path}?{parts.query}", headers=known)
    try:
        yield connection.getresponse()
    finally:
        connection.close()


def until(answer: http.client.HTTPResponse, text: str) -> str:
    """Everything up to the line that says so."""
    lines: list[str] = []
    while text not in "".join(lines[-1:]):
        line = answer.readline().decode()
        assert line, "".join(lines)
        lines.append(line)
    return "".join(lines)


def write(sides: Sides, inquiry_id: UUID, text: str) -> int:
    with transaction() as db:
        inquiry, side = seeing.take(db, sides.asker, db.get_one(Inquiry, inquiry_id).identifier)
        message = speaking.say(db, inquiry, side, text, sent_key=text, by=sides.asker)
        return message.id or 0


def test_over_a_real_server_a_message_comes_and_a_closed_page_frees_its_place(
    own_database: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "places", Places(most_of_one=1))
    with transaction() as db:
        sides = two_sides(db)
        inquiry = ask(db, sides)
        _vendor, session = signed_in(db, sides.vendor)
        session.token = hash_token("known")
        first = inquiry.news_for_vendor
    app: Any = create_app(own_database, worker=False)
    with serving(app) as home:
        address = f"{home}/inquiries/{inquiry.identifier}/events?after={first}"
        with streamed(address, "known") as answer:
            assert answer.status == 200
            assert answer.headers["content-type"].startswith("text/event-stream")
            assert answer.headers["x-accel-buffering"] == "no"
            assert "content-encoding" not in answer.headers
            second = write(sides, inquiry.id, "第二条")
            said = until(answer, "id: ")
            assert "第二条" in said
            assert f'data: <li id="line-{second}"' in said
            with streamed(address, "known") as refused:
                assert refused.status == 429
        wait_for(lambda: len(streams.places) == 0)
        third = write(sides, inquiry.id, "第三条")
        with streamed(address, "known", **{"Last-Event-ID": str(second)}) as answer:
            said = until(answer, "id: ")
            assert f"id: {third}" in said
            assert "第二条" not in said
        with streamed(address, "stranger") as answer:
            assert answer.status == 303
