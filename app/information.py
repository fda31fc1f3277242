"""Policy and industry information: the list with full-text search, and a page for each."""

from http import HTTPStatus

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.catalogue import labels, pages, reading
from app.catalogue.models import Information
from app.catalogue.validity import validity
from app.core.access import Public
from app.core.db import Db
from app.core.formats import today
from app.core.i18n import ngettext
from app.core.settings import get_settings
from app.core.web import render
from app.discovery import browsing, results
from search.engine import Kind

router = APIRouter(dependencies=[Public], include_in_schema=False)


@router.get("/information", name="information")
def listing(request: Request, db: Db) -> Response:
    asked, problems = browsing.read(request.query_params, Kind.INFORMATION)
    found = results.look(db, asked)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if problems else HTTPStatus.OK
    if asked.page > found.last:
        problems.append(
            ngettext(
                "There is only one page of this.", "There are only {n} pages of this.", found.last
            )
        )
        status = HTTPStatus.NOT_FOUND
    return render(
        request,
        "information/list.html",
        "results",
        status,
        listing=found,
        asked=asked,
        problems=problems,
        labels=labels,
        home=get_settings().public_url.rstrip("/"),
    )


@router.get("/information/{slug}", name="information:item")
def item(request: Request, db: Db, slug: str) -> Response:
    record = reading.find_public(db, Kind.INFORMATION, slug)
    assert isinstance(record, Information)  # noqa: S101  the kind was asked for
    return pages.show(
        request,
        db,
        record,
        slug,
        "information/item.html",
        validity=validity(record, today()),
        similar=pages.similar(db, record),
    )
