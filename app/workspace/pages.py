"""What the pages of the workspace have in common: their context, and what was typed."""

from typing import Annotated, Any

from fastapi import Depends, Request
from starlette.responses import HTMLResponse

from app.catalogue import labels
from app.catalogue.addresses import address
from app.core.web import render
from app.curation.applications import forms, standing


def show(
    request: Request, template: str, block: str | None = None, status: int = 200, **context: Any
) -> HTMLResponse:
    """A page of the workspace; nothing of it is kept by what lies between."""
    response = render(
        request,
        f"workspace/{template}",
        block,
        status,
        labels=labels,
        address=address,
        standing=standing,
        forms=forms,
        **context,
    )
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


async def _posted(request: Request) -> dict[str, list[str]]:
    form = await request.form()
    return {name: [str(one) for one in form.getlist(name)] for name in form}


Posted = Annotated[dict[str, list[str]], Depends(_posted)]
"""Every field of the form with what was typed; a route that takes it also names one `Form`
field, so that the body is read before the database is held."""


def page_number(request: Request) -> int:
    """The page that the address names; the first where it names none."""
    said = request.query_params.get("page", "")
    return max(1, int(said)) if said.isascii() and said.isdecimal() and len(said) < 7 else 1
