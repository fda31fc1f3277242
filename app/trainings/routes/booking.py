"""Booking seats of a sitting, or waiting for one."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Form, Request
from sqlmodel import Session
from starlette.responses import Response

from app.accounts.visitor import SignedIn, Visitor
from app.bookings import codes, occupancy, ordering, overview, reading, waiting
from app.bookings import order_wording as orders
from app.bookings.models import Place
from app.bookings.reading import Shown
from app.bookings.stages import PlaceStage
from app.catalogue.models import Training
from app.catalogue.reading import find_public
from app.core.access import Can
from app.core.db import Db
from app.core.errors import Conflict, Invalid, NotFound
from app.core.forms import Posted, texts
from app.core.i18n import _
from app.core.web import go
from app.trainings.booking_form import LESS, MORE, ORGANISATION, BookingForm
from app.trainings.pages import show
from search.engine import Kind

router = APIRouter(include_in_schema=False)
ADDRESS = "/trainings/{slug}/sittings/{identifier}"


@router.get(f"{ADDRESS}/book", name="bookings:new")
def new(request: Request, db: Db, visitor: SignedIn, slug: str, identifier: str) -> Response:
    training, sitting = _find(db, slug, identifier)
    place = waiting.find_own(db, sitting.sitting, visitor)
    form = BookingForm.new(visitor, rows=place.seats if place else 1)
    return _page(request, db, visitor, training, sitting, form)


@router.post(f"{ADDRESS}/book", name="bookings:book")
def book(
    request: Request, posted: Posted, db: Db, visitor: SignedIn, slug: str, identifier: str
) -> Response:
    training, sitting = _find(db, slug, identifier)
    form = BookingForm.read(texts(posted))
    if form.asks_for_rows:
        return _page(request, db, visitor, training, sitting, form.with_rows())
    errors = form.errors()
    if errors:
        return _page(request, db, visitor, training, sitting, form, errors)
    try:
        with db.begin_nested():  # what cannot be booked leaves nothing behind
            wish = form.wish(_offer(db, sitting, visitor))
            order = ordering.book(db, sitting.sitting.id, wish, by=visitor)
    except codes.BadCode as refusal:
        errors = {"code": _(refusal.message, **refusal.values)}
        return _page(request, db, visitor, training, sitting, form, errors)
    except Invalid as refusal:
        errors = {"participants": _(refusal.message, **refusal.values)}
        return _page(request, db, visitor, training, sitting, form, errors)
    except Conflict as refusal:
        told = _(refusal.message, **refusal.values)
        return _page(request, db, visitor, training, sitting, form, told=told)
    return go(request, "bookings:order", identifier=order.identifier)


@router.post(f"{ADDRESS}/wait", name="bookings:wait")
def wait(
    request: Request,
    db: Db,
    visitor: SignedIn,
    slug: str,
    identifier: str,
    seats: Annotated[str, Form()] = "1",
    whose: Annotated[str, Form()] = "",
) -> Response:
    training, sitting = _find(db, slug, identifier)
    wanted = int(seats) if seats.isascii() and seats.isdecimal() and len(seats) < 3 else 0
    try:
        with db.begin_nested():
            for_theirs = whose == ORGANISATION
            known: dict[str, Any] = {"by": visitor, "for_organisation": for_theirs}
            waiting.join(db, sitting.sitting.id, wanted, **known)
    except Invalid as refusal:
        errors = {"seats": _(refusal.message, **refusal.values)}
        form = BookingForm.new(visitor)
        return _page(request, db, visitor, training, sitting, form, errors)
    return go(request, "bookings:new", slug=slug, identifier=identifier)


@router.post("/bookings/places/{place_id}/leave", name="bookings:leave")
def leave(request: Request, db: Db, visitor: SignedIn, place_id: UUID) -> Response:
    waiting.leave(db, waiting.find(db, visitor, place_id), by=visitor)
    return go(request, "bookings:list")


def _find(db: Session, slug: str, identifier: str) -> tuple[Training, Shown]:
    training = find_public(db, Kind.TRAINING, slug)
    if not isinstance(training, Training) or training.organisation_id is None:
        raise NotFound("There is no such sitting.")
    return training, reading.find_public(db, training, identifier)


def _offer(db: Session, sitting: Shown, visitor: Visitor) -> UUID | None:
    place = waiting.find_own(db, sitting.sitting, visitor)
    return place.id if place and place.stage == PlaceStage.OFFERED else None


def _page(
    request: Request,
    db: Session,
    visitor: Visitor,
    training: Training,
    sitting: Shown,
    form: BookingForm,
    errors: dict[str, str] | None = None,
    told: str = "",
) -> Response:
    place: Place | None = waiting.find_own(db, sitting.sitting, visitor)
    is_organisation = visitor.organisation_id is not None and visitor.may(Can.BOOK_SEATS)
    return show(
        request,
        "book.html",
        409 if told else 422 if errors else 200,
        training=training,
        shown=sitting,
        sitting=sitting.sitting,
        form=form,
        posted=form.typed,
        errors=errors or {},
        refusal=told,
        place=place,
        ahead=waiting.ahead_of(db, place) if place else 0,
        is_queued=occupancy.is_queued(db, sitting.sitting),
        may_several=is_organisation,
        visitor=visitor,
        orders=orders,
        buttons={"more": MORE, "less": LESS},
    )


@router.get("/bookings", name="bookings:list")
def see_list(request: Request, db: Db, visitor: SignedIn, page: str = "1") -> Response:
    number = int(page) if page.isascii() and page.isdecimal() and 0 < len(page) < 6 else 0
    found = overview.look(db, visitor, max(1, number))
    if not 1 <= number <= found.last:
        raise NotFound("There is no such page.")
    return show(request, "bookings.html", found=found, orders=orders, visitor=visitor)
