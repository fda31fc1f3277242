"""Needs as vendors and everybody else read them: the list, one need, asking about it."""

from http import HTTPStatus

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.responses import Response

from app.accounts.visitor import Talker, Visitor
from app.core.access import Public
from app.core.db import Db
from app.core.errors import Conflict, Invalid
from app.core.forms import Said
from app.core.i18n import _
from app.core.web import go
from app.needs import browsing, questions, reading
from app.needs.pages import show, visitor_of
from app.needs.seeing import is_own

router = APIRouter(include_in_schema=False)


@router.get("/needs", name="needs:list", dependencies=[Public])
def listing(request: Request, db: Db) -> Response:
    visitor = visitor_of(request)
    asked, problems = browsing.read(request.query_params)
    found = browsing.look(db, visitor, asked)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if problems else HTTPStatus.OK
    if asked.page > found.page.last:
        status = HTTPStatus.NOT_FOUND
    return show(
        request,
        "list.html",
        "results",
        int(status),
        asked=asked,
        problems=problems,
        listing=found,
        browsing=browsing,
        visitor=visitor,
    )


@router.get("/needs/{identifier}", name="needs:need", dependencies=[Public])
def need(request: Request, db: Db, identifier: str) -> Response:
    return _page(request, db, visitor_of(request), identifier)


def _page(
    request: Request,
    db: Session,
    visitor: Visitor | None,
    identifier: str,
    text: str = "",
    wrong: str = "",
    status: int = 200,
) -> Response:
    found = reading.find_visible(db, visitor, identifier)
    response = show(
        request,
        "item.html",
        status=status,
        found=found,
        need=found.need,
        visitor=visitor,
        is_own=is_own(found.need, visitor),
        answered=questions.answered(db, found.need),
        own_waiting=questions.own_waiting(db, found.need, visitor),
        may_ask=questions.may_ask(db, found.need, visitor),
        posted={"text": text},
        errors={"text": wrong} if wrong else {},
    )
    if not reading.is_for_all(found.need):
        response.headers["X-Robots-Tag"] = "noindex"
        response.headers["Cache-Control"] = "no-store"
    return response


@router.post("/needs/{identifier}/questions", name="needs:ask")
def ask(request: Request, db: Db, visitor: Talker, identifier: str, text: Said = "") -> Response:
    found = reading.find_visible(db, visitor, identifier)
    try:
        questions.ask(db, found.need, text, by=visitor)
    except (Invalid, Conflict) as refusal:
        wrong = _(refusal.message, **refusal.values)
        return _page(request, db, visitor, identifier, text, wrong, int(refusal.status))
    return go(request, "needs:need", identifier=identifier)
