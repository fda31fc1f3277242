"""The audit trail, searched."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from app.accounts.visitor import Visitor
from app.core.access import Can, may
from app.core.db import Db
from app.core.web import go, render
from app.curation import trail
from app.desk import auditing, subjects, wording
from app.desk.deeds import sentence

router = APIRouter(include_in_schema=False)
Auditor = Annotated[Visitor, Depends(may(Can.READ_AUDIT))]


@router.get("/desk/audit", name="desk:audit")
def search(request: Request, db: Db, visitor: Auditor) -> Response:
    asked, errors = auditing.read(request.query_params)
    return render(
        request,
        "desk/audit.html",
        "results",
        status=422 if errors else 200,
        page=auditing.page(db, visitor, asked),
        asked=asked,
        errors=errors,
        chain=auditing.chain(db),
        acts=[(code, sentence(code, "…", "…")) for code in auditing.actions(db, visitor)],
        subjects=subjects.SUBJECTS,
        wording=wording,
    )


@router.post("/desk/audit/check", name="desk:audit-check")
def check(request: Request, db: Db, visitor: Auditor) -> Response:  # noqa: ARG001  must be one
    trail.ask_for_check(db)
    return go(request, "desk:audit")
