"""When it goes wrong: a page that helps, or a problem document (RFC 9457) for programs."""

from http import HTTPStatus
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionFree
from sqlalchemy.orm.exc import StaleDataError
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.core.errors import Elsewhere, Refusal
from app.core.i18n import _, mark
from app.core.web import render

log = structlog.get_logger("web")

SAID = {
    401: mark("Sign in first."),
    400: mark("The request could not be understood."),
    403: mark("You may not do this."),
    404: mark("There is nothing at this address. It may have moved, or the address is mistyped."),
    405: mark("This address does not answer that kind of request."),
    409: mark("Somebody else changed this in the meantime. Load it again."),
    413: mark("That is more than can be sent at once."),
    422: mark("Something in the request cannot be taken as it stands."),
    500: mark("Something broke on our side. It has been noted under the number below."),
    503: mark("The service is busy or being looked after. Try again in a minute."),
}


def problem(
    request: Request, status: int, message: str = "", headers: Any = None, **more: Any
) -> Response:
    """What a visitor gets who cannot be served: a page, or JSON under `/api/`.

    `message` is already in their language; empty takes the usual one for the status.
    `more` goes into the JSON document only.
    """
    message = message or _(SAID.get(status, SAID[500 if status >= 500 else 400]))
    if request.url.path.startswith("/api/"):
        return _document(request, status, message, headers, more)
    response = _page(request, status, message)
    response.headers.update(headers or {})
    return response


def _document(
    request: Request, status: int, message: str, headers: Any, more: dict[str, Any]
) -> JSONResponse:
    body = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": message,
        "instance": quote(request.scope["path"]),
        "request_id": _request_id(request),
        **more,
    }
    sent = {**(headers or {}), "Vary": "Accept-Language, Cookie", "Cache-Control": "no-store"}
    return JSONResponse(body, status, headers=sent, media_type="application/problem+json")


def _page(request: Request, status: int, message: str) -> Response:
    said: dict[str, Any] = {
        "code": int(status),
        "message": message,
        "request_id": _request_id(request),
    }
    try:
        return render(request, "error.html", "message", status, **said)
    except Exception:  # the page that says what broke must not break as well
        log.exception("error page failed")
        return HTMLResponse(f"<!doctype html><title>{status}</title><h1>{status}</h1>", status)


def _request_id(request: Request) -> str:
    return str(getattr(request.state, "request_id", ""))


def _refused(request: Request, refusal: Refusal) -> Response:
    message = _(refusal.message, **refusal.values)
    return problem(request, refusal.status, message, refusal.headers)


def _sent_elsewhere(request: Request, refusal: Elsewhere) -> Response:
    """A person is led there and back again; a program is told."""
    if request.url.path.startswith("/api/"):
        return _refused(request, refusal)
    back = request.url.path if request.method == "GET" else _referer(request)
    query = f"?{request.url.query}" if request.method == "GET" and request.url.query else ""
    target = f"{refusal.location}?{urlencode({'next': back + query})}"
    if request.headers.get("HX-Request") == "true":
        return Response(status_code=204, headers={"HX-Redirect": target})
    return RedirectResponse(target, HTTPStatus.SEE_OTHER)


def _referer(request: Request) -> str:
    parts = urlsplit(request.headers.get("referer", ""))
    return parts.path if parts.netloc == request.headers.get("host") and parts.path else "/"


def _stopped(request: Request, error: HTTPException) -> Response:
    return problem(request, error.status_code, headers=error.headers)


def _mistyped(request: Request, error: RequestValidationError) -> Response:
    """Says where and why, never what was typed: that may be private, and long.

    An address that cannot be one is like any other of which there is no page.
    """
    if any(one["loc"][0] == "path" for one in error.errors()):
        return problem(request, 404)
    where = [{"where": ".".join(map(str, one["loc"])), "why": one["msg"]} for one in error.errors()]
    return problem(request, 422, errors=where)


def _overtaken(request: Request, _error: StaleDataError) -> Response:
    return problem(request, 409)


def _unavailable(request: Request, error: OperationalError) -> Response:
    log.error("database unavailable", error=str(error.orig))
    return problem(request, 503, headers={"Retry-After": "60"})


def _crowded(request: Request, error: NoConnectionFree) -> Response:
    log.error("database connections all taken", error=str(error))
    return problem(request, 503, headers={"Retry-After": "5"})


def install(app: FastAPI) -> None:
    """Answer every kind of failure in the same way."""
    app.exception_handler(Refusal)(_refused)
    app.exception_handler(Elsewhere)(_sent_elsewhere)
    app.exception_handler(HTTPException)(_stopped)
    app.exception_handler(RequestValidationError)(_mistyped)
    app.exception_handler(StaleDataError)(_overtaken)
    app.exception_handler(OperationalError)(_unavailable)
    app.exception_handler(NoConnectionFree)(_crowded)


class FailureMiddleware:
    """Answers what nobody expected with a page, inside the other middleware.

    The framework's own last resort stands outside of it: its answer would carry neither the
    security headers nor the request id, in no language.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = False

        async def send_noting(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self.app(scope, receive, send_noting)
        except Exception:
            log.exception("request failed")
            if started:  # too late for a page: let the server cut the answer short
                raise
            await problem(Request(scope), 500)(scope, receive, send)
