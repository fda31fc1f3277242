"""Signing in with a government identity provider (OpenID Connect)."""

from dataclasses import asdict

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.accounts import identity_provider
from app.accounts.identity_provider import Vouched
from app.accounts.routes import handshake
from app.accounts.routes.handshake import PATH, Provider
from app.accounts.routes.passing import browser, leave, let_in, local, see
from app.core.access import Public
from app.core.db import Db
from app.core.settings import get_settings
from app.core.web import render

router = APIRouter(prefix=PATH, dependencies=[Public], include_in_schema=False)


@router.get("", name="accounts:provider")
async def start(request: Request, provider: Provider, next: str = "") -> Response:
    handshake.recall(request)
    back = f"{get_settings().public_url.rstrip('/')}{PATH}/back"
    answer = await handshake.asked(lambda: provider.authorize_redirect(request, back))
    if answer is None:
        return see("/sign-in", said="provider", next=local(next))
    return handshake.remember(request, answer, next=local(next))


@router.get("/back", name="accounts:provider_back")
async def come_back(request: Request, provider: Provider) -> Response:
    handshake.recall(request)
    claims = await handshake.asked(lambda: handshake.claims_of(request, provider))
    if claims is None:
        return handshake.forget(see("/sign-in", said="provider"))
    vouched = identity_provider.read(claims)
    return handshake.remember(request, see(f"{PATH}/finish"), vouched=asdict(vouched))


@router.get("/finish", name="accounts:provider_finish")
def ask(request: Request, _provider: Provider) -> Response:
    kept = handshake.recall(request)
    if "vouched" not in kept:
        return see("/sign-in", said="provider")
    return render(request, "accounts/provider.html", vouched=Vouched(**kept["vouched"]))


@router.post("/finish")
def finish(request: Request, db: Db, _provider: Provider) -> Response:
    kept = handshake.recall(request)
    vouched = Vouched(**kept["vouched"]) if "vouched" in kept else None
    begun = identity_provider.enter(db, vouched, browser(request)) if vouched else None
    if begun is None:
        return handshake.forget(see("/sign-in", said="provider-unknown"))
    leave(request, db)
    return handshake.forget(let_in(begun, kept.get("next", "")))
