"""People for tests: accounts with a session, members of organisations, staff with roles."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from fastapi.testclient import TestClient
from sqlmodel import Session, select

from app.accounts.grants import grants_of
from app.accounts.models import (
    Appointment,
    MemberRole,
    Membership,
    Person,
    SignIn,
    StaffRole,
)
from app.accounts.scope import Scope
from app.accounts.visitor import Visitor, cookie_name, hash_token
from app.catalogue.models import Organisation
from app.core.db import now

PROVINCE, DONGGUAN, GUANGZHOU = "440000", "441900", "440100"


def a_person(db: Session, name: str = "Test person", **values: Any) -> Person:
    """Somebody whose address is confirmed; no password, unless one is given (hashed)."""
    values = {"email": f"{uuid4().hex}@example.com", "verified_at": now(), **values}
    person = Person(name=name, **values)
    db.add(person)
    db.flush()
    return person


def an_organisation(db: Session, name: str = "测试机械有限公司", **values: Any) -> Organisation:
    """An organisation in Dongguan that is not in the pool."""
    organisation = Organisation(**{"name": name, "region": DONGGUAN, **values})
    db.add(organisation)
    db.flush()
    return organisation


def a_member(
    db: Session, organisation_id: UUID, role: MemberRole = MemberRole.OWNER, **values: Any
) -> Person:
    """Somebody with a role in an organisation."""
    person = a_person(db, **values)
    db.add(Membership(organisation_id=organisation_id, person_id=person.id, role=role))
    db.flush()
    return person


def staff(db: Session, *roles: StaffRole, region: str = PROVINCE, **values: Any) -> Person:
    """Somebody of the staff with these roles in a region."""
    person = a_person(db, **values)
    for role in roles:
        db.add(Appointment(person_id=person.id, role=role, region=region))
    db.flush()
    return person


def visitor(
    db: Session, person: Person, organisation_id: UUID | None = None, **given: Any
) -> Visitor:
    """The person as rules see them: acting for an organisation, with their staff roles."""
    appointments = db.exec(select(Appointment).where(Appointment.person_id == person.id)).all()
    member = db.exec(
        select(Membership).where(
            Membership.person_id == person.id, Membership.organisation_id == organisation_id
        )
    ).first()
    role = MemberRole(member.role) if member else None
    roles = frozenset(StaffRole(one.role) for one in appointments)
    known = {
        "person_id": person.id,
        "name": person.name,
        "email": person.email,
        "sign_in_id": uuid4(),
        "organisation_id": organisation_id,
        "organisation": "",
        "member_role": role,
        "staff_roles": roles,
        "scope": Scope(appointments[0].region if appointments else ""),
        "grants": grants_of(role, roles),
        "has_second_factor": True,
        "is_fresh": True,
    }
    return Visitor(**{**known, **given})


def sign_in(
    client: TestClient, db: Session, person: Person, organisation_id: UUID | None = None
) -> TestClient:
    """Give the client a session of this person, with a second factor, acting for somebody."""
    token = uuid4().hex
    db.add(
        SignIn(
            token=hash_token(token),
            person_id=person.id,
            organisation_id=organisation_id,
            ends_at=now() + timedelta(days=1),
            second_factor_at=now(),
        )
    )
    db.flush()
    # beside the language, which the fixture sends in a header of its own
    language = "lang=en"
    client.headers["Cookie"] = f"{language}; {cookie_name()}={token}"
    return client
