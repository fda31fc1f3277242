"""What stands on a list: notes, order, taking off; and the searches that belong to it."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Form, Request
from starlette.responses import Response

from app.accounts.visitor import ListKeeper
from app.alerts import saving
from app.core.db import Db
from app.core.forms import Said
from app.core.web import go
from app.shortlists import keeping

LIST = "/workspace/shortlists/{shortlist_id}"
ITEM = f"{LIST}/items/{{item_id}}"

router = APIRouter(include_in_schema=False)


def _back(request: Request, shortlist_id: UUID) -> Response:
    return go(request, "shortlists:shortlist", shortlist_id=shortlist_id)


@router.post(ITEM, name="shortlists:note")
def note(
    request: Request,
    db: Db,
    visitor: ListKeeper,
    shortlist_id: UUID,
    item_id: UUID,
    text: Said = "",
) -> Response:
    keeping.note(db, shortlist_id, item_id, text, by=visitor)
    return _back(request, shortlist_id)


@router.post(f"{ITEM}/move", name="shortlists:move")
def move(
    request: Request,
    db: Db,
    visitor: ListKeeper,
    shortlist_id: UUID,
    item_id: UUID,
    to: Annotated[Literal["up", "down"], Form()],
) -> Response:
    keeping.move(db, shortlist_id, item_id, up=to == "up", by=visitor)
    return _back(request, shortlist_id)


@router.post(f"{ITEM}/remove", name="shortlists:take_off")
def take_off(
    request: Request, db: Db, visitor: ListKeeper, shortlist_id: UUID, item_id: UUID
) -> Response:
    keeping.take_off(db, shortlist_id, item_id, by=visitor)
    return _back(request, shortlist_id)


@router.post(f"{LIST}/searches", name="shortlists:tie")
def tie(
    request: Request,
    db: Db,
    visitor: ListKeeper,
    shortlist_id: UUID,
    watch: Annotated[UUID, Form()],
) -> Response:
    shortlist = keeping.to_change(db, shortlist_id, by=visitor)
    saving.tie(db, watch, shortlist.id, shortlist.organisation_id, by=visitor)
    keeping.touch(shortlist)
    return _back(request, shortlist_id)


@router.post(f"{LIST}/searches/{{watch_id}}/remove", name="shortlists:untie")
def untie(
    request: Request, db: Db, visitor: ListKeeper, shortlist_id: UUID, watch_id: UUID
) -> Response:
    shortlist = keeping.to_change(db, shortlist_id, by=visitor)
    saving.untie(db, watch_id, shortlist.id)
    keeping.touch(shortlist)
    return _back(request, shortlist_id)
