"""Assessments of the five security domains, and the whitelist that rests on them."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request
from sqlmodel import Session
from starlette.responses import Response

from app.accounts.visitor import Staff, Visitor
from app.catalogue.models import Vendor
from app.core import files
from app.core.access import Can, may
from app.core.db import Db
from app.core.formats import today
from app.core.forms import Said
from app.core.web import go, render
from app.curation.oversight import assessing, reading, whitelisting
from app.curation.oversight.models import Assessment, AssessmentStage
from app.curation.oversight.subjects import find_vendor_for
from app.desk import assessing as forms
from app.desk import looking
from app.desk.assessing import Posted

router = APIRouter(include_in_schema=False)

Inspector = Annotated[Visitor, Depends(may(Can.ASSESS))]
Publisher = Annotated[Visitor, Depends(may(Can.WHITELIST))]
Context = dict[str, Any]


@router.get("/desk/assessments", name="desk:assessments")
def assessments(request: Request, db: Db, visitor: Staff) -> Response:
    query = request.query_params
    said = {
        "q": query.get("q", "").strip()[: looking.LONGEST_NAME],
        "stage": looking.one_of(query, "stage", assessing.STAGES),
        "validity": looking.one_of(query, "validity", reading.VALIDITY),
    }
    page = reading.page_of_assessments(db, visitor, **said, number=looking.page_number(query))
    context: Context = {"page": page, "said": said, "visitor": visitor, "options": looking.options}
    context |= {"assessing": assessing, "known": reading, "today": today(), "words": looking.words}
    return render(request, "desk/assessments.html", "results", **context)


@router.get("/desk/assessments/new", name="desk:assessment:new")
def new(request: Request, db: Db, visitor: Inspector, vendor: str = "") -> Response:
    found = find_vendor_for(db, visitor, vendor)
    return _form(request, db, found, forms.blank(), {})


@router.post("/desk/assessments/files", name="desk:assessment:write")
def write(
    request: Request, db: Db, visitor: Inspector, posted: Posted, vendor: str = ""
) -> Response:
    subject = find_vendor_for(db, visitor, vendor)
    found, evidence, errors = forms.read(posted)
    if found is None:
        return _form(request, db, subject, posted, errors)
    assessment = assessing.write(db, subject, found, evidence, by=visitor)
    return go(request, "desk:assessment", assessment_id=assessment.id)


@router.get("/desk/assessments/{assessment_id}", name="desk:assessment")
def assessment(request: Request, db: Db, visitor: Staff, assessment_id: UUID) -> Response:
    found, vendor = reading.find_assessment_for(db, visitor, assessment_id)
    return _show(request, db, visitor, found, vendor)


@router.get("/desk/assessments/{assessment_id}/edit", name="desk:assessment:edit")
def edit(request: Request, db: Db, visitor: Inspector, assessment_id: UUID) -> Response:
    assessment, vendor = reading.find_assessment_for(db, visitor, assessment_id)
    assessing.must_be_own_draft(assessment, visitor)
    return _form(request, db, vendor, forms.filled(assessment), {}, assessment)


@router.post("/desk/assessments/{assessment_id}/files", name="desk:assessment:rewrite")
def rewrite(
    request: Request, db: Db, visitor: Inspector, assessment_id: UUID, posted: Posted
) -> Response:
    assessment, vendor = reading.find_assessment_for(db, visitor, assessment_id)
    found, evidence, errors = forms.read(posted)
    if found is None:
        return _form(request, db, vendor, posted, errors, assessment)
    dropped, seen = forms.dropped(posted), forms.version(posted)
    assessing.rewrite(db, assessment, found, evidence, dropped, seen=seen, by=visitor)
    return go(request, "desk:assessment", assessment_id=assessment_id)


@router.get("/desk/assessments/{assessment_id}/evidence/{file_id}", name="desk:evidence")
def evidence(db: Db, visitor: Staff, assessment_id: UUID, file_id: UUID) -> Response:
    assessment, _vendor = reading.find_assessment_for(db, visitor, assessment_id)
    file = assessing.find_evidence(db, assessment, file_id)
    return Response(files.read(file), media_type=file.type, headers=forms.as_download(file.name))


@router.post("/desk/assessments/{assessment_id}/confirm", name="desk:assessment:confirm")
def confirm(
    request: Request,
    db: Db,
    visitor: Publisher,
    assessment_id: UUID,
    version: Annotated[int, Form()],
) -> Response:
    assessment, _vendor = reading.find_assessment_for(db, visitor, assessment_id)
    assessing.confirm(db, assessment, seen=version, by=visitor)
    return go(request, "desk:assessment", assessment_id=assessment_id)


@router.post("/desk/assessments/{assessment_id}/revoke", name="desk:assessment:revoke")
def revoke(
    request: Request, db: Db, visitor: Publisher, assessment_id: UUID, reason: Said = ""
) -> Response:
    assessment, vendor = reading.find_assessment_for(db, visitor, assessment_id)
    errors = forms.check_reason(reason)
    if errors:
        posted = {"reason": reason}
        return _show(request, db, visitor, assessment, vendor, posted=posted, errors=errors)
    assessing.revoke(db, assessment, reason=reason, by=visitor)
    return go(request, "desk:assessment", assessment_id=assessment_id)


@router.post("/desk/assessments/{assessment_id}/whitelist", name="desk:whitelist:admit")
def admit(
    request: Request, db: Db, visitor: Publisher, assessment_id: UUID, until: Said = ""
) -> Response:
    assessment, vendor = reading.find_assessment_for(db, visitor, assessment_id)
    day, errors = forms.last_day_of_entry(until, assessment)
    if day is None:
        posted = {"until": until}
        return _show(request, db, visitor, assessment, vendor, posted=posted, errors=errors)
    whitelisting.admit(db, assessment, day, by=visitor)
    return go(request, "desk:whitelist")


@router.get("/desk/whitelist", name="desk:whitelist")
def whitelist(request: Request, db: Db, visitor: Staff) -> Response:
    standing = looking.one_of(request.query_params, "standing", reading.ENTRIES) or "live"
    number = looking.page_number(request.query_params)
    page = reading.page_of_entries(db, visitor, standing=standing, number=number)
    people = reading.names_of(db, *(entry.decided_by for entry, _vendor in page.items))
    context: Context = {"page": page, "standing": standing, "people": people, "today": today()}
    context |= {"known": reading, "visitor": visitor, "warnings": whitelisting.WARNINGS}
    return render(request, "desk/whitelist.html", "results", **context)


@router.get("/desk/whitelist/{entry_id}/end", name="desk:whitelist:ask")
def ask_to_end(request: Request, db: Db, visitor: Publisher, entry_id: UUID) -> Response:
    entry, vendor = reading.find_entry_for(db, visitor, entry_id)
    context: Context = {"entry": entry, "vendor": vendor, "posted": {}, "errors": {}}
    return render(request, "desk/whitelist_end.html", **context)


@router.post("/desk/whitelist/{entry_id}/end", name="desk:whitelist:end")
def end(
    request: Request, db: Db, visitor: Publisher, entry_id: UUID, reason: Said = ""
) -> Response:
    entry, vendor = reading.find_entry_for(db, visitor, entry_id)
    errors = forms.check_reason(reason)
    if errors:
        context: Context = {"entry": entry, "vendor": vendor, "posted": {"reason": reason}}
        return render(request, "desk/whitelist_end.html", status=422, errors=errors, **context)
    whitelisting.end(db, entry, reason=reason, by=visitor)
    return go(request, "desk:whitelist")


def _form(
    request: Request,
    db: Session,
    vendor: Vendor,
    posted: Any,
    errors: dict[str, str],
    assessment: Assessment | None = None,
) -> Response:
    return render(
        request,
        "desk/assessment_form.html",
        status=422 if errors else 200,
        vendor=vendor,
        posted=posted,
        errors=errors,
        assessment=assessment,
        dropped=forms.dropped(posted),
        files=assessing.files_of(db, assessment) if assessment else {},
        labels=forms.labels(),
        assessing=assessing,
    )


def _show(
    request: Request,
    db: Session,
    visitor: Visitor,
    assessment: Assessment,
    vendor: Vendor,
    **typed: Any,
) -> Response:
    people = (assessment.written_by, assessment.confirmed_by, assessment.revoked_by)
    is_own = assessment.written_by == visitor.person_id
    is_draft = assessment.stage == AssessmentStage.DRAFT
    return render(
        request,
        "desk/assessment.html",
        status=422 if typed else 200,
        assessment=assessment,
        vendor=vendor,
        files=assessing.files_of(db, assessment),
        entries=reading.entries_on(db, assessment),
        people=reading.names_of(db, *people),
        short=whitelisting.falls_short(assessment),
        minimum=whitelisting.minimum(),
        is_usable=reading.is_usable(assessment),
        can_edit=is_draft and is_own and visitor.may(Can.ASSESS),
        can_confirm=is_draft and not is_own and visitor.may(Can.WHITELIST),
        can_decide=not is_own and visitor.may(Can.WHITELIST),
        assessing=assessing,
        today=today(),
        **{"posted": {"until": assessment.valid_until.isoformat()}, "errors": {}, **typed},
    )
