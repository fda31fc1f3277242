"""Flagged ratings: look, and hide or clear them."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Query, Request
from sqlmodel import Session
from starlette.responses import Response

from app.accounts.visitor import Visitor
from app.core.access import Can, may
from app.core.db import Db
from app.core.errors import Invalid
from app.core.forms import Said
from app.core.i18n import _, mark
from app.core.web import go, render
from app.desk.wording import place
from app.inquiries import deciding, rings
from app.inquiries.deciding import Tab

router = APIRouter(include_in_schema=False)
Decider = Annotated[Visitor, Depends(may(Can.DECIDE_REPORTS))]
Number = Annotated[int, Query(ge=1, le=100_000)]
TABS = {
    Tab.FLAGGED: mark("To be looked at"),
    Tab.HIDDEN: mark("Hidden"),
    Tab.CLEARED: mark("Found good"),
}


@router.get("/desk/ratings", name="desk:ratings")
def see_list(
    request: Request, db: Db, visitor: Decider, tab: str = "", page: Number = 1
) -> Response:
    return _list(request, db, visitor, tab, page)


@router.post("/desk/ratings/{rating_id}", name="desk:rating:decide")
def decide(
    request: Request,
    db: Db,
    visitor: Decider,
    rating_id: UUID,
    decision: Annotated[str, Form()] = "",
    why: Said = "",
) -> Response:
    rating, inquiry = deciding.take(db, visitor, rating_id)
    try:
        if decision == "hide":
            deciding.hide(db, rating, inquiry, why, by=visitor)
        else:
            deciding.clear(db, rating, why, by=visitor)
    except Invalid as refusal:
        field = f"why-{rating_id}"
        errors = {field: _(refusal.message, **refusal.values)}
        return _list(request, db, visitor, errors=errors, posted={field: why})
    return go(request, "desk:ratings")


def _list(
    request: Request,
    db: Session,
    visitor: Visitor,
    tab: str = "",
    page: int = 1,
    errors: dict[str, str] | None = None,
    posted: dict[str, str] | None = None,
) -> Response:
    which = Tab(tab) if tab in set(Tab) else Tab.FLAGGED
    return render(
        request,
        "desk/ratings.html",
        "results",
        422 if errors else 200,
        page=deciding.page(db, visitor, which, page),
        tab=which,
        tabs=TABS,
        flags=rings.FLAGS,
        place=place,
        errors=errors or {},
        posted=posted or {},
    )
