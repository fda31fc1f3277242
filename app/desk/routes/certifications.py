"""Manufacturers who ask to be certified, and claims of organisations."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Query, Request
from pydantic import BaseModel
from starlette.responses import Response

from app.accounts import certification as rules
from app.accounts import claims
from app.accounts.models import CertificationStage, MemberRole
from app.accounts.visitor import Visitor
from app.catalogue import labels
from app.core import files
from app.core.access import Can, may
from app.core.db import Db
from app.core.forms import text_errors
from app.core.i18n import _
from app.core.web import go, hand_out, render
from app.curation.reasons import REFUSAL_REASONS, RETURN_REASONS

router = APIRouter(include_in_schema=False, prefix="/desk")

Certifier = Annotated[Visitor, Depends(may(Can.CERTIFY))]
ClaimDecider = Annotated[Visitor, Depends(may(Can.DECIDE_CLAIMS))]
Number = Annotated[int, Query(ge=1, le=10_000)]
REASONS = {
    CertificationStage.RETURNED: RETURN_REASONS,
    CertificationStage.REFUSED: REFUSAL_REASONS,
}


class Decided(BaseModel):
    """What staff decide about a certification."""

    decision: str = ""
    return_code: str = ""
    refuse_code: str = ""
    why: str = ""
    unlock: bool = False


class Answer(BaseModel):
    """What staff say to a claim."""

    decision: str = ""
    why: str = ""


@router.get("/certifications", name="desk:certifications")
def see_list(
    request: Request, db: Db, visitor: Certifier, stage: str = "submitted", page: Number = 1
) -> Response:
    known = {one.value: one for one in rules.STAGE_NAMES}
    return render(
        request,
        "desk/certifications.html",
        "results",
        page=rules.listed(db, visitor, known.get(stage), page),
        stage=stage if stage in known else "",
        stages=[one for one in rules.STAGE_NAMES if one != rules.DRAFT],
        stage_names=rules.STAGE_NAMES,
        labels=labels,
    )


@router.get("/certifications/{certification_id}", name="desk:certification")
def see_case(request: Request, db: Db, visitor: Certifier, certification_id: UUID) -> Response:
    return _case(request, db, visitor, certification_id)


@router.post("/certifications/{certification_id}", name="desk:certification:decide")
def decide(
    request: Request,
    db: Db,
    visitor: Certifier,
    certification_id: UUID,
    posted: Annotated[Decided, Form()],
) -> Response:
    certification, _organisation, _person = rules.find_for(db, visitor, certification_id)
    said, errors = read_decision(posted)
    if said is None:
        known = {"posted": posted.model_dump(), "errors": errors}
        return _case(request, db, visitor, certification_id, 422, **known)
    rules.decide(db, certification, said, by=visitor)
    return go(request, "desk:certification", certification_id=certification_id)


@router.get("/certifications/{certification_id}/licence", name="desk:certification:licence")
def download_licence(db: Db, visitor: Certifier, certification_id: UUID) -> Response:
    certification, _organisation, _person = rules.find_for(db, visitor, certification_id)
    licence = rules.licence(db, certification)
    return hand_out(files.read(licence), licence.name, licence.type)


def read_decision(posted: Decided) -> tuple[rules.Decision | None, dict[str, str]]:
    """The decision that was typed, or what is wrong with it, by field."""
    stages = {stage.value: stage for stage in rules.DECISIONS}
    stage = stages.get(posted.decision)
    codes = {"returned": posted.return_code, "refused": posted.refuse_code}
    code = codes.get(posted.decision)
    errors = {}
    if stage is None:
        errors["decision"] = _("Choose what you decide.")
    elif stage in REASONS and code not in REASONS[stage]:
        field = "return_code" if stage is rules.RETURNED else "refuse_code"
        errors[field] = _("Choose the kind of reason.")
    why = {"why": posted.why.strip()}
    errors |= text_errors(why, "why", _("Write a sentence for the organisation."))
    if errors or stage is None:
        return None, errors
    return rules.Decision(stage, posted.why, code or None, posted.unlock), {}


def _case(
    request: Request,
    db: Db,
    visitor: Visitor,
    certification_id: UUID,
    status: int = 200,
    **said: Any,
) -> Response:
    certification, organisation, person = rules.find_for(db, visitor, certification_id)
    return render(
        request,
        "desk/certification.html",
        status=status,
        certification=certification,
        organisation=organisation,
        person=person,
        licence=rules.licence(db, certification),
        story=rules.history(db, certification),
        bar=rules.bar(db, certification, visitor),
        stage_names=rules.STAGE_NAMES,
        return_reasons=[(code, _(text)) for code, text in RETURN_REASONS.items()],
        refusal_reasons=[(code, _(text)) for code, text in REFUSAL_REASONS.items()],
        act_names=rules.ACT_NAMES,
        labels=labels,
        **{"posted": {}, "errors": {}, **said},
    )


@router.get("/claims", name="desk:claims")
def see_claims(request: Request, db: Db, visitor: ClaimDecider, page: Number = 1) -> Response:
    return _claims(request, db, visitor, page)


@router.post("/claims/{claim_id}", name="desk:claims:decide")
def decide_claim(
    request: Request,
    db: Db,
    visitor: ClaimDecider,
    claim_id: UUID,
    posted: Annotated[Answer, Form()],
) -> Response:
    claim = claims.find_for_staff(db, visitor, claim_id)
    why, field = posted.why.strip(), f"why-{claim_id}"
    errors = text_errors({field: why}, field, _("Say why; whoever asked reads it."))
    if posted.decision not in ("accept", "refuse"):
        errors[field] = _("Choose what you decide.")
    if errors:
        return _claims(request, db, visitor, status=422, errors=errors, posted={field: why})
    if posted.decision == "accept":
        claims.accept(db, claim, MemberRole.OWNER, why, by=visitor)
    else:
        claims.refuse(db, claim, why, by=visitor)
    return go(request, "desk:claims")


def _claims(
    request: Request,
    db: Db,
    visitor: Visitor,
    page: int = 1,
    status: int = 200,
    errors: dict[str, str] | None = None,
    posted: dict[str, str] | None = None,
) -> Response:
    listed = claims.for_staff(db, visitor, page)
    known = {"page": listed, "errors": errors or {}, "posted": posted or {}, "labels": labels}
    return render(request, "desk/claims.html", "results", status, **known)
