"""Two at once: an owner stays, an administrator stays, an invitation and a claim are used once."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import Session, col, select

from app.accounts import claims, members, staffing
from app.accounts.models import Appointment, MemberRole, Membership, Person, StaffRole, Ticket
from app.accounts.organisations import Addition
from app.accounts.visitor import Visitor
from app.catalogue.models import Organisation
from app.core.db import transaction
from app.core.errors import Conflict, Forbidden, NotFound
from tests.people import DONGGUAN, a_member, a_person, an_organisation, staff, visitor
from tests.processes import at_once

pytestmark = pytest.mark.usefixtures("own_database")
CODE = "91440300708461136T"


def two_owners() -> tuple[UUID, list[Visitor]]:
    with transaction() as db:
        organisation = an_organisation(db)
        owners = [visitor(db, a_member(db, organisation.id), organisation.id) for _ in range(2)]
        return organisation.id, owners


def owners_of(organisation_id: UUID) -> int:
    with transaction(writes=False) as db:
        return len(members.owners(db, organisation_id))


def test_two_owners_who_leave_at_once_do_not_both_go() -> None:
    id_, (one, other) = two_owners()

    def leave(by: Visitor) -> Callable[[Session], None]:
        return lambda db: members.leave(db, db.get_one(Organisation, id_), by=by)

    failed = at_once(leave(one), leave(other))
    assert [type(error) for error in failed] == [Conflict]
    assert owners_of(id_) == 1


def test_two_owners_who_remove_or_demote_each_other_do_not_both_succeed() -> None:
    id_, (one, other) = two_owners()

    def remove(db: Session) -> None:
        members.remove(db, db.get_one(Organisation, id_), other.person_id, by=one)

    def demote(db: Session) -> None:
        organisation = db.get_one(Organisation, id_)
        members.change_role(db, organisation, one.person_id, MemberRole.VIEWER, by=other)

    failed = at_once(remove, demote)
    assert [type(error) for error in failed] == [NotFound]
    assert owners_of(id_) == 1


def test_two_administrators_who_dismiss_each_other_do_not_both_succeed() -> None:
    with transaction() as db:
        one, other = (visitor(db, staff(db, StaffRole.ADMINISTRATOR)) for _ in range(2))

    def dismiss(whom: Visitor, by: Visitor) -> Callable[[Session], None]:
        return lambda db: staffing.end(db, staffing.find_for(db, by, whom.person_id), by=by)

    failed = at_once(dismiss(one, other), dismiss(other, one))
    assert len(failed) == 1
    assert isinstance(failed[0], Forbidden | NotFound)
    with transaction(writes=False) as db:
        assert len(db.exec(select(Appointment)).all()) == 1


def test_an_invitation_that_two_sessions_accept_at_once_is_used_once() -> None:
    id_, (owner, _other) = two_owners()
    with transaction() as db:
        organisation = db.get_one(Organisation, id_)
        members.invite(db, organisation, "new@example.com", MemberRole.EDITOR, by=owner)
        invited = visitor(db, a_person(db, email="new@example.com"))

    def accept(db: Session) -> None:
        ticket = db.exec(select(Ticket).where(Ticket.email == "new@example.com")).one()
        members.accept(db, ticket, by=invited)

    failed = at_once(accept, accept)
    assert [type(error) for error in failed] == [Conflict]
    with transaction(writes=False) as db:
        assert len(db.exec(select(Membership)).all()) == 3


def test_two_who_add_the_same_organisation_at_once_make_one() -> None:
    with transaction() as db:
        people = [visitor(db, a_person(db)) for _ in range(2)]

    def add(by: Visitor) -> Callable[[Session], Any]:
        return lambda db: claims.add(db, Addition(CODE, "甲厂"), by=by)

    failed = at_once(*(add(by) for by in people))
    assert [type(error) for error in failed] in ([], [Conflict])
    with transaction(writes=False) as db:
        assert len(db.exec(select(Organisation)).all()) == 1
        assert len(db.exec(select(Membership)).all()) == 1


def test_two_officials_who_accept_two_claims_at_once_make_one_owner() -> None:
    with transaction() as db:
        id_ = an_organisation(db, credit_code=CODE).id
        officials = [visitor(db, staff(db, StaffRole.REVIEWER, region=DONGGUAN)) for _ in "ab"]
        asked = [claims.add(db, Addition(CODE, "甲"), by=visitor(db, a_person(db))) for _ in "ab"]
        ids = [claim.id for claim in asked if claim]

    def accept(claim_id: UUID, by: Visitor) -> Callable[[Session], None]:
        def act(db: Session) -> None:
            claim = claims.find_for_staff(db, by, claim_id)
            claims.accept(db, claim, MemberRole.OWNER, "核实", by=by)

        return act

    failed = at_once(*(accept(*pair) for pair in zip(ids, officials, strict=True)))
    assert len(failed) == 1
    assert isinstance(failed[0], Conflict | NotFound)
    assert owners_of(id_) == 1
    with transaction(writes=False) as db:
        assert len(db.exec(select(Person.id).order_by(col(Person.id))).all()) == 4
