"""Appeals against decisions: a vendor makes one, somebody else of the staff decides it."""

from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Query, Request
from sqlmodel import Session
from starlette.responses import Response

from app.accounts.visitor import Editor, Visitor
from app.catalogue.labels import region_label
from app.core.access import Can, may
from app.core.db import Db
from app.core.forms import Said, clean, text_errors
from app.core.i18n import _
from app.core.web import go, render
from app.curation.applications import appeals, drafts
from app.desk.words import APPEAL_STAGES, APPEAL_SUBJECTS, APPEAL_TONES

router = APIRouter(include_in_schema=False)
Decider = Annotated[Visitor, Depends(may(Can.DECIDE_APPEALS))]
SIZE = 25
WORDS: dict[str, Any] = {
    "subjects": APPEAL_SUBJECTS,
    "stages": APPEAL_STAGES,
    "tones": APPEAL_TONES,
}


@router.get("/desk/appeals", name="desk:appeals")
def listed(
    request: Request, db: Db, visitor: Decider, page: Annotated[int, Query(ge=1, le=10**6)] = 1
) -> Response:
    found = appeals.listed(db, visitor, number=page, size=SIZE)
    return render(
        request,
        "desk/appeals.html",
        "results",
        page=found,
        names=appeals.names_of(db, [appeal for appeal, _organisation in found.items]),
        region_label=region_label,
        **WORDS,
    )


@router.get("/desk/appeals/{appeal_id}", name="desk:appeal")
def page(request: Request, db: Db, visitor: Decider, appeal_id: UUID) -> Response:
    return show(request, db, visitor, appeal_id, {}, {"answer": "", "outcome": ""})


def show(
    request: Request,
    db: Session,
    visitor: Visitor,
    appeal_id: UUID,
    errors: Mapping[str, str],
    posted: Mapping[str, str],
) -> Response:
    """The appeal with the decision that it is against."""
    appeal = appeals.find_for(db, visitor, appeal_id)
    return render(
        request,
        "desk/appeal.html",
        status=422 if errors else 200,
        visitor=visitor,
        appeal=appeal,
        decision=appeals.decision_of(db, appeal),
        organisation=appeals.organisation_of(db, appeal),
        against=appeals.name_of(db, appeal.against_id),
        decider=appeals.name_of(db, appeal.decided_by),
        region_label=region_label,
        errors=errors,
        posted=posted,
        **WORDS,
    )


@router.post("/desk/appeals/{appeal_id}", name="desk:appeal:decide")
def decide(
    request: Request,
    db: Db,
    visitor: Decider,
    appeal_id: UUID,
    answer: Said = "",
    outcome: Annotated[str, Form()] = "",
) -> Response:
    appeal = appeals.find_for(db, visitor, appeal_id, holds=True)
    typed = {"answer": answer, "outcome": outcome}
    errors = text_errors(typed, "answer", _("Write an answer to the vendor."))
    if outcome not in ("allow", "dismiss"):
        errors["outcome"] = _("Choose what becomes of it.")
    if errors:
        return show(request, db, visitor, appeal_id, errors, typed)
    appeals.decide(db, appeal, answer, is_allowed=outcome == "allow", by=visitor)
    return go(request, "desk:appeal", appeal_id=appeal_id)


@router.get("/appeals/new", name="appeals:new")
def new(
    request: Request, db: Db, visitor: Editor, subject: Annotated[str, Query(max_length=100)] = ""
) -> Response:
    return ask(request, db, visitor, subject, {}, "")


@router.get("/workspace/applications/{application_id}/appeal", name="appeals:of_application")
def of_application(request: Request, db: Db, visitor: Editor, application_id: UUID) -> Response:
    application = drafts.find_for(db, visitor, application_id)
    return ask(request, db, visitor, appeals.subject_of(application), {}, "")


def ask(
    request: Request,
    db: Session,
    visitor: Visitor,
    subject: str,
    errors: Mapping[str, str],
    text: str,
) -> Response:
    """The form of a vendor, or what became of the appeal that was made."""
    subject = clean(subject)
    made = appeals.made_by(db, subject, by=visitor)
    return render(
        request,
        "appeals/new.html",
        status=422 if errors else 200,
        subject=subject,
        decision=None if made else appeals.find_decision(db, subject, by=visitor),
        made=made,
        errors=errors,
        posted={"text": text},
        **WORDS,
    )


@router.post("/appeals", name="appeals:make")
def make(
    request: Request,
    db: Db,
    visitor: Editor,
    subject: Said,
    text: Said = "",
) -> Response:
    empty = _("Say why the decision should be another one.")
    if errors := text_errors({"text": text}, "text", empty, appeals.LONGEST):
        return ask(request, db, visitor, subject, errors, text)
    appeals.lodge(db, subject, text, by=visitor)
    return go(request, "appeals:made", subject=subject)


@router.get("/appeals/{subject}", name="appeals:made")
def made(request: Request, db: Db, visitor: Editor, subject: str) -> Response:
    return ask(request, db, visitor, subject, {}, "")
