"""The editor of a draft: saving by hand and by itself, and a look at the page that it will be."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Form, Request
from starlette.responses import Response

from app.accounts.visitor import Editor, Viewer
from app.core.db import Db
from app.core.web import asks_for_part, go
from app.curation.applications import drafts
from app.curation.applications.models import Application
from app.workspace import previewing
from app.workspace.editing import Form as Typed
from app.workspace.editing import read, shown_in_form
from app.workspace.pages import Posted, show

router = APIRouter(include_in_schema=False)
THEN = {"preview": "workspace:preview", "go_on": "workspace:application"}


@router.get("/workspace/applications/{application_id}/edit", name="workspace:edit")
def edit(request: Request, db: Db, visitor: Editor, application_id: UUID) -> Response:
    application = drafts.find_for(db, visitor, application_id)
    drafts.check_editable(application)
    return _editor(request, application, shown_in_form(db, application))


@router.post("/workspace/applications/{application_id}/edit", name="workspace:save")
def save(
    request: Request,
    db: Db,
    visitor: Editor,
    application_id: UUID,
    posted: Posted,
    then: Annotated[str, Form()] = "",
) -> Response:
    application = drafts.take(db, visitor, application_id)
    typed = read(db, application, posted)
    if typed.seen != application.version and typed.says_otherwise(application):
        drafts.check_editable(application)
        return _editor(request, application, typed, 409)
    if typed.errors:
        return _editor(request, application, typed, 422)
    drafts.save(
        db, application, typed.values, seen=application.version, links=typed.links, by=visitor
    )
    if asks_for_part(request):
        return _editor(request, application, typed)
    return go(request, THEN.get(then, "workspace:edit"), application_id=application_id)


def _editor(
    request: Request, application: Application, typed: Typed, status: int = 200
) -> Response:
    context: dict[str, Any] = {
        "application": application,
        "typed": typed,
        "is_overtaken": status == 409,
        "is_part": asks_for_part(request),
    }
    return show(request, "editor.html", "saved", status, **context)


@router.get("/workspace/applications/{application_id}/preview", name="workspace:preview")
def preview(request: Request, db: Db, visitor: Viewer, application_id: UUID) -> Response:
    application = drafts.find_for(db, visitor, application_id)
    return previewing.show_draft(request, db, application)
