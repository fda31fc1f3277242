"""What reviewers score, as data that staff keep."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Request
from pydantic import AfterValidator, BaseModel, Field, ValidationError
from sqlmodel import Session
from starlette.datastructures import FormData
from starlette.responses import Response

from app.accounts.visitor import Visitor
from app.core.access import Can, may
from app.core.db import Db
from app.core.forms import Posted, texts
from app.core.i18n import _
from app.core.web import go, render
from app.curation.applications import criteria, editing_criteria
from app.curation.applications.criteria import KINDS, MOST, TOTAL
from app.curation.applications.editing_criteria import HEAVIEST
from app.curation.applications.models import Criterion
from app.curation.applications.words import ONE
from search.engine import Kind

router = APIRouter(prefix="/desk/criteria", include_in_schema=False)
NEEDED = Depends(may(Can.EDIT_CRITERIA))
Keeper = Annotated[Visitor, NEEDED]


def _scored(kind: Kind) -> Kind:
    if kind not in KINDS:
        raise ValueError("not scored")
    return kind


Scored = Annotated[Kind, AfterValidator(_scored)]
Seen = Annotated[int | None, Form()]
PAGE = "desk:criteria"


class CriterionForm(BaseModel):
    """What somebody may type of a criterion."""

    name: str = Field(min_length=1, max_length=60)
    name_en: str = Field("", max_length=120)
    help: str = Field("", max_length=500)
    weight: int = Field(ge=1, le=HEAVIEST)
    threshold: int = Field(ge=0, le=MOST)


def read(form: FormData) -> tuple[Criterion | None, dict[str, str]]:
    """The criterion that was typed, or what is wrong with it by field."""
    try:
        said = CriterionForm.model_validate(texts(form))
    except ValidationError as error:
        return None, {str(one["loc"][0]): _wrong(str(one["loc"][0])) for one in error.errors()}
    return Criterion(kind=Kind.VENDOR, code="", **said.model_dump()), {}


def _wrong(field: str) -> str:
    return {
        "weight": _("A weight goes from 1 to {most}.", most=HEAVIEST),
        "threshold": _("A threshold goes from 0 to {most}.", most=MOST),
        "name": _("Give it a name of at most {most} characters.", most=60),
    }.get(field, _("This is too long."))


@router.get("", name=PAGE, dependencies=[NEEDED])
def page(request: Request, db: Db, kind: Scored = Kind.VENDOR) -> Response:
    return show(request, db, kind)


def show(request: Request, db: Session, kind: Kind, **said: Any) -> Response:
    """The criteria of a kind; with `errors`, those of the form that `code` names."""
    known: dict[str, Any] = {"errors": {}, "posted": {}, "code": None, **said}
    return render(
        request,
        "desk/criteria.html",
        status=422 if known["errors"] else 200,
        kind=kind,
        kinds=KINDS,
        one=ONE,
        rows=criteria.active(db, kind),
        total=TOTAL,
        most=MOST,
        heaviest=HEAVIEST,
        **known,
    )


@router.post("/{kind}", name="desk:criteria:add")
def add(request: Request, db: Db, visitor: Keeper, kind: Scored, form: Posted) -> Response:
    wanted, errors = read(form)
    if wanted is None:
        return show(request, db, kind, errors=errors, posted=texts(form), code="")
    editing_criteria.add(db, kind, wanted, by=visitor)
    return back(request, kind)


@router.post("/{kind}/{code}", name="desk:criteria:change")
def change(
    request: Request,
    db: Db,
    visitor: Keeper,
    kind: Scored,
    code: str,
    form: Posted,
    seen: Seen = None,
) -> Response:
    wanted, errors = read(form)
    if wanted is None:
        return show(request, db, kind, errors=errors, posted=texts(form), code=code)
    editing_criteria.change(db, kind, code, wanted, seen, by=visitor)
    return back(request, kind)


@router.post("/{kind}/{code}/retire", name="desk:criteria:retire")
def retire(
    request: Request, db: Db, visitor: Keeper, kind: Scored, code: str, seen: Seen = None
) -> Response:
    editing_criteria.retire(db, kind, code, seen, by=visitor)
    return back(request, kind)


@router.post("/{kind}/{code}/move", name="desk:criteria:move")
def move(
    request: Request,
    db: Db,
    visitor: Keeper,
    kind: Scored,
    code: str,
    way: Annotated[str, Form()] = "up",
) -> Response:
    editing_criteria.move(db, kind, code, is_up=way == "up", by=visitor)
    return back(request, kind)


def back(request: Request, kind: Kind) -> Response:
    """The page of this kind."""
    answer = go(request, PAGE)
    answer.headers["location"] += f"?kind={kind}"
    return answer
