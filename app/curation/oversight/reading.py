"""What the desk looks at: listings, assessments and whitelist entries inside a region."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_
from sqlmodel import Session, col, func, select

from app.accounts.models import Person
from app.accounts.scope import Scope
from app.accounts.visitor import Visitor
from app.catalogue.models import MODELS, Organisation, Vendor
from app.catalogue.reading import OPTIONS, VENDOR, Page
from app.catalogue.stages import Stage
from app.core.errors import NotFound
from app.core.formats import today
from app.core.i18n import mark
from app.curation.oversight import freshness, removing, whitelisting
from app.curation.oversight.models import (
    Assessment,
    AssessmentStage,
    Confirmation,
    WhitelistEntry,
)
from app.curation.oversight.subjects import LISTED, inside
from search.engine import Kind

SIZE = 25
STANDINGS: Mapping[str, str] = {
    "fresh": mark("Changed or confirmed within a year"),
    "asked": mark("Asked to confirm"),
    "stale": mark("Old, and nobody can be asked"),
    "recheck": mark("Yearly re-check due"),
}
WHITELIST: Mapping[str, str] = {
    "valid": mark("On the whitelist"),
    "ending": mark("Ends within 90 days"),
    "none": mark("Not on the whitelist"),
}
ENTRIES: Mapping[str, str] = {
    "live": mark("In force"),
    "ending": mark("Ends within 90 days"),
    "ended": mark("Ended"),
}
VALIDITY: Mapping[str, str] = {
    "valid": mark("Holds today"),
    "coming": mark("Not yet"),
    "over": mark("Over"),
}
STAGES: Mapping[Stage, str] = {
    Stage.PUBLISHED: mark("Published"),
    Stage.QUARANTINED: mark("Hidden for some time"),
    Stage.WITHDRAWN: mark("Withdrawn"),
    Stage.REMOVED: mark("Removed from the pool"),
    Stage.MERGED: mark("Merged into another listing"),
    Stage.SUBMITTED: mark("Handed in again"),
}
TONES: Mapping[Stage, str] = {
    Stage.PUBLISHED: "good",
    Stage.QUARANTINED: "warn",
    Stage.REMOVED: "bad",
    Stage.SUBMITTED: "brand-tone",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """Which listings somebody wants to see; empty takes all."""

    kind: Kind = Kind.VENDOR
    q: str = ""
    stage: str = ""
    region: str = ""
    standing: str = ""
    whitelist: str = ""
    page: int = 1


def page_of_listings(db: Session, visitor: Visitor, asked: Asked) -> Page:
    """One page of listings that are or were published: pairs with their confirmation, by name."""
    model = MODELS[asked.kind]
    chosen = select_listings(visitor, asked, select(model, Confirmation))
    return _page(db, chosen, (col(model.name), col(model.id)), asked.page, *OPTIONS[asked.kind])


def counts_of_listings(db: Session, visitor: Visitor, asked: Asked) -> dict[Kind, int]:
    """How many of each kind meet the same."""
    each = {kind: replace(asked, kind=kind) for kind in LISTED}
    return {
        kind: db.exec(select_listings(visitor, one, select(func.count(col(MODELS[kind].id))))).one()
        for kind, one in each.items()
    }


def select_listings(visitor: Visitor, asked: Asked, chosen: Any) -> Any:
    """The listings of one kind inside the region that meet what was asked."""
    model = MODELS[asked.kind]
    chosen = chosen.select_from(model)
    return freshness.with_confirmation(chosen, asked.kind).where(
        col(model.published_at).is_not(None),
        inside(asked.kind, visitor.scope),
        *_conditions(asked),
    )


def _conditions(asked: Asked) -> Sequence[ColumnElement[bool]]:
    model = MODELS[asked.kind]
    found: list[Any] = []
    if asked.q:
        found.append(col(model.name).contains(asked.q, autoescape=True))
    if asked.stage:
        found.append(col(model.stage) == asked.stage)
    if asked.region:
        found.append(inside(asked.kind, Scope(asked.region)))
    if asked.standing:
        found.append(_standing(asked.kind, asked.standing))
    if asked.whitelist:
        found.append(_whitelist(asked.whitelist))
    return found


def _standing(kind: Kind, standing: str) -> ColumnElement[bool]:
    model = MODELS[kind]
    public = col(model.stage) == Stage.PUBLISHED
    if standing == "fresh":
        return and_(public, ~freshness.untouched(model))
    if standing == "asked":
        return and_(public, freshness.waits(model))
    if standing == "stale":
        return and_(public, freshness.untouched(model), ~freshness.has_keeper())
    # Only vendors are looked at again each year.
    return removing.due_for_recheck() if kind is Kind.VENDOR else col(model.id).is_(None)


def _whitelist(wanted: str) -> ColumnElement[bool]:
    until = col(Vendor.whitelisted_until)
    soon = today() + timedelta(days=whitelisting.WARNINGS[0])
    if wanted == "none":
        return until.is_(None) | (until < today())
    return and_(until >= today(), until <= soon) if wanted == "ending" else until >= today()


def page_of_assessments(
    db: Session,
    visitor: Visitor,
    *,
    q: str = "",
    stage: str = "",
    validity: str = "",
    number: int = 1,
) -> Page:
    """Assessments with their vendors inside the region, the newest first."""
    chosen = _of_vendors(Assessment, visitor)
    if q:
        chosen = chosen.where(col(Vendor.name).contains(q, autoescape=True))
    if stage:
        chosen = chosen.where(Assessment.stage == stage)
    since, until = col(Assessment.valid_from), col(Assessment.valid_until)
    if validity:
        holds = {
            "valid": and_(since <= today(), until >= today()),
            "coming": since > today(),
            "over": until < today(),
        }
        chosen = chosen.where(holds[validity])
    return _page(db, chosen, (col(Assessment.written_at).desc(), col(Assessment.id)), number)


def find_assessment_for(
    db: Session, visitor: Visitor, assessment_id: UUID
) -> tuple[Assessment, Vendor]:
    """An assessment of a vendor inside the visitor's region; raises `NotFound` otherwise."""
    chosen = _of_vendors(Assessment, visitor).where(Assessment.id == assessment_id)
    found = db.exec(chosen.options(VENDOR)).first()
    if found is None:
        raise NotFound("There is no such assessment in your region.")
    return found[0], found[1]


