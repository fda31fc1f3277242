"""Pairs of records that may be one."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from sqlmodel import Session
from starlette.responses import Response

from app.accounts.visitor import Visitor
from app.catalogue.addresses import address
from app.core.access import Can, may
from app.core.db import Db, lock
from app.core.forms import NumberInAddress, Said, length_errors
from app.core.web import go, render
from app.curation import merging as rules
from app.curation.admission import DECISIONS
from app.curation.models import MergeCase
from app.curation.places import region_of
from app.desk import merging, wording

router = APIRouter(include_in_schema=False)
Decider = Annotated[Visitor, Depends(may(Can.DECIDE_MERGES))]
ACTS = {"join": rules.merge, "apart": rules.keep_apart, "split": rules.split}


@router.get("/desk/merges", name="desk:merges")
def queue(request: Request, db: Db, visitor: Decider) -> Response:
    asked = merging.read(request.query_params)
    return render(
        request,
        "desk/merges.html",
        "results",
        page=merging.page(db, visitor, asked),
        asked=asked,
        places=wording.places_inside(visitor.scope),
        wording=wording,
        region_of=region_of,
    )


@router.get("/desk/merges/{case_id}", name="desk:merge")
def case(request: Request, db: Db, visitor: Decider, case_id: NumberInAddress) -> Response:
    return _show(request, db, visitor, merging.find_for(db, visitor, case_id), {}, {})


@router.post("/desk/merges/{case_id}/merge", name="desk:merge-join")
def merge(
    request: Request, db: Db, visitor: Decider, case_id: NumberInAddress, why: Said = ""
) -> Response:
    return _decide(request, db, visitor, case_id, "join", why)


@router.post("/desk/merges/{case_id}/keep-apart", name="desk:merge-keep-apart")
def keep_apart(
    request: Request, db: Db, visitor: Decider, case_id: NumberInAddress, why: Said = ""
) -> Response:
    return _decide(request, db, visitor, case_id, "apart", why)


@router.post("/desk/merges/{case_id}/split", name="desk:merge-split")
def split(
    request: Request, db: Db, visitor: Decider, case_id: NumberInAddress, why: Said = ""
) -> Response:
    return _decide(request, db, visitor, case_id, "split", why)


def _decide(
    request: Request, db: Session, visitor: Visitor, case_id: int, act: str, why: str
) -> Response:
    """Take one of the three decisions; each has a reason of its own on the page."""
    lock(db, DECISIONS)
    found = merging.find_to_decide(db, visitor, case_id)
    typed = {f"{act}-why": why}
    if errors := length_errors(typed, f"{act}-why", wording.LONGEST_WHY):
        return _show(request, db, visitor, found, typed, errors)
    ACTS[act](db, found, why=why or None, by=visitor)
    return go(request, "desk:merge", case_id=case_id)


def _show(
    request: Request,
    db: Session,
    visitor: Visitor,
    found: MergeCase,
    posted: Mapping[str, str],
    errors: Mapping[str, str],
) -> Response:
    return render(
        request,
        "desk/merge.html",
        status=422 if errors else 200,
        comparison=merging.compare(db, visitor, found),
        wording=wording,
        region_of=region_of,
        address=address,
        posted=posted,
        errors=errors,
    )
