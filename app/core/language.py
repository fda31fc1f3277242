"""Which language a visitor reads: Chinese, unless they ask for or chose another.

A browser's Accept-Language says how the browser was installed, not what the visitor of a Chinese
public service wants to read; only programs that use the interface are answered by it.
"""

from collections.abc import Iterator

from starlette.datastructures import Headers, MutableHeaders, QueryParams
from starlette.requests import cookie_parser
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.core.i18n import DEFAULT, LANGUAGES, use_locale

COOKIE = "lang"
FOR_PROGRAMS = "/api/"
A_YEAR = 365 * 24 * 3600


def negotiate(asked: str, chosen: str, accepted: str, default: str = DEFAULT) -> str:
    """The language to answer in; the first of these that we speak wins.

    `asked` is the address's `?lang=`, `chosen` the cookie, `accepted` the browser's
    Accept-Language header.
    """
    candidates = (asked, chosen, *_accepted(accepted))
    return next((found for said in candidates if (found := _spoken(said))), default)


def _spoken(said: str) -> str | None:
    """Our name of a language tag: every kind of Chinese is served by the one we have."""
    family = said.strip().lower().replace("_", "-").partition("-")[0]
    return next((name for name in LANGUAGES if name.partition("-")[0] == family), None)


def _accepted(header: str) -> Iterator[str]:
    weighed = []
    for part in header.split(","):
        tag, _, parameters = part.partition(";")
        weight = _weight(parameters)
        if weight > 0:
            weighed.append((weight, tag))
    return (tag for _, tag in sorted(weighed, key=lambda pair: -pair[0]))


def _weight(parameters: str) -> float:
    name, _, value = parameters.strip().partition("=")
    try:
        return float(value) if name.strip() == "q" else 1.0
    except ValueError:
        return 0.0


class LanguageMiddleware:
    """Answers each request in its visitor's language and remembers a choice made by address."""

    def __init__(self, app: ASGIApp, default: str = DEFAULT, *, is_https: bool = False) -> None:
        self.app = app
        self.default = default
        self.cookie = f"Path=/; Max-Age={A_YEAR}; SameSite=Lax; HttpOnly"
        if is_https:
            self.cookie += "; Secure"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        asked = QueryParams(scope["query_string"]).get("lang", "")
        chosen = cookie_parser(headers.get("cookie", "")).get(COOKIE, "")
        accepted = headers.get("accept-language", "") if _is_for_programs(scope) else ""
        language = negotiate(asked, chosen, accepted, self.default)
        is_new = _spoken(asked) and chosen != language
        cookie = f"{COOKIE}={language}; {self.cookie}" if is_new else ""

        async def send_in_language(message: Message) -> None:
            if message["type"] == "http.response.start":
                _mark(MutableHeaders(scope=message), language, cookie)
            await send(message)

        with use_locale(language):
            await self.app(scope, receive, send_in_language)


def _is_for_programs(scope: Scope) -> bool:
    return str(scope["path"]).startswith(FOR_PROGRAMS)


def _mark(headers: MutableHeaders, language: str, cookie: str) -> None:
    if headers.get("content-type", "").startswith("text/html"):
        headers.setdefault("content-language", language)
    if cookie:
        headers.append("set-cookie", cookie)
