"""Published listings: quarantine, removal, re-check, freshness."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from sqlmodel import Session
from starlette.responses import Response

from app.accounts.visitor import Staff, Visitor
from app.catalogue import labels
from app.catalogue.addresses import address
from app.catalogue.models import Record, Vendor
from app.core.access import Can, may
from app.core.db import Db
from app.core.errors import Invalid
from app.core.i18n import _
from app.core.web import go, render
from app.curation.oversight import assessing, freshness, quarantining, reading, removing, story
from app.curation.oversight.subjects import find_listing_for, offers_of
from app.curation.places import region_of
from app.curation.reasons import QUARANTINE_REASONS, REMOVAL_REASONS
from app.desk import acting, looking
from app.desk.acting import Act
from app.desk.assessing import Posted

router = APIRouter(include_in_schema=False)

Remover = Annotated[Visitor, Depends(may(Can.REMOVE, fresh=True))]


@router.get("/desk/listings", name="desk:listings")
def listings(request: Request, db: Db, visitor: Staff) -> Response:
    asked = looking.asked_for(request.query_params, visitor.scope)
    return render(
        request,
        "desk/listings.html",
        "results",
        asked=asked,
        page=reading.page_of_listings(db, visitor, asked),
        counts=reading.counts_of_listings(db, visitor, asked),
        regions={code: labels.region_label(code) for code in looking.regions(visitor.scope)},
        known=reading,
        options=looking.options,
        words=looking.words,
        region_of=region_of,
        labels=labels,
    )


@router.get("/desk/listings/{identifier}", name="desk:listing")
def listing(request: Request, db: Db, visitor: Staff, identifier: str) -> Response:
    record = find_listing_for(db, visitor, identifier)
    quarantine = quarantining.live_of(db, record.id)
    vendor = record if isinstance(record, Vendor) else None
    return render(
        request,
        "desk/listing.html",
        record=record,
        region=region_of(record),
        quarantine=quarantine,
        acts=[(act, acting.FORMS[act]) for act in acting.offered(visitor, record, quarantine)],
        confirmation=freshness.confirmation_of(db, record),
        rechecked_at=removing.last_recheck(db, vendor) if vendor else None,
        assessments=reading.assessments_of(db, vendor) if vendor else [],
        offers=offers_of(db, record, *reading.STAGES),
        story=story.story_of(db, record),
        visitor=visitor,
        known=reading,
        assessing=assessing,
        reasons={**QUARANTINE_REASONS, **REMOVAL_REASONS},
        address=address,
        labels=labels,
    )


@router.get("/desk/listings/{identifier}/{act}", name="desk:listing:act")
def ask(request: Request, db: Db, visitor: Remover, identifier: str, act: Act) -> Response:
    record = find_listing_for(db, visitor, identifier)
    quarantine = quarantining.live_of(db, record.id)
    form = acting.must_offer(visitor, record, quarantine, act)
    return _ask(request, db, record, act, acting.suggested(form, quarantine), {})


@router.post("/desk/listings/{identifier}/{act}", name="desk:listing:do")
def do(
    request: Request, db: Db, visitor: Remover, identifier: str, act: Act, posted: Posted
) -> Response:
    record = find_listing_for(db, visitor, identifier)
    quarantine = quarantining.live_of(db, record.id)
    form = acting.must_offer(visitor, record, quarantine, act)
    said, errors = acting.Said.read(posted, form)
    if said is None:
        return _ask(request, db, record, act, posted, errors)
    try:
        acting.perform(db, act, record, quarantine, said, by=visitor)
    except Invalid as refusal:  # the day, against that of a quarantine that runs
        errors = {"until": _(refusal.message, **refusal.values)}
        return _ask(request, db, record, act, posted, errors)
    return go(request, "desk:listing", identifier=identifier)


def _ask(
    request: Request, db: Session, record: Record, act: Act, posted: Any, errors: dict[str, str]
) -> Response:
    return render(
        request,
        "desk/listing_act.html",
        status=422 if errors else 200,
        record=record,
        act=act,
        form=acting.FORMS[act],
        along=offers_of(db, record, *acting.TAKEN_ALONG.get(act, ())),
        posted=posted,
        errors=errors,
    )
