"""Pages: render a template or one block of it; redirect after a POST."""

from typing import Any
from urllib.parse import quote

from fastapi import Request
from jinja2 import Environment
from jinja2_fragments import render_block
from starlette.responses import HTMLResponse, RedirectResponse, Response

from app.core.i18n import current_language

VARY = "HX-Request, HX-Request-Type, Accept-Language, Cookie"


def render(
    request: Request, template: str, block: str | None = None, status: int = 200, **context: Any
) -> HTMLResponse:
    """The whole page, or for a part that htmx asks for, only `block` of it.

    Templates see `request`, `language`, `ui` (the macros of `ui.html`, in this context) and
    what is given here; anything else that they name is an error.
    """
    environment = request.app.state.environment
    known = {"request": request, "language": current_language(), **context}
    known["ui"] = environment.get_template("ui.html").make_module(known)
    if block and asks_for_part(request):
        html = _title(environment, template, known)
        html += render_block(environment, template, block, known)
    else:
        html = environment.get_template(template).render(known)
    return HTMLResponse(html, status, headers={"Vary": VARY, "Cache-Control": "no-cache"})


def _title(environment: Environment, template: str, known: dict[str, Any]) -> str:
    """The element that htmx takes the new name of the page from; empty without a title block."""
    if "title" not in environment.get_template(template).blocks:
        return ""
    return f"<title>{render_block(environment, template, 'title', known).strip()} · 粤工汇</title>"


def asks_for_part(request: Request) -> bool:
    """Whether htmx will put the answer into a page that is already there.

    It will not when it goes back to a page or replaces the whole body.
    """
    headers = request.headers
    whole = headers.get("HX-Request-Type") == "full" or "HX-Boosted" in headers
    restores = "HX-History-Restore-Request" in headers
    return headers.get("HX-Request") == "true" and not whole and not restores


def hand_out(content: bytes, name: str, media_type: str) -> Response:
    """A file for those who may see it: to be saved, never shown by the browser in our name."""
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private, no-store",
    }
    return Response(content, media_type=media_type, headers=headers)


def go(request: Request, name: str, /, **params: Any) -> RedirectResponse:
    """After a POST: see the named page."""
    return RedirectResponse(str(request.app.url_path_for(name, **params)), status_code=303)
