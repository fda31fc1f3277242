"""How a vendor's listings are found."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.accounts.visitor import Viewer
from app.core.db import Db
from app.workspace import found
from app.workspace.pages import show

router = APIRouter(include_in_schema=False)


@router.get("/workspace/sightings", name="workspace:sightings")
def sightings(request: Request, db: Db, visitor: Viewer, listing: str = "") -> Response:
    figures = found.look(db, visitor, listing)
    return show(request, "sightings.html", figures=figures, weeks=found.WEEKS)
