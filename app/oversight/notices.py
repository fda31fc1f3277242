"""Public notices: who may be admitted soon, and the form to object."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Query, Request
from sqlmodel import Session
from starlette.responses import Response

from app.catalogue import labels
from app.core.access import Public
from app.core.db import Db
from app.core.forms import NumberInAddress, Said, text_errors
from app.core.i18n import _
from app.core.web import go, render
from app.curation.applications import notices
from app.curation.applications.fields import FIELDS
from app.curation.applications.forms import get, shown
from app.curation.applications.words import ONE
from search.engine import Kind

router = APIRouter(dependencies=[Public], include_in_schema=False)
SIZE = 20
LONGEST_NAME, LONGEST_TEXT = 100, 4000


@router.get("/notices", name="notices")
def listed(request: Request, db: Db, page: Annotated[int, Query(ge=1, le=10**6)] = 1) -> Response:
    found = notices.public(db, number=page, size=SIZE)
    return render(request, "oversight/notices.html", "results", page=found, one=ONE, labels=labels)


@router.get("/notices/{notice_id}", name="notices:notice")
def page(request: Request, db: Db, notice_id: NumberInAddress, sent: str = "") -> Response:
    return show(request, db, notices.find_public(db, notice_id), {}, {}, is_sent=bool(sent))


def show(
    request: Request,
    db: Session,
    about: notices.Notice,
    errors: Mapping[str, str],
    posted: Mapping[str, str],
    *,
    is_sent: bool = False,
) -> Response:
    """The notice with what is proposed; nothing of who objected."""
    kind, values = Kind(about.application.kind), about.said
    said = ((_(field.label), shown(field, get(values, field)), "") for field in FIELDS[kind])
    return render(
        request,
        "oversight/notice.html",
        status=422 if errors else 200,
        about=about,
        notice=about.notice,
        application=about.application,
        facts=[row for row in said if row[1]],
        listing=notices.listing_of(db, about),
        errors=errors,
        posted=posted,
        is_sent=is_sent,
        one=ONE,
        labels=labels,
    )


@router.post("/notices/{notice_id}/objections", name="notices:object")
def object_to(
    request: Request,
    db: Db,
    notice_id: NumberInAddress,
    name: Said = "",
    contact: Said = "",
    text: Said = "",
) -> Response:
    about = notices.find_public(db, notice_id)
    posted = {"name": name, "contact": contact, "text": text}
    errors = {
        **text_errors(posted, "name", _("Say who you are."), LONGEST_NAME),
        **text_errors(posted, "contact", _("Say where the answer can reach you."), LONGEST_NAME),
        **text_errors(posted, "text", _("Say what you object to, and why."), LONGEST_TEXT),
    }
    if errors:
        return show(request, db, about, errors, posted)
    notices.object_to(db, about, name, contact, text, by=_address(request))
    answer = go(request, "notices:notice", notice_id=notice_id)
    answer.headers["location"] += "?sent=1#object"
    return answer


def _address(request: Request) -> str:
    return request.client.host if request.client else ""
