"""Which organisations somebody belongs to, which one they act for, and how one is added."""

import re
import unicodedata
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select
from stdnum.cn import uscc

from app.accounts.models import Claim, MemberRole, Membership, SignIn
from app.accounts.visitor import Visitor
from app.catalogue.index import get_vocabulary
from app.catalogue.models import Organisation, Vendor
from app.core import audit
from app.core.errors import Conflict, Forbidden, NotFound
from app.core.i18n import _, mark

ROLE_NAMES = {
    MemberRole.OWNER: mark("Owner"),
    MemberRole.EDITOR: mark("Editor"),
    MemberRole.VIEWER: mark("Viewer"),
}
ROLE_RIGHTS = {
    MemberRole.OWNER: mark("decides who belongs to it, and does everything that an editor does"),
    MemberRole.EDITOR: mark("writes listings and hands them in"),
    MemberRole.VIEWER: mark("reads along and changes nothing"),
}
LENGTH = 18
LONGEST_NAME, LONGEST_MESSAGE = 100, 1000
ALPHABET = frozenset("0123456789ABCDEFGHJKLMNPQRTUWXY")
_LABEL = re.compile(r"^(统一)?(社会)?信用代码\s*:?\s*")
_BETWEEN = re.compile(r"[\s\-‐-―_·]")
_FULL_WIDTH_BRACKETS = str.maketrans("()", "\uff08\uff09")


@dataclass(frozen=True, slots=True)
class Addition:
    """An organisation that somebody says they belong to; why, is read by whoever decides."""

    code: str
    name: str
    message: str = ""


def tidy_code(text: str) -> str:
    """A credit code without what people put around and inside it."""
    shown = unicodedata.normalize("NFKC", text).strip()
    return _BETWEEN.sub("", _LABEL.sub("", shown)).upper()


def code_fault(code: str) -> str:
    """Why this cannot be a credit code (GB 32100-2015), for the reader; empty when it can."""
    if len(code) != LENGTH:
        return _("The code has {n} characters instead of 18.", n=len(code))
    strange = [character for character in code if character not in ALPHABET]
    if strange:
        return _("“{character}” is never used in a credit code.", character=strange[0])
    if str(uscc.calc_check_digit(code[:-1])) != code[-1]:
        return _("The last character does not fit the others: one of them is mistyped.")
    return ""


def tidy_name(text: str) -> str:
    """A name with single spaces and characters of one width."""
    return " ".join(unicodedata.normalize("NFKC", text).split())


def read_addition(code: str, name: str, message: str) -> tuple[Addition | None, dict[str, str]]:
    """What was typed to add an organisation, or what is wrong with it, by field."""
    addition = Addition(tidy_code(code), tidy_name(name), message.strip())
    errors = {}
    if fault := code_fault(addition.code):
        errors["code"] = fault
    if not addition.name:
        errors["name"] = _("Write the name as it stands on the business licence.")
    elif len(addition.name) > LONGEST_NAME:
        errors["name"] = _("Write at most {n} characters.", n=LONGEST_NAME)
    if len(addition.message) > LONGEST_MESSAGE:
        errors["message"] = _("Write at most {n} characters.", n=LONGEST_MESSAGE)
    return (None if errors else addition), errors


def mine(db: Session, person_id: UUID) -> list[tuple[Organisation, MemberRole]]:
    """The organisations that somebody belongs to and their role in each, by name."""
    chosen = (
        select(Organisation, Membership.role)
        .join(Membership, col(Membership.organisation_id) == col(Organisation.id))
        .where(Membership.person_id == person_id)
        .order_by(col(Organisation.name), col(Organisation.id))
    )
    return [(organisation, MemberRole(role)) for organisation, role in db.exec(chosen)]


def waiting(db: Session, person_id: UUID) -> list[tuple[Claim, Organisation]]:
    """What somebody asked of organisations that the pool knows, newest first."""
    chosen = (
        select(Claim, Organisation)
        .join(Organisation, col(Organisation.id) == col(Claim.organisation_id))
        .where(Claim.person_id == person_id)
        .order_by(col(Claim.created_at).desc())
        .limit(20)
    )
    return [(claim, organisation) for claim, organisation in db.exec(chosen)]


def act_for(db: Session, organisation_id: UUID | None, *, by: Visitor) -> None:
    """From now on this session acts for an organisation of theirs, or for nobody."""
    if organisation_id and role_in(db, organisation_id, by.person_id) is None:
        raise NotFound("There is no such organisation, or you do not belong to it.")
    own = update(SignIn).where(col(SignIn.id) == by.sign_in_id)
    db.execute(own.values(organisation_id=organisation_id))


def role_in(db: Session, organisation_id: UUID, person_id: UUID) -> MemberRole | None:
    """What somebody is in an organisation; None for a stranger."""
    chosen = select(Membership.role).where(
        Membership.organisation_id == organisation_id, Membership.person_id == person_id
    )
    role = db.exec(chosen).first()
    return MemberRole(role) if role else None


def must_not_belong(db: Session, organisation_id: UUID | None, *, by: Visitor) -> None:
    """Nobody decides about the organisation that they belong to; raises `Forbidden`."""
    if organisation_id and role_in(db, organisation_id, by.person_id):
        raise Forbidden("You belong to this organisation. Somebody else has to decide.")


def find_known(db: Session, code: str, name: str) -> Organisation | None:
    """The organisation that the pool knows by this code or else by exactly this name."""
    by_code = select(Organisation).where(Organisation.credit_code == code)
    found = db.exec(by_code).first()
    if found is None:
        spellings = {name, tidy_name(name), tidy_name(name).translate(_FULL_WIDTH_BRACKETS)}
        by_name = select(Organisation).where(col(Organisation.name).in_(spellings))
        found = db.exec(by_name.order_by(col(Organisation.created_at))).first()
    return _standing(db, found) if found else None


def _standing(db: Session, organisation: Organisation) -> Organisation:
    """Where the pool merged its vendor into another one, the organisation of that one."""
    seen: set[UUID] = set()
    chosen = select(Vendor).where(Vendor.organisation_id == organisation.id)
    vendor = db.exec(chosen).first()
    while vendor is not None and vendor.merged_into and vendor.id not in seen:
        seen.add(vendor.id)
        vendor = db.get(Vendor, vendor.merged_into)
    return db.get_one(Organisation, vendor.organisation_id) if vendor else organisation


def create(db: Session, addition: Addition, *, by: Visitor) -> Organisation:
    """Take an organisation in that the pool does not know; who adds it owns it."""
    organisation = Organisation(
        name=addition.name, credit_code=addition.code, region=_registered_in(addition.code)
    )
    try:
        with db.begin_nested():
            db.add(organisation)
    except IntegrityError as error:
        raise Conflict(
            "Somebody else has just added this organisation. Send the form again to ask them."
        ) from error
    db.add(
        Membership(organisation_id=organisation.id, person_id=by.person_id, role=MemberRole.OWNER)
    )
    said = {"name": organisation.name, "credit_code": organisation.credit_code}
    audit.record(db, by, "organisation.created", organisation, after=said)
    return organisation


def _registered_in(code: str) -> str | None:
    """The county or else the city inside a code; None where the vocabulary knows neither."""
    regions = get_vocabulary().regions
    return next((r for r in (code[2:8], f"{code[2:6]}00") if r in regions and r[2:4] != "00"), None)
