"""The pages of a vendor, a solution and a case, and the permanent address of everything."""

from http import HTTPStatus
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from app.catalogue import pages, reading, seen
from app.catalogue.addresses import address
from app.catalogue.models import Case, Solution, Vendor
from app.core.access import Public
from app.core.db import Db
from search.engine import Kind

BESIDE = 3  # of the similar ones in the comparison that is offered

router = APIRouter(dependencies=[Public], include_in_schema=False)


@router.get("/solutions", name="catalogue:solutions")
def solutions(request: Request) -> Response:
    """Solutions are listed where they are searched; whoever shortens an address gets there."""
    query = f"?{request.url.query}" if request.url.query else ""
    return RedirectResponse(f"/search{query}", HTTPStatus.PERMANENT_REDIRECT)


@router.get("/solutions/{slug}", name="catalogue:solution")
def solution(request: Request, db: Db, slug: str) -> Response:
    try:
        record = reading.find_public(db, Kind.SOLUTION, slug)
    except reading.Left as left:
        return pages.gone(request, left.record)
    assert isinstance(record, Solution)  # noqa: S101  the kind was asked for
    seen.note_opened(request, record)
    cases, similar = reading.cases_of(db, solution=record), pages.similar(db, record)
    beside = [record.identifier, *(other.identifier for other in (similar or [])[:BESIDE])]
    comparison = f"/compare?{urlencode([('id', identifier) for identifier in beside])}"
    context = {"cases": cases, "similar": similar, "comparison": comparison}
    return pages.show(request, db, record, slug, "catalogue/solution.html", **context)


@router.get("/vendors/{slug}", name="catalogue:vendor")
def vendor(request: Request, db: Db, slug: str) -> Response:
    try:
        record = reading.find_public(db, Kind.VENDOR, slug)
    except reading.Left as left:
        return pages.gone(request, left.record)
    assert isinstance(record, Vendor)  # noqa: S101  the kind was asked for
    seen.note_opened(request, record)
    solutions, cases = reading.solutions_of(db, record), reading.cases_of(db, vendor=record)
    context = {"solutions": solutions, "cases": cases}
    return pages.show(request, db, record, slug, "catalogue/vendor.html", **context)


@router.get("/cases/{slug}", name="catalogue:case")
def case(request: Request, db: Db, slug: str) -> Response:
    try:
        record = reading.find_public(db, Kind.CASE, slug)
    except reading.Left as left:
        return pages.gone(request, left.record)
    assert isinstance(record, Case)  # noqa: S101  the kind was asked for
    seen.note_opened(request, record)
    similar = pages.similar(db, record)
    return pages.show(request, db, record, slug, "catalogue/case.html", similar=similar)


@router.get("/id/{identifier}", name="catalogue:identifier")
def resolve(db: Db, identifier: str) -> Response:
    """A thing's permanent address leads to its page, wherever that is today."""
    try:
        record = reading.find_by_identifier(db, identifier)
    except reading.Left as left:
        record = left.record
    return RedirectResponse(address(record), HTTPStatus.SEE_OTHER)
