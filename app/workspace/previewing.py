"""A look at the page that a draft would become: the catalogue's own template, nothing stored."""

from typing import Any
from uuid import UUID

from fastapi import Request
from sqlmodel import Session
from starlette.responses import Response

from app.bookings import reading as bookings
from app.bookings import wording
from app.catalogue import pages, reading
from app.catalogue.identifiers import new_identifier
from app.catalogue.models import MODELS, Case, Organisation, Record, Solution, Training, Vendor
from app.catalogue.service import stated
from app.core.db import now
from app.curation.applications import drafts
from app.curation.applications.models import Application
from search.engine import Kind

UNNAMED = "—"


def show_draft(request: Request, db: Session, application: Application) -> Response:
    """The page of a listing with the values of a draft; said to be one, and kept by nobody."""
    live = drafts.live(db, application)
    record = _imagined(db, application, live)
    context: dict[str, Any] = {"application": application, "similar": None, "comparison": ""}
    if isinstance(live, Vendor):
        context["solutions"] = reading.solutions_of(db, live)
        context["cases"] = reading.cases_of(db, vendor=live)
    elif isinstance(live, Solution):
        context["cases"] = reading.cases_of(db, solution=live)
    elif isinstance(live, Training):
        context["ahead"] = bookings.of_training(db, live)
    nothing: dict[str, Any] = {
        **dict.fromkeys(("solutions", "cases", "ahead", "passed", "events"), ()),
        "when": "",
        "feedback": None,
        "told": wording,
    }
    context = {**nothing, **context}
    template = "workspace/preview.html"
    response = pages.show(request, db, record, record.slug, template, **context)
    response.headers["X-Robots-Tag"] = "noindex"
    response.headers["Cache-Control"] = "no-store"
    return response


def _imagined(db: Session, application: Application, live: Record | None) -> Record:
    """A record that says what the draft says, in no session: nothing of it can be stored."""
    kind = Kind(application.kind)
    said = {f: stated(live, f) for f in MODELS[kind].STATED} if live else {}
    for name in drafts.sayable(kind):
        said[name] = application.values.get(name)
    held = Vendor.HELD_BY_ORGANISATION if kind is Kind.VENDOR else frozenset()
    own = {n: v for n, v in said.items() if n not in held and v is not None}
    identifier = live.identifier if live else new_identifier(kind.value[0])
    fixed: dict[str, Any] = {
        "id": application.record_id,
        "identifier": identifier,
        "slug": live.slug if live else "draft",
        "updated_at": now(),
        **own,
        "name": own.get("name") or UNNAMED,
    }
    if kind is Kind.VENDOR:
        return _vendor(db, application, fixed, {n: said[n] for n in held if said.get(n)})
    if kind is Kind.TRAINING:
        return Training(**fixed, organisation_id=application.organisation_id)
    links = {name: UUID(link) for name, link in application.links.items()}
    vendor = drafts.vendor_of(db, application.organisation_id)
    assert vendor is not None  # noqa: S101  it had to be there for the draft to be begun
    if kind is Kind.SOLUTION:
        return _with(Solution(**fixed, vendor_id=vendor.id), vendor=vendor)
    solution = db.get(Solution, links["solution_id"]) if "solution_id" in links else None
    return _with(Case(**fixed, vendor_id=vendor.id), vendor=vendor, solution=solution)


def _with(record: Record, **belongs: Record | None) -> Record:
    for name, other in belongs.items():
        setattr(record, name, other)
    return record


def _vendor(
    db: Session, application: Application, fixed: dict[str, Any], held: dict[str, Any]
) -> Vendor:
    known = db.get_one(Organisation, application.organisation_id)
    said = {**known.model_dump(), **held, "name": fixed["name"]}
    vendor = Vendor(**fixed, organisation_id=known.id)
    vendor.organisation = Organisation(**said)
    return vendor
