"""What the pages of inquiries have in common."""

from typing import Any

from fastapi import Request
from starlette.responses import HTMLResponse

from app.accounts.throttle import TooMany
from app.catalogue import labels
from app.catalogue.addresses import address
from app.core.errors import Conflict, Forbidden, Invalid
from app.core.web import render
from app.inquiries import contacts, events

REFUSED = (Invalid, Conflict, Forbidden, TooMany)
"""After which what was typed is shown again, with the reason: words are long in the making."""


def show(
    request: Request, template: str, block: str | None = None, status: int = 200, **context: Any
) -> HTMLResponse:
    """A page about threads; nothing of it is kept by what lies between."""
    response = render(
        request,
        f"inquiries/{template}",
        block,
        status,
        labels=labels,
        address=address,
        events=events,
        contacts=contacts,
        **context,
    )
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    return response
