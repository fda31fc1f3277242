"""iCalendar: read back as a calendar would, and what must never stand in one."""

from datetime import UTC, datetime, timedelta

from fastapi.testclient import TestClient
from sqlmodel import Session

from app.bookings import sittings
from app.bookings.models import Sitting
from app.catalogue.models import Training
from app.catalogue.stages import Stage
from app.core.calendars import Event, calendar
from app.core.db import now
from tests.factories_trainings import a_plan, a_sitting, an_organiser, offered

MOMENT = datetime(2026, 12, 24, 1, 0, tzinfo=UTC)


def an_event(**values: object) -> Event:
    known = {
        "uid": "d-1@pool",
        "sequence": 0,
        "changed_at": MOMENT,
        "starts_at": MOMENT,
        "ends_at": MOMENT + timedelta(hours=3),
        "summary": "设备数据入门",
    }
    return Event(**{**known, **values})  # type: ignore[arg-type]


def read(body: bytes) -> list[dict[str, str]]:
    """The events of a calendar as RFC 5545 has them read: unfolded, by name, unescaped."""
    assert body.endswith(b"\r\n")
    assert b"\n" not in body.replace(b"\r\n", b"")
    for line in body.split(b"\r\n"):
        assert len(line) <= 75
        line.decode()  # no character is cut
    lines = body.replace(b"\r\n ", b"").decode().split("\r\n")
    assert (lines[0], lines[-2]) == ("BEGIN:VCALENDAR", "END:VCALENDAR")
    events: list[dict[str, str]] = []
    for line in lines:
        name, _, value = line.partition(":")
        if line == "BEGIN:VEVENT":
            events.append({})
        elif events and "END:VEVENT" not in line:
            events[-1].setdefault(name, unescaped(value))
    return events


def unescaped(value: str) -> str:
    found, marks = "", iter(value)
    for character in marks:
        if character == "\\":
            follows = next(marks)
            found += "\n" if follows in "nN" else follows
        else:
            assert character not in ",;", value
            found += character
    return found


def test_texts_come_back_as_they_were() -> None:
    text = "一、设备，数据; 一行,\n第二行 \\n 不是换行；" * 9
    (event,) = read(calendar([an_event(summary=text, location="3 号厅; 东莞")]))
    assert event["SUMMARY"] == text
    assert event["LOCATION"] == "3 号厅; 东莞"


def test_what_no_calendar_can_hold_is_left_out() -> None:
    (event,) = read(calendar([an_event(summary="a\x00b\r\nBEGIN:VEVENT\x07")]))
    assert event["SUMMARY"] == "ab\nBEGIN:VEVENT"


def test_times_are_chinas_and_a_cancelled_one_says_so() -> None:
    body = calendar([an_event(is_cancelled=True, sequence=3)])
    (event,) = read(body)
    assert event["DTSTART;TZID=Asia/Shanghai"] == "20261224T090000"
    assert event["DTEND;TZID=Asia/Shanghai"] == "20261224T120000"
    assert event["DTSTAMP"] == "20261224T010000Z"
    assert (event["STATUS"], event["SEQUENCE"]) == ("CANCELLED", "3")
    assert b"TZID:Asia/Shanghai\r\n" in body


def test_the_file_of_a_sitting_follows_what_becomes_of_it(client: TestClient, db: Session) -> None:
    training = offered(db)
    sitting = a_sitting(db, training)
    by = an_organiser(db, training)
    path = f"/trainings/{training.slug}/sittings/{sitting.identifier}.ics"
    answer = client.get(path)
    assert answer.headers["content-type"].startswith("text/calendar")
    (first,) = read(answer.content)
    assert first["STATUS"] == "CONFIRMED"
    assert "3 号厅" in first["LOCATION"]
    sitting = db.get_one(Sitting, sitting.id)
    sittings.move(db, sitting, a_plan(45, venue="深圳"), seen=sitting.version, by=by)
    (moved,) = read(client.get(path).content)
    assert moved["UID"] == first["UID"]
    assert int(moved["SEQUENCE"]) > int(first["SEQUENCE"])
    assert moved["LOCATION"].startswith("深圳")
    sittings.cancel(db, db.get_one(Sitting, sitting.id), "停电", by=by)
    (ended,) = read(client.get(path).content)
    assert ended["STATUS"] == "CANCELLED"
    assert int(ended["SEQUENCE"]) > int(moved["SEQUENCE"])


def test_the_link_to_join_is_in_no_public_calendar_or_page(client: TestClient, db: Session) -> None:
    training = offered(db)
    online = {"is_online": True, "venue": None, "address": None}
    sitting = a_sitting(db, training, **online, join_link="https://meet.example/secret")
    for path in (
        "/trainings",
        "/trainings/calendar.ics",
        f"/trainings/{training.slug}",
        f"/trainings/{training.slug}/calendar.ics",
        f"/trainings/{training.slug}/sittings/{sitting.identifier}.ics",
        f"/api/v1/trainings/{training.slug}",
        f"/api/v1/trainings/{training.identifier}",
    ):
        answer = client.get(path)
        assert answer.status_code in (200, 404), path
        assert "meet.example" not in answer.text, path


def test_the_feed_has_every_published_training(client: TestClient, db: Session) -> None:
    first, second = offered(db, name="一号课"), offered(db, name="二号课")
    a_sitting(db, first), a_sitting(db, first, days=50), a_sitting(db, second)
    names = [event["SUMMARY"] for event in read(client.get("/trainings/calendar.ics").content)]
    assert sorted(names) == ["一号课", "一号课", "二号课"]
    second = db.get_one(Training, second.id)
    second.stage = Stage.WITHDRAWN
    second.published_at = second.left_on = None
    db.flush()
    names = [event["SUMMARY"] for event in read(client.get("/trainings/calendar.ics").content)]
    assert names == ["一号课", "一号课"]
    assert client.get(f"/trainings/{second.slug}/calendar.ics").status_code == 404


def test_a_sitting_of_another_training_is_not_found(client: TestClient, db: Session) -> None:
    sitting, other = a_sitting(db), offered(db, name="另一门课")
    path = f"/trainings/{other.slug}/sittings/{sitting.identifier}.ics"
    assert client.get(path).status_code == 404
    assert now() < sitting.starts_at
    assert db.get_one(Training, sitting.training_id).slug != other.slug
