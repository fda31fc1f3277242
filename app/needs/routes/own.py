"""An organisation's own needs: how each stands, and every act that moves it."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.responses import Response

from app.accounts.visitor import NeedWriter, Trader, Visitor
from app.core.db import Db
from app.core.errors import Invalid
from app.core.forms import Posted, Said, Version, texts
from app.core.i18n import _
from app.core.web import go
from app.curation.applications.field import Field, Input
from app.curation.applications.forms import read_fields
from app.needs import drafting, outcomes, publishing, questions, reading, standing
from app.needs.models import Need
from app.needs.pages import page_of, show_own

router = APIRouter(include_in_schema=False)
UNTIL = Field("closes_at", "", "", Input.MOMENT)


@router.get("/workspace/needs", name="needs:own_list")
def listing(request: Request, db: Db, visitor: Trader, page: int = 1) -> Response:
    return show_own(request, "own_list.html", page=reading.own(db, visitor, page=page_of(page)))


@router.get("/workspace/needs/{identifier}", name="needs:own")
def need(request: Request, db: Db, visitor: Trader, identifier: str) -> Response:
    return _page(request, db, visitor, reading.find_own(db, visitor, identifier))


def _page(
    request: Request,
    db: Session,
    visitor: Visitor,
    need: Need,
    errors: dict[str, str] | None = None,
    posted: dict[str, str] | None = None,
) -> Response:
    context: dict[str, Any] = {
        "need": need,
        "visitor": visitor,
        "standing": standing.look(db, need),
        "errors": errors or {},
        "posted": posted or {},
    }
    return show_own(request, "own.html", status=422 if errors else 200, **context)


@router.post("/workspace/needs/{identifier}/publish", name="needs:publish")
def publish(
    request: Request, db: Db, visitor: NeedWriter, identifier: str, version: Version
) -> Response:
    need = reading.take(db, visitor, identifier)
    try:
        publishing.publish(db, need, seen=version, by=visitor)
    except Invalid:
        return _page(request, db, visitor, need, publishing.lacking(db, need))
    return go(request, "needs:own", identifier=identifier)


@router.post("/workspace/needs/{identifier}/extend", name="needs:extend")
def extend(
    request: Request, db: Db, visitor: NeedWriter, identifier: str, closes_at: Said = ""
) -> Response:
    need = reading.take(db, visitor, identifier)
    values, errors = read_fields((UNTIL,), {"closes_at": [closes_at]}, {})
    try:
        if not errors and "closes_at" not in values:
            raise Invalid("Choose a later moment, at most a year from now.")
        if not errors:
            publishing.extend(db, need, values["closes_at"], by=visitor)
    except Invalid as refusal:
        errors = {"closes_at": _(refusal.message, **refusal.values)}
    if errors:
        return _page(request, db, visitor, need, errors, {"closes_at": closes_at})
    return go(request, "needs:own", identifier=identifier)


@router.post("/workspace/needs/{identifier}/close", name="needs:close")
def close(request: Request, db: Db, visitor: NeedWriter, identifier: str) -> Response:
    publishing.close(db, reading.take(db, visitor, identifier), by=visitor)
    return go(request, "needs:own", identifier=identifier)


@router.post("/workspace/needs/{identifier}/withdraw", name="needs:withdraw")
def withdraw(
    request: Request, db: Db, visitor: NeedWriter, identifier: str, why: Said = ""
) -> Response:
    need = reading.take(db, visitor, identifier)
    try:
        publishing.withdraw(db, need, why, by=visitor)
    except Invalid as refusal:
        return _page(request, db, visitor, need, {"why": _(refusal.message, **refusal.values)})
    return go(request, "needs:own", identifier=identifier)


@router.post("/workspace/needs/{identifier}/copy", name="needs:copy")
def copy(request: Request, db: Db, visitor: NeedWriter, identifier: str) -> Response:
    made = drafting.copy(db, reading.find_own(db, visitor, identifier), by=visitor)
    return go(request, "needs:edit", identifier=made.identifier)


@router.post("/workspace/needs/{identifier}/outcome", name="needs:outcome")
def outcome(
    request: Request,
    db: Db,
    visitor: NeedWriter,
    identifier: str,
    posted: Posted,
    kind: Said = "",
) -> Response:
    need = reading.take(db, visitor, identifier)
    typed = outcomes.read(db, {**texts(posted), "kind": kind})
    if typed.verdict is None:
        return _page(request, db, visitor, need, dict(typed.errors), dict(typed.posted))
    outcomes.settle(db, need, typed.verdict, by=visitor)
    return go(request, "needs:own", identifier=identifier)


@router.post("/workspace/needs/{identifier}/questions/{question_id}", name="needs:answer")
def answer(
    request: Request,
    db: Db,
    visitor: NeedWriter,
    identifier: str,
    question_id: UUID,
    text: Said = "",
) -> Response:
    need = reading.take(db, visitor, identifier)
    try:
        questions.answer(db, need, question_id, text, by=visitor)
    except Invalid as refusal:
        name = f"answer-{question_id}"
        errors = {name: _(refusal.message, **refusal.values)}
        return _page(request, db, visitor, need, errors, {name: text})
    return go(request, "needs:own", identifier=identifier)
