"""Who was there: the list of a sitting, the same on paper, and tickets at the door."""

from typing import Annotated, Any
from uuid import UUID

import segno
from fastapi import APIRouter, Form, Query, Request
from starlette.responses import Response

from app.accounts.visitor import SignedIn, TrainingOfferer
from app.bookings import attendance_sheet, attending, sittings, wording
from app.core.db import Db
from app.core.forms import clean
from app.core.settings import get_settings
from app.core.web import go, hand_out, render

router = APIRouter(include_in_schema=False)
LIST = "/workspace/trainings/sittings/{identifier}/attendance"
TICKET = "/tickets/{ticket}"
Ids = Annotated[list[UUID] | None, Form()]
Typed = Annotated[str, Query(max_length=200)]


@router.get(LIST, name="trainings:attendance")
def see(
    request: Request, db: Db, visitor: TrainingOfferer, identifier: str, q: Typed = ""
) -> Response:
    sitting, training = sittings.find_own(db, visitor, identifier)
    attendees = attending.listed(db, sitting, clean(q))
    known: dict[str, Any] = {"sitting": sitting, "training": training, "attendees": attendees}
    known |= {"q": clean(q), "counts": attending.counts(db, sitting)}
    return _show(request, "attendance.html", **known)


@router.post(LIST, name="trainings:note_attendance")
def note(
    request: Request,
    db: Db,
    visitor: TrainingOfferer,
    identifier: str,
    present: Ids = None,
    was: Ids = None,
) -> Response:
    sitting, _training = sittings.find_own(db, visitor, identifier)
    attending.note(db, sitting, present or (), was or (), by=visitor)
    return go(request, "trainings:attendance", identifier=identifier)


@router.get(f"{LIST}/print", name="trainings:attendance_print")
def on_paper(request: Request, db: Db, visitor: TrainingOfferer, identifier: str) -> Response:
    sitting, training = sittings.find_own(db, visitor, identifier)
    known = {"sitting": sitting, "training": training}
    attendees = attending.listed(db, sitting)
    return _show(request, "attendance_print.html", attendees=attendees, **known)


@router.get(f"{LIST}/list.pdf", name="trainings:attendance_pdf")
def as_pdf(db: Db, visitor: TrainingOfferer, identifier: str) -> Response:
    sitting, training = sittings.find_own(db, visitor, identifier)
    content = attendance_sheet.as_pdf(sitting, training, attending.listed(db, sitting))
    return hand_out(content, f"{identifier}.pdf", "application/pdf")


@router.get(TICKET, name="bookings:ticket")
def ticket(request: Request, db: Db, visitor: SignedIn, ticket: str) -> Response:
    return _show(request, "ticket.html", found=attending.find_ticket(db, visitor, ticket))


@router.get(f"{TICKET}/picture.svg", name="bookings:ticket_picture")
def picture(request: Request, db: Db, visitor: SignedIn, ticket: str) -> Response:
    """What the holder shows at the door: the address of the ticket as a QR code."""
    found = attending.find_ticket(db, visitor, ticket)
    path = request.app.url_path_for("bookings:ticket", ticket=found.booking.ticket)
    code = segno.make(get_settings().public_url.rstrip("/") + str(path), error="m", micro=False)
    drawn: str = code.svg_inline(scale=6, border=3, light="#fff")
    content = drawn.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1)
    headers = {"Cache-Control": "private, no-store"}
    return Response(content.encode(), media_type="image/svg+xml", headers=headers)


@router.post(f"{TICKET}/present", name="bookings:present")
def present(request: Request, db: Db, visitor: TrainingOfferer, ticket: str) -> Response:
    attending.mark_present(db, attending.find_ticket(db, visitor, ticket), by=visitor)
    return go(request, "bookings:ticket", ticket=ticket)


@router.post(f"{TICKET}/undo", name="bookings:not_present")
def undo(request: Request, db: Db, visitor: TrainingOfferer, ticket: str) -> Response:
    attending.undo(db, attending.find_ticket(db, visitor, ticket), by=visitor)
    return go(request, "bookings:ticket", ticket=ticket)


def _show(request: Request, template: str, **known: Any) -> Response:
    said = {"told": wording, "attending": attending, **known}
    response = render(request, f"trainings/{template}", **said)
    response.headers["Cache-Control"] = "private, no-store"
    return response
