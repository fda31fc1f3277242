"""“Put on a shortlist”: one small form, in place with htmx, a page of its own without."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Form, Request
from sqlmodel import Session
from starlette.responses import Response

from app.accounts.visitor import ListKeeper, Visitor
from app.catalogue.models import Record
from app.core.db import Db
from app.core.errors import Conflict, Invalid
from app.core.forms import Said
from app.core.i18n import _
from app.core.web import asks_for_part, go
from app.shortlists import adding, seeing
from app.shortlists.pages import show

router = APIRouter(include_in_schema=False)


@router.get("/workspace/shortlists/add", name="shortlists:adding")
def ask(
    request: Request, db: Db, visitor: ListKeeper, listing: str, match: UUID | None = None
) -> Response:
    record = adding.find_listing(db, listing)
    return _form(request, db, visitor, record, {"match": match, "shortlist": None, "title": ""})


@router.post("/workspace/shortlists/add", name="shortlists:add")
def add(
    request: Request,
    db: Db,
    visitor: ListKeeper,
    listing: Said,
    shortlist: Said = "",
    title: Said = "",
    match: Annotated[UUID | None, Form()] = None,
) -> Response:
    """Where both are given, the name of a new list was typed and the other list was there."""
    record = adding.find_listing(db, listing)
    found = adding.find_match(db, match, by=visitor)
    try:
        chosen = UUID(shortlist) if shortlist and not title else None
        kept = adding.add(db, record, chosen, title, by=visitor, match=found)
    except (Conflict, Invalid, ValueError) as refusal:
        said = _refused(refusal)
        posted = {"match": match, "shortlist": shortlist, "title": title}
        return _form(request, db, visitor, record, posted, said)
    if asks_for_part(request):
        return show(request, "_added.html", shortlist=kept, record=record)
    return go(request, "shortlists:shortlist", shortlist_id=kept.id)


def _refused(refusal: Conflict | Invalid | ValueError) -> str:
    if isinstance(refusal, ValueError):
        return _("Choose a list.")
    return _(refusal.message, **refusal.values)


def _form(
    request: Request,
    db: Session,
    visitor: Visitor,
    record: Record,
    posted: dict[str, Any],
    wrong: str = "",
) -> Response:
    return show(
        request,
        "_add.html" if asks_for_part(request) else "add.html",
        status=422 if wrong else 200,
        record=record,
        lists=seeing.open_to(db, visitor),
        posted=posted,
        wrong=wrong,
    )
