"""An application on its way: begun, looked at, handed in, answered for, taken back."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Form, Request
from sqlmodel import Session
from starlette.responses import Response

from app.accounts.visitor import Editor, Viewer, Visitor
from app.core.db import Db
from app.core.errors import Invalid, NotFound
from app.core.forms import NumberInAddress
from app.core.i18n import _
from app.core.web import go
from app.curation.applications import answering, drafts, handing_in
from app.curation.applications.completeness import completeness
from app.curation.applications.differences import differences
from app.curation.applications.field import Field
from app.curation.applications.fields import sections
from app.curation.applications.models import Application
from app.workspace import attaching, overview
from app.workspace.pages import show
from search.engine import Kind

router = APIRouter(include_in_schema=False)


@router.post("/workspace/applications", name="workspace:begin")
def begin(
    request: Request,
    db: Db,
    visitor: Editor,
    kind: Annotated[str, Form()] = "",
    listing: Annotated[str, Form()] = "",
) -> Response:
    try:
        application = _begin(db, kind, listing, by=visitor)
    except drafts.AlreadyOpen as refusal:
        return show(request, "already_open.html", status=409, open_id=refusal.application_id)
    return go(request, "workspace:edit", application_id=application.id)


def _begin(db: Session, kind: str, listing: str, *, by: Visitor) -> Application:
    if listing:
        return drafts.start_change(db, drafts.find_own(db, by, listing), by=by)
    if kind == Kind.VENDOR:
        return drafts.start_vendor(db, by=by)
    if kind == Kind.TRAINING:
        return drafts.start_training(db, by=by)
    if kind in overview.OF_VENDORS:
        return drafts.start_new(db, Kind(kind), by=by)
    raise NotFound("There is no such kind of listing.")


@router.get("/workspace/applications/{application_id}", name="workspace:application")
def application(request: Request, db: Db, visitor: Viewer, application_id: UUID) -> Response:
    return show_application(request, db, drafts.find_for(db, visitor, application_id))


def show_application(
    request: Request,
    db: Session,
    application: Application,
    errors: dict[str, str] | None = None,
    posted: dict[str, str] | None = None,
) -> Response:
    """The page of an application; with errors it keeps what was typed."""
    kind = Kind(application.kind)
    live = drafts.live(db, application)
    said: dict[str, Any] = {
        "application": application,
        "waiting": overview.waiting_for(db, application),
        "live": live,
        "groups": sections(kind),
        "changed": differences(kind, drafts.said_by(live), application.values) if live else [],
        "collisions": [_(field.label) for field in _collisions(db, application)],
        "complete": completeness(kind, application.values),
        "questions": answering.questions_of(db, application),
        "files": attaching.files_of(db, application),
        "can_edit": application.stage in drafts.EDITABLE,
        "can_withdraw": application.open_for is not None,
    }
    page = {**said, "errors": errors or {}, "posted": posted or {}}
    return show(request, "application.html", status=422 if errors else 200, **page)


def _collisions(db: Session, application: Application) -> list[Field]:
    return handing_in.collisions(db, application) if application.open_for else []


@router.post("/workspace/applications/{application_id}/hand-in", name="workspace:hand_in")
def hand_in(
    request: Request,
    db: Db,
    visitor: Editor,
    application_id: UUID,
    promise: Annotated[str, Form()] = "",
) -> Response:
    application = drafts.take(db, visitor, application_id)
    try:
        handing_in.hand_in(db, application, has_promised=promise == "yes", by=visitor)
    except Invalid as refusal:
        errors = {"promise": _(refusal.message, **refusal.values)}
        return show_application(request, db, application, errors)
    return go(request, "workspace:application", application_id=application_id)


@router.post("/workspace/applications/{application_id}/catch-up", name="workspace:catch_up")
def catch_up(request: Request, db: Db, visitor: Editor, application_id: UUID) -> Response:
    application = drafts.take(db, visitor, application_id)
    handing_in.catch_up(db, application, by=visitor)
    return go(request, "workspace:edit", application_id=application_id)


@router.post("/workspace/applications/{application_id}/withdraw", name="workspace:withdraw")
def withdraw(request: Request, db: Db, visitor: Editor, application_id: UUID) -> Response:
    application = drafts.take(db, visitor, application_id)
    handing_in.withdraw(db, application, by=visitor)
    return go(request, "workspace:application", application_id=application_id)


@router.post(
    "/workspace/applications/{application_id}/questions/{question_id}", name="workspace:answer"
)
def answer(
    request: Request,
    db: Db,
    visitor: Editor,
    application_id: UUID,
    question_id: NumberInAddress,
    text: Annotated[str, Form()] = "",
) -> Response:
    application = drafts.take(db, visitor, application_id)
    try:
        answering.answer(db, application, question_id, text, by=visitor)
    except Invalid as refusal:
        name = f"answer-{question_id}"
        errors = {name: _(refusal.message, **refusal.values)}
        return show_application(request, db, application, errors, {name: text})
    return go(request, "workspace:application", application_id=application_id)
