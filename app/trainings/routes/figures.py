"""Figures of an organisation's own sittings: seats, attendance and money."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.accounts.visitor import Viewer
from app.bookings.figures import in_year, offered_by, read_year, years
from app.core.db import Db
from app.core.i18n import _
from app.core.sheets import Format, as_file
from app.core.web import hand_out, render
from app.payments import figures, pictures

router = APIRouter(include_in_schema=False)


@router.get("/workspace/trainings/figures", name="trainings:figures")
def see(request: Request, db: Db, visitor: Viewer, year: str = "", show: str = "") -> Response:
    whose, measure = offered_by(visitor.organisation_id), pictures.read_measure(show)
    found = figures.of_year(db, whose, read_year(year))
    return render(
        request,
        "trainings/figures.html",
        found=found,
        measure=measure,
        measures=pictures.MEASURES,
        bars=pictures.bars(found, measure),
        years=years(db, whose),
        definitions=figures.DEFINITIONS,
    )


@router.get("/workspace/trainings/figures/export/{form}", name="trainings:export_figures")
def export(db: Db, visitor: Viewer, form: Format, year: str = "") -> Response:
    chosen = read_year(year)
    lines = figures.lines(db, offered_by(visitor.organisation_id), in_year(chosen))
    rows = [pictures.row(line) for line in lines]
    columns = [_(name) for name in pictures.COLUMNS]
    file = as_file(f"sittings-{chosen}", _("Sittings"), columns, rows, form)
    return hand_out(file.content, file.name, file.type)
