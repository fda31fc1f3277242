"""One's own account: name, language, password, and the sessions that are open."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.accounts import entering, passwords, reading, sessions
from app.accounts.routes.forms import NewPassword, PostedPassword, PostedProfile, Profile, Typed
from app.accounts.routes.passing import see
from app.accounts.visitor import SignedIn, Visitor
from app.core.db import Db
from app.core.i18n import LANGUAGES, _
from app.core.web import go, render

router = APIRouter(include_in_schema=False)


@router.get("/account", name="accounts:account")
def account(request: Request, db: Db, visitor: SignedIn, said: str = "") -> Response:
    person = reading.the_person(db, visitor)
    return _account(request, db, visitor, Profile(name=person.name, language=person.language), said)


@router.post("/account")
def change(request: Request, db: Db, visitor: SignedIn, posted: PostedProfile) -> Response:
    name = entering.read_name(posted.name)
    errors = {}
    if not name:
        errors["name"] = _("Type your name, at most {n} characters.", n=entering.LONGEST_NAME)
    if posted.language not in LANGUAGES:
        errors["language"] = _("Choose one of the languages.")
    if errors:
        return _account(request, db, visitor, posted, errors=errors)
    entering.change_profile(db, name, posted.language, by=visitor)
    return see("/account", lang=posted.language, said="saved")


def _account(
    request: Request,
    db: Db,
    visitor: Visitor,
    posted: Profile,
    said: str = "",
    errors: dict[str, str] | None = None,
) -> Response:
    shown: dict[str, Any] = {"posted": posted.shown, "errors": errors or {}, "said": said}
    page = reading.own_page(db, visitor)
    status = 422 if errors else 200
    return render(
        request, "accounts/account.html", status=status, visitor=visitor, page=page, **shown
    )


@router.post("/account/sessions/{sign_in_id}/end", name="accounts:end_session")
def end_session(request: Request, db: Db, visitor: SignedIn, sign_in_id: UUID) -> Response:
    sessions.end(db, sign_in_id, by=visitor)
    return go(request, "accounts:account")


@router.post("/account/sessions/end-others", name="accounts:end_others")
def end_others(request: Request, db: Db, visitor: SignedIn) -> Response:
    sessions.end_others(db, by=visitor)
    return go(request, "accounts:account")


@router.get("/account/password", name="accounts:password")
def ask_password(request: Request, db: Db, visitor: SignedIn) -> Response:
    return _password(request, db, visitor, NewPassword())


@router.post("/account/password")
def change_password(
    request: Request, db: Db, visitor: SignedIn, posted: PostedPassword
) -> Response:
    errors = {}
    if not entering.is_own(db, posted.current, by=visitor):
        errors["current"] = _("This is not your password.")
    if fault := passwords.fault_of(posted.password, visitor.name, visitor.email):
        errors["password"] = fault
    if errors:
        return _password(request, db, visitor, posted, errors)
    entering.change_password(db, posted.password, by=visitor)
    return see("/account", said="password")


def _password(
    request: Request,
    db: Db,
    visitor: Visitor,
    posted: Typed,
    errors: dict[str, str] | None = None,
) -> Response:
    return render(
        request,
        "accounts/password.html",
        status=422 if errors else 200,
        visitor=visitor,
        person=reading.the_person(db, visitor),
        posted=posted.shown,
        errors=errors or {},
    )
