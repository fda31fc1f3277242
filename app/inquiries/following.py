"""A thread that somebody looks at: what the stream sends, and until when it may."""

from collections.abc import Callable, Sequence
from typing import Any

from app.accounts.visitor import Visitor, still
from app.core.db import beside
from app.core.errors import NotFound
from app.core.streams import Event, Look
from app.inquiries import noticing, reading, seeing
from app.inquiries.models import Inquiry
from app.inquiries.reading import Line

Draw = Callable[[Line], str]
"""A line of a thread as HTML."""


def look_at(bind: Any, visitor: Visitor, identifier: str, draw: Draw) -> Look:
    """What is newer in a thread, as long as the visitor's session and membership last.

    What is sent to an open page counts as read.
    """

    def look(after: int) -> Sequence[Event] | None:
        with beside(bind, writes=False) as db:
            present = still(db, visitor)
            if present is None:
                return None
            try:
                inquiry, side = seeing.find(db, present, identifier)
            except NotFound:
                return None
            lines = _newer(inquiry, after) and reading.lines(db, inquiry, side, after=after)
        if not lines:
            return ()
        events = [Event(line.number, draw(line)) for line in lines]
        noticing.shown(bind, visitor, inquiry.id, events[-1].number)
        return events

    return look


def _newer(inquiry: Inquiry, after: int) -> bool:
    """Whether any message is newer: each is news for at least one side."""
    return max(inquiry.news_for_asker, inquiry.news_for_vendor) > after
