"""The certification of manufacturers: filled in part by part, promised, decided by their region."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, func, select

from app.accounts.certification_parts import Part, gaps
from app.accounts.models import Certification, CertificationStage, Person
from app.accounts.organisations import role_in
from app.accounts.visitor import Visitor
from app.catalogue.models import Organisation
from app.catalogue.reading import Page
from app.core import audit, files, mail
from app.core.audit import AuditEntry
from app.core.db import now
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.core.files import Attachment
from app.core.i18n import mark

DRAFT, SUBMITTED = CertificationStage.DRAFT, CertificationStage.SUBMITTED
RETURNED, CERTIFIED = CertificationStage.RETURNED, CertificationStage.CERTIFIED
REFUSED = CertificationStage.REFUSED
STAGE_NAMES = {
    DRAFT: mark("Being filled in"),
    SUBMITTED: mark("Waiting for a decision"),
    RETURNED: mark("Returned for more"),
    CERTIFIED: mark("Certified"),
    REFUSED: mark("Refused"),
}
ACT_NAMES = {
    "certification.register_confirmed": mark("Register data confirmed"),
    "certification.submitted": mark("Handed in"),
    "certification.returned": mark("Returned for more"),
    "certification.certified": mark("Certified"),
    "certification.refused": mark("Refused"),
    "certification.reopened": mark("Opened again after the refusal"),
}
MOVES = {
    DRAFT: {SUBMITTED},
    SUBMITTED: {RETURNED, CERTIFIED, REFUSED},
    RETURNED: {SUBMITTED},
    REFUSED: {DRAFT},
    CERTIFIED: set[CertificationStage](),
}
OPEN = frozenset({DRAFT, RETURNED})  # what an organisation may still write in
DECISIONS = frozenset({CERTIFIED, RETURNED, REFUSED})
SIZE = 30


class Overtaken(Conflict):
    """Somebody else wrote into it since it was read."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What staff decide: the outcome, the code of a reason, and a sentence for the organisation."""

    stage: CertificationStage
    why: str
    code: str | None = None
    unlocks: bool = False  # the register data may be corrected once more


def own(db: Session, visitor: Visitor) -> tuple[Certification, Organisation]:
    """What the organisation that somebody acts for has said so far; an empty one at first."""
    assert visitor.organisation_id  # noqa: S101  the permission comes with an organisation
    organisation = db.get_one(Organisation, visitor.organisation_id)
    found = db.exec(_of(visitor.organisation_id)).first()
    return found or Certification(organisation_id=organisation.id), organisation


def write(db: Session, part: Part, version: int, values: dict[str, Any], *, by: Visitor) -> None:
    """Save one part, unless somebody else saved something since `version` was read."""
    certification = _opened(db, version, by, is_bank=part is Part.BANK)
    if part in (Part.BANK, Part.CONTACT):
        values = {part.value: values}
    for name, value in values.items():
        setattr(certification, name, value)
    _save(db, certification)


def write_register(
    db: Session, version: int, values: dict[str, str], *, confirmed: bool, by: Visitor
) -> None:
    """Save the register data; confirmed once they are locked."""
    certification = _opened(db, version, by)
    if certification.register_confirmed_at:
        raise Conflict("The register data are confirmed and cannot be changed.")
    taken = select(Organisation.id).where(
        Organisation.credit_code == values["credit_code"],
        Organisation.id != certification.organisation_id,
    )
    if values["credit_code"] and db.exec(taken).first():
        raise Invalid("This credit code belongs to another organisation in the pool.")
    certification.register_data = values
    if confirmed:
        certification.register_confirmed_at = now()
        audit.record(db, by, "certification.register_confirmed", certification, after=values)
    _save(db, certification)


def keep_licence(db: Session, version: int, content: bytes, name: str, *, by: Visitor) -> None:
    """Put a business licence in place of the one before, which is kept no longer."""
    certification = _opened(db, version, by)
    before = db.get(Attachment, certification.licence_id) if certification.licence_id else None
    attachment = files.keep(
        db,
        content,
        name,
        subject=f"certification:{certification.id}",
        organisation_id=certification.organisation_id,
        by=by.person_id,
    )
    db.flush()  # the row of the file before the one that points at it
    certification.licence_id = attachment.id
    if before:
        db.flush()  # nothing points at the earlier row any more
        files.remove(db, before)
    _save(db, certification)


def submit(db: Session, version: int, *, promised: bool, by: Visitor) -> None:
    """Hand it in with the promise that all of it is true."""
    certification = _opened(db, version, by)
    if gaps(certification):
        raise Invalid("Something is still missing.")
    if not promised:
        raise Invalid("Tick the promise first.")
    _move(certification, SUBMITTED)
    certification.promised_at = certification.submitted_at = now()
    certification.submitted_by = by.person_id
    certification.decided_by = certification.decided_at = None
    certification.reason_code = certification.reason = None
    after = {"region": certification.region, "industry": certification.industry}
    audit.record(db, by, "certification.submitted", certification, after=after)
    _save(db, certification)


