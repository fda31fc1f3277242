"""Finding: the front page, search in all its states, suggestions, comparing."""

from http import HTTPStatus

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from app.catalogue import labels
from app.catalogue.addresses import address
from app.catalogue.index import get_searcher
from app.core.access import Public
from app.core.db import Db
from app.core.i18n import _
from app.core.web import render
from app.discovery import browsing, comparing, home, results, wording
from search.engine import Kind

SUGGESTIONS = 8
WORDS = {"words": wording, "labels": labels, "address": address}

router = APIRouter(dependencies=[Public], default_response_class=Response, include_in_schema=False)


@router.get("/", name="home")
def front(request: Request, db: Db) -> Response:
    return render(request, "discovery/home.html", front=home.look(db), **WORDS)


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
    asked, problems = browsing.read(request.query_params)
    found = get_searcher().suggest(asked.text, limit=SUGGESTIONS) if asked.text else ()
    return render(
        request, "discovery/suggest.html", "options", asked=asked, found=found, **WORDS
    )


@router.get("/compare", name="compare")
def compare(request: Request, db: Db) -> Response:
    chosen = request.query_params.getlist("id")[: browsing.SIZE]
    comparison = comparing.compare(db, chosen)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if comparison.problems else HTTPStatus.OK
    return render(
        request, "discovery/compare.html", status=status, comparison=comparison, **WORDS
    )


def _search_page(request: Request, db: Db, kind: Kind | None = None) -> Response:
    asked, problems = browsing.read(request.query_params, kind)
    listing = results.look(db, asked)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if problems else HTTPStatus.OK
    if asked.page > listing.last:
        problems.append(_("There are only {n} pages of these results.", n=listing.last))
        status = HTTPStatus.NOT_FOUND
    response = render(
        request,
        "discovery/search.html",
        "found",
        status,
        listing=listing,
        asked=asked,
        problems=problems,
        **WORDS,
    )
    response.headers["HX-Push-Url"] = asked.url
    return response
