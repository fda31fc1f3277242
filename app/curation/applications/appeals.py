"""Appeals: a vendor asks once that somebody else looks at a decision about it again."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlmodel import Session, col, func, or_, select

from app.accounts.models import Person
from app.accounts.organisations import must_not_belong
from app.accounts.visitor import Visitor
from app.catalogue.models import MODELS, Organisation, Record, Vendor
from app.catalogue.reading import OPTIONS, Page
from app.catalogue.stages import Stage
from app.core import audit
from app.core.audit import AuditEntry
from app.core.db import lock, now
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.core.formats import today
from app.curation.applications.deciding import DAYS
from app.curation.applications.models import Appeal, AppealStage, Application
from app.curation.oversight.models import CheckStage, Quarantine, SpotCheck
from app.curation.telling import tell
from app.curation.working_days import add_working_days
from search.engine import Kind

LODGING = 4_402_266  # the number of a lock; it means nothing
LONGEST = 4000
APPLICATION, RETURN = "application", "return"  # that it was refused; that it was returned for more
QUARANTINE, SPOTCHECK, REMOVAL = "quarantine", "spotcheck", "removal"


@dataclass(frozen=True, slots=True)
class Decision:
    """What an appeal is about: whom it concerns, where, who decided, and what it is called."""

    organisation_id: UUID
    region: str | None
    against_id: UUID | None
    name: str
    said: str = ""  # why it was decided so


Find = Callable[[Session, UUID], Decision | None]
Allow = Callable[[Session, UUID, Visitor], None]
FINDS: dict[str, Find] = {}
ALLOWS: dict[str, Allow] = {}


def about(kind: str) -> Callable[[Find], Find]:
    """Declare what of a kind may be appealed against: the decision by its id, or None."""

    def declare(find: Find) -> Find:
        FINDS[kind] = find
        return find

    return declare


def on_allowed(kind: str) -> Callable[[Allow], Allow]:
    """Declare what an allowed appeal means: `(db, id of the subject, who allowed it) -> None`."""

    def declare(allow: Allow) -> Allow:
        ALLOWS[kind] = allow
        return allow

    return declare


def find_decision(db: Session, subject: str, *, by: Visitor) -> Decision:
    """The decision that the visitor's organisation may appeal against.

    Raises `NotFound` for those about others and for none at all.
    """
    kind, _, identifier = subject.partition(":")
    try:
        found = FINDS[kind](db, UUID(identifier)) if kind in FINDS else None
    except ValueError:
        found = None
    if found is None or found.organisation_id != by.organisation_id:
        raise NotFound("There is no decision here that you could appeal against.")
    return found


def earlier(db: Session, subject: str) -> Appeal | None:
    """The appeal that was made in this matter before."""
    return db.exec(select(Appeal).where(Appeal.subject == subject)).first()


def made_by(db: Session, subject: str, *, by: Visitor) -> Appeal | None:
    """The appeal that the visitor's own organisation made in this matter."""
    found = earlier(db, subject)
    return found if found and found.organisation_id == by.organisation_id else None


def subject_of(application: Application) -> str:
    """What an appeal about an application as it stands would be against."""
    kind = RETURN if application.stage == Stage.RETURNED else APPLICATION
    return f"{kind}:{application.id}"


def earlier_about(db: Session, application: Application) -> Appeal | None:
    """The last appeal about an application, whatever it was against."""
    subjects = [f"{kind}:{application.id}" for kind in (APPLICATION, RETURN)]
    chosen = select(Appeal).where(col(Appeal.subject).in_(subjects))
    return db.exec(chosen.order_by(col(Appeal.at).desc())).first()


def subject_for(db: Session, record: Record) -> str:
    """What an appeal against a listing's standing would be about; empty where there is none."""
    if record.stage == Stage.REMOVED:
        return f"{REMOVAL}:{record.id}"
    if record.stage != Stage.QUARANTINED:
        return ""
    live = (Quarantine.record_id == record.id, col(Quarantine.lifted_at).is_(None))
    quarantine_id = db.exec(select(Quarantine.id).where(*live)).first()
    return f"{QUARANTINE}:{quarantine_id}" if quarantine_id else ""


