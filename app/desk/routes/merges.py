"""Pairs of records that may be one."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from starlette.responses import Response

from app.accounts.visitor import Visitor
from app.catalogue.addresses import address
from app.core.access import Can, may
from app.core.db import Db, lock
from app.core.forms import NumberInAddress
from app.core.web import go, render
from app.curation import merging as rules
from app.curation.admission import DECISIONS
from app.curation.places import region_of
from app.desk import merging, wording

router = APIRouter(include_in_schema=False)
Decider = Annotated[Visitor, Depends(may(Can.DECIDE_MERGES))]
Why = Annotated[str, Form(max_length=2000)]


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
    found = merging.find_for(db, visitor, case_id)
    return render(
        request,
        "desk/merge.html",
        comparison=merging.compare(db, visitor, found),
        wording=wording,
        region_of=region_of,
        address=address,
    )


@router.post("/desk/merges/{case_id}/merge", name="desk:merge-join")
def merge(
    request: Request, db: Db, visitor: Decider, case_id: NumberInAddress, why: Why = ""
) -> Response:
    lock(db, DECISIONS)
    found = merging.find_to_decide(db, visitor, case_id)
    rules.merge(db, found, why=wording.said(why), by=visitor)
    return go(request, "desk:merge", case_id=case_id)


@router.post("/desk/merges/{case_id}/keep-apart", name="desk:merge-keep-apart")
def keep_apart(
    request: Request, db: Db, visitor: Decider, case_id: NumberInAddress, why: Why = ""
) -> Response:
    lock(db, DECISIONS)
    found = merging.find_to_decide(db, visitor, case_id)
    rules.keep_apart(db, found, why=wording.said(why), by=visitor)
    return go(request, "desk:merge", case_id=case_id)


@router.post("/desk/merges/{case_id}/split", name="desk:merge-split")
def split(
    request: Request, db: Db, visitor: Decider, case_id: NumberInAddress, why: Why = ""
) -> Response:
    lock(db, DECISIONS)
    found = merging.find_to_decide(db, visitor, case_id)
    rules.split(db, found, why=wording.said(why), by=visitor)
    return go(request, "desk:merge", case_id=case_id)
