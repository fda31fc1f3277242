"""What follows in a thread: the clock, calling the staff, reports and blocks."""

from typing import Annotated

from fastapi import APIRouter, Form, Path, Request
from starlette.responses import Response

from app.accounts.visitor import Talker, Trader
from app.core.db import Db
from app.core.errors import Invalid
from app.core.forms import Said
from app.core.i18n import _
from app.core.web import go
from app.inquiries import blocking, escalating, pausing, reporting, seeing
from app.inquiries.routes import threads
from app.inquiries.routes.pages import REFUSED, show
from app.inquiries.routes.threads import again

router = APIRouter(include_in_schema=False)
Number = Annotated[int, Path(ge=1, lt=2**31)]  # what a database can hold
THREAD = "inquiries:thread"


@router.get("/inquiries/blocks", name="inquiries:blocks")
def blocks(request: Request, db: Db, visitor: Trader) -> Response:
    return show(request, "blocks.html", blocks=blocking.listed(db, visitor))


@router.post("/inquiries/blocks/{block_id}/end", name="inquiries:unblock")
def unblock(request: Request, db: Db, visitor: Talker, block_id: Number) -> Response:
    blocking.end(db, block_id, by=visitor)
    return go(request, "inquiries:blocks")


@router.post("/inquiries/{identifier}/question", name="inquiries:ask_back")
def ask_back(
    request: Request,
    db: Db,
    visitor: Talker,
    identifier: str,
    text: Said = "",
    sent_key: Said = "",
) -> Response:
    inquiry, side = seeing.take(db, visitor, identifier)
    try:
        with db.begin_nested():  # what is refused counts towards no limit
            pausing.ask_back(db, inquiry, side, text, sent_key=sent_key, by=visitor)
    except REFUSED as refusal:
        return again(request, db, visitor, inquiry, "text", text, refusal)
    return go(request, THREAD, identifier=identifier)


@router.post("/inquiries/{identifier}/no-answer-needed", name="inquiries:leave")
def leave(request: Request, db: Db, visitor: Talker, identifier: str) -> Response:
    inquiry, side = seeing.take(db, visitor, identifier)
    pausing.leave(db, inquiry, side, by=visitor)
    return go(request, THREAD, identifier=identifier)


@router.post("/inquiries/{identifier}/escalation", name="inquiries:escalate")
def escalate(
    request: Request, db: Db, visitor: Talker, identifier: str, escalation: Said = ""
) -> Response:
    inquiry, side = seeing.take(db, visitor, identifier)
    try:
        escalating.escalate(db, inquiry, side, escalation, by=visitor)
    except Invalid as refusal:
        return again(request, db, visitor, inquiry, "escalation", escalation, refusal)
    return go(request, THREAD, identifier=identifier)


@router.post("/inquiries/{identifier}/report", name="inquiries:report")
def report(
    request: Request,
    db: Db,
    visitor: Talker,
    identifier: str,
    reason: Annotated[str, Form()] = "",
    report: Said = "",
) -> Response:
    inquiry, side = seeing.take(db, visitor, identifier)
    try:
        reporting.report(db, inquiry, side, reason, report, by=visitor)
    except Invalid as refusal:
        name = "report" if reason in reporting.REASONS else "reason"
        typed = {"reason": reason, "report": report}
        errors = {name: _(refusal.message, **refusal.values)}
        return threads.page(request, db, visitor, inquiry, typed=typed, errors=errors)
    return go(request, THREAD, identifier=identifier)


@router.post("/inquiries/{identifier}/block", name="inquiries:block")
def block(request: Request, db: Db, visitor: Talker, identifier: str) -> Response:
    inquiry, side = seeing.take(db, visitor, identifier)
    blocking.block(db, inquiry, side, by=visitor)
    return go(request, THREAD, identifier=identifier)
