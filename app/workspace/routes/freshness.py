"""The one button with which a vendor says that a listing still holds."""

from uuid import UUID

from fastapi import APIRouter
from starlette.responses import RedirectResponse, Response

from app.accounts.visitor import Editor
from app.core.db import Db
from app.curation.oversight import freshness

router = APIRouter(include_in_schema=False)


@router.post("/workspace/listings/{record_id}/confirm", name="workspace:confirm")
def confirm(db: Db, visitor: Editor, record_id: UUID) -> Response:
    record = freshness.find_own(db, visitor, record_id)
    freshness.confirm(db, record, by=visitor)
    return RedirectResponse("/workspace", status_code=303)