def organisation_of(db: Session, appeal: Appeal) -> Organisation:
    """Who made an appeal."""
    return db.get_one(Organisation, appeal.organisation_id)


def lodge(db: Session, subject: str, text: str, *, by: Visitor) -> Appeal:
    """Appeal against a decision, once. Raises `Conflict` the second time."""
    decision = find_decision(db, subject, by=by)
    if not text.strip():
        raise Invalid("Say why the decision should be another one.")
    if len(text) > LONGEST:
        raise Invalid("Say it in at most {most} characters.", most=LONGEST)
    lock(db, LODGING)
    if earlier(db, subject) is not None:
        raise Conflict("An appeal was made in this matter already. It can be made once.")
    appeal = Appeal(
        subject=subject,
        organisation_id=decision.organisation_id,
        region=decision.region,
        against_id=decision.against_id,
        text=text.strip(),
        by=by.person_id,
    )
    db.add(appeal)
    audit.record(db, by, "appeal.made", appeal, subject=subject, name=decision.name)
    return appeal


def find_for(db: Session, visitor: Visitor, appeal_id: UUID, *, holds: bool = False) -> Appeal:
    """Raises `NotFound` for an appeal outside the visitor's region, as for none at all."""
    chosen = select(Appeal).where(Appeal.id == appeal_id, visitor.scope.inside(Appeal.region))
    if holds:
        chosen = chosen.with_for_update().execution_options(populate_existing=True)
    found = db.exec(chosen).first()
    if found is None:
        raise NotFound("There is no such appeal here.")
    return found


def listed(db: Session, visitor: Visitor, *, number: int, size: int) -> Page:
    """Appeals inside somebody's region with whose they are: those that wait come first."""
    seen = visitor.scope.inside(Appeal.region)
    total = db.exec(select(func.count()).select_from(Appeal).where(seen)).one()
    chosen = (
        select(Appeal, Organisation.name)
        .join(Organisation, col(Organisation.id) == col(Appeal.organisation_id))
        .where(seen)
        .order_by(col(Appeal.stage) != AppealStage.WAITING, col(Appeal.at), col(Appeal.id))
    )
    return Page(db.exec(chosen.offset((number - 1) * size).limit(size)).all(), total, number, size)


def decision_of(db: Session, appeal: Appeal) -> Decision | None:
    """What an appeal is about, as it stands now."""
    kind, _, identifier = appeal.subject.partition(":")
    return FINDS[kind](db, UUID(identifier)) if kind in FINDS else None


def names_of(db: Session, listed: Sequence[Appeal]) -> dict[UUID, str]:
    """What each appeal is about by name, as far as the decision still stands."""
    decisions = ((appeal.id, decision_of(db, appeal)) for appeal in listed)
    return {id_: decision.name for id_, decision in decisions if decision}


def decide(db: Session, appeal: Appeal, answer: str, *, is_allowed: bool, by: Visitor) -> None:
    """Allow or dismiss an appeal with an answer; never by whom it is against.

    Raises `Conflict` when it was decided before.
    """
    if appeal.stage != AppealStage.WAITING:
        raise Conflict("This appeal has been decided already.")
    if appeal.against_id == by.person_id:
        raise Forbidden("The appeal is against your own decision. Somebody else has to decide.")
    must_not_belong(db, appeal.organisation_id, by=by)
    if not answer.strip():
        raise Invalid("Write an answer to the vendor.")
    decision = decision_of(db, appeal)
    appeal.stage = AppealStage.ALLOWED if is_allowed else AppealStage.DISMISSED
    appeal.decided_by, appeal.decided_at, appeal.answer = by.person_id, now(), answer.strip()
    kind, _, identifier = appeal.subject.partition(":")
    if is_allowed and kind in ALLOWS:
        ALLOWS[kind](db, UUID(identifier), by)
    audit.record(db, by, f"appeal.{appeal.stage}", appeal, why=appeal.answer, about=appeal.subject)
    name = decision.name if decision else ""
    tell(db, appeal.organisation_id, "application_appeal", appeal=appeal, name=name)


