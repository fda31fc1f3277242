"""Spot checks: the inspector reports, another person decides what follows and publishes it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

from app.accounts.models import Person
from app.accounts.organisations import role_in
from app.accounts.visitor import Visitor
from app.catalogue.models import Vendor
from app.catalogue.reading import VENDOR
from app.core import audit, files, mail
from app.core.db import now
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.core.formats import format_date, today
from app.core.i18n import _
from app.curation.applications import appeals
from app.curation.oversight import effects
from app.curation.oversight.checklist import Answer
from app.curation.oversight.models import CheckStage, Effect, Finding, SpotCheck
from app.curation.oversight.wording import EFFECTS, FINDINGS
from app.curation.reasons import QUARANTINE_REASONS, REMOVAL_REASONS
from app.curation.telling import OWNERS, members

SHORTEST = 10  # characters of a report, a statement or a reason that say something
LONGEST_HIDDEN = timedelta(days=180)
REASONS = {Effect.QUARANTINED: QUARANTINE_REASONS, Effect.REMOVED: REMOVAL_REASONS}

Errors = dict[str, str]


@dataclass(frozen=True, slots=True)
class Answered:
    """What an inspector says of one item, with a file as (name, content) that shows it."""

    answer: Answer | None
    remark: str = ""
    evidence: tuple[str, bytes] | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """What an inspector has typed so far; `version` is that of the check they saw."""

    version: int
    answers: Mapping[str, Answered] = field(default_factory=dict)
    finding: Finding | None = None
    report: str = ""
    mend_until: date | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """What another person decides; `statement` is published with the finding."""

    version: int
    effect: Effect | None
    statement: str
    code: str = ""
    reason: str = ""
    until: date | None = None


def save(db: Session, check: SpotCheck, said: Report, *, by: Visitor) -> Errors:
    """Keep what the inspector typed; returns what is wrong with files, everything else is kept."""
    _must_inspect(db, check, by)
    _must_be_current(check, said.version, CheckStage.DRAWN)
    errors: Errors = {}
    items = []
    for item in check.checklist:
        answered = said.answers.get(item["code"], Answered(None))
        kept = {**item, "answer": answered.answer, "remark": answered.remark}
        if answered.evidence:
            try:
                kept["evidence"] = [*item["evidence"], _keep(db, check, answered.evidence, by)]
            except Invalid as refusal:
                errors[f"evidence-{item['code']}"] = _(refusal.message, **refusal.values)
        items.append(kept)
    check.checklist = items
    check.finding, check.report, check.mend_until = said.finding, said.report, said.mend_until
    check.version += 1
    return errors


def _keep(db: Session, check: SpotCheck, sent: tuple[str, bytes], by: Visitor) -> str:
    name, content = sent
    subject = f"spotcheck:{check.id}"
    kept = files.keep(db, content, name, subject=subject, organisation_id=None, by=by.person_id)
    return str(kept.id)


def hand_over(db: Session, check: SpotCheck, *, by: Visitor) -> Errors:
    """Hand the saved report over; returns what is still missing, by field."""
    _must_inspect(db, check, by)
    errors = missing(check, today())
    if not errors:
        check.move_to(CheckStage.REPORTED)
        check.reported_at, check.returned = now(), None
        audit.record(db, by, "spotcheck.reported", check, after={"finding": check.finding})
    return errors


def missing(check: SpotCheck, day: date) -> Errors:
    """What a report lacks before it can be handed over, by field."""
    errors: Errors = {}
    for item in check.checklist if check.finding != Finding.UNREACHABLE else ():
        if not item["answer"]:
            errors[f"answer-{item['code']}"] = _("Say whether it conforms.")
        elif item["answer"] == Answer.DEPARTS and not item["remark"]:
            errors[f"remark-{item['code']}"] = _("Say what does not conform.")
    if check.finding is None:
        errors["finding"] = _("Choose what was found.")
    elif check.finding == Finding.PASSED and _departs(check):
        errors["finding"] = _("Something does not conform, so it cannot have been passed.")
    if check.finding == Finding.MEND and (check.mend_until is None or check.mend_until <= day):
        errors["mend_until"] = _("Give a day to come.")
    if len(check.report or "") < SHORTEST:
        errors["report"] = _("Write at least {n} characters.", n=SHORTEST)
    return errors


def _departs(check: SpotCheck) -> bool:
    return any(item["answer"] == Answer.DEPARTS for item in check.checklist)


def give_back(db: Session, check: SpotCheck, reason: str, *, by: Visitor) -> None:
    """Return a report to its inspector, who says more and hands it over again."""
    _must_decide(db, check, by)
    check.move_to(CheckStage.DRAWN)
    check.returned = reason
    audit.record(db, by, "spotcheck.returned", check, why=reason)


def refused(check: SpotCheck, decision: Decision, day: date) -> Errors:
    """What is wrong with a decision, by field."""
    errors: Errors = {}
    if decision.effect is None:
        errors["effect"] = _("Choose what follows.")
    elif decision.effect is not Effect.NONE and check.finding == Finding.PASSED:
        errors["effect"] = _("Nothing can follow from a check that was passed.")
    if decision.effect in REASONS and decision.code not in REASONS[decision.effect]:
        errors["code"] = _("Choose a reason.")
    if decision.effect not in (None, Effect.NONE) and len(decision.reason) < SHORTEST:
        errors["reason"] = _("Write at least {n} characters.", n=SHORTEST)
    if decision.effect is Effect.QUARANTINED:
        last = day + LONGEST_HIDDEN
        if decision.until is None or not day < decision.until <= last:
            errors["until"] = _("Give a day to come, at the latest {date}.", date=last)
    if len(decision.statement) < SHORTEST:
        errors["statement"] = _("Write at least {n} characters.", n=SHORTEST)
    return errors


def decide(db: Session, check: SpotCheck, decision: Decision, *, by: Visitor) -> None:
    """Close a check: what follows is carried out, finding and statement become public."""
    _must_decide(db, check, by)
    _must_be_current(check, decision.version, CheckStage.REPORTED)
    errors = refused(check, decision, today())
    if errors or decision.effect is None:
        raise Invalid(next(iter(errors.values())))
    check.move_to(CheckStage.CLOSED)
    check.effect, check.statement = decision.effect, decision.statement
    check.decided_by, check.decided_at = by.person_id, now()
    vendor = vendor_of(db, check)
    effects.carry_out(
        db,
        vendor,
        decision.effect,
        code=decision.code,
        reason=decision.reason,
        until=decision.until,
        by=by,
    )
    after = {"finding": check.finding, "effect": check.effect}
    audit.record(db, by, "spotcheck.closed", check, after=after, why=decision.reason or None)
    _tell_vendor(db, check, vendor, decision.reason)


def _tell_vendor(db: Session, check: SpotCheck, vendor: Vendor, reason: str) -> None:
    told = {
        "id": check.id,
        "finding": FINDINGS[Finding(str(check.finding))],
        "effect": EFFECTS[Effect(str(check.effect))],
        "mend_until": check.mend_until if check.finding == Finding.MEND else None,
        "statement": check.statement,
    }
    for person in members(db, vendor.organisation_id, OWNERS):
        said = {"name": person.name, "vendor": vendor.name, "reason": reason, **told}
        mail.write(db, person.email, "spotcheck_closed", language=person.language, **said)


@appeals.on_allowed(appeals.SPOTCHECK)
def reopen_after_appeal(db: Session, subject_id: UUID, by: Visitor) -> None:
    """An appeal was allowed: somebody else decides again; the earlier decision stays told."""
    db.flush()  # what this transaction changed must not be read over
    check = db.get(SpotCheck, subject_id, with_for_update=True)
    if check is None:
        raise NotFound("There is no such page.")
    before = {
        "finding": check.finding,
        "effect": check.effect,
        "on": format_date(check.decided_at),
        "by": str(check.decided_by),
    }
    check.move_to(CheckStage.REPORTED)
    check.earlier = [*check.earlier, before]
    effects.take_back(db, vendor_of(db, check), Effect(str(check.effect)), by=by)
    check.effect = check.decided_by = check.decided_at = check.statement = None
    audit.record(db, by, "spotcheck.reopened", check, before=before)


def _must_inspect(db: Session, check: SpotCheck, by: Visitor) -> None:
    if check.inspector_id != by.person_id:
        raise Forbidden("Only the inspector who was drawn can report on this check.")
    if _belongs(db, check, by):
        raise Forbidden("You belong to this vendor. Ask for another inspector.")


def _must_decide(db: Session, check: SpotCheck, by: Visitor) -> None:
    """Neither the inspector, nor whoever decided before an appeal, nor one of the vendor's own."""
    if not by.scope.covers(check.region):
        raise NotFound("There is no such page.")
    if check.inspector_id == by.person_id:
        raise Forbidden("You inspected this yourself. Another person has to decide.")
    if str(by.person_id) in [one["by"] for one in check.earlier]:
        raise Forbidden("You decided this before the appeal. Another person has to decide.")
    if _belongs(db, check, by):
        raise Forbidden("You belong to this vendor. Another person has to decide.")


