"""What the pages of one's own account show, in a few queries each."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, select

from app.accounts import organisations, second_factor, sessions, staffing
from app.accounts.models import MemberRole, Membership, Person, SignIn
from app.accounts.visitor import Visitor
from app.catalogue.models import Organisation


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A session as its owner sees it."""

    sign_in: SignIn
    device: str
    is_this: bool


@dataclass(frozen=True, slots=True)
class OwnPage:
    """Everything on the page of one's own account."""

    person: Person
    sessions: Sequence[OpenSession]
    memberships: Sequence[tuple[str, str]]  # organisation, role
    staff_roles: Sequence[str]
    codes_left: int


def the_person(db: Session, visitor: Visitor) -> Person:
    """The visitor as the database knows them."""
    return db.get_one(Person, visitor.person_id)


def own_page(db: Session, visitor: Visitor) -> OwnPage:
    """The visitor's account: who they are, where they are signed in, whom they belong to."""
    return OwnPage(
        person=the_person(db, visitor),
        sessions=[
            OpenSession(one, sessions.device(one.agent), one.id == visitor.sign_in_id)
            for one in sessions.living(db, visitor)
        ],
        memberships=_memberships(db, visitor),
        staff_roles=[
            name for role, name in staffing.ROLE_NAMES.items() if role in visitor.staff_roles
        ],
        codes_left=second_factor.count_codes(db, visitor),
    )


def _memberships(db: Session, visitor: Visitor) -> list[tuple[str, str]]:
    chosen = (
        select(Organisation.name, Membership.role)
        .join(Organisation, col(Organisation.id) == col(Membership.organisation_id))
        .where(Membership.person_id == visitor.person_id)
        .order_by(Organisation.name)
    )
    return [(name, organisations.ROLE_NAMES[MemberRole(role)]) for name, role in db.exec(chosen)]
