"""A vendor's listings: what is in the pool and on its way there; taking one out."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from sqlmodel import Session
from starlette.responses import Response

from app.accounts.visitor import Editor, Viewer
from app.bookings import withdrawing
from app.catalogue.models import Record, Training
from app.core.db import Db
from app.core.errors import Invalid, NotFound
from app.core.i18n import _
from app.core.web import go
from app.curation.applications import appeals, drafts, handing_in
from app.workspace import overview
from app.workspace.pages import page_number, show
from search.engine import Kind

SIZE = 50

router = APIRouter(include_in_schema=False)


@router.get("/workspace", name="workspace:home")
def home(request: Request, db: Db, visitor: Viewer) -> Response:
    return show(request, "home.html", overview=overview.look(db, visitor), kinds=overview.OFFERED)


@router.get("/workspace/listings", name="workspace:listings")
def listings(request: Request, db: Db, visitor: Viewer, kind: str = Kind.SOLUTION) -> Response:
    if kind not in overview.OFFERED:
        raise NotFound("There is no such page.")
    found = overview.look_at_kind(db, visitor, Kind(kind), page=page_number(request), size=SIZE)
    return show(request, "listings.html", found=found, kind=Kind(kind))


@router.get("/workspace/listings/{identifier}", name="workspace:listing")
def listing(request: Request, db: Db, visitor: Viewer, identifier: str) -> Response:
    return _page(request, db, drafts.find_own(db, visitor, identifier))


def _page(
    request: Request, db: Session, record: Record, why: str = "", wrong: str = ""
) -> Response:
    return show(
        request,
        "listing.html",
        status=422 if wrong else 200,
        record=record,
        open_one=drafts.open_for(db, record.id),
        goes_along=handing_in.goes_with(db, record),
        dates=withdrawing.ahead(db, record) if isinstance(record, Training) else [],
        appeal=appeals.subject_for(db, record),
        can_change=record.stage in drafts.CHANGEABLE,
        posted={"why": why},
        errors={"why": wrong} if wrong else {},
    )


@router.post("/workspace/listings/{identifier}/withdraw", name="workspace:withdraw_listing")
def withdraw(
    request: Request, db: Db, visitor: Editor, identifier: str, why: Annotated[str, Form()] = ""
) -> Response:
    record = drafts.find_own(db, visitor, identifier)
    try:
        if isinstance(record, Training):
            withdrawing.withdraw(db, record, why, by=visitor)
        else:
            handing_in.withdraw_listing(db, record, why, by=visitor)
    except Invalid as refusal:
        return _page(request, db, record, why, _(refusal.message, **refusal.values))
    return go(request, "workspace:listing", identifier=identifier)
