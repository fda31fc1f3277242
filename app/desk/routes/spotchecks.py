"""Draws and spot checks: prepare, draw, report, decide."""

from collections.abc import AsyncIterator
from http import HTTPStatus
from typing import Annotated, Any
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from sqlmodel import Session
from starlette.datastructures import FormData
from starlette.responses import Response

from app.accounts.visitor import Staff, Visitor
from app.catalogue.addresses import address
from app.core import files
from app.core.access import Can, may
from app.core.db import Db
from app.core.formats import today
from app.core.forms import text_errors
from app.core.i18n import _
from app.core.web import go, render
from app.curation.oversight import checklist, checks, draws, preparing, spotchecks, wording
from app.curation.oversight.models import CheckStage, Draw, SpotCheck
from app.desk import spotcheck_forms as forms

router = APIRouter(prefix="/desk/spot-checks", include_in_schema=False)

Drawer = Annotated[Visitor, Depends(may(Can.DRAW_SPOTCHECK, fresh=True))]
Substituter = Annotated[Visitor, Depends(may(Can.DRAW_SPOTCHECK))]
Inspector = Annotated[Visitor, Depends(may(Can.INSPECT))]
Decider = Annotated[Visitor, Depends(may(Can.REMOVE, fresh=True))]


async def _posted(request: Request) -> AsyncIterator[FormData]:
    async with request.form(max_files=50, max_fields=200) as form:
        yield form


Posted = Annotated[FormData, Depends(_posted)]


@router.get("", name="desk:spotchecks")
def listing(request: Request, db: Db, visitor: Staff, stage: str = "", page: int = 1) -> Response:
    stage = stage if stage in list(CheckStage) else ""
    found = checks.page_for(db, visitor, max(1, min(page, 10_000)), stage)
    return render(
        request,
        "desk/spotchecks.html",
        "results",
        page=found,
        stage=stage,
        stages=checks.stages(db, visitor),
        own=checks.own(db, visitor),
        **_words(),
    )


@router.get("/draws", name="desk:draws")
def listed_draws(request: Request, db: Db, visitor: Staff, page: int = 1) -> Response:
    found = draws.page(db, max(1, min(page, 10_000)), scope=visitor.scope)
    return render(request, "desk/draws.html", "results", page=found, **_words())


@router.get("/draws/new", name="desk:draws:new")
def new(request: Request, db: Db, visitor: Drawer) -> Response:
    said = request.query_params
    if not said:
        posted = {"percent": "5", "months": "12", "region": visitor.scope.region}
        return _show_wish(request, visitor, posted, chosen=list(wording.KINDS))
    wish, errors = forms.read_wish(said, visitor)
    found = None if errors else preparing.preview(db, wish, by=visitor)
    return _show_wish(request, visitor, forms.typed(said), wish.kinds, errors, found)


@router.post("/draws", name="desk:draws:prepare")
def prepare(request: Request, db: Db, visitor: Drawer, said: Posted) -> Response:
    wish, errors = forms.read_wish(said, visitor)
    if errors:
        return _show_wish(request, visitor, forms.typed(said), wish.kinds, errors)
    draw = preparing.prepare(db, wish, by=visitor)
    return go(request, "desk:draw", draw_id=draw.id)


@router.get("/draws/{draw_id}", name="desk:draw")
def draw(request: Request, db: Db, visitor: Staff, draw_id: UUID) -> Response:
    return _show_draw(request, db, draws.find_for(db, visitor, draw_id))


@router.post("/draws/{draw_id}/make", name="desk:draw:make")
def make(request: Request, db: Db, visitor: Drawer, draw_id: UUID, said: Posted) -> Response:
    found = draws.find_for(db, visitor, draw_id, locked=True)
    typed, errors = forms.typed(said), spotchecks.Errors()
    if found.inputs["public_source"]:
        empty = _("Say the value that was announced.")
        errors = text_errors(typed, "value", empty, forms.LONGEST_SOURCE)
    if errors:
        return _show_draw(request, db, found, typed, errors)
    draws.make(db, found, typed.get("value", ""), by=visitor)
    return go(request, "desk:draw", draw_id=found.id)


@router.post("/draws/{draw_id}/drop", name="desk:draw:drop")
def drop(request: Request, db: Db, visitor: Drawer, draw_id: UUID, said: Posted) -> Response:
    found = draws.find_for(db, visitor, draw_id, locked=True)
    typed = forms.typed(said)
    if errors := forms.reason_errors(typed, "reason"):
        return _show_draw(request, db, found, typed, errors)
    draws.drop(db, found, typed["reason"], by=visitor)
    return go(request, "desk:draw", draw_id=found.id)


@router.get("/{check_id}", name="desk:spotcheck")
def check(request: Request, db: Db, visitor: Staff, check_id: UUID) -> Response:
    return _show_check(request, db, visitor, checks.find_for(db, visitor, check_id))


