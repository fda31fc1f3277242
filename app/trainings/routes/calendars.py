"""What calendars read: a file of one sitting, of one training, and a feed of all."""

from collections.abc import Sequence

from fastapi import APIRouter
from starlette.responses import Response

from app.bookings import reading
from app.bookings.calendars import event_of
from app.catalogue.models import Training
from app.catalogue.reading import find_public
from app.core import calendars
from app.core.access import Public
from app.core.db import Db
from app.core.i18n import _
from search.engine import Kind

router = APIRouter(dependencies=[Public], include_in_schema=False)


@router.get("/trainings/calendar.ics", name="trainings:feed")
def feed(db: Db) -> Response:
    """Every sitting to come, with those that were moved or cancelled lately."""
    events = [event_of(sitting, training) for sitting, training in reading.lately(db)]
    return _answer(events, "trainings.ics", _("Trainings in Guangdong"))


@router.get("/trainings/{slug}/calendar.ics", name="trainings:calendar")
def of_training(db: Db, slug: str) -> Response:
    training = _find(db, slug)
    events = [event_of(one.sitting, training) for one in reading.of_training(db, training)]
    return _answer(events, f"{training.identifier}.ics", training.name)


@router.get("/trainings/{slug}/sittings/{identifier}.ics", name="trainings:sitting_calendar")
def of_sitting(db: Db, slug: str, identifier: str) -> Response:
    training = _find(db, slug)
    sitting = reading.find_public(db, training, identifier).sitting
    return _answer([event_of(sitting, training)], f"{identifier}.ics")


def _find(db: Db, slug: str) -> Training:
    record = find_public(db, Kind.TRAINING, slug)
    assert isinstance(record, Training)  # noqa: S101  the kind was asked for
    return record


def _answer(events: Sequence[calendars.Event], file: str, name: str = "") -> Response:
    headers = {
        "Content-Disposition": f'inline; filename="{file}"',
        "Cache-Control": "max-age=300",
        "Vary": "Accept-Language, Cookie",
    }
    body = calendars.calendar(events, name)
    return Response(body, media_type=calendars.MEDIA_TYPE, headers=headers)
