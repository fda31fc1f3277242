"""Paying a booking: to the hosted page and back, and receipts."""

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from app.accounts.visitor import SignedIn
from app.bookings import seeing
from app.bookings.stages import OrderStage
from app.core.db import Db
from app.core.forms import NumberInAddress
from app.core.web import go, hand_out, render
from app.payments import documents, gateway, paying, receipts
from app.payments.stages import PaymentStage

router = APIRouter(include_in_schema=False)
PAY = "/bookings/{identifier}/pay"
RECEIPT = "/receipts/{number}"


@router.post(PAY, name="bookings:pay")
def begin(request: Request, db: Db, visitor: SignedIn, identifier: str) -> Response:
    """Only written down: the service is asked by the page that follows, outside any lock."""
    order = seeing.find_to_change(db, visitor, identifier)
    paying.start(db, order, by=visitor)
    return go(request, "bookings:checkout", identifier=identifier)


@router.get(PAY, name="bookings:checkout")
def go_to_checkout(db: Db, visitor: SignedIn, identifier: str) -> Response:
    order = seeing.find_to_change(db, visitor, identifier)
    payment = paying.latest(db, order)
    if payment is None or order.stage != OrderStage.HELD:
        return RedirectResponse(f"/bookings/{order.identifier}", status_code=303)
    url = paying.open_checkout(db, payment)
    return RedirectResponse(gateway.here(url), 303, headers={"Cache-Control": "no-store"})


@router.get("/bookings/{identifier}/paid", name="bookings:paid")
def see_paid(request: Request, db: Db, visitor: SignedIn, identifier: str) -> Response:
    """Says what is known, and asks again until the event came; nothing is confirmed here."""
    order = seeing.find(db, visitor, identifier)
    payment = paying.latest(db, order)
    waits = order.stage == OrderStage.HELD and payment is not None
    known: dict[str, Any] = {
        "order": order,
        "payment": payment,
        "receipts": receipts.of_order(db, order),
        "title_of": documents.title_of,
        "is_pending": payment is not None and payment.stage == PaymentStage.PENDING,
        "waits": waits and payment is not None and payment.stage in _ON_THE_WAY,
        "is_real": gateway.is_real(),
    }
    return render(request, "trainings/paid.html", "state", **known)


_ON_THE_WAY = (PaymentStage.NEW, PaymentStage.OPEN, PaymentStage.PENDING)


@router.get(RECEIPT, name="receipts:one")
def see_receipt(request: Request, db: Db, visitor: SignedIn, number: NumberInAddress) -> Response:
    receipt = receipts.find_own(db, visitor, number)
    title, rows = documents.title_of(receipt), documents.rows_of(receipt)
    return render(request, "trainings/receipt.html", receipt=receipt, title=title, rows=rows)


@router.get(f"{RECEIPT}/pdf", name="receipts:pdf")
def take_receipt(db: Db, visitor: SignedIn, number: NumberInAddress) -> Response:
    receipt = receipts.find_own(db, visitor, number)
    name = f"{documents.title_of(receipt)}.pdf"
    return hand_out(documents.as_pdf(receipt), name, "application/pdf")
