"""Assessments of the five security domains: written by one person, confirmed by another."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

from app.accounts.organisations import must_not_belong
from app.accounts.visitor import Visitor
from app.catalogue.models import Vendor
from app.core import audit, files
from app.core.db import now
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.core.formats import today
from app.core.i18n import mark
from app.curation.oversight import whitelisting
from app.curation.oversight.models import Assessment, AssessmentStage, Domain
from app.curation.oversight.subjects import check_sentence, hold, load_vendor

DOMAINS: Mapping[Domain, str] = {
    Domain.DEVICE: mark("Device security"),
    Domain.CONTROL: mark("Control security"),
    Domain.NETWORK: mark("Network security"),
    Domain.PLATFORM: mark("Platform security"),
    Domain.DATA: mark("Data security"),
}
LEVELS: Mapping[int, str] = {
    0: mark("Level 0: not met"),
    1: mark("Level 1: basic"),
    2: mark("Level 2: enhanced"),
    3: mark("Level 3: advanced"),
}
STAGES: Mapping[AssessmentStage, str] = {
    AssessmentStage.DRAFT: mark("Draft"),
    AssessmentStage.CONFIRMED: mark("Confirmed"),
    AssessmentStage.REVOKED: mark("Revoked"),
}
YEARS: Mapping[int, int] = {0: 3, 1: 3, 2: 3, 3: 1}
"""For how many years an assessment may hold, by its highest level: level 3 repeats its risk
assessment at least once a year."""

CHANGED = mark("Somebody else changed this in the meantime. Load it again.")


@dataclass(frozen=True, slots=True)
class Found:
    """What an inspector says: for each domain a level and a finding, and between which days."""

    levels: Mapping[Domain, int]
    findings: Mapping[Domain, str]
    valid_from: date
    valid_until: date


@dataclass(frozen=True, slots=True)
class Evidence:
    """A file that a finding in one domain rests on."""

    domain: Domain
    name: str
    content: bytes


def last_day(valid_from: date, level: int) -> date:
    """The last day that an assessment with this highest level may hold.

    A year from 1 March 2026 ends with 28 February 2027.
    """
    year = valid_from.year + YEARS[level]
    try:
        return date.fromordinal(valid_from.replace(year=year).toordinal() - 1)
    except ValueError:  # 29 February: the day before 1 March
        return date(year, 2, 28)


def write(
    db: Session, vendor: Vendor, found: Found, evidence: Sequence[Evidence] = (), *, by: Visitor
) -> Assessment:
    """Begin an assessment as a draft; nothing rests on it yet."""
    must_not_belong(db, vendor.organisation_id, by=by)
    _check_days(found)
    assessment = Assessment(
        vendor_id=vendor.id,
        domains=_domains(found, {}),
        valid_from=found.valid_from,
        valid_until=found.valid_until,
        written_by=by.person_id,
    )
    db.add(assessment)
    _keep(db, assessment, evidence, by)
    _note(db, assessment, "written", None, by)
    return assessment


def rewrite(
    db: Session,
    assessment: Assessment,
    found: Found,
    evidence: Sequence[Evidence] = (),
    dropped: Collection[str] = (),
    *,
    seen: int,
    by: Visitor,
) -> None:
    """Change a draft: only who wrote it may, and only the version that they saw.

    `dropped` are ids of files that it no longer rests on and that go with this.
    """
    _check_days(found)
    before = _hold(db, assessment)
    must_be_own_draft(assessment, by)
    if assessment.version != seen:
        raise Conflict(CHANGED)
    kept = {d: [i for i in evidence_of(assessment, d) if i not in dropped] for d in Domain}
    gone = [file for id_, file in files_of(db, assessment).items() if id_ in dropped]
    assessment.domains = _domains(found, kept)
    assessment.valid_from, assessment.valid_until = found.valid_from, found.valid_until
    assessment.version += 1
    for file in gone:
        files.remove(db, file)
    _keep(db, assessment, evidence, by)
    _note(db, assessment, "rewritten", before, by)


def must_be_own_draft(assessment: Assessment, by: Visitor) -> None:
    """Raises `Conflict` when it is no draft any more, `Forbidden` when somebody else wrote it."""
    _must_be(assessment, AssessmentStage.DRAFT)
    if assessment.written_by != by.person_id:
        raise Forbidden("Only who wrote this draft may change it.")


def _keep(db: Session, assessment: Assessment, evidence: Sequence[Evidence], by: Visitor) -> None:
    """Keep files with the domains that they show something of; staff alone see them."""
    subject = f"assessment:{assessment.id}"
    said = {name: dict(of) for name, of in assessment.domains.items()}
    for one in evidence:
        attachment = files.keep(
            db, one.content, one.name, subject=subject, organisation_id=None, by=by.person_id
        )
        said[one.domain]["evidence"] = [*said[one.domain]["evidence"], str(attachment.id)]
    assessment.domains = said


def confirm(db: Session, assessment: Assessment, *, seen: int, by: Visitor) -> None:
    """Another person stands for it from now on; it cannot be changed any more."""
    before = _hold(db, assessment)
    _must_be(assessment, AssessmentStage.DRAFT)
    if assessment.version != seen:
        raise Conflict(CHANGED)
    if assessment.written_by == by.person_id:
        raise Forbidden("You wrote this assessment; somebody else has to decide about it.")
    vendor = load_vendor(db, assessment.vendor_id)
    must_not_belong(db, vendor.organisation_id, by=by)
    if not all(said["finding"] for said in assessment.domains.values()):
        raise Conflict("A domain has no finding yet. It has to be written first.")
    if assessment.valid_until < today():
        raise Conflict("Its last day is past. It has to be written anew.")
    assessment.stage = AssessmentStage.CONFIRMED
    assessment.confirmed_by, assessment.confirmed_at = by.person_id, now()
    assessment.version += 1
    _note(db, assessment, "confirmed", before, by)


def revoke(db: Session, assessment: Assessment, *, reason: str, by: Visitor) -> None:
    """It no longer counts; a whitelist entry that rests on it ends with it."""
    said = check_sentence(reason)
    vendor = load_vendor(db, assessment.vendor_id)
    must_not_belong(db, vendor.organisation_id, by=by)
    hold(db, vendor)
    before = _hold(db, assessment)
    _must_be(assessment, AssessmentStage.CONFIRMED)
    assessment.stage = AssessmentStage.REVOKED
    assessment.revoked_by, assessment.revoked_at = by.person_id, now()
    assessment.reason = said
    assessment.version += 1
    _note(db, assessment, "revoked", before, by, why=said)
    whitelisting.end_resting_on(db, assessment, reason=said, by=by)


def confirmed_of(db: Session, organisation_id: UUID) -> Sequence[Assessment]:
    """What a vendor may see of itself: its confirmed assessments, newest first."""
    return db.exec(
        select(Assessment)
        .join(Vendor, col(Vendor.id) == col(Assessment.vendor_id))
        .where(
            Vendor.organisation_id == organisation_id,
            Assessment.stage == AssessmentStage.CONFIRMED,
        )
        .order_by(col(Assessment.valid_until).desc(), col(Assessment.id))
    ).all()


def evidence_of(assessment: Assessment, domain: Domain) -> list[str]:
    """The ids of the files that a finding rests on."""
    return list(assessment.domains[domain]["evidence"])


def files_of(db: Session, assessment: Assessment) -> dict[str, files.Attachment]:
    """The files that an assessment rests on, by id."""
    ids = [UUID(one) for domain in Domain for one in evidence_of(assessment, domain)]
    found = db.exec(select(files.Attachment).where(col(files.Attachment.id).in_(ids)))
    return {str(one.id): one for one in found}


def find_evidence(db: Session, assessment: Assessment, attachment_id: UUID) -> files.Attachment:
    """A file of this assessment; raises `NotFound` for one of something else."""
    found = files_of(db, assessment).get(str(attachment_id))
    if found is None:
        raise NotFound("There is no such file here.")
    return found


def highest(assessment: Assessment) -> int:
    """The highest level in any domain."""
    return max(int(said["level"]) for said in assessment.domains.values())


def _check_days(found: Found) -> None:
    last = last_day(found.valid_from, max(found.levels.values()))
    if found.valid_until < found.valid_from:
        raise Invalid("The last day cannot come before the first.")
    if found.valid_until > last:
        raise Invalid(
            "With this level it may hold until {date} at the longest.", date=last.isoformat()
        )


def _domains(found: Found, evidence: Mapping[Domain, list[str]]) -> dict[str, Any]:
    return {
        str(domain): {
            "level": found.levels[domain],
            "finding": found.findings[domain],
            "evidence": evidence.get(domain, []),
        }
        for domain in Domain
    }


def _hold(db: Session, assessment: Assessment) -> dict[str, Any]:
    """Keep others from changing it until the end; returns what the trail says of it so far."""
    db.flush()  # what this transaction changed must not be read over
    db.refresh(assessment, with_for_update=True)
    return _said(assessment)


def _must_be(assessment: Assessment, stage: AssessmentStage) -> None:
    if assessment.stage != stage:
        raise Conflict("This cannot be done to the assessment as it stands now.")


def _said(assessment: Assessment) -> dict[str, Any]:
    levels = {domain: said["level"] for domain, said in assessment.domains.items()}
    days = f"{assessment.valid_from} – {assessment.valid_until}"
    files_ = sum(len(said["evidence"]) for said in assessment.domains.values())
    return {"stage": str(assessment.stage), **levels, "valid": days, "evidence": files_}


def _note(
    db: Session,
    assessment: Assessment,
    verb: str,
    before: dict[str, Any] | None,
    by: Visitor,
    *,
    why: str | None = None,
) -> None:
    action, vendor = f"assessment.{verb}", str(assessment.vendor_id)
    after = _said(assessment)
    audit.record(db, by, action, assessment, before=before, after=after, why=why, vendor_id=vendor)
