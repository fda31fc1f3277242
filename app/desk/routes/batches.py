"""Imported lists: what admitting one would change, and doing it."""

from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request
from sqlmodel import Session
from starlette.responses import Response

from app.accounts.visitor import Visitor
from app.core.access import Can, may
from app.core.db import Db, lock
from app.core.forms import NumberInAddress, Said, length_errors, text_errors
from app.core.i18n import _
from app.core.web import go, render
from app.curation import batches as rules
from app.curation.admission import DECISIONS
from app.curation.models import Batch
from app.desk import auditing, previewing, wording
from app.desk.previewing import Part

router = APIRouter(include_in_schema=False)
Admitter = Annotated[Visitor, Depends(may(Can.ACCEPT_BATCHES))]


@router.get("/desk/batches", name="desk:batches")
def listing(request: Request, db: Db, visitor: Admitter) -> Response:
    number = wording.page_number(request.query_params.get("page", ""))
    page = previewing.page_of_batches(db, visitor, number)
    return render(request, "desk/batches.html", "results", page=page)


@router.get("/desk/batches/{batch_id}", name="desk:batch")
def preview(request: Request, db: Db, visitor: Admitter, batch_id: NumberInAddress) -> Response:
    batch = previewing.find_for(db, visitor, batch_id)
    return _show(request, db, visitor, batch, {}, {})


@router.post("/desk/batches/{batch_id}/admit", name="desk:batch-admit")
def admit(
    request: Request,
    db: Db,
    visitor: Admitter,
    batch_id: NumberInAddress,
    what: Annotated[str, Form()] = "ticked",
    record: Annotated[list[UUID], Form()] = [],  # noqa: B006  FastAPI copies it
    unverified: Annotated[bool, Form()] = False,  # noqa: FBT002  a tick box
    why: Said = "",
) -> Response:
    lock(db, DECISIONS)
    batch = previewing.find_for(db, visitor, batch_id)
    field = "all-why" if what == "all" else "ticked-why"
    typed = {field: why, "record": record, "unverified": unverified}
    errors = length_errors({field: why}, field, wording.LONGEST_WHY)
    if what != "all" and not record:
        errors["record"] = _("Tick at least one row.")
    if errors:
        return _show(request, db, visitor, batch, typed, errors)
    ticked = None if what == "all" else rules.with_vendors(db, batch, frozenset(record))
    only = previewing.chosen_inside(db, visitor, batch, ticked)
    rules.accept(db, batch, unverified=unverified, only=only, why=why or None, by=visitor)
    return go(request, "desk:batch", batch_id=batch_id)


@router.post("/desk/batches/{batch_id}/take-back", name="desk:batch-take-back")
def take_back(
    request: Request, db: Db, visitor: Admitter, batch_id: NumberInAddress, why: Said = ""
) -> Response:
    lock(db, DECISIONS)
    batch = previewing.find_to_take_back(db, visitor, batch_id)
    typed, empty = {"why": why}, _("Say why it is taken back.")
    if errors := text_errors(typed, "why", empty, wording.LONGEST_WHY):
        return _show(request, db, visitor, batch, typed, errors)
    rules.take_back(db, batch, why=why, by=visitor)
    return go(request, "desk:batch", batch_id=batch_id)


def _show(
    request: Request,
    db: Session,
    visitor: Visitor,
    batch: Batch,
    posted: Mapping[str, Any],
    errors: Mapping[str, str],
) -> Response:
    query = request.query_params
    counts = previewing.counts(db, visitor, batch)
    wanted, fullest = query.get("show", ""), max(Part, key=lambda part: counts[part])
    part = Part(wanted) if wanted in set(Part) else Part.NEW if counts[Part.NEW] else fullest
    number = wording.page_number(query.get("page", ""))
    is_whole = previewing.is_whole(db, visitor, batch)
    return render(
        request,
        "desk/batch.html",
        "results",
        status=422 if errors else 200,
        batch=batch,
        counts=counts,
        part=part,
        page=previewing.page(db, visitor, batch, part, number),
        is_whole=is_whole,
        story=auditing.story(db, batch) if is_whole else [],
        wording=wording,
        PARTS=previewing.PARTS,
        posted=posted,
        errors=errors,
    )
