"""How useful matches are, and who gets the good places: figures of the staff's region."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from app.accounts.visitor import Visitor
from app.catalogue.labels import code_label, region_label
from app.core.access import Can, may
from app.core.db import Db
from app.core.web import render
from app.matching import figures

router = APIRouter(include_in_schema=False)
Overseer = Annotated[Visitor, Depends(may(Can.OVERSEE_MATCHES))]
MOST_REASONS = 10


@router.get("/desk/matches", name="desk:matches")
def see_figures(request: Request, db: Db, visitor: Overseer) -> Response:
    found = figures.quality(db, visitor.scope)
    return render(
        request,
        "desk/matches.html",
        region=region_label(visitor.scope.region),
        quality=found,
        wrong=found.whole.wrong.most_common(MOST_REASONS),
        exposure=figures.exposure(db, visitor.scope),
        rules=figures,
        scenarios=[(code_label("scenario", code), one) for code, one in found.scenarios.items()],
    )
