"""The lists that one sees, and one of them: reading, sharing, freezing, copying, taking home."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Query, Request
from sqlmodel import Session
from starlette.responses import Response

from app.accounts.visitor import ListKeeper, Trader, Visitor
from app.alerts import reading as alerts
from app.core.access import Can
from app.core.db import Db
from app.core.errors import Conflict, Invalid
from app.core.forms import Said, Version
from app.core.i18n import _
from app.core.sheets import Format
from app.core.web import go, hand_out
from app.discovery import comparing
from app.shortlists import contents, freezing, keeping, seeing
from app.shortlists.pages import show
from app.shortlists.sheet import as_sheet

router = APIRouter(include_in_schema=False)


@router.get("/workspace/shortlists", name="shortlists:all")
def lists(request: Request, db: Db, visitor: Trader) -> Response:
    return _lists(request, db, visitor)


@router.post("/workspace/shortlists", name="shortlists:begin")
def begin(request: Request, db: Db, visitor: ListKeeper, title: Said = "") -> Response:
    try:
        made = keeping.begin(db, title, by=visitor)
    except (Invalid, Conflict) as refusal:
        errors = {"title": _(refusal.message, **refusal.values)}
        return _lists(request, db, visitor, {"title": title}, errors)
    return go(request, "shortlists:shortlist", shortlist_id=made.id)


def _lists(
    request: Request,
    db: Session,
    visitor: Visitor,
    posted: dict[str, str] | None = None,
    errors: dict[str, str] | None = None,
) -> Response:
    return show(
        request,
        "lists.html",
        status=422 if errors else 200,
        lists=seeing.all_of(db, visitor),
        posted=posted or {},
        errors=errors or {},
    )


@router.get("/workspace/shortlists/{shortlist_id}", name="shortlists:shortlist")
def shortlist(request: Request, db: Db, visitor: Trader, shortlist_id: UUID) -> Response:
    return _list(request, db, visitor, shortlist_id)


@router.post("/workspace/shortlists/{shortlist_id}", name="shortlists:describe")
def describe(
    request: Request,
    db: Db,
    visitor: ListKeeper,
    shortlist_id: UUID,
    version: Version,
    title: Said = "",
    note: Said = "",
) -> Response:
    try:
        keeping.describe(db, shortlist_id, title, note, version, by=visitor)
    except Invalid as refusal:
        field = "note" if len(note) > keeping.LONGEST_NOTE else "title"
        errors = {field: _(refusal.message, **refusal.values)}
        posted = {"title": title, "note": note}
        return _list(request, db, visitor, shortlist_id, posted, errors)
    return go(request, "shortlists:shortlist", shortlist_id=shortlist_id)


def _list(
    request: Request,
    db: Session,
    visitor: Visitor,
    shortlist_id: UUID,
    posted: dict[str, str] | None = None,
    errors: dict[str, str] | None = None,
) -> Response:
    found = contents.look(db, visitor, shortlist_id)
    described = {"title": found.shortlist.title, "note": found.shortlist.note}
    return show(
        request,
        "list.html",
        status=422 if errors else 200,
        found=found,
        untied=alerts.untied_of(db, visitor) if found.may_change else (),
        posted=posted or described,
        errors=errors or {},
        may_ask=visitor.may(Can.TALK),
        most=comparing.MOST,
    )


@router.get("/workspace/shortlists/{shortlist_id}/print", name="shortlists:print")
def print_out(request: Request, db: Db, visitor: Trader, shortlist_id: UUID) -> Response:
    return show(request, "print.html", found=contents.look(db, visitor, shortlist_id))


@router.get("/workspace/shortlists/{shortlist_id}/compare", name="shortlists:compare")
def compare(
    request: Request,
    db: Db,
    visitor: Trader,
    shortlist_id: UUID,
    identifiers: Annotated[list[str], Query(alias="id", max_length=keeping.MOST_ITEMS)] = [],  # noqa: B006  never changed
) -> Response:
    found = contents.look(db, visitor, shortlist_id)
    records = [one.record for one in found.items if one.record]
    chosen = [record for record in records if record.identifier in identifiers]
    comparison = comparing.side_by_side(chosen, path=request.url.path)
    status = 422 if comparison.problems else 200
    return show(request, "compare.html", status=status, found=found, comparison=comparison)


@router.get("/workspace/shortlists/{shortlist_id}/export/{form}", name="shortlists:export")
def export(db: Db, visitor: Trader, shortlist_id: UUID, form: Format) -> Response:
    file = as_sheet(contents.look(db, visitor, shortlist_id), form)
    return hand_out(file.content, file.name, file.type)


@router.post("/workspace/shortlists/{shortlist_id}/share", name="shortlists:share")
def share(
    request: Request,
    db: Db,
    visitor: ListKeeper,
    shortlist_id: UUID,
    shared: Annotated[bool, Form()],
) -> Response:
    keeping.share(db, shortlist_id, shared=shared, by=visitor)
    return go(request, "shortlists:shortlist", shortlist_id=shortlist_id)


@router.post("/workspace/shortlists/{shortlist_id}/freeze", name="shortlists:freeze")
def freeze(
    request: Request, db: Db, visitor: ListKeeper, shortlist_id: UUID, version: Version
) -> Response:
    freezing.freeze(db, shortlist_id, version, by=visitor)
    return go(request, "shortlists:shortlist", shortlist_id=shortlist_id)


@router.post("/workspace/shortlists/{shortlist_id}/copy", name="shortlists:copy")
def copy(request: Request, db: Db, visitor: ListKeeper, shortlist_id: UUID) -> Response:
    source = seeing.find(db, visitor, shortlist_id)
    made = keeping.copy(db, shortlist_id, _("{title} (copy)", title=source.title), by=visitor)
    return go(request, "shortlists:shortlist", shortlist_id=made.id)


@router.post("/workspace/shortlists/{shortlist_id}/delete", name="shortlists:delete")
def delete(request: Request, db: Db, visitor: ListKeeper, shortlist_id: UUID) -> Response:
    keeping.delete(db, shortlist_id, by=visitor)
    return go(request, "shortlists:all")
