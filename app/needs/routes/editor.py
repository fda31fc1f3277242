"""Writing a need: a few words to begin with, then the form that saves itself."""

from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from sqlmodel import Session
from starlette.responses import Response

from app.accounts.visitor import NeedWriter
from app.core.db import Db
from app.core.forms import Posted, Said, lists
from app.core.i18n import _
from app.core.web import asks_for_part, go
from app.matching import service as matching
from app.needs import drafting, editing, reading
from app.needs.editing import Form as Typed
from app.needs.fields import BY_NAME
from app.needs.models import Need
from app.needs.pages import show_own
from app.needs.wanting import wanted_of

router = APIRouter(include_in_schema=False)
THEN = {"go_on": "needs:own"}
LEAST, MOST = 4, BY_NAME["text"].most


@router.get("/workspace/needs/new", name="needs:new")
def new(request: Request, _visitor: NeedWriter, q: str = "") -> Response:
    return show_own(request, "new.html", posted={"text": q[:MOST]}, errors={})


@router.post("/workspace/needs/new", name="needs:begin")
def begin(request: Request, db: Db, visitor: NeedWriter, text: Said = "") -> Response:
    if not LEAST <= len(text) <= MOST:
        wrong = _("Say it in {least} to {most} characters.", least=LEAST, most=MOST)
        posted, errors = {"text": text}, {"text": wrong}
        return show_own(request, "new.html", status=422, posted=posted, errors=errors)
    need = drafting.start(db, text, by=visitor)
    return go(request, "needs:edit", identifier=need.identifier)


@router.get("/workspace/needs/{identifier}/edit", name="needs:edit")
def edit(request: Request, db: Db, visitor: NeedWriter, identifier: str) -> Response:
    need = reading.find_own(db, visitor, identifier)
    drafting.check_editable(need)
    return _editor(request, db, need, editing.shown_in_form(need))


@router.post("/workspace/needs/{identifier}/edit", name="needs:save")
def save(
    request: Request,
    db: Db,
    visitor: NeedWriter,
    identifier: str,
    posted: Posted,
    then: Annotated[str, Form()] = "",
) -> Response:
    need = reading.take(db, visitor, identifier)
    drafting.check_editable(need)
    typed = editing.read(need, lists(posted))
    if typed.seen != need.version and typed.says_otherwise(need):
        return _editor(request, db, need, typed, 409)
    if typed.errors:
        return _editor(request, db, need, typed, 422)
    drafting.save(db, need, typed.said, seen=need.version)
    if asks_for_part(request):
        return _editor(request, db, need, typed)
    return go(request, THEN.get(then, "needs:edit"), identifier=identifier)


@router.post("/workspace/needs/{identifier}/understand", name="needs:understand")
def understand(
    request: Request,
    db: Db,
    visitor: NeedWriter,
    identifier: str,
    posted: Posted,
    then: Annotated[str, Form()] = "",  # noqa: ARG001  reads the body before the database is held
) -> Response:
    """What the words mean and how many vendors could answer, before anything is saved."""
    need = reading.find_own(db, visitor, identifier)
    drafting.check_editable(need)
    typed = editing.read(need, lists(posted))
    return _editor(request, db, need, typed, block="understood")


def _editor(
    request: Request,
    db: Session,
    need: Need,
    typed: Typed,
    status: int = 200,
    block: str = "saved",
) -> Response:
    is_part = asks_for_part(request)
    counts = not is_part or block == "understood"
    wanted = wanted_of(drafting.preview(need, typed.said)) if counts else None
    context: dict[str, Any] = {
        "need": need,
        "typed": typed,
        "is_overtaken": status == 409,
        "is_part": is_part,
        "eligible": matching.eligible(db, wanted) if wanted else None,
    }
    return show_own(request, "editor.html", block, status, **context)