@router.post("/{check_id}/report/files", name="desk:spotcheck:report")
def report(request: Request, db: Db, visitor: Inspector, check_id: UUID, said: Posted) -> Response:
    found = checks.find_for(db, visitor, check_id, locked=True)
    typed, errors = forms.read_report(said, found)
    errors |= spotchecks.save(db, found, typed, by=visitor)
    if not errors and "hand_over" in said:
        errors = spotchecks.hand_over(db, found, by=visitor)
    if errors:
        return _show_check(request, db, visitor, found, errors, forms.typed(said))
    return go(request, "desk:spotcheck", check_id=found.id)


@router.post("/{check_id}/decision", name="desk:spotcheck:decide")
def decide(request: Request, db: Db, visitor: Decider, check_id: UUID, said: Posted) -> Response:
    found = checks.find_for(db, visitor, check_id, locked=True)
    decision, errors = forms.read_decision(said)
    errors = spotchecks.refused(found, decision, today()) | errors
    if errors:
        return _show_check(request, db, visitor, found, errors, forms.typed(said))
    spotchecks.decide(db, found, decision, by=visitor)
    return go(request, "desk:spotcheck", check_id=found.id)


@router.post("/{check_id}/return", name="desk:spotcheck:return")
def give_back(request: Request, db: Db, visitor: Decider, check_id: UUID, said: Posted) -> Response:
    found = checks.find_for(db, visitor, check_id, locked=True)
    posted = forms.typed(said)
    if errors := forms.reason_errors(posted, "returned"):
        return _show_check(request, db, visitor, found, errors, posted)
    spotchecks.give_back(db, found, posted["returned"], by=visitor)
    return go(request, "desk:spotcheck", check_id=found.id)


@router.post("/{check_id}/substitute", name="desk:spotcheck:substitute")
def substitute(
    request: Request, db: Db, visitor: Substituter, check_id: UUID, said: Posted
) -> Response:
    found = checks.find_for(db, visitor, check_id, locked=True)
    posted = forms.typed(said)
    if errors := forms.reason_errors(posted, "why"):
        return _show_check(request, db, visitor, found, errors, posted)
    draws.substitute(db, found, posted["why"], by=visitor)
    return go(request, "desk:spotcheck", check_id=found.id)


@router.get("/{check_id}/evidence/{attachment_id}", name="desk:spotcheck:evidence")
def evidence(db: Db, visitor: Staff, check_id: UUID, attachment_id: UUID) -> Response:
    found = checks.find_for(db, visitor, check_id)
    attachment = spotchecks.find_evidence(db, found, attachment_id)
    disposition = f"attachment; filename*=UTF-8''{quote(attachment.name)}"
    headers = {"Content-Disposition": disposition, "Cache-Control": "private, no-store"}
    return Response(files.read(attachment), media_type=attachment.type, headers=headers)


def _show_wish(
    request: Request,
    visitor: Visitor,
    posted: dict[str, str],
    chosen: Any = (),
    errors: spotchecks.Errors | None = None,
    found: preparing.Preview | None = None,
) -> Response:
    context = {"posted": posted, "chosen": chosen, "errors": errors or {}, "preview": found}
    status = HTTPStatus.UNPROCESSABLE_ENTITY if errors else HTTPStatus.OK
    regions = forms.regions(visitor)
    return render(
        request, "desk/draw_new.html", None, status, regions=regions, **context, **_words()
    )


def _show_draw(
    request: Request,
    db: Session,
    found: Draw,
    posted: dict[str, str] | None = None,
    errors: spotchecks.Errors | None = None,
) -> Response:
    status = HTTPStatus.UNPROCESSABLE_ENTITY if errors else HTTPStatus.OK
    return render(
        request,
        "desk/draw.html",
        None,
        status,
        draw=found,
        errors=errors or {},
        posted=posted or {},
        vendors=draws.vendors_of(found),
        strata=draws.strata_of(found),
        rows=checks.of_draw(db, found),
        people=spotchecks.names_of(db, [found.prepared_by, found.drawn_by]),
        **_words(),
    )


def _show_check(
    request: Request,
    db: Session,
    visitor: Visitor,
    found: SpotCheck,
    errors: spotchecks.Errors | None = None,
    posted: dict[str, str] | None = None,
) -> Response:
    is_own = found.inspector_id == visitor.person_id and visitor.may(Can.INSPECT)
    return render(
        request,
        "desk/spotcheck.html",
        None,
        HTTPStatus.UNPROCESSABLE_ENTITY if errors else HTTPStatus.OK,
        row=checks.row_of(db, found),
        check=found,
        errors=errors or {},
        posted=posted or {},
        areas=checklist.by_area(found.checklist),
        evidence=spotchecks.evidence_of(db, found),
        people=spotchecks.names_of(db, [found.decided_by]),
        is_mine=is_own and found.stage == CheckStage.DRAWN,
        may_decide=visitor.may(Can.REMOVE) and spotchecks.may_decide(db, found, visitor),
        **_words(),
    )


def _words() -> dict[str, Any]:
    """What pages about spot checks need to name things."""
    return {
        "address": address,
        "checklist": checklist,
        "wording": wording,
        "reasons": spotchecks.REASONS,
    }
