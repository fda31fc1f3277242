"""Steps of an inquiry, contracts, and the release of contact details."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import Response

from app.accounts.visitor import Talker
from app.core.db import Db
from app.core.errors import Invalid
from app.core.forms import Said, Version
from app.core.i18n import _, mark
from app.core.web import go
from app.curation.applications.field import Field, Input
from app.curation.applications.forms import read_fields
from app.inquiries import contacts, seeing, stepping
from app.inquiries.models import InquiryStage
from app.inquiries.routes import threads

router = APIRouter(include_in_schema=False)
CONTRACT = mark("Contract")
FIELDS = (
    Field("value", mark("Value (yuan)"), CONTRACT, Input.MONEY, most=20, needed=True),
    Field("signed_on", mark("Signed on"), CONTRACT, Input.DAY, needed=True),
)


@router.post("/inquiries/{identifier}/steps", name="inquiries:step")
def step(
    request: Request,
    db: Db,
    visitor: Talker,
    identifier: str,
    version: Version,
    stage: Annotated[InquiryStage, Form()],
    why: Said = "",
) -> Response:
    inquiry, side = seeing.take(db, visitor, identifier)
    try:
        stepping.step(db, inquiry, side, stage, version=version, by=visitor, why=why)
    except Invalid as refusal:
        errors = {f"why-{stage}": _(refusal.message, **refusal.values)}
        return threads.page(request, db, visitor, inquiry, typed={}, errors=errors)
    return go(request, "inquiries:thread", identifier=identifier)


@router.post("/inquiries/{identifier}/contract", name="inquiries:say_contract")
def say_contract(
    request: Request,
    db: Db,
    visitor: Talker,
    identifier: str,
    version: Version,
    value: Said = "",
    signed_on: Said = "",
) -> Response:
    inquiry, side = seeing.take(db, visitor, identifier)
    typed = {"value": value, "signed_on": signed_on}
    values, errors = read_fields(FIELDS, {name: [said] for name, said in typed.items()}, {})
    for field in FIELDS:
        if not typed[field.name]:
            errors[field.name] = _("Fill this in.")
    if errors:
        return threads.page(request, db, visitor, inquiry, typed=typed, errors=errors)
    try:
        stepping.say_contract(db, inquiry, side, **values, version=version, by=visitor)
    except Invalid as refusal:
        errors = {"signed_on": _(refusal.message, **refusal.values)}
        return threads.page(request, db, visitor, inquiry, typed=typed, errors=errors)
    return go(request, "inquiries:thread", identifier=identifier)


@router.post("/inquiries/{identifier}/contract/confirm", name="inquiries:confirm_contract")
def confirm_contract(
    request: Request, db: Db, visitor: Talker, identifier: str, version: Version
) -> Response:
    inquiry, side = seeing.take(db, visitor, identifier)
    stepping.confirm_contract(db, inquiry, side, version=version, by=visitor)
    return go(request, "inquiries:thread", identifier=identifier)


@router.post("/inquiries/{identifier}/contract/dismiss", name="inquiries:dismiss_contract")
def dismiss_contract(
    request: Request, db: Db, visitor: Talker, identifier: str, version: Version
) -> Response:
    inquiry, side = seeing.take(db, visitor, identifier)
    stepping.dismiss_contract(db, inquiry, side, version=version, by=visitor)
    return go(request, "inquiries:thread", identifier=identifier)


@router.post("/inquiries/{identifier}/contact", name="inquiries:release")
def release(request: Request, db: Db, visitor: Talker, identifier: str) -> Response:
    inquiry, side = seeing.take(db, visitor, identifier)
    contacts.release(db, inquiry, side, by=visitor)
    return go(request, "inquiries:thread", identifier=identifier)
