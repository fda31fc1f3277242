"""The first answers that a vendor keeps."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.responses import Response

from app.accounts.visitor import Talker, Visitor
from app.core.db import Db
from app.core.forms import Posted, texts
from app.core.web import go
from app.inquiries import answers
from app.inquiries.models import AnswerTemplate
from app.inquiries.routes.pages import show

router = APIRouter(include_in_schema=False)


@router.get("/inquiries/answers", name="inquiries:answers")
def own(request: Request, db: Db, visitor: Talker, edit: UUID | None = None) -> Response:
    chosen = answers.find(db, visitor, edit) if edit else None
    typed = {"title": chosen.title, "text": chosen.text} if chosen else {}
    return _page(request, db, visitor, chosen, typed)


@router.post("/inquiries/answers", name="inquiries:keep_answer")
def keep(request: Request, posted: Posted, db: Db, visitor: Talker) -> Response:
    typed = texts(posted)
    if errors := answers.read(typed):
        return _page(request, db, visitor, None, typed, errors)
    answers.keep(db, typed["title"], typed["text"], by=visitor)
    return go(request, "inquiries:answers")


@router.post("/inquiries/answers/{answer_id}", name="inquiries:change_answer")
def change(request: Request, posted: Posted, db: Db, visitor: Talker, answer_id: UUID) -> Response:
    typed = texts(posted)
    answer = answers.find(db, visitor, answer_id)
    if errors := answers.read(typed):
        return _page(request, db, visitor, answer, typed, errors)
    answers.change(answer, typed["title"], typed["text"], by=visitor)
    return go(request, "inquiries:answers")


@router.post("/inquiries/answers/{answer_id}/remove", name="inquiries:drop_answer")
def drop(request: Request, db: Db, visitor: Talker, answer_id: UUID) -> Response:
    answers.drop(db, answers.find(db, visitor, answer_id))
    return go(request, "inquiries:answers")


def _page(
    request: Request,
    db: Session,
    visitor: Visitor,
    chosen: AnswerTemplate | None,
    typed: dict[str, str],
    errors: dict[str, str] | None = None,
) -> Response:
    said: dict[str, Any] = {"answers": answers.own(db, visitor), "chosen": chosen, "posted": typed}
    status = 422 if errors else 200
    return show(request, "answers.html", status=status, **said, errors=errors or {})
