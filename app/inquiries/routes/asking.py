"""Asking a vendor: the form, and sending it."""

from typing import Annotated, Any
from uuid import uuid4

from fastapi import APIRouter, Depends, File, Request, UploadFile
from sqlmodel import Session
from starlette.responses import Response

from app.accounts.visitor import SignedIn, Talker, Visitor
from app.core.access import Can
from app.core.db import Db
from app.core.forms import Posted, texts
from app.core.i18n import _
from app.core.web import go
from app.inquiries import asking, contacts, due, sending
from app.inquiries.asking import About, Wish
from app.inquiries.models import Inquiry, Side
from app.inquiries.routes.pages import REFUSED, show
from app.inquiries.routes.sent_files import attach_all

router = APIRouter(include_in_schema=False)
NAMES = ("solution", "vendor", "need", "match", "shortlist")


def _wish(
    solution: str = "", vendor: str = "", need: str = "", match: str = "", shortlist: str = ""
) -> Wish:
    return Wish(solution, vendor, need, match, shortlist)


@router.get("/inquiries/new", name="inquiries:new")
def new(
    request: Request, db: Db, visitor: SignedIn, wish: Annotated[Wish, Depends(_wish)]
) -> Response:
    if not visitor.may(Can.TALK):
        return show(request, "no_organisation.html")
    about = asking.find(db, visitor, wish)
    typed = {"name": visitor.name, "email": visitor.email, "sent_key": uuid4().hex}
    return _form(request, db, visitor, wish, about, typed)


@router.post("/inquiries/files", name="inquiries:send")
def send(
    request: Request,
    posted: Posted,
    db: Db,
    visitor: Talker,
    file: Annotated[list[UploadFile] | None, File()] = None,
) -> Response:
    typed = texts(posted)
    wish = Wish(**{name: typed.get(name, "") for name in NAMES})
    about = asking.find(db, visitor, wish)
    contact, errors = contacts.read(typed)
    if errors:
        return _form(request, db, visitor, wish, about, typed, errors)
    question = sending.Question(typed.get("text", ""), typed.get("sent_key", ""), contact)
    try:
        with db.begin_nested():  # what is refused leaves nothing behind, and counts nowhere
            inquiry = sending.send(db, about, question, by=visitor)
            attach_all(db, inquiry, Side.ASKER, file, by=visitor)
    except sending.AlreadyOpen:
        return _form(request, db, visitor, wish, about, typed, status=409)
    except REFUSED as refusal:
        errors = {"text": _(refusal.message, **refusal.values)}
        status = int(refusal.status)
        answer = _form(request, db, visitor, wish, about, typed, errors, status)
        answer.headers.update(refusal.headers)
        return answer
    return go(request, "inquiries:thread", identifier=inquiry.identifier)


def _form(
    request: Request,
    db: Session,
    visitor: Visitor,
    wish: Wish,
    about: About,
    typed: dict[str, str],
    errors: dict[str, str] | None = None,
    status: int = 422,
) -> Response:
    open_one: Inquiry | None = asking.open_one(db, visitor, about)
    said: dict[str, Any] = {"about": about, "wish": wish, "open_one": open_one}
    said["waits"] = not sending.has_members(db, about.vendor.organisation_id)
    said["days"] = due.ANSWER_WITHIN
    is_new = errors is None and request.method == "GET"
    said |= {"posted": typed, "errors": errors or {}, "is_own": _is_own(about, visitor)}
    return show(request, "new.html", status=200 if is_new else status, **said)


def _is_own(about: About, visitor: Visitor) -> bool:
    return about.vendor.organisation_id == visitor.organisation_id
