"""Rating a vendor after a contract, and the vendor's reply."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.accounts.visitor import Talker
from app.core.db import Db
from app.core.errors import Invalid
from app.core.forms import Said
from app.core.i18n import _
from app.core.web import go
from app.inquiries import beside, ratings, seeing  # noqa: F401  `beside` finds more for listings
from app.inquiries.routes import threads
from app.inquiries.routes.following import THREAD
from app.inquiries.routes.threads import again

router = APIRouter(include_in_schema=False)


@router.post("/inquiries/{identifier}/rating", name="inquiries:rate")
def rate(
    request: Request, db: Db, visitor: Talker, identifier: str, stars: Said = "", rating: Said = ""
) -> Response:
    inquiry, side = seeing.take(db, visitor, identifier)
    chosen = int(stars) if stars in set(map(str, ratings.STARS)) else 0
    try:
        ratings.rate(db, inquiry, side, chosen, rating, by=visitor)
    except Invalid as refusal:
        name = "rating" if chosen else "stars"
        typed = {"stars": stars, "rating": rating}
        errors = {name: _(refusal.message, **refusal.values)}
        return threads.page(request, db, visitor, inquiry, typed=typed, errors=errors)
    return go(request, THREAD, identifier=identifier)


@router.post("/inquiries/{identifier}/rating/reply", name="inquiries:reply")
def reply(request: Request, db: Db, visitor: Talker, identifier: str, reply: Said = "") -> Response:
    inquiry, side = seeing.take(db, visitor, identifier)
    try:
        ratings.reply(db, inquiry, side, reply, by=visitor)
    except Invalid as refusal:
        return again(request, db, visitor, inquiry, "reply", reply, refusal)
    return go(request, THREAD, identifier=identifier)