def _belongs(db: Session, check: SpotCheck, person: Visitor) -> bool:
    return role_in(db, vendor_of(db, check).organisation_id, person.person_id) is not None


def _must_be_current(check: SpotCheck, version: int, stage: CheckStage) -> None:
    if check.version != version or check.stage != stage:
        raise Conflict("Somebody else changed this in the meantime. Load it again.")


def vendor_of(db: Session, check: SpotCheck) -> Vendor:
    """The vendor that is checked, with its organisation, wherever its listing stands now."""
    return db.exec(select(Vendor).where(Vendor.id == check.vendor_id).options(VENDOR)).one()


def may_decide(db: Session, check: SpotCheck, visitor: Visitor) -> bool:
    """Whether the page should offer the decision to this person."""
    try:
        _must_decide(db, check, visitor)
    except (Forbidden, NotFound):
        return False
    return check.stage == CheckStage.REPORTED


def find_evidence(db: Session, check: SpotCheck, attachment_id: UUID) -> files.Attachment:
    """A file that belongs to this check; raises `NotFound` for any other."""
    found = db.get(files.Attachment, attachment_id)
    if found is None or found.subject != f"spotcheck:{check.id}":
        raise NotFound("There is no such page.")
    return found


def evidence_of(db: Session, check: SpotCheck) -> dict[str, files.Attachment]:
    """Every file of a check by its id."""
    chosen = select(files.Attachment).where(files.Attachment.subject == f"spotcheck:{check.id}")
    return {str(one.id): one for one in db.exec(chosen)}


def names_of(db: Session, people: Sequence[UUID | None]) -> dict[Any, str]:
    """What these people are called, by id."""
    chosen = select(Person.id, Person.name).where(col(Person.id).in_([p for p in people if p]))
    return dict(db.exec(chosen).all())
