"""Inquiries that need the staff: no account, overdue, escalated; and how soon vendors answer."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Query, Request
from sqlmodel import Session
from starlette.responses import Response

from app.accounts import invitations
from app.accounts.visitor import Visitor
from app.catalogue.labels import code_label
from app.core.access import Can, may
from app.core.db import Db
from app.core.errors import Invalid
from app.core.forms import Said
from app.core.i18n import _, mark
from app.core.web import go, render
from app.desk.wording import narrowed, place, places_inside
from app.desk.words import SIDES
from app.inquiries import accounts_missing, due, escalating, events, figures, overseeing
from app.inquiries.models import ENDED
from app.inquiries.overseeing import Tab

router = APIRouter(include_in_schema=False)
Follower = Annotated[Visitor, Depends(may(Can.OVERSEE_INQUIRIES))]
Number = Annotated[int, Query(ge=1, le=100_000)]
ONE = "/desk/inquiries/{inquiry_id}"
TABS = {
    Tab.WAITING: mark("Vendor has no account"),
    Tab.OVERDUE: mark("Overdue"),
    Tab.ESCALATED: mark("The asker called"),
}
FIGURES = "figures"


@router.get("/desk/inquiries", name="desk:inquiries")
def see_list(
    request: Request, db: Db, visitor: Follower, tab: str = "", region: str = "", page: Number = 1
) -> Response:
    known: dict[str, Any] = {"tabs": TABS, "counts": overseeing.counts(db, visitor)}
    if tab == FIGURES:
        found = figures.of(db, visitor)
        cities = [_bar(_city(code), share) for code, share in sorted(found.cities.items())]
        months = [_bar(f"{day:%Y-%m}", share) for day, share in found.months.items()]
        known |= {"figures": found, "cities": cities, "months": months}
        return _render(request, "inquiries_figures.html", tab=FIGURES, **known)
    which = Tab(tab) if tab in set(Tab) else Tab.WAITING
    scope = narrowed(visitor.scope, region)
    known |= {"page": overseeing.page(db, visitor, which, page, scope=scope), "region": region}
    places = places_inside(visitor.scope)
    return _render(request, "inquiries.html", "results", tab=which, places=places, **known)


@router.get(ONE, name="desk:inquiry")
def see_one(request: Request, db: Db, visitor: Follower, inquiry_id: UUID) -> Response:
    return _one(request, db, visitor, inquiry_id)


@router.post(f"{ONE}/invitation", name="desk:inquiry:invite")
def invite(
    request: Request, db: Db, visitor: Follower, inquiry_id: UUID, email: Said = ""
) -> Response:
    inquiry = overseeing.take(db, visitor, inquiry_id)
    tidy = invitations.tidy_email(email)
    if fault := invitations.email_fault(tidy):
        return _one(request, db, visitor, inquiry_id, {"email": email}, {"email": fault})
    accounts_missing.invite(db, inquiry, tidy, by=visitor)
    return go(request, "desk:inquiry", inquiry_id=inquiry_id)


@router.post(f"{ONE}/passed-on", name="desk:inquiry:passed_on")
def passed_on(
    request: Request,
    db: Db,
    visitor: Follower,
    inquiry_id: UUID,
    means: Annotated[str, Form()] = "",
    passed: Said = "",
) -> Response:
    inquiry = overseeing.take(db, visitor, inquiry_id)
    typed = {"means": means, "passed": passed}
    if means not in events.MEANS:
        errors = {"means": _("Choose how.")}
        return _one(request, db, visitor, inquiry_id, typed, errors)
    try:
        accounts_missing.pass_on(db, inquiry, means, passed, by=visitor)
    except Invalid as refusal:
        return _again(request, db, visitor, inquiry_id, typed, "passed", refusal)
    return go(request, "desk:inquiry", inquiry_id=inquiry_id)


@router.post(f"{ONE}/unreachable", name="desk:inquiry:unreachable")
def unreachable(
    request: Request, db: Db, visitor: Follower, inquiry_id: UUID, tried: Said = ""
) -> Response:
    inquiry = overseeing.take(db, visitor, inquiry_id)
    try:
        accounts_missing.give_up(db, inquiry, tried, by=visitor)
    except Invalid as refusal:
        return _again(request, db, visitor, inquiry_id, {"tried": tried}, "tried", refusal)
    return go(request, "desk:inquiry", inquiry_id=inquiry_id)


@router.post(f"{ONE}/messages", name="desk:inquiry:write")
def write(
    request: Request, db: Db, visitor: Follower, inquiry_id: UUID, text: Said = ""
) -> Response:
    inquiry = overseeing.take(db, visitor, inquiry_id)
    try:
        escalating.write(db, inquiry, text, by=visitor)
    except Invalid as refusal:
        return _again(request, db, visitor, inquiry_id, {"text": text}, "text", refusal)
    return go(request, "desk:inquiry", inquiry_id=inquiry_id)


@router.post(f"{ONE}/province", name="desk:inquiry:pass_on")
def pass_on(
    request: Request, db: Db, visitor: Follower, inquiry_id: UUID, province: Said = ""
) -> Response:
    inquiry = overseeing.take(db, visitor, inquiry_id)
    try:
        escalating.pass_on(db, inquiry, province, by=visitor)
    except Invalid as refusal:
        typed = {"province": province}
        return _again(request, db, visitor, inquiry_id, typed, "province", refusal)
    return go(request, "desk:inquiry", inquiry_id=inquiry_id)


@router.post(f"{ONE}/close", name="desk:inquiry:close")
def close(
    request: Request, db: Db, visitor: Follower, inquiry_id: UUID, closing: Said = ""
) -> Response:
    inquiry = overseeing.take(db, visitor, inquiry_id)
    try:
        escalating.close(db, inquiry, closing, by=visitor)
    except Invalid as refusal:
        return _again(request, db, visitor, inquiry_id, {"closing": closing}, "closing", refusal)
    return go(request, "desk:inquiry", inquiry_id=inquiry_id)


def _again(
    request: Request,
    db: Session,
    visitor: Visitor,
    inquiry_id: UUID,
    typed: dict[str, str],
    name: str,
    refusal: Invalid,
) -> Response:
    errors = {name: _(refusal.message, **refusal.values)}
    return _one(request, db, visitor, inquiry_id, typed, errors)


def _one(
    request: Request,
    db: Session,
    visitor: Visitor,
    inquiry_id: UUID,
    typed: dict[str, str] | None = None,
    errors: dict[str, str] | None = None,
) -> Response:
    row = overseeing.find(db, visitor, inquiry_id)
    inquiry = row.inquiry
    known: dict[str, Any] = {
        "row": row,
        "inquiry": inquiry,
        "steps": overseeing.steps(db, inquiry),
        "acts": overseeing.acts(db, inquiry),
        "is_escalated": escalating.is_open(inquiry),
        "is_overdue": due.is_overdue(inquiry),
        "waits": inquiry.waits_for_account and inquiry.stage not in ENDED,
        "means": [(code, _(text)) for code, text in events.MEANS.items()],
        "visitor": visitor,
    }
    status = 422 if errors else 200
    known |= {"posted": typed or {}, "errors": errors or {}}
    return _render(request, "inquiry.html", status=status, **known)


def _render(
    request: Request, template: str, block: str | None = None, status: int = 200, **known: Any
) -> Response:
    said = {"events": events, "place": place, "sides": SIDES, **known}
    return render(request, f"desk/{template}", block, status, **said)


def _bar(name: str, share: figures.Share) -> tuple[str, int | None, str]:
    """A name, the share in percent where there is any, and the numbers behind it."""
    return name, share.percent if share.of else None, _("{n} of {of}", n=share.in_time, of=share.of)


def _city(code: str) -> str:
    return code_label("city", code) if code else _("Outside or not stated")
