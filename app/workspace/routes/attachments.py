"""Files of an application: sending, fetching, taking away."""

from typing import Annotated
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, File, Request, UploadFile
from starlette.responses import Response

from app.accounts.visitor import Editor, SignedIn
from app.core import files
from app.core.access import Public
from app.core.db import Db
from app.core.errors import Invalid
from app.core.files import Attachment
from app.core.i18n import _
from app.core.web import go
from app.curation.applications import drafts
from app.workspace import attaching
from app.workspace.routes import applications

router = APIRouter(include_in_schema=False)


@router.post("/workspace/applications/{application_id}/files", name="workspace:attach")
def attach(
    request: Request,
    db: Db,
    visitor: Editor,
    application_id: UUID,
    file: Annotated[list[UploadFile] | None, File()] = None,
) -> Response:
    application = drafts.take(db, visitor, application_id)
    sent = [one for one in file or [] if one.filename]
    if not sent:
        errors = {"file": _("Choose a file first.")}
        return applications.show_application(request, db, application, errors)
    for one in sent:
        content = one.file.read(files.MOST_BYTES + 1)
        try:
            attaching.attach(db, application, content, one.filename or "", by=visitor)
        except Invalid as refusal:  # those before it are kept
            errors = {"file": f"{one.filename}: {_(refusal.message, **refusal.values)}"}
            return applications.show_application(request, db, application, errors)
        db.flush()  # the next one is counted with it
    return go(request, "workspace:application", application_id=application_id)


@router.post(
    "/workspace/applications/{application_id}/files/{attachment_id}/remove",
    name="workspace:detach",
)
def detach(
    request: Request, db: Db, visitor: Editor, application_id: UUID, attachment_id: UUID
) -> Response:
    application = drafts.take(db, visitor, application_id)
    attaching.take_away(db, application, attachment_id)
    return go(request, "workspace:application", application_id=application_id)


@router.get("/attachments/{attachment_id}", name="workspace:file")
def fetch(db: Db, visitor: SignedIn, attachment_id: UUID) -> Response:
    return _download(attaching.find_for(db, visitor, attachment_id), "private, no-store")


@router.get("/files/{attachment_id}", name="workspace:public_file", dependencies=[Public])
def fetch_public(db: Db, attachment_id: UUID) -> Response:
    return _download(attaching.find_public(db, attachment_id), "no-cache")


def _download(attachment: Attachment, caching: str) -> Response:
    """Always saved, never shown: what somebody sent must not run as a page of ours."""
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(attachment.name, safe='')}",
        "Cache-Control": caching,
        "X-Robots-Tag": "noindex",
    }
    return Response(files.read(attachment), media_type=attachment.type, headers=headers)