def assessments_of(db: Session, vendor: Vendor) -> Sequence[Assessment]:
    """A vendor's assessments, the newest first."""
    chosen = select(Assessment).where(Assessment.vendor_id == vendor.id)
    return db.exec(chosen.order_by(col(Assessment.written_at).desc())).all()


def page_of_entries(db: Session, visitor: Visitor, *, standing: str, number: int = 1) -> Page:
    """Whitelist entries with their vendors inside the region; what ends first comes first."""
    live = col(WhitelistEntry.ended_on).is_(None)
    until = col(WhitelistEntry.valid_until)
    soon = until <= today() + timedelta(days=whitelisting.WARNINGS[0])
    holds = and_(live, until >= today())
    wanted = {"live": holds, "ending": and_(holds, soon), "ended": ~holds}[standing]
    order = until.desc() if standing == "ended" else until
    chosen = _of_vendors(WhitelistEntry, visitor).where(wanted)
    return _page(db, chosen, (order, col(WhitelistEntry.id)), number)


def find_entry_for(db: Session, visitor: Visitor, entry_id: UUID) -> tuple[WhitelistEntry, Vendor]:
    """An entry of a vendor inside the visitor's region; raises `NotFound` otherwise."""
    chosen = _of_vendors(WhitelistEntry, visitor).where(WhitelistEntry.id == entry_id)
    found = db.exec(chosen.options(VENDOR)).first()
    if found is None:
        raise NotFound("There is no such entry in your region.")
    return found[0], found[1]


def entries_on(db: Session, assessment: Assessment) -> Sequence[WhitelistEntry]:
    """The whitelist entries that rest on an assessment, the newest first."""
    chosen = select(WhitelistEntry).where(WhitelistEntry.assessment_id == assessment.id)
    return db.exec(chosen.order_by(col(WhitelistEntry.decided_at).desc())).all()


def names_of(db: Session, *people: UUID | None) -> dict[UUID | None, str]:
    """What these people are called."""
    chosen = select(Person.id, Person.name).where(col(Person.id).in_([p for p in people if p]))
    return dict(db.exec(chosen).all())


def is_usable(assessment: Assessment) -> bool:
    """Whether a whitelist entry may rest on it today."""
    holds = assessment.valid_from <= today() <= assessment.valid_until
    confirmed = assessment.stage == AssessmentStage.CONFIRMED
    return confirmed and holds and not whitelisting.falls_short(assessment)


def _of_vendors(model: Any, visitor: Visitor) -> Any:
    """Rows of a table that belong to vendors inside the region, each with its vendor."""
    return (
        select(model, Vendor)
        .join(Vendor, Vendor.id == model.vendor_id)
        .join(Organisation, col(Organisation.id) == col(Vendor.organisation_id))
        .where(visitor.scope.inside(Organisation.region))
    )


def _page(db: Session, chosen: Any, order: Sequence[Any], number: int, *options: Any) -> Page:
    total = db.exec(select(func.count()).select_from(chosen.order_by(None).subquery())).one()
    rows = db.exec(
        chosen.order_by(*order).offset((number - 1) * SIZE).limit(SIZE).options(*options)
    )
    return Page(items=rows.all(), total=total, number=number, size=SIZE)
