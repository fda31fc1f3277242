"""What every answer tells the browser to refuse, and how much a visitor may send."""

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MOST_BYTES = 1024 * 1024
UPLOADS = ("/files", "/licence")  # how the paths end that files are sent to
MOST_UPLOADED = 10 * MOST_BYTES + 64 * 1024  # the largest file, and the form around it

# Nothing leaves the site's own origin, no inline script or style runs, nobody frames it.
POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self'",
        "style-src 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
ONLY_HTTPS = {"Strict-Transport-Security": "max-age=31536000; includeSubDomains"}


class SecurityHeadersMiddleware:
    """Adds the headers above to every answer that does not set its own."""

    def __init__(self, app: ASGIApp, *, is_https: bool = False, forms_to: str = "") -> None:
        """Forms may also lead to `forms_to`: browsers look at the redirects after them, too."""
        self.app = app
        self.headers = HEADERS | ONLY_HTTPS if is_https else HEADERS
        if forms_to:
            policy = POLICY.replace("form-action 'self'", f"form-action 'self' {forms_to}")
            self.headers = {**self.headers, "Content-Security-Policy": policy}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self.headers.items():
                    headers.setdefault(name, value)
            await send(message)

        await self.app(scope, receive, send_guarded)


class BodyLimitMiddleware:
    """Refuses (413) a body larger than `most` bytes, announced or not; files may be larger."""

    def __init__(self, app: ASGIApp, most: int = MOST_BYTES) -> None:
        self.app = app
        self.most = most

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        most = max(self.most, MOST_UPLOADED) if scope["path"].endswith(UPLOADS) else self.most
        announced = Headers(scope=scope).get("content-length", "")
        is_announced = announced.isdecimal() and int(announced) > most
        received = 0

        async def receive_limited() -> Message:
            nonlocal received
            message = {} if is_announced else await receive()
            received += len(message.get("body", b""))
            if is_announced or received > most:
                raise HTTPException(413)
            return message

        await self.app(scope, receive_limited, send)
