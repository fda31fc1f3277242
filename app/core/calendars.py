"""iCalendar (RFC 5545): what calendars take over, in China's time, each change with a number."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from app.core.formats import CHINA

MEDIA_TYPE = "text/calendar; charset=utf-8"
LONGEST = 75  # octets of a line, without its end
ZONE = (
    "BEGIN:VTIMEZONE",
    "TZID:Asia/Shanghai",
    "BEGIN:STANDARD",
    "DTSTART:19920101T000000",
    "TZOFFSETFROM:+0800",
    "TZOFFSETTO:+0800",
    "TZNAME:CST",
    "END:STANDARD",
    "END:VTIMEZONE",
)
# what a text of a calendar cannot hold
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u2028\u2029\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that takes place; `sequence` counts its changes, `uid` never changes."""

    uid: str
    sequence: int
    changed_at: datetime
    starts_at: datetime
    ends_at: datetime
    summary: str
    description: str = ""
    location: str = ""
    url: str = ""
    is_cancelled: bool = False


def calendar(events: Sequence[Event], name: str = "") -> bytes:
    """A calendar with these events, as a file or as what somebody subscribes to."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Yuegonghui//Trainings//ZH"]
    lines += ["CALSCALE:GREGORIAN", "METHOD:PUBLISH"]
    if name:
        lines += [f"NAME:{escaped(name)}", f"X-WR-CALNAME:{escaped(name)}"]
        lines += ["REFRESH-INTERVAL;VALUE=DURATION:PT6H", "X-PUBLISHED-TTL:PT6H"]
    lines += ZONE
    for event in events:
        lines += _event(event)
    lines.append("END:VCALENDAR")
    return b"".join(_folded(line) for line in lines)


def escaped(text: str) -> str:
    """A text as a value: what parts values is marked, line ends are written as \\n."""
    plain = CONTROL.sub("", text.replace("\r\n", "\n"))
    plain = plain.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return plain.replace("\n", "\\n")


def _event(event: Event) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    yield f"UID:{event.uid}"
    yield f"SEQUENCE:{event.sequence}"
    yield f"DTSTAMP:{event.changed_at.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    yield f"LAST-MODIFIED:{event.changed_at.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    yield f"DTSTART;TZID=Asia/Shanghai:{event.starts_at.astimezone(CHINA):%Y%m%dT%H%M%S}"
    yield f"DTEND;TZID=Asia/Shanghai:{event.ends_at.astimezone(CHINA):%Y%m%dT%H%M%S}"
    yield f"STATUS:{'CANCELLED' if event.is_cancelled else 'CONFIRMED'}"
    said = (
        ("SUMMARY", event.summary),
        ("DESCRIPTION", event.description),
        ("LOCATION", event.location),
    )
    for name, text in said:
        if text:
            yield f"{name}:{escaped(text)}"
    if event.url:
        yield f"URL:{CONTROL.sub('', event.url)}"
    yield "END:VEVENT"


def _folded(line: str) -> bytes:
    """A line in octets, cut where it is too long, never inside a character."""
    parts: list[bytes] = []
    part = b""
    for character in line:
        octets = character.encode()
        most = LONGEST if not parts else LONGEST - 1  # further ones begin with a space
        if len(part) + len(octets) > most:
            parts.append(part)
            part = b""
        part += octets
    return b"\r\n ".join([*parts, part]) + b"\r\n"
