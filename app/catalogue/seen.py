"""What visitors were shown and what they opened: noted at once, in memory, written down later.

Noting must neither slow nor break a page: a note is put into a list of limited length, and
whoever writes the notes down (`app.curation.applications.sightings`) takes them from there.
"""

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

from fastapi import Request

from app.catalogue.models import Case, Record, Solution, Training, Vendor
from app.core.formats import today
from search.engine import Kind

MOST_NOTES = 5_000  # a process that nobody relieves of its notes forgets the oldest
OFFERS = frozenset({Kind.VENDOR, Kind.SOLUTION, Kind.CASE})


@dataclass(frozen=True, slots=True)
class Shown:
    """One page of results: what was asked, what it was narrowed by, and what stood on it."""

    day: date
    kind: Kind
    text: str
    filters: Mapping[str, tuple[str, ...]]
    ids: Sequence[UUID]
    is_first: bool = True


@dataclass(frozen=True, slots=True)
class Opened:
    """One look at a listing, and the question that led to it, if it came from a search."""

    day: date
    record_id: UUID
    text: str = ""


_notes: deque[Shown | Opened] = deque(maxlen=MOST_NOTES)


@dataclass(frozen=True, slots=True)
class Taken:
    """Notes that were taken from memory to be written down."""

    shown: Sequence[Shown] = field(default_factory=list)
    opened: Sequence[Opened] = field(default_factory=list)


def note_shown(
    kind: Kind,
    text: str,
    filters: Mapping[str, tuple[str, ...]],
    records: Sequence[Record],
    *,
    is_first: bool,
) -> None:
    """Note what a page of results shows."""
    if kind in OFFERS:
        ids = [record.id for record in records]
        _notes.append(Shown(today(), kind, text, filters, ids, is_first))


def note_opened(request: Request, record: Record) -> None:
    """Note that somebody looks at a listing; its own people do not count."""
    visitor = getattr(request.state, "visitor", None)
    if visitor is not None and visitor.acts_for == _owner(record):
        return
    _notes.append(Opened(today(), record.id, _asked(request)))


def take() -> Taken:
    """Everything noted since the last time."""
    found = [_notes.popleft() for _ in range(len(_notes))]
    return Taken(
        [one for one in found if isinstance(one, Shown)],
        [one for one in found if isinstance(one, Opened)],
    )


def _owner(record: Record) -> Any:
    if isinstance(record, Vendor | Training):
        return record.organisation_id
    vendor = record.vendor if isinstance(record, Solution | Case) else None
    return vendor.organisation_id if vendor else None


def _asked(request: Request) -> str:
    """The question of the search page that the visitor comes from."""
    came_from = urlsplit(request.headers.get("referer", ""))
    if came_from.netloc != request.headers.get("host"):
        return ""
    return parse_qs(came_from.query).get("q", [""])[0]