def start_again(db: Session, *, by: Visitor) -> None:
    """After a refusal: correct it and hand it in anew."""
    certification, _organisation = own(db, by)
    _move(certification, DRAFT)
    certification.register_confirmed_at = certification.promised_at = None
    audit.record(db, by, "certification.reopened", certification)
    _save(db, certification)


def _opened(db: Session, version: int, by: Visitor, *, is_bank: bool = False) -> Certification:
    """The certification, held and to be written into; the bank account may come at any time."""
    assert by.organisation_id  # noqa: S101  the permission comes with an organisation
    found = db.exec(_of(by.organisation_id).with_for_update()).first()
    certification = found or Certification(organisation_id=by.organisation_id)
    if certification.version != version:
        raise Overtaken("Somebody else changed this in the meantime. Load it again.")
    may_be_late = is_bank and certification.stage in (SUBMITTED, CERTIFIED)
    if certification.stage not in OPEN and not may_be_late:
        raise Conflict("It was handed in and cannot be changed now.")
    return certification


def _save(db: Session, certification: Certification) -> None:
    certification.version += 1
    db.add(certification)


def _of(organisation_id: UUID) -> Any:
    return select(Certification).where(Certification.organisation_id == organisation_id)


def _move(certification: Certification, stage: CertificationStage) -> None:
    if stage not in MOVES[CertificationStage(certification.stage)]:
        raise Conflict("This is no longer possible: somebody has taken another step meanwhile.")
    certification.stage = stage


def listed(db: Session, visitor: Visitor, stage: CertificationStage | None, number: int) -> Page:
    """A page of the certifications inside a region, the longest waiting first."""
    conditions = list(_seen_by(visitor))
    if stage:
        conditions.append(col(Certification.stage) == stage)
    counted = select(func.count()).select_from(Certification).where(*conditions)
    chosen = (
        select(Certification, Organisation)
        .join(Organisation, col(Organisation.id) == col(Certification.organisation_id))
        .where(*conditions)
        .order_by(col(Certification.submitted_at), col(Certification.id))
    )
    rows = [tuple(row) for row in db.exec(chosen.offset((number - 1) * SIZE).limit(SIZE))]
    return Page(items=rows, total=db.exec(counted).one(), number=number, size=SIZE)


def find_for(
    db: Session, visitor: Visitor, certification_id: UUID
) -> tuple[Certification, Organisation, Person | None]:
    """One of them, with who handed it in."""
    chosen = (
        select(Certification, Organisation, Person)
        .join(Organisation, col(Organisation.id) == col(Certification.organisation_id))
        .outerjoin(Person, col(Person.id) == col(Certification.submitted_by))
        .where(Certification.id == certification_id, *_seen_by(visitor))
    )
    found = db.exec(chosen).first()
    if found is None:
        raise NotFound("There is no such certification.")
    return found[0], found[1], found[2]


def decide(db: Session, certification: Certification, said: Decision, *, by: Visitor) -> None:
    """Certify, return or refuse; the city or county does, and nobody of the organisation."""
    db.refresh(certification, with_for_update=True)
    if why := bar(db, certification, by):
        raise Forbidden(why)
    if not said.why.strip():
        raise Invalid("Give a reason.")
    before = {"stage": CertificationStage(certification.stage).value}
    _move(certification, said.stage)
    if said.unlocks and said.stage is RETURNED:
        certification.register_confirmed_at = None
    certification.decided_by, certification.decided_at = by.person_id, now()
    certification.reason_code, certification.reason = said.code, said.why.strip()
    certification.version += 1
    _tell(db, certification)
    after = {"stage": said.stage.value, "code": said.code}
    action = f"certification.{said.stage.value}"
    audit.record(db, by, action, certification, before=before, after=after, why=said.why.strip())


def bar(db: Session, certification: Certification, visitor: Visitor) -> str:
    """Why this person of the staff cannot decide, as a msgid; empty when they can."""
    if not visitor.scope.is_local:
        return mark("The city or county of its region decides.")
    is_own = role_in(db, certification.organisation_id, visitor.person_id)
    if is_own or visitor.person_id == certification.submitted_by:
        return mark("You belong to this organisation, so somebody else decides.")
    return ""


def history(db: Session, certification: Certification) -> list[AuditEntry]:
    """What happened to it, oldest first."""
    chosen = select(AuditEntry).where(
        AuditEntry.subject_kind == "certification",
        AuditEntry.subject_id == str(certification.id),
    )
    return list(db.exec(chosen.order_by(col(AuditEntry.at))))


def licence(db: Session, certification: Certification) -> Attachment:
    """The business licence that was added."""
    found = db.get(Attachment, certification.licence_id) if certification.licence_id else None
    if found is None:
        raise NotFound("No licence has been added yet.")
    return found


def _tell(db: Session, certification: Certification) -> None:
    person = db.get(Person, certification.submitted_by)
    organisation = db.get_one(Organisation, certification.organisation_id)
    if person:
        template = f"certification_{CertificationStage(certification.stage).value}"
        said = {"organisation": organisation.name, "reason": certification.reason}
        mail.write(db, person.email, template, language=person.language, **said)


def _seen_by(visitor: Visitor) -> tuple[Any, Any]:
    return visitor.scope.inside(Certification.region), col(Certification.stage) != DRAFT
