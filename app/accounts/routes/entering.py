"""Registering, confirming an address, signing in and out, a forgotten password."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from app.accounts import entering, identity_provider, passwords, sessions
from app.accounts.routes.forms import (
    PostedCredentials,
    PostedLink,
    PostedRegistration,
    Typed,
)
from app.accounts.routes.passing import browser, leave, let_in, local, see, take, unkept
from app.accounts.visitor import Visitor
from app.core.access import Can, Public, may
from app.core.db import Db
from app.core.i18n import _
from app.core.web import render

Known = Annotated[Visitor, Depends(may(Can.PROVE_SELF))]
"""Whoever gave their password, also before the second factor."""

router = APIRouter(include_in_schema=False)


@router.get("/register", name="accounts:register", dependencies=[Public])
def ask_registration(request: Request, next: str = "") -> Response:
    return _page(request, "register.html", Typed(next=next))


@router.post("/register", dependencies=[Public])
def register(request: Request, db: Db, posted: PostedRegistration) -> Response:
    wish, errors = entering.read_wish(posted.model_dump())
    if wish is None:
        return _page(request, "register.html", posted, errors)
    entering.register(db, wish, browser(request), then=local(posted.next))
    return see("/mail-sent")


@router.get("/mail-sent", name="accounts:mail_sent", dependencies=[Public])
def say_mail_sent(request: Request) -> Response:
    return _page(request, "mail_sent.html", Typed())


@router.get("/confirm", name="accounts:confirm", dependencies=[Public])
def ask_confirmation(request: Request, token: str = "", next: str = "") -> Response:
    return unkept(_page(request, "confirm.html", Typed(next=next), token=token))


@router.post("/confirm", dependencies=[Public])
def confirm(request: Request, db: Db, posted: PostedLink) -> Response:
    begun = entering.confirm(db, posted.token, posted.password, browser(request))
    if begun is None:
        errors = {
            "password": _(
                "The link and the password do not fit together. Perhaps there is a newer mail, or "
                "the link is too old: then sign in, and a new one is sent."
            )
        }
        return unkept(_page(request, "confirm.html", posted, errors, token=posted.token))
    return let_in(begun, posted.next)


@router.get("/sign-in", name="accounts:sign_in", dependencies=[Public])
def ask_credentials(request: Request, next: str = "", said: str = "") -> Response:
    return _page(request, "sign_in.html", Typed(next=next), said=said)


@router.post("/sign-in", dependencies=[Public])
def sign_in(request: Request, db: Db, posted: PostedCredentials) -> Response:
    begun = entering.sign_in(db, posted.email, posted.password, browser(request))
    if begun is None:
        errors = {
            "email": _(
                "This address and this password do not fit together. Somebody new must also "
                "follow the link that came by mail."
            )
        }
        return _page(request, "sign_in.html", posted, errors, said="")
    leave(request, db)
    return let_in(begun, posted.next)


@router.post("/sign-out", name="accounts:sign_out", dependencies=[Public])
def sign_out(request: Request, db: Db) -> Response:
    leave(request, db)
    return take(see("/"))


@router.get("/sign-in/again", name="accounts:sign_in_again")
def ask_password_again(request: Request, visitor: Known, next: str = "") -> Response:
    return _page(request, "sign_in_again.html", Typed(next=next), visitor=visitor)


@router.post("/sign-in/again")
def sign_in_again(request: Request, db: Db, visitor: Known, posted: PostedCredentials) -> Response:
    if not entering.is_own(db, posted.password, by=visitor):
        errors = {"password": _("This is not your password.")}
        return _page(request, "sign_in_again.html", posted, errors, visitor=visitor)
    return let_in(sessions.renew(db, by=visitor), posted.next)


@router.get("/forgotten", name="accounts:forgotten", dependencies=[Public])
def ask_address(request: Request, said: str = "") -> Response:
    return _page(request, "forgotten.html", Typed(), said=said)


@router.post("/forgotten", dependencies=[Public])
def forget(request: Request, db: Db, posted: PostedCredentials) -> Response:
    email = entering.read_email(posted.email)
    if not email:
        errors = {"email": _("Type an e-mail address, like name@example.com.")}
        return _page(request, "forgotten.html", posted, errors, said="")
    entering.forget(db, email, browser(request))
    return see("/mail-sent")


@router.get("/reset", name="accounts:reset", dependencies=[Public])
def ask_new_password(request: Request, db: Db, token: str = "") -> Response:
    if entering.owner_of(db, token) is None:
        return see("/forgotten", said="old-link")
    return unkept(_page(request, "reset.html", Typed(), token=token))


@router.post("/reset", dependencies=[Public])
def reset(request: Request, db: Db, posted: PostedLink) -> Response:
    person = entering.owner_of(db, posted.token)
    fault = passwords.fault_of(posted.password, *([person.name, person.email] if person else []))
    if person and fault:
        errors = {"password": fault}
        return unkept(_page(request, "reset.html", posted, errors, token=posted.token))
    if not entering.reset(db, posted.token, posted.password):
        return see("/forgotten", said="old-link")
    return take(see("/sign-in", said="reset"))


def _page(
    request: Request,
    template: str,
    posted: Typed,
    errors: dict[str, str] | None = None,
    **said: Any,
) -> Response:
    """The page of a form, as it was typed and with what is wrong with it."""
    return render(
        request,
        f"accounts/{template}",
        status=422 if errors else 200,
        posted={**posted.shown, "next": local(posted.next)},
        errors=errors or {},
        has_provider=identity_provider.is_set(),
        **said,
    )
