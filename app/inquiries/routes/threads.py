"""Threads of both sides: the list, one thread, talking in it, and what is new as it comes."""

from typing import Annotated, Any
from uuid import UUID, uuid4

from fastapi import APIRouter, Form, Header, Query, Request
from sqlmodel import Session
from starlette.background import BackgroundTask
from starlette.responses import Response

from app.accounts.visitor import Talker, Trader, Visitor
from app.core import streams
from app.core.access import Can
from app.core.db import Db
from app.core.errors import Refusal
from app.core.forms import Said
from app.core.i18n import _
from app.core.web import go, render
from app.inquiries import (
    answers,
    due,
    following,
    noticing,
    reading,
    reporting,
    seeing,
    speaking,
    standing,
    stepping,
)
from app.inquiries.models import Inquiry, InquiryStage, Side
from app.inquiries.reading import Asked, Line
from app.inquiries.routes.pages import REFUSED, show
from app.needs.reading import by_ids

router = APIRouter(include_in_schema=False)
STATES = ("open", "ended")
Number = Annotated[int, Query(ge=1, le=100_000)]
After = Annotated[int, Query(ge=0, le=2**62)]


@router.get("/inquiries", name="inquiries:list")
def own(
    request: Request,
    db: Db,
    visitor: Trader,
    state: str = "",
    side: str = "",
    stage: str = "",
    unread: str = "",
    page: Number = 1,
) -> Response:
    asked = Asked(
        state=state if state in STATES else "",
        side=side if side in seeing.OTHER else "",
        stage=stage if stage in set(InquiryStage) else "",
        unread=unread == "1",
    )
    found = reading.page(db, visitor, asked, number=page)
    return show(
        request, "list.html", "results", page=found, asked=asked, stages=reading.stage_options()
    )


@router.get("/inquiries/{identifier}", name="inquiries:thread")
def thread(
    request: Request, db: Db, visitor: Trader, identifier: str, answer: UUID | None = None
) -> Response:
    inquiry, _side = seeing.find(db, visitor, identifier)
    kept = answers.find(db, visitor, answer) if answer else None
    return page(request, db, visitor, inquiry, typed={"text": kept.text if kept else ""})


@router.post("/inquiries/{identifier}/messages", name="inquiries:say")
def say(
    request: Request,
    db: Db,
    visitor: Talker,
    identifier: str,
    text: Said = "",
    sent_key: Annotated[str, Form()] = "",
) -> Response:
    inquiry, side = seeing.take(db, visitor, identifier)
    try:
        with db.begin_nested():  # what is refused counts towards no limit
            speaking.say(db, inquiry, side, text, sent_key=sent_key, by=visitor)
    except REFUSED as refusal:
        return again(request, db, visitor, inquiry, "text", text, refusal)
    return go(request, "inquiries:thread", identifier=identifier)


@router.get("/inquiries/{identifier}/events", name="inquiries:events")
def events(
    request: Request,
    db: Db,
    visitor: Trader,
    identifier: str,
    after: After = 0,
    last_event_id: Annotated[str, Header()] = "",
) -> Response:
    seeing.find(db, visitor, identifier)
    came_to = int(last_event_id) if last_event_id.isdecimal() and len(last_event_id) < 19 else 0

    def draw(line: Line) -> str:
        html = render(request, "inquiries/_line.html", line=line, identifier=identifier)
        return bytes(html.body).decode()

    look = following.look_at(db.get_bind(), visitor, identifier, draw)
    came = streams.follow(look, max(after, came_to))
    return streams.EventStream(came, of=visitor.person_id)


def page(
    request: Request,
    db: Session,
    visitor: Visitor,
    inquiry: Inquiry,
    *,
    typed: dict[str, str],
    errors: dict[str, str] | None = None,
    status: int = 422,
) -> Response:
    """The page of a thread; what it shows is noted as read once it was sent."""
    found = reading.thread(db, visitor, inquiry)
    may_talk = visitor.may(Can.TALK)
    is_vendor = found.side is Side.VENDOR
    said: dict[str, Any] = {
        "thread": found,
        "inquiry": inquiry,
        "identifier": inquiry.identifier,
        "need": by_ids(db, visitor, [found.need.id]).get(found.need.id) if found.need else None,
        "choices": stepping.choices(inquiry, found.side) if may_talk else [],
        "may_sign": may_talk and stepping.may_sign(inquiry),
        "may_talk": may_talk,
        "answers": answers.own(db, visitor) if may_talk and is_vendor else [],
        "standing": standing.look(db, visitor, inquiry, found.side),
        "report_reasons": [(code, _(text)) for code, text in reporting.REASONS.items()],
        "days": (due.ANSWER_WITHIN, due.LATER_WITHIN),
        "shows_contact": seeing.shows_contact(inquiry, found.side),
        "sent_key": uuid4().hex,
    }
    status = status if errors else 200
    response = show(
        request, "thread.html", status=status, **said, posted=typed, errors=errors or {}
    )
    if request.method == "GET":
        seen = (db.get_bind(), visitor, inquiry.id, found.last)
        response.background = BackgroundTask(noticing.shown, *seen)
    return response


def again(
    request: Request,
    db: Session,
    visitor: Visitor,
    inquiry: Inquiry,
    name: str,
    said: str,
    refusal: Refusal,
) -> Response:
    """The thread once more, with what was typed into one field and why it cannot be taken."""
    errors = {name: _(refusal.message, **refusal.values)}
    status = int(refusal.status)
    answer = page(request, db, visitor, inquiry, typed={name: said}, errors=errors, status=status)
    answer.headers.update(refusal.headers)
    return answer
