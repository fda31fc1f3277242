"""One booking: how it stands, its tickets, giving seats back, naming others for them."""

from collections.abc import Collection
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Form, Query, Request
from markupsafe import Markup
from sqlmodel import Session
from starlette.responses import Response

from app.accounts.visitor import SignedIn, Visitor
from app.bookings import (
    certifying,
    feedback,
    releasing,
    seats,
    seeing,
    terms,
    tickets,
    transferring,
)
from app.bookings import order_wording as orders
from app.bookings.calendars import event_of
from app.bookings.models import Booking, Order, Sitting
from app.bookings.ordering import Participant
from app.bookings.stages import OrderStage, SeatStage
from app.catalogue.models import Organisation, Training
from app.core import calendars
from app.core.db import Db, now
from app.core.errors import Conflict, NotFound
from app.core.forms import Posted, texts
from app.core.i18n import _
from app.core.web import go, hand_out
from app.payments import cancelling, gateway, paying, receipts, refunds
from app.payments.wording import REFUNDS, WHYS
from app.trainings.booking_form import participant_errors
from app.trainings.pages import show

router = APIRouter(include_in_schema=False)
Ids = list[UUID]


@router.get("/bookings/{identifier}", name="bookings:order")
def see(request: Request, db: Db, visitor: SignedIn, identifier: str) -> Response:
    order = seeing.find(db, visitor, identifier)
    known: dict[str, Any] = {
        "receipts": receipts.of_order(db, order),
        "refunds": refunds.of_order(db, order),
        "refund_states": REFUNDS,
        "refund_whys": WHYS,
        "payment": paying.latest(db, order),
        "is_real": gateway.is_real(),
        "issued": certifying.of_order(db, order),
        "asks": feedback.may_give(db, order, visitor),
    }
    return _show(request, db, visitor, order, "booking.html", **known)


@router.get("/bookings/{identifier}/tickets", name="bookings:tickets")
def see_tickets(request: Request, db: Db, visitor: SignedIn, identifier: str) -> Response:
    order = _confirmed(db, visitor, identifier)
    firm = [one for one in seats.live(db, order) if one.stage == SeatStage.CONFIRMED]
    drawn = [(one, Markup(tickets.picture_of(one))) for one in firm]  # noqa: S704  drawn by us
    return _show(request, db, visitor, order, "tickets.html", drawn=drawn)


@router.get("/bookings/{identifier}/calendar.ics", name="bookings:calendar")
def calendar(db: Db, visitor: SignedIn, identifier: str) -> Response:
    """With the link to join: whoever gets this has a confirmed seat."""
    order = _confirmed(db, visitor, identifier)
    sitting = db.get_one(Sitting, order.sitting_id)
    training = db.get_one(Training, sitting.training_id)
    event = event_of(sitting, training, join_link=sitting.join_link)
    return hand_out(calendars.calendar([event]), f"{identifier}.ics", calendars.MEDIA_TYPE)


@router.get("/bookings/{identifier}/cancel", name="bookings:cancelling")
def before_cancelling(
    request: Request,
    db: Db,
    visitor: SignedIn,
    identifier: str,
    seat: Annotated[Ids | None, Query()] = None,
) -> Response:
    return _plan(request, db, visitor, seeing.find_to_change(db, visitor, identifier), seat)


@router.post("/bookings/{identifier}/cancel", name="bookings:cancel")
def cancel(
    request: Request,
    db: Db,
    visitor: SignedIn,
    identifier: str,
    seat: Annotated[Ids | None, Form()] = None,
    back: Annotated[str, Form()] = "",
) -> Response:
    order = seeing.find_to_change(db, visitor, identifier)
    due = sum(one.back for one in releasing.plan(db, order, seat, now()))
    if back != str(due):  # the time went on while the page was read
        told = _("What comes back has changed meanwhile. Look at it again.")
        return _plan(request, db, visitor, order, seat, told)
    cancelling.cancel_order(db, order, seat, "", by=visitor)
    return go(request, "bookings:order", identifier=identifier)


@router.get("/bookings/{identifier}/seats/{booking_id}", name="bookings:transferring")
def before_transfer(
    request: Request, db: Db, visitor: SignedIn, identifier: str, booking_id: UUID
) -> Response:
    order = seeing.find_to_change(db, visitor, identifier)
    seat = _seat(db, order, booking_id)
    return _show(request, db, visitor, order, "transfer.html", seat=seat, posted={}, errors={})


@router.post("/bookings/{identifier}/seats/{booking_id}", name="bookings:transfer")
def transfer(
    request: Request,
    posted: Posted,
    db: Db,
    visitor: SignedIn,
    identifier: str,
    booking_id: UUID,
) -> Response:
    order = seeing.find_to_change(db, visitor, identifier)
    seat, typed = _seat(db, order, booking_id), texts(posted)
    one = Participant(typed.get("name", ""), typed.get("email", ""), typed.get("job", ""))
    errors = participant_errors(one)
    if errors:
        known: dict[str, Any] = {"seat": seat, "posted": typed, "errors": errors}
        return _show(request, db, visitor, order, "transfer.html", 422, **known)
    transferring.transfer(db, seat, one, by=visitor)
    return go(request, "bookings:order", identifier=identifier)


def _confirmed(db: Session, visitor: Visitor, identifier: str) -> Order:
    order = seeing.find(db, visitor, identifier)
    if order.stage != OrderStage.CONFIRMED:
        raise Conflict("There are tickets once the seats are confirmed.")
    return order


def _seat(db: Session, order: Order, booking_id: UUID) -> Booking:
    for seat in seats.live(db, order):
        if seat.id == booking_id:
            return seat
    raise NotFound("There is no such seat.")


def _plan(
    request: Request,
    db: Session,
    visitor: Visitor,
    order: Order,
    chosen: Collection[UUID] | None,
    told: str = "",
) -> Response:
    by_id = {seat.id: seat for seat in seats.live(db, order)}
    dues = [(by_id[due.booking_id], due) for due in releasing.plan(db, order, chosen, now())]
    if not dues:
        raise Conflict("This booking is over already.")
    status = 409 if told else 200
    return _show(request, db, visitor, order, "cancel.html", status, dues=dues, refusal=told)


def _show(
    request: Request,
    db: Session,
    visitor: Visitor,
    order: Order,
    template: str,
    status: int = 200,
    **context: Any,
) -> Response:
    sitting = db.get_one(Sitting, order.sitting_id)
    owner = db.get(Organisation, order.organisation_id) if order.organisation_id else None
    return show(
        request,
        template,
        status,
        order=order,
        sitting=sitting,
        training=db.get_one(Training, sitting.training_id),
        seats=seats.of_order(db, order),
        organisation=owner,
        terms=terms.of_order(db, sitting, order),
        may_change=seeing.may_change(order, visitor),
        is_ahead=sitting.starts_at > now(),
        orders=orders,
        **context,
    )
