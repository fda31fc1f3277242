"""Ending the mails of a watch by the link in them, without signing in (RFC 8058).

Looking changes nothing, since programs follow links in mails. The answer to the POST is no
redirect: mail providers send it and follow none.
"""

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.alerts import saving
from app.alerts.models import Watch
from app.core.access import Public
from app.core.db import Db
from app.core.web import render

router = APIRouter(dependencies=[Public], include_in_schema=False)


@router.get("/alerts/unsubscribe/{token}", name="alerts:unsubscribing")
def ask(request: Request, db: Db, token: str) -> Response:
    return _page(request, saving.find_by_token(db, token), is_done=False)


@router.post("/alerts/unsubscribe/{token}", name="alerts:unsubscribe")
def end(request: Request, db: Db, token: str) -> Response:
    return _page(request, saving.unsubscribe(db, token), is_done=True)


def _page(request: Request, watch: Watch, *, is_done: bool) -> Response:
    response = render(request, "alerts/unsubscribe.html", watch=watch, is_done=is_done)
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response
