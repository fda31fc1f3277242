"""One's saved searches: keep one, name it, say how often to write, forget it."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Form, Request
from sqlmodel import Session
from starlette.datastructures import QueryParams
from starlette.responses import Response

from app.accounts.visitor import SignedIn, Visitor
from app.alerts import reading, rhythms, saving
from app.alerts.models import Rhythm
from app.catalogue.labels import facet_label, kind_label
from app.core.db import Db
from app.core.errors import Conflict, Invalid
from app.core.forms import Said
from app.core.i18n import _
from app.core.web import go, render
from app.discovery import browsing
from app.discovery.browsing import Browsing
from app.discovery.wording import filter_label

router = APIRouter(include_in_schema=False)

Rhythmic = Annotated[Rhythm, Form()]


@router.get("/account/searches", name="alerts:searches")
def searches(request: Request, db: Db, visitor: SignedIn) -> Response:
    return _searches(request, db, visitor)


def _searches(
    request: Request,
    db: Session,
    visitor: Visitor,
    wrong: tuple[UUID, str] | None = None,
) -> Response:
    response = render(
        request,
        "alerts/searches.html",
        status=422 if wrong else 200,
        saved=reading.all_of(db, visitor),
        rhythms=rhythms.NAMES,
        kind_label=kind_label,
        wrong=dict([wrong]) if wrong else {},
        most=saving.MOST,
    )
    response.headers["Cache-Control"] = "no-store"
    return response


@router.get("/account/searches/new", name="alerts:new")
def ask(request: Request, _visitor: SignedIn) -> Response:
    asked = browsing.read(request.query_params)[0]
    return _form(request, asked, {"title": _described(asked), "rhythm": Rhythm.DAILY})


@router.post("/account/searches", name="alerts:save")
def save(
    request: Request,
    db: Db,
    visitor: SignedIn,
    query: Annotated[str, Form(max_length=20_000)] = "",
    title: Said = "",
    rhythm: Rhythmic = Rhythm.DAILY,
) -> Response:
    asked = browsing.read(QueryParams(query))[0]
    try:
        saving.save(db, asked, title, rhythm, by=visitor)
    except (Invalid, Conflict) as refusal:
        errors = {"title": _(refusal.message, **refusal.values)}
        return _form(request, asked, {"title": title, "rhythm": rhythm}, errors)
    return go(request, "alerts:searches")


def _form(
    request: Request,
    asked: Browsing,
    posted: dict[str, Any],
    errors: dict[str, str] | None = None,
) -> Response:
    return render(
        request,
        "alerts/new.html",
        status=422 if errors else 200,
        asked=asked,
        filters=[(facet_label(f), filter_label(f, code)) for f, code in asked.active],
        kind=kind_label(asked.kind),
        rhythms=rhythms.NAMES,
        posted=posted,
        errors=errors or {},
    )


def _described(asked: Browsing) -> str:
    """What a search may be called: its words and filters, else the kind."""
    said = [asked.text, *(filter_label(facet, code) for facet, code in asked.active)]
    named = " · ".join(part for part in said if part) or kind_label(asked.kind)
    return named[: saving.LONGEST_TITLE]


@router.post("/account/searches/{watch_id}", name="alerts:change")
def change(
    request: Request,
    db: Db,
    visitor: SignedIn,
    watch_id: UUID,
    rhythm: Rhythmic,
    title: Said = "",
) -> Response:
    try:
        saving.change(db, watch_id, title, rhythm, by=visitor)
    except Invalid as refusal:
        said = _(refusal.message, **refusal.values)
        return _searches(request, db, visitor, (watch_id, said))
    return go(request, "alerts:searches")


@router.post("/account/searches/{watch_id}/delete", name="alerts:delete")
def delete(request: Request, db: Db, visitor: SignedIn, watch_id: UUID) -> Response:
    saving.delete(db, watch_id, by=visitor)
    return go(request, "alerts:searches")
