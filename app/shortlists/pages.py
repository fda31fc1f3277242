"""What the pages of shortlists have in common."""

from typing import Any

from fastapi import Request
from starlette.responses import HTMLResponse

from app.catalogue import labels
from app.catalogue.addresses import address, permanent_address
from app.core.web import render
from app.shortlists.following import Standing


def show(
    request: Request, template: str, block: str | None = None, status: int = 200, **context: Any
) -> HTMLResponse:
    """A page of an organisation's own: nothing of it is kept by what lies between."""
    known = {"labels": labels, "address": address, "permanent_address": permanent_address}
    known["standings"] = Standing
    response = render(request, f"shortlists/{template}", block, status, **known, **context)
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    return response
