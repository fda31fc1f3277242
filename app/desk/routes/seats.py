"""Seats that public money should pay a part of: look, then approve or refuse."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request
from sqlmodel import Session
from starlette.responses import Response

from app.accounts.visitor import Visitor
from app.bookings import approving, wording
from app.bookings import order_wording as orders
from app.core.access import Can, may
from app.core.db import Db
from app.core.errors import Invalid
from app.core.forms import Said
from app.core.i18n import _
from app.core.web import go, render
from app.desk.wording import place

router = APIRouter(include_in_schema=False)
Approver = Annotated[Visitor, Depends(may(Can.APPROVE_SEATS))]


@router.get("/desk/seats", name="desk:seats")
def see_list(request: Request, db: Db, visitor: Approver) -> Response:
    return _list(request, db, visitor)


@router.post("/desk/seats/{order_id}", name="desk:seats:decide")
def decide(
    request: Request,
    db: Db,
    visitor: Approver,
    order_id: UUID,
    decision: Annotated[str, Form()] = "",
    why: Said = "",
) -> Response:
    order = approving.find(db, visitor, order_id)
    try:
        if decision == "approve":
            approving.approve(db, order, by=visitor)
        else:
            approving.refuse(db, order, why, by=visitor)
    except Invalid as refusal:
        errors = {f"why-{order.identifier}": _(refusal.message, **refusal.values)}
        return _list(request, db, visitor, errors)
    return go(request, "desk:seats")


def _list(
    request: Request, db: Session, visitor: Visitor, errors: dict[str, str] | None = None
) -> Response:
    return render(
        request,
        "desk/seats.html",
        None,
        422 if errors else 200,
        rows=approving.waiting_for(db, visitor),
        told=wording,
        orders=orders,
        place=place,
        errors=errors or {},
    )
