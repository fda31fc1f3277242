"""What those who booked say of a sitting, and the organiser's page of it."""

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.accounts.visitor import SignedIn, Viewer
from app.bookings import feedback, sittings, wording
from app.core.db import Db
from app.core.errors import Invalid
from app.core.forms import Said
from app.core.i18n import _
from app.core.web import go, render

router = APIRouter(include_in_schema=False)
GIVE = "/bookings/{identifier}/feedback"


@router.get(GIVE, name="bookings:feedback")
def form(request: Request, db: Db, visitor: SignedIn, identifier: str) -> Response:
    asked = feedback.find(db, visitor, identifier)
    said = asked.said
    typed = {"stars": str(said.stars), "said": said.text} if said else {}
    return _form(request, asked, typed)


@router.post(GIVE, name="bookings:give_feedback")
def give(
    request: Request,
    db: Db,
    visitor: SignedIn,
    identifier: str,
    stars: Said = "",
    said: Said = "",
) -> Response:
    asked = feedback.find(db, visitor, identifier)
    chosen = int(stars) if stars in set(map(str, feedback.STARS)) else 0
    try:
        feedback.give(db, asked, chosen, said, by=visitor)
    except Invalid as refusal:
        errors = {"said" if chosen else "stars": _(refusal.message, **refusal.values)}
        return _form(request, asked, {"stars": stars, "said": said}, errors)
    return go(request, "bookings:feedback", identifier=identifier)


@router.get("/workspace/trainings/sittings/{identifier}/feedback", name="trainings:feedback")
def read(request: Request, db: Db, visitor: Viewer, identifier: str) -> Response:
    sitting, training = sittings.find_own(db, visitor, identifier)
    said = feedback.of_sitting(db, sitting)
    known: dict[str, Any] = {"sitting": sitting, "training": training, "told": wording}
    known |= {"said": said, "shown": feedback.counted(said), "of_all": feedback.AVERAGE_FROM}
    return render(request, "trainings/feedback.html", **known)


def _form(
    request: Request,
    asked: feedback.Asked,
    typed: dict[str, str],
    errors: dict[str, str] | None = None,
) -> Response:
    known: dict[str, Any] = {"asked": asked, "posted": typed, "errors": errors or {}}
    until = feedback.changeable_until(asked.said) if asked.said else None
    known |= {"told": wording, "until": until, "longest": feedback.LONGEST}
    return render(request, "trainings/feedback_form.html", None, 422 if errors else 200, **known)
