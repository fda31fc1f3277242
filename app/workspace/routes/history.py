"""Earlier states of a draft and of a listing: compare any two, go back to one."""

from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.accounts.visitor import Editor, Viewer
from app.core.db import Db
from app.core.forms import Number
from app.core.web import go
from app.curation.applications import drafts
from app.workspace import earlier
from app.workspace.editing import revive
from app.workspace.pages import page_number, show

router = APIRouter(include_in_schema=False)


@router.get("/workspace/applications/{application_id}/history", name="workspace:states")
def states(
    request: Request, db: Db, visitor: Viewer, application_id: UUID, old: str = "", new: str = ""
) -> Response:
    application = drafts.find_for(db, visitor, application_id)
    story = earlier.of_draft(db, application, old, new, page=page_number(request))
    return show(request, "history.html", subject=application, record=None, story=story)


@router.post("/workspace/applications/{application_id}/history", name="workspace:go_back")
def go_back(
    request: Request,
    db: Db,
    visitor: Editor,
    application_id: UUID,
    number: Number,
) -> Response:
    application = drafts.take(db, visitor, application_id)
    state = drafts.states(db, application, [number])[0]
    form = revive(db, application, state.values)
    if form.errors:
        return show(request, "editor.html", status=422, **earlier.to_mend(application, form))
    drafts.save(db, application, form.values, seen=application.version, by=visitor)
    return go(request, "workspace:edit", application_id=application_id)


@router.get("/workspace/listings/{identifier}/history", name="workspace:revisions")
def revisions(
    request: Request, db: Db, visitor: Viewer, identifier: str, old: str = "", new: str = ""
) -> Response:
    record = drafts.find_own(db, visitor, identifier)
    story = earlier.of_listing(db, record, old, new, page=page_number(request))
    return show(request, "history.html", subject=record, record=record, story=story)


@router.post("/workspace/listings/{identifier}/history", name="workspace:propose_back")
def propose_back(
    request: Request,
    db: Db,
    visitor: Editor,
    identifier: str,
    number: Number,
) -> Response:
    record = drafts.find_own(db, visitor, identifier)
    state = earlier.revision(db, record, number)
    try:
        application = drafts.start_change(db, record, by=visitor)
    except drafts.AlreadyOpen as refusal:
        return show(request, "already_open.html", status=409, open_id=refusal.application_id)
    form = revive(db, application, earlier.sayable_of(record, state))
    if form.errors:
        return show(request, "editor.html", status=422, **earlier.to_mend(application, form))
    drafts.save(db, application, form.values, seen=application.version, by=visitor)
    return go(request, "workspace:edit", application_id=application.id)
