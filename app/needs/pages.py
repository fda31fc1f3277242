"""What the pages of needs have in common: their context, and who looks at them."""

from typing import Any

from fastapi import Request
from starlette.responses import HTMLResponse

from app.accounts.visitor import Visitor
from app.catalogue import labels
from app.catalogue.addresses import address
from app.core.settings import get_settings
from app.core.web import render
from app.curation.applications import forms
from app.needs import outcomes, publishing, questions, understanding, wording
from app.needs.fields import CONFIDENTIALITIES, CONFIDENTIALITY_MEANS

MOST_PAGE = 100_000


def visitor_of(request: Request) -> Visitor | None:
    """Who looks at a page that everybody may see."""
    found: Visitor | None = getattr(request.state, "visitor", None)
    return found


def show(
    request: Request, template: str, block: str | None = None, status: int = 200, **context: Any
) -> HTMLResponse:
    """A public page of needs."""
    return render(
        request,
        f"needs/{template}",
        block,
        status,
        home=get_settings().public_url.rstrip("/"),
        labels=labels,
        address=address,
        forms=forms,
        wording=wording,
        tags=understanding,
        asking=questions,
        outcomes=outcomes,
        publishing=publishing,
        confidentialities=CONFIDENTIALITIES,
        meanings=CONFIDENTIALITY_MEANS,
        **context,
    )


def show_own(
    request: Request, template: str, block: str | None = None, status: int = 200, **context: Any
) -> HTMLResponse:
    """A page of the organisation's own needs; nothing of it is kept by what lies between."""
    response = show(request, template, block, status, **context)
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def page_of(number: int) -> int:
    """A page number that a list can have."""
    return max(1, min(number, MOST_PAGE))
