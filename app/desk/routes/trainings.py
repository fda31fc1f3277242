"""Sittings of trainings inside the region: seats, attendance, money, figures, certificates."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from sqlmodel import Session, col
from starlette.responses import Response

from app.accounts.scope import Scope
from app.accounts.visitor import Visitor
from app.bookings import certificate_sheet, certifying, feedback, wording
from app.bookings.figures import count, in_year, inside, read_year, years
from app.bookings.models import Sitting
from app.catalogue.reading import SLUG, Page
from app.core.access import Can, may
from app.core.db import Db
from app.core.errors import Invalid, NotFound
from app.core.forms import Said
from app.core.i18n import _
from app.core.web import go, render
from app.desk.wording import narrowed, place, places_inside
from app.payments import figures, pictures

router = APIRouter(include_in_schema=False)
Overseer = Annotated[Visitor, Depends(may(Can.OVERSEE_TRAININGS))]
Revoker = Annotated[Visitor, Depends(may(Can.REVOKE_CERTIFICATES))]
Number = Annotated[int, Query(ge=1, le=100_000)]
CERTIFICATE = "/desk/trainings/certificates/{certificate}"
FIGURES = "figures"
SIZE = 50


@router.get("/desk/trainings", name="desk:trainings")
def see(
    request: Request,
    db: Db,
    visitor: Overseer,
    tab: str = "",
    region: str = "",
    year: str = "",
    show: str = "",
    page: Number = 1,
) -> Response:
    scope, chosen = narrowed(visitor.scope, region), read_year(year)
    known: dict[str, Any] = {"years": years(db, inside(visitor.scope)), "region": region}
    known |= {"places": places_inside(visitor.scope), "year": chosen, "place": place}
    if tab == FIGURES:
        found, measure = figures.of_year(db, inside(scope), chosen), pictures.read_measure(show)
        known |= {"found": found, "measure": measure, "measures": pictures.MEASURES}
        known |= {"bars": pictures.bars(found, measure), "definitions": figures.DEFINITIONS}
        return render(request, "desk/trainings_figures.html", **known)
    known |= {"page": _page(db, scope, chosen, page), "told": wording}
    return render(request, "desk/trainings.html", "results", **known)


@router.get("/desk/trainings/sittings/{sitting}", name="desk:sitting")
def see_one(request: Request, db: Db, visitor: Overseer, sitting: str) -> Response:
    wanted = (inside(visitor.scope), col(Sitting.identifier) == sitting)
    found = figures.lines(db, *wanted) if SLUG.fullmatch(sitting) else []
    if not found:
        raise NotFound("There is no such sitting in your region.")
    said = feedback.of_sitting(db, found[0].sitting)
    known: dict[str, Any] = {"line": found[0], "shown": feedback.counted(said), "told": wording}
    known |= {"certificates": certifying.of_sitting(db, found[0].sitting), "place": place}
    return render(request, "desk/training_sitting.html", **known)


@router.get(CERTIFICATE, name="desk:certificate")
def certificate(request: Request, db: Db, visitor: Overseer, certificate: str) -> Response:
    return _certificate(request, db, visitor, certificate)


@router.post(f"{CERTIFICATE}/revoke", name="desk:revoke_certificate")
def revoke(
    request: Request, db: Db, visitor: Revoker, certificate: str, why: Said = ""
) -> Response:
    found = certifying.find_inside(db, visitor, certificate)
    try:
        certifying.revoke(db, found.certificate, why, by=visitor)
    except Invalid as refusal:
        errors = {"why": _(refusal.message, **refusal.values)}
        return _certificate(request, db, visitor, certificate, {"why": why}, errors)
    return go(request, "desk:certificate", certificate=certificate)


def _page(db: Session, scope: Scope, year: int, number: int) -> Page:
    wanted = (inside(scope), in_year(year))
    order = (col(Sitting.starts_at).desc(),)
    offset = (number - 1) * SIZE
    items = figures.lines(db, *wanted, order=order, offset=offset, limit=SIZE)
    return Page(items, count(db, *wanted), number, SIZE)


def _certificate(
    request: Request,
    db: Session,
    visitor: Visitor,
    identifier: str,
    typed: dict[str, str] | None = None,
    errors: dict[str, str] | None = None,
) -> Response:
    found = certifying.find_inside(db, visitor, identifier)
    known: dict[str, Any] = {"found": found, "posted": typed or {}, "errors": errors or {}}
    known["days"] = certificate_sheet.days_of(found.certificate)
    known["may_revoke"] = visitor.may(Can.REVOKE_CERTIFICATES)
    status = 422 if errors else 200
    return render(request, "desk/training_certificate.html", None, status, **known)
