"""Organisations: switching between them, members, invitations, claims, a new one."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request
from pydantic import BaseModel
from starlette.responses import Response

from app.accounts import claims, invitations, members, organisations, staffing
from app.accounts.models import MemberRole, Purpose
from app.accounts.visitor import Owner, SignedIn, Visitor
from app.catalogue import labels
from app.catalogue.models import Organisation
from app.core.access import Can, Public, may
from app.core.db import Db
from app.core.errors import Conflict
from app.core.i18n import _
from app.core.web import go, render

router = APIRouter(include_in_schema=False)

FreshOwner = Annotated[Visitor, Depends(may(Can.MANAGE_MEMBERS, fresh=True))]
HOME = "accounts:organisations"
OF = "/account/organisations/{organisation_id}"


class Added(BaseModel):
    """An organisation as somebody types it."""

    code: str = ""
    name: str = ""
    message: str = ""


class Chosen(BaseModel):
    """The organisation to act for; empty for none."""

    organisation: UUID | None = None


class Invited(BaseModel):
    """Whom to invite, and as what."""

    email: str = ""
    role: MemberRole = MemberRole.VIEWER


class Answer(BaseModel):
    """What an owner says to a claim."""

    role: MemberRole = MemberRole.VIEWER
    why: str = ""


@router.get("/account/organisations", name=HOME)
def see_organisations(request: Request, db: Db, visitor: SignedIn) -> Response:
    return _organisations(request, db, visitor)


@router.post("/account/organisations", name="accounts:organisations:add")
def add(request: Request, db: Db, visitor: SignedIn, posted: Annotated[Added, Form()]) -> Response:
    addition, errors = organisations.read_addition(posted.code, posted.name, posted.message)
    if addition is not None:
        try:
            claims.add(db, addition, by=visitor)
            return go(request, HOME)
        except Conflict as refusal:
            errors = {"code": _(refusal.message, **refusal.values)}
    return _organisations(request, db, visitor, 422, posted=posted.model_dump(), errors=errors)


@router.post("/account/organisations/act-for", name="accounts:organisations:act_for")
def act_for(
    request: Request, db: Db, visitor: SignedIn, posted: Annotated[Chosen, Form()]
) -> Response:
    organisations.act_for(db, posted.organisation, by=visitor)
    return go(request, HOME)


def _organisations(
    request: Request, db: Db, visitor: Visitor, status: int = 200, **said: Any
) -> Response:
    return render(
        request,
        "accounts/organisations.html",
        status=status,
        mine=organisations.mine(db, visitor.person_id),
        claims=organisations.waiting(db, visitor.person_id),
        stage_names=claims.STAGE_NAMES,
        **_names(),
        **{"posted": {}, "errors": {}, **said},
    )


@router.get(f"{OF}/members", name="accounts:members")
def see_members(request: Request, db: Db, visitor: SignedIn, organisation_id: UUID) -> Response:
    organisation, role = members.find_for(db, visitor, organisation_id)
    return _members(request, db, organisation, role)


def _members(
    request: Request, db: Db, organisation: Organisation, role: MemberRole, **said: Any
) -> Response:
    visitor = request.state.visitor
    manages = role is MemberRole.OWNER and visitor.organisation_id == organisation.id
    return render(
        request,
        "accounts/members.html",
        status=said.pop("status", 200),
        organisation=organisation,
        role=role,
        manages=manages,
        members=members.of(db, organisation.id),
        invited=members.invited(db, organisation.id) if manages else [],
        claims=claims.of_organisation(db, organisation.id) if manages else [],
        **_names(),
        **{"posted": {}, "errors": {}, "claim_errors": {}, **said},
    )


@router.post(f"{OF}/members/{{person_id}}/role", name="accounts:members:role")
def change_role(
    request: Request,
    db: Db,
    visitor: FreshOwner,
    organisation_id: UUID,
    person_id: UUID,
    role: Annotated[MemberRole, Form()],
) -> Response:
    organisation = members.find_owned(db, visitor, organisation_id)
    members.change_role(db, organisation, person_id, role, by=visitor)
    return go(request, "accounts:members", organisation_id=organisation_id)


@router.post(f"{OF}/members/{{person_id}}/remove", name="accounts:members:remove")
def remove(
    request: Request, db: Db, visitor: FreshOwner, organisation_id: UUID, person_id: UUID
) -> Response:
    organisation = members.find_owned(db, visitor, organisation_id)
    members.remove(db, organisation, person_id, by=visitor)
    return go(request, "accounts:members", organisation_id=organisation_id)


@router.post(f"{OF}/leave", name="accounts:members:leave")
def leave(request: Request, db: Db, visitor: SignedIn, organisation_id: UUID) -> Response:
    organisation, _role = members.find_for(db, visitor, organisation_id)
    members.leave(db, organisation, by=visitor)
    return go(request, HOME)


@router.post(f"{OF}/invitations", name="accounts:members:invite")
def invite(
    request: Request,
    db: Db,
    visitor: Owner,
    organisation_id: UUID,
    posted: Annotated[Invited, Form()],
) -> Response:
    organisation = members.find_owned(db, visitor, organisation_id)
    email = invitations.tidy_email(posted.email)
    fault = invitations.email_fault(email)
    fault = fault or _(members.why_not_invite(db, organisation, email))
    if fault:
        known = {"posted": posted.model_dump(), "errors": {"email": fault}, "status": 422}
        return _members(request, db, organisation, MemberRole.OWNER, **known)
    members.invite(db, organisation, email, posted.role, by=visitor)
    return go(request, "accounts:members", organisation_id=organisation_id)


@router.post(f"{OF}/invitations/{{ticket_id}}/end", name="accounts:members:take_back")
def take_back(
    request: Request, db: Db, visitor: Owner, organisation_id: UUID, ticket_id: UUID
) -> Response:
    organisation = members.find_owned(db, visitor, organisation_id)
    members.take_back(db, organisation, ticket_id, by=visitor)
    return go(request, "accounts:members", organisation_id=organisation_id)


@router.post(f"{OF}/claims/{{claim_id}}/accept", name="accounts:claims:accept")
def accept_claim(
    request: Request,
    db: Db,
    visitor: Owner,
    organisation_id: UUID,
    claim_id: UUID,
    posted: Annotated[Answer, Form()],
) -> Response:
    claim = claims.find_for_owner(db, visitor, organisation_id, claim_id)
    claims.accept(db, claim, posted.role, posted.why.strip(), by=visitor)
    return go(request, "accounts:members", organisation_id=organisation_id)


@router.post(f"{OF}/claims/{{claim_id}}/refuse", name="accounts:claims:refuse")
def refuse_claim(
    request: Request,
    db: Db,
    visitor: Owner,
    organisation_id: UUID,
    claim_id: UUID,
    posted: Annotated[Answer, Form()],
) -> Response:
    claim = claims.find_for_owner(db, visitor, organisation_id, claim_id)
    if not posted.why.strip():
        faults = {str(claim_id): _("Say why, so that they know what to do.")}
        known = {"claim_errors": faults, "status": 422}
        return _members(request, db, claim[1], MemberRole.OWNER, **known)
    claims.refuse(db, claim, posted.why.strip(), by=visitor)
    return go(request, "accounts:members", organisation_id=organisation_id)


@router.get("/invitations/{token}", name="accounts:invitation", dependencies=[Public])
def see_invitation(request: Request, db: Db, token: str) -> Response:
    ticket, inviter = invitations.find(db, token)
    organisation = db.get(Organisation, ticket.organisation_id) if ticket.organisation_id else None
    answer = render(
        request,
        "accounts/members_invitation.html",
        token=token,
        ticket=ticket,
        inviter=inviter,
        masked=invitations.masked(ticket.email),
        organisation=organisation,
        staff_roles=staffing.roles_of(ticket) if ticket.purpose == Purpose.APPOINT else [],
        staff_names=staffing.ROLE_NAMES,
        labels=labels,
        **_names(),
    )
    answer.headers["Cache-Control"] = "no-store"
    return answer


@router.post("/invitations/{token}", name="accounts:invitation:accept")
def accept_invitation(request: Request, db: Db, visitor: SignedIn, token: str) -> Response:
    ticket, _inviter = invitations.find(db, token)
    if ticket.purpose == Purpose.APPOINT:
        staffing.accept(db, ticket, by=visitor)
        return go(request, "home")
    members.accept(db, ticket, by=visitor)
    return go(request, HOME)


def _names() -> dict[str, Any]:
    return {"role_names": organisations.ROLE_NAMES, "role_rights": organisations.ROLE_RIGHTS}
