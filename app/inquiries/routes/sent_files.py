"""Files of threads: sending and fetching."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, File, Request, UploadFile
from sqlmodel import Session
from starlette.responses import Response

from app.accounts.visitor import Talker, Trader, Visitor
from app.core import files
from app.core.db import Db
from app.core.errors import Invalid
from app.core.web import go, hand_out
from app.inquiries import attaching, seeing
from app.inquiries.models import Inquiry, Side

router = APIRouter(include_in_schema=False)


@router.post("/inquiries/{identifier}/files", name="inquiries:attach")
def attach(
    request: Request,
    db: Db,
    visitor: Talker,
    identifier: str,
    file: Annotated[list[UploadFile] | None, File()] = None,
) -> Response:
    inquiry, side = seeing.take(db, visitor, identifier)
    if not attach_all(db, inquiry, side, file, by=visitor):
        raise Invalid("Choose a file first.")
    return go(request, "inquiries:thread", identifier=identifier)


@router.get("/inquiries/{identifier}/files/{attachment_id}", name="inquiries:file")
def fetch(db: Db, visitor: Trader, identifier: str, attachment_id: UUID) -> Response:
    inquiry, _side = seeing.find(db, visitor, identifier)
    attachment = attaching.find(db, inquiry, attachment_id)
    return hand_out(files.read(attachment), attachment.name, attachment.type)


def attach_all(
    db: Session,
    inquiry: Inquiry,
    side: Side,
    sent: Sequence[UploadFile] | None,
    *,
    by: Visitor,
) -> int:
    """Send each chosen file into a thread; how many there were."""
    chosen = [one for one in sent or () if one.filename]
    for one in chosen:
        content = one.file.read(files.MOST_BYTES + 1)
        attaching.attach(db, inquiry, side, content, one.filename or "", by=by)
    return len(chosen)
