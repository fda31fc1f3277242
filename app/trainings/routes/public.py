"""The list of trainings and events, and a page for each."""

from http import HTTPStatus

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.bookings import feedback, wording
from app.bookings import reading as bookings
from app.bookings.reading import State
from app.catalogue import labels, pages, reading
from app.catalogue.addresses import address
from app.catalogue.models import Training
from app.core.access import Public
from app.core.db import Db
from app.core.formats import today
from app.core.i18n import ngettext
from app.core.settings import get_settings
from app.core.web import render
from app.trainings.agenda import label_of, look, read, when_of
from app.trainings.linked_data import events_of
from search.engine import Kind

PASSED = frozenset({State.OVER})
router = APIRouter(dependencies=[Public], include_in_schema=False)


@router.get("/trainings", name="trainings")
def listing(request: Request, db: Db) -> Response:
    asked, problems = read(request.query_params)
    agenda = look(db, asked, today())
    status = HTTPStatus.UNPROCESSABLE_ENTITY if problems else HTTPStatus.OK
    if asked.page > agenda.last:
        problems.append(
            ngettext(
                "There is only one page of this.", "There are only {n} pages of this.", agenda.last
            )
        )
        status = HTTPStatus.NOT_FOUND
    return render(
        request,
        "trainings/list.html",
        "results",
        status,
        asked=asked,
        agenda=agenda,
        problems=problems,
        labels=labels,
        label_of=label_of,
        address=address,
        home=get_settings().public_url.rstrip("/"),
    )


@router.get("/trainings/{slug}", name="trainings:item")
def item(request: Request, db: Db, slug: str) -> Response:
    try:
        record = reading.find_public(db, Kind.TRAINING, slug)
    except reading.Left as left:
        return pages.gone(request, left.record)
    assert isinstance(record, Training)  # noqa: S101  the kind was asked for
    sittings = bookings.of_training(db, record)
    home = get_settings().public_url.rstrip("/")
    return pages.show(
        request,
        db,
        record,
        slug,
        "trainings/item.html",
        when=when_of(record, today()),
        label_of=label_of,
        similar=pages.similar(db, record),
        ahead=[one for one in sittings if one.state not in PASSED],
        passed=[one for one in sittings if one.state in PASSED],
        told=wording,
        feedback=feedback.of_training(db, record.id),
        events=events_of(record, sittings, home),
        home=home,
    )
