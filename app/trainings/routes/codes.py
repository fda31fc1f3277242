"""Codes of a sitting: made, handed out, withdrawn by those who offer it."""

from collections.abc import Mapping
from uuid import UUID

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.responses import Response

from app.accounts.visitor import TrainingOfferer, Visitor
from app.bookings import codes, sittings
from app.bookings.models import Code, CodeKind
from app.core.db import Db
from app.core.errors import Invalid, NotFound
from app.core.forms import Posted, texts
from app.core.i18n import _, mark
from app.core.web import go
from app.curation.applications.field import Field, Input
from app.curation.applications.forms import choices, read_fields
from app.trainings.pages import show

router = APIRouter(
    prefix="/workspace/trainings/sittings/{identifier}/codes", include_in_schema=False
)
PAGE = "trainings:codes"
HEAD = mark("New codes")
FIELDS = (
    Field("kind", mark("What it is good for"), HEAD, Input.CODE, facet="code_kind", needed=True),
    Field("price", mark("Price of a seat (yuan)"), HEAD, Input.MONEY, most=20),
    Field("how_many", mark("How many"), HEAD, Input.NUMBER, highest=codes.MOST_CODES, needed=True),
    Field("note", mark("For whom"), HEAD, most=codes.LONGEST_NOTE),
)
USUAL = {"kind": CodeKind.ACCESS.value, "how_many": "1"}


@router.get("", name=PAGE)
def page(request: Request, db: Db, visitor: TrainingOfferer, identifier: str) -> Response:
    return _page(request, db, visitor, identifier, USUAL)


@router.post("", name="trainings:make_codes")
def make(
    request: Request, db: Db, visitor: TrainingOfferer, identifier: str, posted: Posted
) -> Response:
    sitting, _training = sittings.find_own(db, visitor, identifier)
    said = texts(posted)
    values, errors = read_fields(FIELDS, {name: [text] for name, text in said.items()}, {})
    missing = {one.name: _("This is needed.") for one in FIELDS if one.needed}
    errors = {**{n: text for n, text in missing.items() if n not in values}, **errors}
    if errors:
        return _page(request, db, visitor, identifier, said, errors)
    kind, price, note = CodeKind(values["kind"]), values.get("price"), values.get("note", "")
    try:
        codes.make(db, sitting, kind, price, values["how_many"], note, by=visitor)
    except Invalid as refusal:
        field = "how_many" if kind is CodeKind.ACCESS else "price"
        wrong = {field: _(refusal.message, **refusal.values)}
        return _page(request, db, visitor, identifier, said, wrong)
    return go(request, PAGE, identifier=identifier)


@router.post("/{code_id}/withdraw", name="trainings:withdraw_code")
def withdraw(
    request: Request, db: Db, visitor: TrainingOfferer, identifier: str, code_id: UUID
) -> Response:
    sitting, _training = sittings.find_own(db, visitor, identifier)
    code = db.get(Code, code_id)
    if code is None or code.sitting_id != sitting.id:
        raise NotFound("There is no such code.")
    codes.withdraw(db, code, by=visitor)
    return go(request, PAGE, identifier=identifier)


def _page(
    request: Request,
    db: Session,
    visitor: Visitor,
    identifier: str,
    posted: Mapping[str, str],
    errors: Mapping[str, str] | None = None,
) -> Response:
    sitting, training = sittings.find_own(db, visitor, identifier)
    return show(
        request,
        "codes.html",
        422 if errors else 200,
        sitting=sitting,
        training=training,
        made=codes.of_sitting(db, sitting),
        written=codes.shown,
        kinds=choices(FIELDS[0]),
        posted=posted,
        errors=errors or {},
        names={one.name: _(one.label) for one in FIELDS},
    )
