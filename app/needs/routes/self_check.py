"""The self-check: answer it, look at the picture, begin a need from it."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Request
from starlette.responses import Response

from app.accounts.visitor import NeedWriter, Trader
from app.core.db import Db
from app.core.forms import Posted, lists
from app.core.web import go
from app.needs import checking, maturity
from app.needs import self_check_questions as questions
from app.needs.pages import show_own

router = APIRouter(include_in_schema=False)


@router.get("/workspace/self-check", name="needs:self_check")
def latest(request: Request, db: Db, visitor: Trader, check: UUID | None = None) -> Response:
    history = checking.history(db, visitor)
    shown = checking.find_own(db, visitor, check) if check else next(iter(history), None)
    return show_own(
        request,
        "self_check.html",
        history=history,
        shown=shown,
        maturity=maturity,
        questions=questions,
        checking=checking,
    )


@router.get("/workspace/self-check/new", name="needs:self_check_new")
def new(request: Request, db: Db, visitor: NeedWriter) -> Response:
    before = next(iter(checking.history(db, visitor)), None)
    return show_own(
        request,
        "self_check_new.html",
        posted=before.answers if before else {},
        errors={},
        questions=questions,
    )


@router.post("/workspace/self-check/new", name="needs:self_check_keep")
def keep(
    request: Request,
    db: Db,
    visitor: NeedWriter,
    posted: Posted,
    products: Annotated[str, Form()] = "",  # noqa: ARG001  reads the body before the database is held
) -> Response:
    answers, errors = checking.read(lists(posted))
    if errors:
        return show_own(
            request,
            "self_check_new.html",
            status=422,
            posted=answers,
            errors=errors,
            questions=questions,
        )
    checking.keep(db, answers, by=visitor)
    return go(request, "needs:self_check")


@router.post("/workspace/self-check/{check_id}/need", name="needs:self_check_need")
def need(request: Request, db: Db, visitor: NeedWriter, check_id: UUID) -> Response:
    check = checking.find_own(db, visitor, check_id)
    made = checking.write_need(db, check, by=visitor)
    return go(request, "needs:edit", identifier=made.identifier)
