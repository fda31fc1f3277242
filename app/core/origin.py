"""Refuses what another site makes a visitor's browser send (cross-site request forgery)."""

from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from app.core.problems import problem

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class SameOriginMiddleware:
    """Lets a request that may change something pass only if it comes from this site.

    Browsers say where a request comes from in `Sec-Fetch-Site`, older ones in `Origin`; what
    says neither is no browser, and nobody's cookies go with it against their will. It is the
    rule of Go's `http.CrossOriginProtection`, and needs no token in each form. `exempt` are
    beginnings of paths whose requests prove themselves in another way.
    """

    def __init__(self, app: ASGIApp, public_url: str, exempt: tuple[str, ...] = ()) -> None:
        self.app = app
        self.host = urlsplit(public_url).netloc
        self.exempt = exempt

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] not in SAFE:
            headers = Headers(scope=scope)
            if not scope["path"].startswith(self.exempt or ("\0",)) and not self._is_own(headers):
                await problem(Request(scope), 403)(scope, receive, send)
                return
        await self.app(scope, receive, send)

    def _is_own(self, headers: Headers) -> bool:
        said = headers.get("sec-fetch-site")
        if said is not None:
            return said in ("same-origin", "none")
        origin = headers.get("origin")
        if origin is None:
            return True
        return urlsplit(origin).netloc in (headers.get("host", ""), self.host)
