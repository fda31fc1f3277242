"""Reported threads: read with a reason that is recorded, and decided."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Query, Request
from sqlmodel import Session
from starlette.responses import Response

from app.accounts.visitor import Visitor
from app.core.access import Can, may
from app.core.db import Db
from app.core.errors import Invalid
from app.core.forms import Said
from app.core.i18n import _, mark
from app.core.web import go, hand_out, render
from app.desk.wording import place
from app.desk.words import SIDES
from app.inquiries import events, reporting
from app.inquiries.reporting import Opened, Outcome

router = APIRouter(include_in_schema=False)
Decider = Annotated[Visitor, Depends(may(Can.DECIDE_REPORTS))]
Number = Annotated[int, Query(ge=1, le=100_000)]
ONE = "/desk/reports/{report_id}"
OUTCOMES = {
    Outcome.WARNED: mark("Uphold it: warn the side that was reported"),
    Outcome.SUSPENDED: mark("Uphold it: for some days that side can send no inquiries"),
    Outcome.DISMISSED: mark("Dismiss it"),
}


@router.get("/desk/reports", name="desk:reports")
def see_list(request: Request, db: Db, visitor: Decider, page: Number = 1) -> Response:
    found = reporting.page(db, visitor, page)
    return _render(request, "reports.html", "results", page=found)


@router.get(ONE, name="desk:report")
def see_one(request: Request, db: Db, visitor: Decider, report_id: UUID) -> Response:
    return _one(request, db, visitor, report_id)


@router.post(f"{ONE}/thread", name="desk:report:open")
def open_thread(
    request: Request, db: Db, visitor: Decider, report_id: UUID, why: Said = ""
) -> Response:
    """Shown at once and kept nowhere: whoever wants to read it again says why again."""
    case = reporting.find(db, visitor, report_id)
    try:
        opened = reporting.open_thread(db, case, why, by=visitor)
    except Invalid as refusal:
        errors = {"why": _(refusal.message, **refusal.values)}
        return _one(request, db, visitor, report_id, {"why": why}, errors)
    response = _one(request, db, visitor, report_id, {"why": why}, opened=opened)
    response.headers["Cache-Control"] = "no-store"
    return response


@router.post(f"{ONE}/thread/{{attachment_id}}", name="desk:report:file")
def open_file(
    db: Db, visitor: Decider, report_id: UUID, attachment_id: UUID, why: Said = ""
) -> Response:
    case = reporting.find(db, visitor, report_id)
    file, content = reporting.open_file(db, case, attachment_id, why, by=visitor)
    return hand_out(content, file.name, file.type)


@router.post(f"{ONE}/decision", name="desk:report:decide")
def decide(
    request: Request,
    db: Db,
    visitor: Decider,
    report_id: UUID,
    outcome: Annotated[str, Form()] = "",
    days: Said = "",
    answer: Said = "",
) -> Response:
    case = reporting.find(db, visitor, report_id, holds=True)
    typed = {"outcome": outcome, "days": days, "answer": answer}
    if outcome not in set(Outcome):
        errors = {"outcome": _("Choose what becomes of it.")}
        return _one(request, db, visitor, report_id, typed, errors)
    many = int(days) if days.isascii() and days.isdecimal() and len(days) < 5 else 0
    try:
        reporting.decide(db, case, Outcome(outcome), answer, by=visitor, days=many)
    except Invalid as refusal:
        errors = {"days" if answer else "answer": _(refusal.message, **refusal.values)}
        return _one(request, db, visitor, report_id, typed, errors)
    return go(request, "desk:report", report_id=report_id)


def _one(
    request: Request,
    db: Session,
    visitor: Visitor,
    report_id: UUID,
    typed: dict[str, str] | None = None,
    errors: dict[str, str] | None = None,
    opened: Opened | None = None,
) -> Response:
    case = reporting.find(db, visitor, report_id)
    known: dict[str, Any] = {
        "case": case,
        "report": case.report,
        "row": case.row,
        "may_open": reporting.may_open(case.report, visitor),
        "opened": opened,
        "outcomes": OUTCOMES,
        "most_days": reporting.MOST_DAYS,
        "posted": typed or {},
        "errors": errors or {},
    }
    return _render(request, "report.html", status=422 if errors else 200, **known)


def _render(
    request: Request, template: str, block: str | None = None, status: int = 200, **known: Any
) -> Response:
    said = {"reasons": reporting.REASONS, "sides": SIDES, "events": events, "place": place}
    return render(request, f"desk/{template}", block, status, **said, **known)
