"""Certificates: issued by the organiser, fetched by whoever holds one, checked by everybody."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Form, Query, Request
from sqlmodel import Session
from starlette.responses import RedirectResponse, Response

from app.accounts import throttle
from app.accounts.visitor import SignedIn, TrainingOfferer, Visitor
from app.bookings import attending, certificate_sheet, certifying, sittings, wording
from app.core.access import Public
from app.core.db import Db
from app.core.errors import Invalid, NotFound
from app.core.forms import Said, clean
from app.core.i18n import _
from app.core.web import go, hand_out, render

router = APIRouter(include_in_schema=False)
OF_SITTING = "/workspace/trainings/sittings/{identifier}/certificates"
OWN = "/workspace/trainings/certificates/{identifier}"
ONE = "/certificates/{identifier}"
Typed = Annotated[str, Query(max_length=200)]


@router.get(OF_SITTING, name="trainings:certificates")
def see_all(request: Request, db: Db, visitor: TrainingOfferer, identifier: str) -> Response:
    sitting, training = sittings.find_own(db, visitor, identifier)
    attendees = [one for one in attending.listed(db, sitting) if one.booking.attended_at]
    known: dict[str, Any] = {"sitting": sitting, "training": training, "attendees": attendees}
    return _show(request, "certificates.html", **known)


@router.post(OF_SITTING, name="trainings:issue")
def issue(
    request: Request,
    db: Db,
    visitor: TrainingOfferer,
    identifier: str,
    seat: Annotated[list[UUID] | None, Form()] = None,
    whom: Said = "",
) -> Response:
    sitting, _training = sittings.find_own(db, visitor, identifier)
    certifying.issue(db, sitting, None if whom == "all" else seat or (), by=visitor)
    return go(request, "trainings:certificates", identifier=identifier)


@router.get(OWN, name="trainings:certificate")
def see_own(request: Request, db: Db, visitor: TrainingOfferer, identifier: str) -> Response:
    return _own(request, db, visitor, identifier)


@router.post(f"{OWN}/revoke", name="trainings:revoke")
def revoke(
    request: Request, db: Db, visitor: TrainingOfferer, identifier: str, why: Said = ""
) -> Response:
    found = certifying.find_issued(db, visitor, identifier)
    try:
        certifying.revoke(db, found.certificate, why, by=visitor)
    except Invalid as refusal:
        errors = {"why": _(refusal.message, **refusal.values)}
        return _own(request, db, visitor, identifier, {"why": why}, errors)
    return go(request, "trainings:certificate", identifier=identifier)


@router.get("/certificates", name="certificates:search", dependencies=[Public])
def search(request: Request, db: Db, number: Typed = "") -> Response:
    typed = clean(number).lower()
    errors = {}
    if typed:
        try:
            found = certifying.find(db, typed)
        except NotFound as refusal:
            errors = {"number": _(refusal.message)}
        else:
            path = request.app.url_path_for("certificates:one", identifier=found.identifier)
            return RedirectResponse(str(path), status_code=303)
    known = {"posted": {"number": typed}, "errors": errors}
    return _show(request, "certificate_search.html", 404 if errors else 200, **known)


@router.get(ONE, name="certificates:one", dependencies=[Public])
def check(request: Request, db: Db, identifier: str) -> Response:
    return _public(request, db, identifier)


@router.post(ONE, name="certificates:name", dependencies=[Public])
def check_name(request: Request, db: Db, identifier: str, name: Said = "") -> Response:
    """Answers with a page, so that the name stands in no address; nothing is changed."""
    certifying.find(db, identifier)
    host = request.client.host if request.client else ""
    try:
        throttle.count(db, certifying.NAMES, host)
    except throttle.TooMany as refusal:
        return _public(request, db, identifier, name, _(refusal.message, **refusal.values), 429)
    return _public(request, db, identifier, name)


@router.get(f"{ONE}/certificate.pdf", name="certificates:pdf")
def as_pdf(db: Db, visitor: SignedIn, identifier: str) -> Response:
    found = certifying.find_held(db, visitor, identifier)
    content = certificate_sheet.as_pdf(found.certificate)
    return hand_out(content, f"{identifier}.pdf", "application/pdf")


def _public(
    request: Request,
    db: Session,
    identifier: str,
    name: str = "",
    problem: str = "",
    status: int = 200,
) -> Response:
    certificate = certifying.find(db, identifier)
    is_right = not problem and certifying.is_name(certificate, name[: certifying.LONGEST_NAME])
    errors = {"name": problem} if problem else {}
    if name and not is_right and not problem:
        errors = {"name": _("This is not the name on the certificate.")}
    known = {
        "certificate": certificate,
        "name": certificate.participant if is_right else certifying.masked(certificate.participant),
        "is_right": is_right,
        "posted": {"name": name},
        "errors": errors,
        "may_fetch": _may_fetch(request, db, identifier),
        "days": certificate_sheet.days_of(certificate),
    }
    return _show(request, "certificate.html", status, **known)


def _may_fetch(request: Request, db: Session, identifier: str) -> bool:
    visitor: Visitor | None = getattr(request.state, "visitor", None)
    if visitor is None:
        return False
    try:
        certifying.find_held(db, visitor, identifier)
    except NotFound:
        return False
    return True


def _own(
    request: Request,
    db: Session,
    visitor: Visitor,
    identifier: str,
    typed: dict[str, str] | None = None,
    errors: dict[str, str] | None = None,
) -> Response:
    found = certifying.find_issued(db, visitor, identifier)
    known: dict[str, Any] = {"found": found, "posted": typed or {}, "errors": errors or {}}
    known["days"] = certificate_sheet.days_of(found.certificate)
    return _show(request, "certificate_own.html", 422 if errors else 200, **known)


def _show(request: Request, template: str, status: int = 200, **known: Any) -> Response:
    said = {"told": wording, "certifying": certifying, **known}
    response = render(request, f"trainings/{template}", None, status, **said)
    response.headers["Cache-Control"] = "private, no-store"
    return response
