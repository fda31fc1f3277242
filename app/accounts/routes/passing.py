"""Passing in and out: the cookie of a session, whence somebody comes, where they go next."""

import re
from urllib.parse import urlencode

from fastapi import Request
from sqlmodel import Session
from starlette.responses import RedirectResponse, Response

from app.accounts import sessions
from app.accounts.sessions import Begun, Browser
from app.accounts.visitor import cookie_name
from app.core.access import SECOND_FACTOR
from app.core.db import now
from app.core.settings import get_settings

LONGEST_NEXT = 2000  # characters
LOCAL = re.compile(r"/(?![/\\])[!-\[\]-~]*")  # a path of ours: no host, no backslash, no space


def browser(request: Request) -> Browser:
    """From where a request comes; a proxy's word for it is read by the server, not here."""
    address = request.client.host if request.client else ""
    return Browser(address, request.headers.get("user-agent", ""))


def local(said: str) -> str:
    """Where to go next, if it is a path of ours; empty for anything else."""
    return said if len(said) <= LONGEST_NEXT and LOCAL.fullmatch(said) else ""


def see(path: str, **query: str) -> RedirectResponse:
    """After a POST: see this page."""
    kept = {name: value for name, value in query.items() if value}
    return RedirectResponse(f"{path}?{urlencode(kept)}" if kept else path, status_code=303)


def let_in(begun: Begun, then: str) -> Response:
    """Give the browser its session and send it on; the second factor comes first."""
    person, sign_in = begun.person, begun.sign_in
    needs_code = person.totp_since is not None and sign_in.second_factor_at is None
    target = see(SECOND_FACTOR, next=local(then)) if needs_code else see(local(then) or "/account")
    return give(target, begun)


def give(response: Response, begun: Begun) -> Response:
    """Have the browser keep the token of a session until the session ends at the latest."""
    response.set_cookie(
        cookie_name(),
        begun.token,
        max_age=int((begun.sign_in.ends_at - now()).total_seconds()),
        path="/",
        secure=get_settings().public_url.startswith("https://"),
        httponly=True,
        samesite="lax",
    )
    return response


def leave(request: Request, db: Session) -> None:
    """End the session that the browser had, if any."""
    visitor = request.state.visitor
    if visitor:
        sessions.end(db, visitor.sign_in_id, by=visitor)


def take(response: Response) -> Response:
    """Have the browser forget its session."""
    is_https = get_settings().public_url.startswith("https://")
    response.delete_cookie(cookie_name(), path="/", secure=is_https, httponly=True, samesite="lax")
    return response


def unkept(response: Response) -> Response:
    """A page with a secret on it stays in no cache."""
    response.headers["Cache-Control"] = "no-store"
    return response
