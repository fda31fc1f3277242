"""Sittings as organisers write them: added, changed, moved or cancelled after a dry run."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from sqlmodel import Session
from starlette.responses import Response

from app.accounts.visitor import TrainingOfferer, Viewer, Visitor
from app.bookings import planning, reading, sittings
from app.bookings.models import Sitting
from app.bookings.planning import Plan
from app.bookings.touching import Change, touches
from app.catalogue.models import Training
from app.core.db import Db
from app.core.errors import Conflict, Invalid, Refusal
from app.core.forms import Posted, Version, lists, texts
from app.core.i18n import _
from app.core.web import go
from app.payments import cancelling
from app.trainings.offering import find_training
from app.trainings.pages import field_labels, sections, show

router = APIRouter(prefix="/workspace/trainings", include_in_schema=False)
PAGE = "trainings:sitting"


@router.get("/{training}/sittings/new", name="trainings:new_sitting")
def new(request: Request, db: Db, visitor: TrainingOfferer, training: str) -> Response:
    return _form(request, find_training(db, visitor, training), None, planning.as_typed(None))


@router.post("/{training}/sittings/new", name="trainings:add_sitting")
def add(
    request: Request, db: Db, visitor: TrainingOfferer, training: str, posted: Posted
) -> Response:
    found = find_training(db, visitor, training)
    plan, errors = planning.read(lists(posted))
    if plan is None:
        return _form(request, found, None, texts(posted), errors)
    sitting = sittings.add(db, found, plan, by=visitor)
    return go(request, PAGE, identifier=sitting.identifier)


@router.get("/sittings/{identifier}", name=PAGE)
def page(request: Request, db: Db, visitor: Viewer, identifier: str) -> Response:
    sitting, training = sittings.find_own(db, visitor, identifier)
    (shown,) = reading.shown(db, [sitting])
    return show(
        request, "sitting.html", sitting=sitting, shown=shown, training=training, visitor=visitor
    )


@router.get("/sittings/{identifier}/edit", name="trainings:edit_sitting")
def edit(request: Request, db: Db, visitor: TrainingOfferer, identifier: str) -> Response:
    sitting, training = sittings.find_own(db, visitor, identifier)
    return _form(request, training, sitting, planning.as_typed(sitting))


@router.post("/sittings/{identifier}/edit", name="trainings:change_sitting")
def change(
    request: Request,
    db: Db,
    visitor: TrainingOfferer,
    identifier: str,
    posted: Posted,
    version: Version,
) -> Response:
    """Changed at once where nobody has to know before; else first whom it touches."""
    sitting, training = sittings.find_own(db, visitor, identifier)
    plan, errors = planning.read(lists(posted))
    if plan is None:
        return _form(request, training, sitting, texts(posted), errors)
    try:
        if plan.moves(sitting):
            return _dry_run(request, db, training, sitting, plan, texts(posted), version)
        sittings.change(db, sitting, plan, seen=version, by=visitor)
    except (Conflict, Invalid) as refusal:
        return _form(request, training, sitting, texts(posted), {"seats": _said(refusal)}, 409)
    return go(request, PAGE, identifier=identifier)


@router.post("/sittings/{identifier}/move", name="trainings:move_sitting")
def move(
    request: Request,
    db: Db,
    visitor: TrainingOfferer,
    identifier: str,
    posted: Posted,
    version: Version,
    why: Annotated[str, Form()] = "",
) -> Response:
    """After the dry run: everybody whom it touches is told."""
    sitting, training = sittings.find_own(db, visitor, identifier)
    plan, errors = planning.read(lists(posted))
    if plan is None:
        return _form(request, training, sitting, texts(posted), errors)
    try:
        sittings.move(db, sitting, plan, why, seen=version, by=visitor)
    except Invalid as refusal:
        wrong = {"why": _said(refusal)}
        return _dry_run(request, db, training, sitting, plan, texts(posted), version, wrong)
    return go(request, PAGE, identifier=identifier)


@router.get("/sittings/{identifier}/cancel", name="trainings:cancelling")
def look_before_cancelling(
    request: Request, db: Db, visitor: TrainingOfferer, identifier: str
) -> Response:
    """Whom it would touch, before anything is done."""
    return _cancelling(request, db, visitor, identifier)


@router.post("/sittings/{identifier}/cancel", name="trainings:cancel_sitting")
def cancel(
    request: Request,
    db: Db,
    visitor: TrainingOfferer,
    identifier: str,
    why: Annotated[str, Form()] = "",
) -> Response:
    sitting, _training = sittings.find_own(db, visitor, identifier)
    try:
        cancelling.cancel_sitting(db, sitting, why, by=visitor)
    except Invalid as refusal:
        return _cancelling(request, db, visitor, identifier, why, {"why": _said(refusal)})
    return go(request, PAGE, identifier=identifier)


def _cancelling(
    request: Request,
    db: Session,
    visitor: Visitor,
    identifier: str,
    why: str = "",
    errors: Mapping[str, str] | None = None,
) -> Response:
    sitting, training = sittings.find_own(db, visitor, identifier)
    return show(
        request,
        "sitting_cancel.html",
        422 if errors else 200,
        sitting=sitting,
        training=training,
        touched=touches(db, sitting, Change.CANCEL),
        posted={"why": why},
        errors=errors or {},
    )


def _dry_run(
    request: Request,
    db: Session,
    training: Training,
    sitting: Sitting,
    plan: Plan,
    posted: Mapping[str, Any],
    version: int,
    errors: Mapping[str, str] | None = None,
) -> Response:
    return show(
        request,
        "sitting_move.html",
        422 if errors else 200,
        sitting=sitting,
        training=training,
        planned=_imagined(sitting, plan),
        touched=touches(db, sitting, Change.MOVE),
        posted=posted,
        names=[field.name for field in planning.FIELDS],
        version=version,
        errors=errors or {},
    )


def _imagined(sitting: Sitting, plan: Plan) -> Sitting:
    """The sitting as it would be, in no session: nothing of it can be stored."""
    said = {name: getattr(plan, name) for name in planning.MOVING}
    return sitting.model_copy(update=said)


def _form(
    request: Request,
    training: Training,
    sitting: Sitting | None,
    posted: Mapping[str, Any],
    errors: Mapping[str, str] | None = None,
    status: int = 0,
) -> Response:
    return show(
        request,
        "sitting_form.html",
        status or (422 if errors else 200),
        training=training,
        sitting=sitting,
        groups=sections(),
        typed={"posted": posted, "errors": errors or {}},
        labels_of=field_labels(),
    )


def _said(refusal: Refusal) -> str:
    return _(refusal.message, **refusal.values)
