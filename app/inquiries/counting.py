"""The number of unread threads beside the name of whoever is signed in, on every page."""

from fastapi import Request

from app.accounts.visitor import Visitor
from app.core.access import Can
from app.core.db import Db
from app.core.web import asks_for_part
from app.inquiries import reading


def count_unread(request: Request, db: Db) -> None:
    """Put it into `request.state.unread`; parts of pages do not show it."""
    visitor: Visitor | None = getattr(request.state, "visitor", None)
    is_member = visitor is not None and visitor.may(Can.READ_MARKET)
    is_counted = is_member and not asks_for_part(request)
    request.state.unread = reading.unread(db, visitor) if visitor and is_counted else 0
