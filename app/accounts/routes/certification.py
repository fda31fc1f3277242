"""The certification of a manufacturer, as the manufacturer sees it."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, File, Form, Request, UploadFile
from pydantic import BaseModel
from starlette.responses import Response

from app.accounts import certification as rules
from app.accounts import certification_parts as parts
from app.accounts.certification_parts import Errors, Part
from app.accounts.visitor import Viewer, Visitor
from app.catalogue import labels
from app.core import files
from app.core.access import Can, may
from app.core.db import Db
from app.core.errors import Invalid, Refusal
from app.core.files import Attachment
from app.core.i18n import _
from app.core.web import go, hand_out, render

router = APIRouter(include_in_schema=False, prefix="/account/certification")

Certifier = Annotated[Visitor, Depends(may(Can.CERTIFY_SELF))]
HOME = "accounts:certification"


class Saved(BaseModel):
    """Every part says which version it was written over."""

    version: int = 0


class Register(Saved):
    """Data of the business register; `act` tells whether they are confirmed."""

    name: str = ""
    credit_code: str = ""
    address: str = ""
    founded_on: str = ""
    act: str = ""


class Business(Saved):
    """What the register does not hold."""

    region: str = ""
    industry: str = ""
    revenue: str = ""


class Bank(Saved):
    """A bank account."""

    holder: str = ""
    bank: str = ""
    account: str = ""


class Contact(Saved):
    """Somebody who can be asked."""

    person: str = ""
    position: str = ""
    phone: str = ""
    email: str = ""


class Promise(Saved):
    """That all of it is true."""

    promise: bool = False


@router.get("", name=HOME)
def see(request: Request, db: Db, visitor: Certifier) -> Response:
    return _page(request, db, visitor)


@router.post("/register", name="accounts:certification:register")
def save_register(
    request: Request, db: Db, visitor: Certifier, posted: Annotated[Register, Form()]
) -> Response:
    _known, organisation = rules.own(db, visitor)
    is_confirmed = posted.act == "confirm"
    values, errors = parts.read_register(posted.model_dump(), organisation, whole=is_confirmed)
    if not errors:
        try:
            rules.write_register(db, posted.version, values, confirmed=is_confirmed, by=visitor)
            return go(request, HOME)
        except (Invalid, rules.Overtaken) as refusal:
            return _refused(request, db, visitor, "credit_code", refusal, posted)
    return _page(request, db, visitor, 422, posted, errors)


@router.post("/business", name="accounts:certification:business")
def save_business(
    request: Request, db: Db, visitor: Certifier, posted: Annotated[Business, Form()]
) -> Response:
    values, errors = parts.read_business(posted.model_dump())
    return _saved(request, db, visitor, Part.REGISTER, posted, values, errors)


@router.post("/bank", name="accounts:certification:bank")
def save_bank(
    request: Request, db: Db, visitor: Certifier, posted: Annotated[Bank, Form()]
) -> Response:
    values, errors = parts.read_bank(posted.model_dump())
    return _saved(request, db, visitor, Part.BANK, posted, values, errors)


@router.post("/contact", name="accounts:certification:contact")
def save_contact(
    request: Request, db: Db, visitor: Certifier, posted: Annotated[Contact, Form()]
) -> Response:
    values, errors = parts.read_contact(posted.model_dump())
    return _saved(request, db, visitor, Part.CONTACT, posted, values, errors)


@router.post("/licence", name="accounts:certification:licence")
def save_licence(
    request: Request,
    db: Db,
    visitor: Certifier,
    licence: Annotated[UploadFile, File()],
    version: Annotated[int, Form()] = 0,
) -> Response:
    content, name = licence.file.read(files.MOST_BYTES + 1), licence.filename or ""
    try:
        rules.keep_licence(db, version, content, name, by=visitor)
    except (Invalid, rules.Overtaken) as refusal:
        return _refused(request, db, visitor, "licence", refusal, Saved(version=version))
    return go(request, HOME)


@router.get("/licence", name="accounts:certification:licence_file")
def download_licence(db: Db, visitor: Viewer) -> Response:
    certification, _organisation = rules.own(db, visitor)
    licence = rules.licence(db, certification)
    return hand_out(files.read(licence), licence.name, licence.type)


@router.post("/submit", name="accounts:certification:submit")
def submit(
    request: Request, db: Db, visitor: Certifier, posted: Annotated[Promise, Form()]
) -> Response:
    try:
        rules.submit(db, posted.version, promised=posted.promise, by=visitor)
    except (Invalid, rules.Overtaken) as refusal:
        return _refused(request, db, visitor, "promise", refusal, posted)
    return go(request, HOME)


@router.post("/start-again", name="accounts:certification:start_again")
def start_again(request: Request, db: Db, visitor: Certifier) -> Response:
    rules.start_again(db, by=visitor)
    return go(request, HOME)


def _saved(
    request: Request,
    db: Db,
    visitor: Visitor,
    part: Part,
    posted: Saved,
    values: dict[str, Any],
    errors: Errors,
) -> Response:
    """Save a part that was read without errors, or show it again with them."""
    if errors:
        return _page(request, db, visitor, 422, posted, errors)
    try:
        rules.write(db, part, posted.version, values, by=visitor)
    except rules.Overtaken as refusal:
        return _refused(request, db, visitor, "", refusal, posted)
    return go(request, HOME)


def _refused(
    request: Request, db: Db, visitor: Visitor, field: str, refusal: Refusal, posted: Saved
) -> Response:
    """The page again with what was typed; a second writer is told so above it."""
    if isinstance(refusal, rules.Overtaken):
        said = _(
            "Somebody else changed this in the meantime. What you typed still stands below but is "
            "not saved: look at it and save it again."
        )
        return _page(request, db, visitor, refusal.status, posted, notice=said)
    errors = {field: _(refusal.message, **refusal.values)}
    return _page(request, db, visitor, refusal.status, posted, errors)


def _page(
    request: Request,
    db: Db,
    visitor: Visitor,
    status: int = 200,
    posted: Saved | None = None,
    errors: Errors | None = None,
    notice: str = "",
) -> Response:
    certification, organisation = rules.own(db, visitor)
    typed = posted.model_dump(exclude={"version", "act"}) if posted else {}
    return render(
        request,
        "accounts/certification.html",
        status=status,
        certification=certification,
        organisation=organisation,
        licence=db.get(Attachment, certification.licence_id) if certification.licence_id else None,
        posted={**parts.as_typed(certification, organisation), **typed},
        errors=errors or {},
        notice=notice,
        is_open=certification.stage in rules.OPEN,
        gaps=parts.gaps(certification),
        done=parts.done(certification),
        part_names=parts.PART_NAMES,
        stage_names=rules.STAGE_NAMES,
        regions=parts.regions(),
        industries=parts.industries(),
        labels=labels,
    )
