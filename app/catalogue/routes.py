"""The pages of a vendor, a solution and a case, and the permanent address of everything."""

from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.responses import RedirectResponse, Response

from app.catalogue import labels, linked_data, reading
from app.catalogue.addresses import address, permanent_address
from app.catalogue.facts import facts_of, field_names, linked, origin_of
from app.catalogue.index import get_searcher
from app.catalogue.models import Case, Record, Solution, Vendor
from app.core.access import Public
from app.core.db import Db
from app.core.settings import get_settings
from app.core.web import render
from search.engine import Kind

SIMILAR = 5
BESIDE = 3  # of the similar ones in the comparison that is offered

router = APIRouter(dependencies=[Public], include_in_schema=False)


@router.get("/solutions/{slug}", name="catalogue:solution")
def solution(request: Request, db: Db, slug: str) -> Response:
    record = reading.find_public(db, Kind.SOLUTION, slug)
    assert isinstance(record, Solution)  # noqa: S101  the kind was asked for
    cases, similar = reading.cases_of(db, solution=record), _similar(db, record)
    beside = [record.identifier, *(other.identifier for other in similar[:BESIDE])]
    comparison = f"/compare?{urlencode([('id', identifier) for identifier in beside])}"
    return _page(
        request, db, record, slug, cases=cases, similar=similar, comparison=comparison
    )


@router.get("/vendors/{slug}", name="catalogue:vendor")
def vendor(request: Request, db: Db, slug: str) -> Response:
    record = reading.find_public(db, Kind.VENDOR, slug)
    assert isinstance(record, Vendor)  # noqa: S101  the kind was asked for
    solutions, cases = reading.solutions_of(db, record), reading.cases_of(db, vendor=record)
    return _page(request, db, record, slug, solutions=solutions, cases=cases)


@router.get("/cases/{slug}", name="catalogue:case")
def case(request: Request, db: Db, slug: str) -> Response:
    record = reading.find_public(db, Kind.CASE, slug)
    assert isinstance(record, Case)  # noqa: S101  the kind was asked for
    return _page(request, db, record, slug, similar=_similar(db, record))


@router.get("/id/{identifier}", name="catalogue:identifier")
def resolve(db: Db, identifier: str) -> Response:
    """A thing's permanent address leads to its page, wherever that is today."""
    record = reading.find_by_identifier(db, identifier)
    return RedirectResponse(address(record), HTTPStatus.SEE_OTHER)


def _page(request: Request, db: Session, record: Record, slug: str, **context: Any) -> Response:
    if record.slug != slug:  # merged meanwhile
        return RedirectResponse(address(record), HTTPStatus.MOVED_PERMANENTLY)
    home = get_settings().public_url.rstrip("/")
    return render(
        request,
        f"catalogue/{record.KIND}.html",
        record=record,
        facts=facts_of(record),
        history=reading.revisions(db, record),
        source=linked(record.source),
        origin_of=origin_of,
        field_names=field_names,
        linked=linked,
        canonical=home + address(record),
        permanent=home + permanent_address(record.identifier),
        about=linked_data.of(record, home),
        labels=labels,
        address=address,
        **context,
    )


def _similar(db: Session, record: Record) -> list[Record]:
    hits = get_searcher().similar(record.identifier, kinds=(record.KIND,), limit=SIMILAR)
    found = reading.by_identifiers(db, [hit.id for hit in hits])
    return [found[hit.id] for hit in hits if hit.id in found]
