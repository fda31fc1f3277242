"""Finding: the front page, search in all its states, suggestions, comparing."""

from http import HTTPStatus
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.catalogue import labels
from app.catalogue.addresses import address, permanent_address
from app.core.access import Public
from app.core.db import Db
from app.core.i18n import ngettext
from app.core.settings import get_settings
from app.core.web import render
from app.discovery import browsing, comparing, finding, home, results
from search.engine import Kind

SUGGESTIONS = 8

router = APIRouter(dependencies=[Public], include_in_schema=False)


@router.get("/", name="home")
def front(request: Request, db: Db) -> Response:
    return _render(request, "home.html", front=home.look(db), examples=home.examples())


@router.get("/search", name="search")
def search(request: Request, db: Db) -> Response:
    return _search_page(request, db)


@router.get("/vendors", name="vendors")
def vendors(request: Request, db: Db) -> Response:
    return _search_page(request, db, Kind.VENDOR)


@router.get("/cases", name="cases")
def cases(request: Request, db: Db) -> Response:
    return _search_page(request, db, Kind.CASE)


@router.get("/suggest", name="suggest")
def suggest(request: Request, db: Db) -> Response:
    text = browsing.read(request.query_params)[0].text
    found = finding.suggest(db, text, SUGGESTIONS)
    return _render(request, "suggest.html", "options", text=text, found=found)


@router.get("/compare", name="compare")
def compare(request: Request, db: Db) -> Response:
    comparison = comparing.compare(db, request.query_params.getlist("id")[: browsing.SIZE])
    status = int(HTTPStatus.UNPROCESSABLE_ENTITY if comparison.problems else HTTPStatus.OK)
    return _render(request, "compare.html", status=status, comparison=comparison)


def _search_page(request: Request, db: Db, kind: Kind | None = None) -> Response:
    asked, problems = browsing.read(request.query_params, kind)
    listing = results.look(db, asked)
    results.note(listing)
    status = int(HTTPStatus.UNPROCESSABLE_ENTITY if problems else HTTPStatus.OK)
    if asked.page > listing.last:
        problems.append(
            ngettext(
                "There is only one page of this.", "There are only {n} pages of this.", listing.last
            )
        )
        status = int(HTTPStatus.NOT_FOUND)
    return _render(
        request,
        "search.html",
        "results",
        status,
        listing=listing,
        asked=asked,
        problems=problems,
    )


def _render(
    request: Request, template: str, block: str | None = None, status: int = 200, **context: Any
) -> Response:
    return render(
        request,
        f"discovery/{template}",
        block,
        status,
        home=get_settings().public_url.rstrip("/"),
        labels=labels,
        address=address,
        permanent_address=permanent_address,
        **context,
    )
