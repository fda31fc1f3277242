"""Matches of an own need with reasons, why each is where it is, and needs that fit a vendor."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Request
from sqlmodel import Session
from starlette.responses import RedirectResponse, Response

from app.accounts.visitor import NeedWriter, SignedIn, Trader, Visitor
from app.bookings.suggesting import suggest
from app.core.db import Db
from app.core.errors import Invalid
from app.core.forms import Said
from app.core.i18n import _
from app.matching import feedback, service, wording
from app.matching.models import Verdict
from app.needs import match_wording, matched
from app.needs.pages import page_of, show_own
from app.needs.wanting import topic_of

router = APIRouter(include_in_schema=False)


@router.get("/workspace/needs/{identifier}/matches", name="needs:matches")
def of_need(request: Request, db: Db, visitor: Trader, identifier: str) -> Response:
    return _matches(request, db, visitor, identifier)


def _matches(
    request: Request,
    db: Session,
    visitor: Visitor,
    identifier: str,
    wrong: tuple[UUID, str] | None = None,
) -> Response:
    """The matches, perhaps with a sentence beside the one whose opinion could not be taken."""
    found = matched.of_need(db, visitor, identifier)
    return show_own(
        request,
        "matches.html",
        status=422 if wrong else 200,
        wrong=dict([wrong]) if wrong else {},
        found=found,
        visitor=visitor,
        told=match_wording,
        explained=wording,
        verdicts=matched.OPINIONS,
        suggested=suggest(db, topic_of(found.need)),
    )


@router.get("/workspace/fitting-needs", name="needs:fitting")
def fitting(request: Request, db: Db, visitor: Trader, page: int = 1) -> Response:
    found = matched.fitting(db, visitor, page=page_of(page))
    return show_own(
        request, "fitting.html", page=found, visitor=visitor, told=match_wording, explained=wording
    )


@router.get("/matches/{match_id}/why", name="matches:why")
def why(request: Request, db: Db, visitor: SignedIn, match_id: UUID) -> Response:
    seen = matched.find(db, visitor, match_id)
    names = matched.names(db, seen)
    return show_own(
        request,
        "why.html",
        seen=seen,
        replay=service.replay(db, seen.match),
        names=names,
        visitor=visitor,
        told=match_wording,
        explained=wording,
    )


@router.post("/matches/{match_id}/feedback", name="matches:feedback")
def say(
    request: Request,
    db: Db,
    visitor: NeedWriter,
    match_id: UUID,
    verdict: Annotated[Verdict, Form()],
    reason: Said = "",
) -> Response:
    seen = matched.find_own_match(db, visitor, match_id)
    if verdict not in matched.OPINIONS:
        raise Invalid("Choose useful, not useful or wrong.")
    try:
        feedback.say(db, visitor, seen.match, verdict, reason)
    except Invalid as refusal:
        wrong = match_id, _(refusal.message, **refusal.values)
        return _matches(request, db, visitor, seen.need.identifier, wrong)
    back = request.app.url_path_for("needs:matches", identifier=seen.need.identifier)
    return RedirectResponse(f"{back}#match-{match_id}", status_code=303)
