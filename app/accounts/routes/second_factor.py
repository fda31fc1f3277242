"""The second factor: showing it, setting it up, recovery codes, doing without."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from starlette.responses import RedirectResponse, Response

from app.accounts import reading, second_factor, sessions
from app.accounts.routes.entering import Known
from app.accounts.routes.forms import Code, PostedCode
from app.accounts.routes.passing import give, let_in, local, see, unkept
from app.accounts.second_factor import SetUp
from app.accounts.visitor import Visitor
from app.core.access import Can, may
from app.core.db import Db
from app.core.errors import NotFound
from app.core.i18n import _
from app.core.web import go, render

FreshlyKnown = Annotated[Visitor, Depends(may(Can.PROVE_SELF, fresh=True))]
Fresh = Annotated[Visitor, Depends(may(Can.USE_ACCOUNT, fresh=True))]

router = APIRouter(prefix="/account/second-factor", include_in_schema=False)


@router.get("", name="accounts:second_factor")
def look(request: Request, db: Db, visitor: Known, next: str = "") -> Response:
    person = reading.the_person(db, visitor)
    if person.totp_since and not visitor.has_second_factor:
        return _challenge(request, Code(next=next))
    if visitor.is_staff and not person.totp_since:
        return see(f"{request.url.path}/set-up", next=local(next))
    left = second_factor.count_codes(db, visitor)
    shown: dict[str, Any] = {"person": person, "visitor": visitor, "left": left}
    return render(request, "accounts/second_factor.html", **shown)


@router.post("")
def prove(request: Request, db: Db, visitor: Known, posted: PostedCode) -> Response:
    if not reading.the_person(db, visitor).totp_since:
        raise NotFound("There is no second factor to be shown.")
    if not second_factor.is_proven(db, posted.code, by=visitor):
        errors = {"code": _("This code is not right, or was used already. Wait for the next one.")}
        return _challenge(request, posted, errors)
    return let_in(sessions.renew(db, by=visitor, second_factor=True), posted.next)


def _challenge(request: Request, posted: Code, errors: dict[str, str] | None = None) -> Response:
    shown: dict[str, Any] = {"posted": {"next": local(posted.next)}, "errors": errors or {}}
    status = 422 if errors else 200
    return render(request, "accounts/second_factor_code.html", status=status, **shown)


@router.get("/set-up", name="accounts:set_up")
def ask_set_up(request: Request, db: Db, visitor: FreshlyKnown, next: str = "") -> Response:
    if not second_factor.may_set_up(reading.the_person(db, visitor), visitor):
        return see("/account/second-factor", next=local(next))
    return _set_up(request, visitor, second_factor.prepare(visitor), Code(next=next))


@router.post("/set-up")
def set_up(request: Request, db: Db, visitor: FreshlyKnown, posted: PostedCode) -> Response:
    prepared = second_factor.reopen(visitor, posted.sealed)
    if prepared is None:
        return see("/account/second-factor/set-up", next=local(posted.next))
    codes = second_factor.set_up(db, prepared, posted.code, by=visitor)
    if codes is None:
        errors = {"code": _("This code is not right. Type the one that the app shows now.")}
        return _set_up(request, visitor, prepared, posted, errors)
    begun = sessions.renew(db, by=visitor, second_factor=True)
    return give(_codes(request, codes, posted.next), begun)


def _set_up(
    request: Request,
    visitor: Visitor,
    prepared: SetUp,
    posted: Code,
    errors: dict[str, str] | None = None,
) -> Response:
    shown: dict[str, Any] = {
        "set_up": prepared,
        "visitor": visitor,
        "posted": {"next": local(posted.next)},
        "errors": errors or {},
    }
    status = 422 if errors else 200
    return unkept(render(request, "accounts/second_factor_set_up.html", status=status, **shown))


@router.get("/picture.svg", name="accounts:picture")
def picture(visitor: FreshlyKnown, sealed: str = "") -> Response:
    prepared = second_factor.reopen(visitor, sealed)
    if prepared is None:
        raise NotFound("This set-up is over; begin it again.")
    drawn = second_factor.picture(visitor, prepared)
    return unkept(Response(drawn, media_type="image/svg+xml"))


@router.post("/codes", name="accounts:renew_codes")
def renew_codes(request: Request, db: Db, visitor: Fresh) -> Response:
    return _codes(request, second_factor.renew_codes(db, by=visitor), "")


def _codes(request: Request, codes: list[str], then: str) -> Response:
    """Shown once, as the answer itself: nobody keeps them, so no other page could show them."""
    shown: dict[str, Any] = {"codes": codes, "then": local(then) or "/account"}
    return unkept(render(request, "accounts/recovery_codes.html", **shown))


@router.post("/off", name="accounts:switch_off")
def switch_off(request: Request, db: Db, visitor: Fresh) -> RedirectResponse:
    second_factor.switch_off(db, by=visitor)
    return go(request, "accounts:second_factor")
