"""The handshake with the identity provider: what must be remembered of it, and asking it."""

import logging
from collections.abc import Awaitable, Callable
from functools import lru_cache
from typing import Annotated, Any

import structlog
from authlib.integrations.starlette_client import OAuth, OAuthError, StarletteOAuth2App
from fastapi import Depends, Request
from httpx2 import HTTPError
from itsdangerous import BadData, URLSafeTimedSerializer
from joserfc.errors import JoseError
from starlette.responses import Response

from app.core.errors import NotFound
from app.core.settings import Settings, get_settings

PATH = "/sign-in/provider"
COOKIE = "pool-handshake"
SECONDS = 600
TIMEOUT = 5  # seconds for each step of talking to the provider
FAULTS = (OAuthError, JoseError, HTTPError, KeyError, ValueError)

log = structlog.get_logger("accounts")
logging.getLogger("authlib").setLevel(logging.WARNING)  # it writes secrets where one debugs


@lru_cache
def client_of(settings: Settings, transport: Any = None) -> StarletteOAuth2App:
    """The provider as the settings name it; it is asked when somebody first needs it."""
    issuer = settings.oidc_url.rstrip("/")
    return OAuth().register(
        "provider",
        client_id=settings.oidc_client_id,
        client_secret=settings.oidc_client_secret.get_secret_value(),
        server_metadata_url=f"{issuer}/.well-known/openid-configuration",
        client_kwargs={
            "scope": "openid email profile",
            "code_challenge_method": "S256",
            "timeout": TIMEOUT,
            **({"transport": transport} if transport else {}),
        },
    )


def get_client() -> StarletteOAuth2App:
    """The provider; `NotFound` where none is set."""
    settings = get_settings()
    if not settings.oidc_url:
        raise NotFound("There is no such page.")
    return client_of(settings)


Provider = Annotated[Any, Depends(get_client)]


def recall(request: Request) -> dict[str, Any]:
    """What this browser's handshake has come to, for as long as one may take."""
    said = request.cookies.get(COOKIE, "")
    try:
        kept = _signer().loads(said, max_age=SECONDS)
    except BadData:
        kept = {}
    request.scope["session"] = kept  # where the library looks for it
    return dict(kept)


def remember(request: Request, response: Response, **said: Any) -> Response:
    """Have the browser keep what comes next of the handshake, signed, under its path only."""
    kept = {**request.session, **said}
    response.set_cookie(
        COOKIE,
        str(_signer().dumps(kept)),
        max_age=SECONDS,
        path=PATH,
        secure=get_settings().public_url.startswith("https://"),
        httponly=True,
        samesite="lax",
    )
    return response


def forget(response: Response) -> Response:
    """Have the browser drop the handshake."""
    response.delete_cookie(COOKIE, path=PATH)
    return response


async def asked(step: Callable[[], Awaitable[Any]]) -> Any:
    """What a step of the handshake gives; None when the provider is away or says no."""
    try:
        return await step()
    except FAULTS as error:
        log.warning("provider.failed", error=type(error).__name__)
        return None


async def claims_of(request: Request, provider: StarletteOAuth2App) -> dict[str, Any]:
    """What the provider's signed token says, made for us and for this very handshake."""
    settings = get_settings()
    options = {
        "iss": {"essential": True, "value": settings.oidc_url.rstrip("/")},
        "aud": {"essential": True, "value": settings.oidc_client_id},
    }
    token = await provider.authorize_access_token(request, claims_options=options)
    return dict(token["userinfo"])


def _signer() -> URLSafeTimedSerializer:
    key = get_settings().secret_key.get_secret_value()
    return URLSafeTimedSerializer(key, salt="handshake")