@about(APPLICATION)
def _refused_application(db: Session, id_: UUID) -> Decision | None:
    application = db.get(Application, id_)
    if application is None or application.stage != Stage.REFUSED:
        return None
    return _about_application(application, application.decided_by)


@about(RETURN)
def _returned_application(db: Session, id_: UUID) -> Decision | None:
    application = db.get(Application, id_)
    if application is None or application.stage != Stage.RETURNED:
        return None
    return _about_application(application, _who(db, id_, ".returned"))


def _about_application(application: Application, against: UUID | None) -> Decision:
    said = application.reason or ""
    where = application.organisation_id, application.region
    return Decision(*where, against, application.name, said)


@on_allowed(APPLICATION)
@on_allowed(RETURN)
def _take_up_again(db: Session, id_: UUID, by: Visitor) -> None:
    """What was handed in goes over the desk anew, from its start."""
    held = select(Application).where(Application.id == id_).with_for_update()
    application = db.exec(held.execution_options(populate_existing=True)).one()
    other = select(Application.id).where(
        Application.open_for == application.record_id, Application.id != id_
    )
    if db.exec(other).first() is not None:
        raise Conflict("Another application for the same listing is on its way. Decide it first.")
    if application.stage == Stage.RETURNED and application.updated_at > application.stage_since:
        raise Conflict("Its vendor has changed it since it was returned, and hands it in again.")
    application.move_to(Stage.SUBMITTED)
    application.recommended_by = application.reviewed_by = application.decided_by = None
    application.open_for, application.submitted_at = application.record_id, now()
    application.due_on = add_working_days(today(), DAYS[Stage.SUBMITTED])
    audit.record(db, by, "application.taken_up_again", application)


@about(QUARANTINE)
def _quarantine(db: Session, id_: UUID) -> Decision | None:
    found = db.get(Quarantine, id_)
    if found is None or found.lifted_at is not None:
        return None
    return _about_record(db, Kind(found.kind), found.record_id, found.by, found.reason)


@about(SPOTCHECK)
def _spot_check(db: Session, id_: UUID) -> Decision | None:
    found = db.get(SpotCheck, id_)
    if found is None or found.stage != CheckStage.CLOSED:
        return None
    return _about_record(db, Kind.VENDOR, found.vendor_id, found.decided_by, found.statement or "")


@about(REMOVAL)
def _removal(db: Session, id_: UUID) -> Decision | None:
    for kind in (Kind.VENDOR, Kind.SOLUTION, Kind.CASE, Kind.TRAINING):
        record = db.get(MODELS[kind], id_)
        if record is not None and record.stage == Stage.REMOVED:
            against = _who(db, id_, ".removed", ".archived")
            return _about_record(db, kind, id_, against, record.left_why or "")
    return None


def _who(db: Session, id_: UUID, *verbs: str) -> UUID | None:
    """Who last did one of these to something."""
    entries = select(AuditEntry.person_id).where(
        AuditEntry.subject_id == str(id_),
        or_(*(col(AuditEntry.action).endswith(verb) for verb in verbs)),
    )
    return db.exec(entries.order_by(col(AuditEntry.at).desc())).first()


def _about_record(
    db: Session, kind: Kind, record_id: UUID, against: UUID | None, said: str
) -> Decision | None:
    model = MODELS[kind]
    record = db.exec(select(model).where(model.id == record_id).options(*OPTIONS[kind])).first()
    vendor = record if isinstance(record, Vendor) else getattr(record, "vendor", None)
    if record is None or vendor is None:
        return None
    organisation = vendor.organisation
    return Decision(organisation.id, organisation.region, against, record.name, said)


def name_of(db: Session, person_id: UUID | None) -> str:
    """What the person is called against whose decision it is; empty for nobody."""
    return db.exec(select(Person.name).where(Person.id == person_id)).first() or ""
