"""Who of the staff has which role where."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Query, Request
from pydantic import BaseModel
from starlette.responses import Response

from app.accounts import invitations, staffing
from app.accounts.models import StaffRole
from app.accounts.visitor import Visitor
from app.catalogue import labels
from app.core.access import Can, may
from app.core.db import Db
from app.core.errors import Conflict, Forbidden, Invalid
from app.core.i18n import _
from app.core.web import go, render

router = APIRouter(include_in_schema=False, prefix="/desk/staff")

Administrator = Annotated[Visitor, Depends(may(Can.MANAGE_STAFF))]
FreshAdministrator = Annotated[Visitor, Depends(may(Can.MANAGE_STAFF, fresh=True))]
Number = Annotated[int, Query(ge=1, le=10_000)]
HOME = "desk:staff"


class Given(BaseModel):
    """Roles inside a region."""

    roles: list[StaffRole] = []
    region: str = ""


class Invited(Given):
    """Whom to invite to them."""

    email: str = ""


@router.get("", name=HOME)
def see_staff(request: Request, db: Db, visitor: Administrator, page: Number = 1) -> Response:
    return _staff(request, db, visitor, page)


@router.post("/invitations", name="desk:staff:invite")
def invite(
    request: Request, db: Db, visitor: FreshAdministrator, posted: Annotated[Invited, Form()]
) -> Response:
    email = invitations.tidy_email(posted.email)
    errors = {"email": fault} if (fault := invitations.email_fault(email)) else {}
    if not errors:
        try:
            staffing.invite(db, email, posted.roles, posted.region, by=visitor)
            return go(request, HOME)
        except (Conflict, Forbidden, Invalid) as refusal:
            errors = {"roles": _(refusal.message, **refusal.values)}
    return _staff(request, db, visitor, status=422, posted=posted.model_dump(), errors=errors)


@router.post("/invitations/{ticket_id}/end", name="desk:staff:take_back")
def take_back(request: Request, db: Db, visitor: FreshAdministrator, ticket_id: UUID) -> Response:
    staffing.take_back(db, ticket_id, by=visitor)
    return go(request, HOME)


@router.get("/{person_id}", name="desk:staff:person")
def see_person(request: Request, db: Db, visitor: Administrator, person_id: UUID) -> Response:
    return _person(request, visitor, staffing.find_for(db, visitor, person_id))


@router.post("/{person_id}", name="desk:staff:change")
def change(
    request: Request,
    db: Db,
    visitor: FreshAdministrator,
    person_id: UUID,
    posted: Annotated[Given, Form()],
) -> Response:
    official = staffing.find_for(db, visitor, person_id)
    try:
        staffing.change(db, official, posted.roles, posted.region, by=visitor)
    except (Conflict, Forbidden, Invalid) as refusal:
        errors = {"roles": _(refusal.message, **refusal.values)}
        known = {"posted": posted.model_dump(), "errors": errors}
        return _person(request, visitor, official, refusal.status, **known)
    return go(request, HOME)


@router.post("/{person_id}/end", name="desk:staff:end")
def end(request: Request, db: Db, visitor: FreshAdministrator, person_id: UUID) -> Response:
    staffing.end(db, staffing.find_for(db, visitor, person_id), by=visitor)
    return go(request, HOME)


@router.post("/{person_id}/second-factor/remove", name="desk:staff:second_factor")
def remove_second_factor(
    request: Request, db: Db, visitor: FreshAdministrator, person_id: UUID
) -> Response:
    staffing.remove_second_factor(db, staffing.find_for(db, visitor, person_id), by=visitor)
    return go(request, "desk:staff:person", person_id=person_id)


def _staff(
    request: Request, db: Db, visitor: Visitor, page: int = 1, status: int = 200, **said: Any
) -> Response:
    return render(
        request,
        "desk/staff.html",
        "results",
        status,
        page=staffing.listed(db, visitor, page),
        invited=staffing.invited(db, visitor),
        roles_of=staffing.roles_of,
        **_names(visitor),
        **{"posted": {"region": visitor.scope.region}, "errors": {}, **said},
    )


def _person(
    request: Request,
    visitor: Visitor,
    official: staffing.Official,
    status: int = 200,
    **said: Any,
) -> Response:
    posted = {"roles": official.roles, "region": official.region}
    known = {"posted": posted, "errors": {}, **said}
    return render(
        request,
        "desk/staff_person.html",
        status=status,
        official=official,
        **_names(visitor),
        **known,
    )


def _names(visitor: Visitor) -> dict[str, Any]:
    return {
        "role_names": staffing.ROLE_NAMES,
        "role_rights": staffing.ROLE_RIGHTS,
        "regions": staffing.regions_for(visitor),
        "labels": labels,
    }
