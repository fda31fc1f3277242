"""Refunds that wait for a second person, those that failed, and goodwill."""

import re
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from sqlmodel import Session
from starlette.responses import Response

from app.accounts.visitor import Visitor
from app.core.access import Can, may
from app.core.db import Db
from app.core.errors import Invalid, Refusal
from app.core.forms import Said
from app.core.i18n import _
from app.core.web import go, render
from app.payments import gateway, queueing, refunds
from app.payments.stages import RefundStage
from app.payments.wording import REFUNDS, WHYS

router = APIRouter(include_in_schema=False)
LIST = "/desk/refunds"
ONE = f"{LIST}/{{refund_id}}"
YUAN = re.compile(r"\d{1,9}(\.\d{1,2})?")

Reader = Annotated[Visitor, Depends(may(Can.OVERSEE_TRAININGS))]
Asker = Annotated[Visitor, Depends(may(Can.REFUND))]
Approver = Annotated[Visitor, Depends(may(Can.APPROVE_REFUNDS, fresh=True))]


@router.get(LIST, name="desk:refunds")
def see_list(request: Request, db: Db, visitor: Reader) -> Response:
    return _list(request, db, visitor)


@router.post(LIST, name="desk:refunds:ask")
def ask(
    request: Request,
    db: Db,
    visitor: Asker,
    order: Said = "",
    amount: Said = "",
    note: Said = "",
) -> Response:
    typed = {"order": order, "amount": amount, "note": note}
    errors = {} if note else {"note": _("Say in a sentence why.")}
    if not YUAN.fullmatch(amount):
        errors["amount"] = _("Type an amount in yuan, as 120 or 99.50.")
    if errors:
        return _list(request, db, visitor, typed, errors)
    try:
        queueing.ask_goodwill(db, visitor.scope, order, _fen(amount), note, by=visitor)
    except Refusal as refusal:
        errors = {"order": _(refusal.message, **refusal.values)}
        return _list(request, db, visitor, typed, errors)
    return go(request, "desk:refunds")


def _fen(yuan: str) -> int:
    whole, _dot, part = yuan.partition(".")
    return int(whole) * 100 + int(part.ljust(2, "0") if part else 0)


@router.post(f"{ONE}/approve", name="desk:refund:approve")
def approve(request: Request, db: Db, visitor: Approver, refund_id: UUID) -> Response:
    refunds.approve(db, queueing.find(db, visitor.scope, refund_id), by=visitor)
    return go(request, "desk:refunds")


@router.post(f"{ONE}/decline", name="desk:refund:decline")
def decline(
    request: Request, db: Db, visitor: Approver, refund_id: UUID, why: Said = ""
) -> Response:
    refund = queueing.find(db, visitor.scope, refund_id)
    try:
        refunds.decline(db, refund, why, by=visitor)
    except Invalid as refusal:
        field = f"why-{refund_id}"
        errors = {field: _(refusal.message, **refusal.values)}
        return _list(request, db, visitor, {field: why}, errors)
    return go(request, "desk:refunds")


@router.post(f"{ONE}/again", name="desk:refund:again")
def try_again(request: Request, db: Db, visitor: Asker, refund_id: UUID) -> Response:
    refunds.again(db, queueing.find(db, visitor.scope, refund_id), by=visitor)
    return go(request, "desk:refunds")


def _list(
    request: Request,
    db: Session,
    visitor: Visitor,
    typed: dict[str, str] | None = None,
    errors: dict[str, str] | None = None,
) -> Response:
    known: dict[str, Any] = {
        "waiting": queueing.of_region(db, visitor.scope, RefundStage.WAITING),
        "failed": queueing.of_region(db, visitor.scope, RefundStage.FAILED),
        "on_the_way": queueing.of_region(
            db, visitor.scope, RefundStage.REQUESTED, RefundStage.PENDING
        ),
        "large": refunds.LARGE,
        "whys": WHYS,
        "stages": REFUNDS,
        "is_real": gateway.is_real(),
        "may_ask": visitor.may(Can.REFUND),
        "may_approve": visitor.may(Can.APPROVE_REFUNDS),
        "me": visitor.person_id,
        "posted": typed or {},
        "errors": errors or {},
    }
    return render(request, "desk/refunds.html", status=422 if errors else 200, **known)
