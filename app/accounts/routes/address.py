"""Another e-mail address for one's own account."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from app.accounts import entering, moving
from app.accounts.routes.forms import Credentials, PostedCredentials, PostedLink
from app.accounts.routes.passing import browser, see, unkept
from app.accounts.visitor import SignedIn, Visitor
from app.core.access import Can, may
from app.core.db import Db
from app.core.i18n import _
from app.core.web import render

router = APIRouter(prefix="/account/address", include_in_schema=False)
Fresh = Annotated[Visitor, Depends(may(Can.USE_ACCOUNT, fresh=True))]


@router.get("", name="accounts:address")
def ask_address(request: Request, visitor: Fresh) -> Response:
    return _page(request, visitor, Credentials(), {})


@router.post("")
def send_link(request: Request, db: Db, visitor: Fresh, posted: PostedCredentials) -> Response:
    email = entering.read_email(posted.email)
    if not email:
        errors = {"email": _("Type an e-mail address, like name@example.com.")}
        return _page(request, visitor, posted, errors)
    if email == visitor.email:
        return _page(request, visitor, posted, {"email": _("This is your address already.")})
    moving.ask(db, email, browser(request), by=visitor)
    return see("/account", said="address-asked")


@router.get("/confirm", name="accounts:address:confirm")
def ask_confirmation(request: Request, db: Db, visitor: SignedIn, token: str = "") -> Response:
    ticket = moving.find(db, token, by=visitor)
    if ticket is None:
        return see("/account", said="old-link")
    page = "accounts/address_confirm.html"
    return unkept(render(request, page, email=ticket.email, token=token))


@router.post("/confirm")
def confirm(db: Db, visitor: SignedIn, posted: PostedLink) -> Response:
    is_moved = moving.move(db, posted.token, by=visitor)
    return see("/account", said="address" if is_moved else "old-link")


def _page(
    request: Request, visitor: Visitor, posted: Credentials, errors: dict[str, str]
) -> Response:
    return render(
        request,
        "accounts/address.html",
        status=422 if errors else 200,
        visitor=visitor,
        posted=posted.shown,
        errors=errors,
    )
