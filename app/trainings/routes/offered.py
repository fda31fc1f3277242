"""The organisers' first page: their trainings, the dates of each, and how full they are."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.accounts.visitor import Viewer
from app.core.db import Db
from app.trainings import offering
from app.trainings.pages import show

router = APIRouter(include_in_schema=False)


@router.get("/workspace/trainings", name="trainings:offered")
def offered(request: Request, db: Db, visitor: Viewer) -> Response:
    return show(request, "offered.html", offering=offering.look(db, visitor), visitor=visitor)
