"""One application on its way: the case page and every decision about it."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request
from sqlmodel import Session
from starlette.responses import Response

from app.accounts.visitor import Staff, Visitor
from app.catalogue.labels import region_label
from app.core.access import Can, may
from app.core.db import Db
from app.core.formats import today
from app.core.forms import (
    NumberInAddress,
    Posted,
    Said,
    Version,
    length_errors,
    reason_errors,
    text_errors,
    texts,
)
from app.core.i18n import _
from app.core.web import go, render
from app.curation.applications import criteria, deciding, notices, publishing, questions, standing
from app.curation.applications.models import Application
from app.curation.applications.words import ONE
from app.curation.reasons import REFUSAL_REASONS, RETURN_REASONS
from app.desk import dossiers, scoring

router = APIRouter(prefix="/desk/applications/{application_id}", include_in_schema=False)
PAGE = "desk:application"
Recommender = Annotated[Visitor, Depends(may(Can.RECOMMEND))]
Reviewer = Annotated[Visitor, Depends(may(Can.REVIEW))]
Publisher = Annotated[Visitor, Depends(may(Can.PUBLISH))]
Errors = Mapping[str, str]
REASONED = {
    "return": (RETURN_REASONS, deciding.return_for_more),
    "refuse": (REFUSAL_REASONS, deciding.refuse),
}


@router.get("", name=PAGE)
def page(request: Request, db: Db, visitor: Staff, application_id: UUID) -> Response:
    return show(request, db, visitor, deciding.find_for(db, visitor, application_id))


def show(
    request: Request,
    db: Session,
    visitor: Visitor,
    application: Application,
    errors: Errors | None = None,
    posted: Mapping[str, Any] | None = None,
) -> Response:
    """The case page; with errors it keeps what was typed."""
    dossier = dossiers.of(db, application, visitor)
    return render(
        request,
        "desk/application.html",
        status=422 if errors else 200,
        visitor=visitor,
        case=dossier,
        application=application,
        errors=errors or {},
        posted=posted or {},
        standing=standing,
        one=ONE,
        region_label=region_label,
        reasons={verb: _choices(known) for verb, (known, _step) in REASONED.items()},
        most=criteria.MOST,
        today=today(),
        dates_from=notices.dates_from,
        a_day=notices.A_DAY,
    )


def _choices(reasons: Mapping[str, str]) -> list[tuple[str, str]]:
    return [(code, _(label)) for code, label in reasons.items()]


@router.post("/recommend", name="desk:application:recommend")
def recommend(
    request: Request,
    db: Db,
    visitor: Recommender,
    application_id: UUID,
    version: Version,
    opinion: Said = "",
) -> Response:
    application = deciding.find_to_decide(db, visitor, application_id, version)
    said = {"opinion": opinion}
    if errors := length_errors(said, "opinion", deciding.LONGEST):
        return show(request, db, visitor, application, errors, said)
    deciding.recommend(db, application, opinion, by=visitor)
    return go(request, PAGE, application_id=application_id)


@router.post("/scores", name="desk:application:score")
def score(
    request: Request, db: Db, visitor: Reviewer, application_id: UUID, form: Posted
) -> Response:
    application = deciding.find_to_decide(db, visitor, application_id)
    deciding.must_review(db, application, by=visitor)
    given, errors = scoring.read(criteria.active(db, application.kind), texts(form))
    if errors:
        return show(request, db, visitor, application, errors, texts(form))
    criteria.score(db, application, given, by=visitor)
    return go(request, PAGE, application_id=application_id)


@router.post("/review", name="desk:application:review")
def review(
    request: Request, db: Db, visitor: Reviewer, application_id: UUID, version: Version
) -> Response:
    application = deciding.find_to_decide(db, visitor, application_id, version)
    deciding.review(db, application, by=visitor)
    return go(request, PAGE, application_id=application_id)


@router.post("/notice", name="desk:application:notice")
def announce(
    request: Request,
    db: Db,
    visitor: Publisher,
    application_id: UUID,
    version: Version,
    starts: Annotated[str, Form()] = "tomorrow",
) -> Response:
    application = deciding.find_to_decide(db, visitor, application_id, version)
    starts_on = today() + timedelta(days=0 if starts == "today" else 1)
    notices.start(db, application, starts_on, by=visitor)
    return go(request, PAGE, application_id=application_id)


@router.post("/publish", name="desk:application:publish")
def publish(
    request: Request,
    db: Db,
    visitor: Staff,
    application_id: UUID,
    version: Version,
    seen: Annotated[int | None, Form()] = None,
) -> Response:
    application = deciding.find_to_decide(db, visitor, application_id, version)
    publishing.publish(db, application, seen=seen, by=visitor)
    return go(request, PAGE, application_id=application_id)


@router.post("/return", name="desk:application:return")
def return_for_more(
    request: Request, db: Db, visitor: Staff, application_id: UUID, version: Version, form: Posted
) -> Response:
    application = deciding.find_to_decide(db, visitor, application_id, version)
    return _give_reason(request, db, visitor, application, "return", texts(form))


@router.post("/refuse", name="desk:application:refuse")
def refuse(
    request: Request, db: Db, visitor: Staff, application_id: UUID, version: Version, form: Posted
) -> Response:
    application = deciding.find_to_decide(db, visitor, application_id, version)
    return _give_reason(request, db, visitor, application, "refuse", texts(form))


def _give_reason(
    request: Request,
    db: Session,
    visitor: Visitor,
    application: Application,
    verb: str,
    said: Mapping[str, str],
) -> Response:
    """Take a step that needs a coded reason and a sentence."""
    known, step = REASONED[verb]
    if errors := reason_errors(said, verb, known):
        return show(request, db, visitor, application, errors, said)
    step(db, application, said[f"{verb}_code"], said[f"{verb}_reason"], by=visitor)
    return go(request, PAGE, application_id=application.id)


@router.post("/notes", name="desk:application:note")
def note(
    request: Request, db: Db, visitor: Staff, application_id: UUID, text: Said = ""
) -> Response:
    application = deciding.find_for(db, visitor, application_id)
    said = {"note": text}
    if errors := text_errors(said, "note", _("Write something first."), questions.LONGEST):
        return show(request, db, visitor, application, errors, said)
    questions.note(db, application, text, by=visitor)
    return go(request, PAGE, application_id=application_id)


@router.post("/questions", name="desk:application:ask")
def ask(
    request: Request, db: Db, visitor: Staff, application_id: UUID, text: Said = ""
) -> Response:
    application = deciding.find_to_decide(db, visitor, application_id)
    said = {"question": text}
    if errors := text_errors(said, "question", _("Write something first."), questions.LONGEST):
        return show(request, db, visitor, application, errors, said)
    questions.ask(db, application, text, by=visitor)
    return go(request, PAGE, application_id=application_id)


@router.post("/objections/{objection_id}", name="desk:application:objection")
def decide_objection(
    request: Request,
    db: Db,
    visitor: Publisher,
    application_id: UUID,
    objection_id: NumberInAddress,
    form: Posted,
) -> Response:
    application = deciding.find_to_decide(db, visitor, application_id)
    said, field = texts(form), f"answer-{objection_id}"
    if errors := text_errors(said, field, _("Write an answer to whoever objected.")):
        return show(request, db, visitor, application, errors, said)
    is_upheld = said.get("is_upheld") == "yes"
    notices.decide_objection(
        db, application, objection_id, said[field], is_upheld=is_upheld, by=visitor
    )
    return go(request, PAGE, application_id=application_id)


@router.post("/files/{file_id}/checked", name="desk:application:file-checked")
def check_file(
    request: Request,
    db: Db,
    visitor: Staff,
    application_id: UUID,
    file_id: UUID,
    public: Annotated[str, Form()] = "",
) -> Response:
    application = deciding.find_to_decide(db, visitor, application_id)
    found = questions.find_attachment(db, application, file_id)
    questions.check_attachment(db, application, found, is_public=public == "yes", by=visitor)
    return go(request, PAGE, application_id=application_id)
