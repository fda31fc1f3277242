"""Structured logs with a request id; nothing that a person typed is in them."""

import logging
import re
import sys
import time
from typing import Any
from uuid import uuid4

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.core.settings import Settings

SANE_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
QUIET = ("/static/", "/healthz", "/readyz")

log = structlog.get_logger("web")


def configure_logging(settings: Settings) -> None:
    """Send our logs and those of libraries through one formatter to standard error."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                *_rendering(settings),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(settings.log_level)
    # Its lines carry query strings, which is what people search for; ours below do not.
    logging.getLogger("uvicorn.access").disabled = True


def _rendering(settings: Settings) -> list[Any]:
    if settings.log_format == "json":
        return [
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ]
    # The plain traceback: the pretty one prints local variables, which people typed.
    return [
        structlog.dev.ConsoleRenderer(
            colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
        )
    ]


class RequestLogMiddleware:
    """Gives each request an id, which the answer and every log line carry, and logs its end."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began, status = time.perf_counter(), 500
        request_id = _request_id(Headers(scope=scope).get("x-request-id", ""))
        scope.setdefault("state", {})["request_id"] = request_id

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)["X-Request-ID"] = request_id
            await send(message)

        with structlog.contextvars.bound_contextvars(request_id=request_id):
            try:
                await self.app(scope, receive, send_with_id)
            finally:
                _log_end(scope, status, time.perf_counter() - began)


def _request_id(said: str) -> str:
    """The id that a proxy gave, unless it could be an attempt to write into our logs."""
    return said if SANE_REQUEST_ID.fullmatch(said) else uuid4().hex


def _log_end(scope: Scope, status: int, seconds: float) -> None:
    path = scope["path"]
    tell = log.debug if path.startswith(QUIET) else log.info
    tell(
        "request",
        method=scope["method"],
        path=path,
        status=status,
        milliseconds=round(seconds * 1000, 1),
    )
