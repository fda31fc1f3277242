"""Who asks: found from the cookie, once for each request, with what they may do and where."""

import hashlib
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Request
from sqlalchemy import update
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session, col, select

from app.accounts.grants import OBLIGED, UNPROVEN, grants_of
from app.accounts.models import Appointment, MemberRole, Membership, Person, SignIn, StaffRole
from app.accounts.scope import Scope
from app.catalogue.models import Organisation
from app.core.access import SECOND_FACTOR, Can, may
from app.core.db import READS, Db, beside, now
from app.core.errors import NotFound
from app.core.settings import get_settings

IDLE = timedelta(hours=12)
LONGEST_OF_STAFF = timedelta(hours=12)  # also of those who were appointed meanwhile
FRESH = timedelta(minutes=15)
SEEN = timedelta(minutes=5)  # how exactly it is noted when a session was last used
EVENTS = "text/event-stream"


@dataclass(frozen=True, slots=True)
class Visitor:
    """A signed-in person in this session; the actor of everything that they do.

    `organisation_id` and `member_role` tell whom they act for, `scope` where their staff roles
    hold; both are empty for others.
    """

    person_id: UUID
    name: str
    email: str
    sign_in_id: UUID
    organisation_id: UUID | None
    organisation: str
    member_role: MemberRole | None
    staff_roles: frozenset[StaffRole]
    scope: Scope
    grants: frozenset[Can]
    has_second_factor: bool
    is_fresh: bool

    @property
    def acts_for(self) -> UUID | None:
        return self.organisation_id

    @property
    def is_staff(self) -> bool:
        return bool(self.staff_roles)

    def may(self, permission: Can) -> bool:
        """Whether the pages should offer this person an act."""
        return permission in self.grants


def cookie_name() -> str:
    """Browsers take a cookie of this beginning only from the host itself and over TLS."""
    return "__Host-pool" if get_settings().public_url.startswith("https://") else "pool"


def hash_token(token: str) -> str:
    """What the database keeps of a token: stolen rows sign nobody in."""
    return hashlib.sha256(token.encode()).hexdigest()


def recognise(request: Request, db: Db) -> None:
    """Put who asks into `request.state`: `visitor`, `grants`, and `lacks` (where to go first)."""
    request.state.visitor, request.state.grants, request.state.lacks = None, frozenset(), None
    token = request.cookies.get(cookie_name())
    sign_in = _live_sign_in(db, token) if token else None
    found = _look_up(db, sign_in) if sign_in else None
    if sign_in is None or found is None:
        return
    if request.headers.get("accept") != EVENTS:  # these come by themselves, from an open page
        _touch(db, sign_in, reads=request.method in READS)
    visitor, is_whole = found
    request.state.visitor = visitor
    request.state.grants = visitor.grants
    if not is_whole:
        request.state.lacks = SECOND_FACTOR


def acting(db: Session, person: Person, organisation_id: UUID | None = None) -> Visitor:
    """Somebody as if they were signed in with everything they have: for commands, never pages."""
    moment = now()
    session = SignIn(
        token="",
        person_id=person.id,
        organisation_id=organisation_id,
        ends_at=moment,
        second_factor_at=moment,
    )
    found = _look_up(db, session)
    if found is None:
        raise NotFound("There is no such person.")
    return found[0]


def still(db: Session, visitor: Visitor) -> Visitor | None:
    """The same person a while later, for what lasts longer than a request.

    None once their session has ended, lacks a second factor, or acts for somebody else.
    """
    sign_in = db.get(SignIn, visitor.sign_in_id)
    found = _look_up(db, sign_in) if sign_in and _is_live(sign_in) else None
    if found is None or not found[1] or found[0].organisation_id != visitor.organisation_id:
        return None
    return found[0]


def _look_up(db: Session, sign_in: SignIn) -> tuple[Visitor, bool] | None:
    person = db.get(Person, sign_in.person_id)
    if person is None or person.disabled_at or not person.verified_at:
        return None
    appointments = db.exec(select(Appointment).where(Appointment.person_id == person.id)).all()
    roles = frozenset(StaffRole(one.role) for one in appointments)
    if roles and sign_in.created_at <= now() - LONGEST_OF_STAFF:
        return None
    role, name = _membership(db, sign_in)
    has_second_factor = sign_in.second_factor_at is not None
    is_whole = has_second_factor or not (roles & OBLIGED or person.totp_since)
    visitor = Visitor(
        person_id=person.id,
        name=person.name,
        email=person.email,
        sign_in_id=sign_in.id,
        organisation_id=sign_in.organisation_id if role else None,
        organisation=name,
        member_role=role,
        staff_roles=roles,
        scope=Scope(appointments[0].region) if appointments else Scope(""),
        grants=grants_of(role, roles) if is_whole else UNPROVEN,
        has_second_factor=has_second_factor,
        is_fresh=sign_in.fresh_at > now() - FRESH,
    )
    return visitor, is_whole


def _live_sign_in(db: Session, token: str) -> SignIn | None:
    found = db.exec(select(SignIn).where(SignIn.token == hash_token(token))).first()
    return found if found and _is_live(found) else None


def _is_live(sign_in: SignIn) -> bool:
    moment = now()
    is_over = sign_in.ended_at is not None or sign_in.ends_at <= moment
    return not is_over and sign_in.seen_at > moment - IDLE


def _touch(db: Session, sign_in: SignIn, *, reads: bool) -> None:
    """Note that the session is in use, every few minutes.

    A transaction that reads cannot turn into one that writes on SQLite, so a page does it in
    one of its own; should that fail, the next page will.
    """
    if sign_in.seen_at > now() - SEEN:
        return
    seen = update(SignIn).where(col(SignIn.id) == sign_in.id).values(seen_at=now())
    seen = seen.execution_options(synchronize_session=False)
    if not reads:
        db.execute(seen)
        return
    with suppress(SQLAlchemyError), beside(db.get_bind(), writes=True) as own:
        own.execute(seen)


def _membership(db: Session, sign_in: SignIn) -> tuple[MemberRole | None, str]:
    if sign_in.organisation_id is None:
        return None, ""
    chosen = (
        select(Membership.role, Organisation.name)
        .join(Organisation, col(Organisation.id) == col(Membership.organisation_id))
        .where(
            Membership.person_id == sign_in.person_id,
            Membership.organisation_id == sign_in.organisation_id,
        )
    )
    found = db.exec(chosen).first()
    return (MemberRole(found[0]), found[1]) if found else (None, "")


def _needs(permission: Can, *, fresh: bool = False) -> Any:
    return Depends(may(permission, fresh=fresh))


SignedIn = Annotated[Visitor, _needs(Can.USE_ACCOUNT)]
Viewer = Annotated[Visitor, _needs(Can.READ_WORKSPACE)]
Editor = Annotated[Visitor, _needs(Can.EDIT_LISTINGS)]
Owner = Annotated[Visitor, _needs(Can.MANAGE_MEMBERS)]
Trader = Annotated[Visitor, _needs(Can.READ_MARKET)]
NeedWriter = Annotated[Visitor, _needs(Can.WRITE_NEEDS)]
ListKeeper = Annotated[Visitor, _needs(Can.KEEP_SHORTLISTS)]
Talker = Annotated[Visitor, _needs(Can.TALK)]
TrainingOfferer = Annotated[Visitor, _needs(Can.OFFER_TRAININGS)]
Staff = Annotated[Visitor, _needs(Can.READ_DESK)]
