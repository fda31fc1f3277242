"""What came of a need: awarded to whom, cancelled, nobody suitable, or still being decided."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

from app.accounts.visitor import Visitor
from app.catalogue.models import Vendor
from app.catalogue.reading import SLUG
from app.catalogue.stages import Stage
from app.core import audit
from app.core.db import now
from app.core.errors import Conflict, Invalid
from app.core.i18n import _, mark
from app.curation.applications.field import Field, Input
from app.curation.applications.forms import read_fields
from app.matching import feedback
from app.matching.models import Match
from app.matching.models import Verdict as MatchVerdict
from app.needs.closing import catch_up
from app.needs.models import Need, NeedStage, Outcome, OutcomeKind

KINDS: Mapping[OutcomeKind, str] = {
    OutcomeKind.AWARDED: mark("Awarded"),
    OutcomeKind.CANCELLED: mark("Cancelled"),
    OutcomeKind.NOBODY: mark("Nobody suitable"),
    OutcomeKind.DECIDING: mark("Still deciding"),
}
OUTSIDE = "outside"  # the choice of a vendor that is not in the pool
FIELDS = (
    Field("vendor_name", mark("Its name"), "", most=100),
    Field("value", mark("Value of the contract (yuan)"), "", Input.MONEY, most=20),
    Field("starts_on", mark("Starts on"), "", Input.DAY),
    Field("note", mark("Note"), "", Input.TEXT, most=1000),
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What somebody says came of a need; `value` in fen."""

    kind: OutcomeKind
    vendor_id: UUID | None = None
    vendor_name: str = ""
    value: int | None = None
    starts_on: date | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Typed:
    """One filling of the form; `verdict` is None while something is wrong with it."""

    verdict: Verdict | None
    posted: Mapping[str, str] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)


def of(db: Session, need: Need) -> Outcome | None:
    """What is known to have come of a need."""
    return db.get(Outcome, need.id)


def offered(db: Session, need: Need) -> list[tuple[str, str]]:
    """The matched vendors, which may have won, by identifier and name."""
    matched = select(Match.vendor_id).where(Match.need_id == need.id, col(Match.is_current))
    chosen = select(Vendor.identifier, Vendor.name).where(
        col(Vendor.id).in_(matched), col(Vendor.stage) == Stage.PUBLISHED
    )
    return [(identifier, name) for identifier, name in db.exec(chosen.order_by(Vendor.name))]


def read(db: Session, posted: Mapping[str, str]) -> Typed:
    """What was typed. A name that is exactly one vendor's of the pool means that vendor."""
    kind = posted.get("kind", "")
    if kind not in set(OutcomeKind):
        return Typed(None, posted, {"kind": _("Choose what came of it.")})
    values, errors = read_fields(FIELDS, {name: [said] for name, said in posted.items()}, {})
    known = {name: values[name] for name in ("value", "starts_on", "note") if name in values}
    if kind != OutcomeKind.AWARDED:
        note = {"note": values.get("note", "")}
        return Typed(None if errors else Verdict(OutcomeKind(kind), **note), posted, errors)
    vendor, name = _whom(db, posted.get("vendor", ""), values.get("vendor_name", ""))
    errors |= _lacking(values, has_won=bool(vendor or name))
    if errors:
        return Typed(None, posted, errors)
    verdict = Verdict(
        OutcomeKind.AWARDED,
        vendor_id=vendor.id if vendor else None,
        vendor_name="" if vendor else name,
        **known,
    )
    return Typed(verdict, posted)


def _whom(db: Session, chosen: str, name: str) -> tuple[Vendor | None, str]:
    in_pool = select(Vendor).where(col(Vendor.stage) == Stage.PUBLISHED)
    if chosen not in ("", OUTSIDE) and SLUG.fullmatch(chosen):
        return db.exec(in_pool.where(Vendor.identifier == chosen)).first(), ""
    if not name:
        return None, ""
    found: Sequence[Vendor] = db.exec(in_pool.where(Vendor.name == name).limit(2)).all()
    return (found[0] if len(found) == 1 else None), name


def _lacking(values: Mapping[str, Any], *, has_won: bool) -> dict[str, str]:
    errors: dict[str, str] = {}
    if not has_won:
        errors["vendor"] = _("Say who won it.")
    if not values.get("value"):
        errors["value"] = _("Say what the contract is worth.")
    if not values.get("starts_on"):
        errors["starts_on"] = _("Say when the work starts.")
    return errors


def settle(db: Session, need: Need, verdict: Verdict, *, by: Visitor) -> Outcome:
    """Say what came of a need that closed, which the caller holds (`reading.take`).

    "Deciding" may be said again and replaced; anything else is the end. Raises `Conflict` before
    the need closed and after a complete outcome, `Invalid` where an award says too little.
    """
    catch_up(db, need)
    before = of(db, need)
    if need.stage == NeedStage.SETTLED or (before and before.kind != OutcomeKind.DECIDING):
        raise Conflict("What came of it was said already and cannot be changed.")
    if need.stage != NeedStage.CLOSED:
        raise Conflict("Its outcome can be said once it is closed.")
    _check(verdict)
    outcome = before or Outcome(need_id=need.id, kind=verdict.kind, by=by.person_id)
    was = {"kind": str(before.kind)} if before else None
    for name in ("kind", "vendor_id", "vendor_name", "value", "starts_on", "note"):
        setattr(outcome, name, getattr(verdict, name))
    outcome.by, outcome.at = by.person_id, now()
    db.add(outcome)
    if verdict.kind != OutcomeKind.DECIDING:
        need.move_to(NeedStage.SETTLED)
        db.add(need)
    if verdict.vendor_id:
        _tell_matching(db, need, verdict.vendor_id, by=by)
    audit.record(db, by, "need.outcome", need, before=was, after={"kind": str(verdict.kind)})
    return outcome


def _tell_matching(db: Session, need: Need, vendor_id: UUID, *, by: Visitor) -> None:
    """Keep with the match that its vendor won: matches are judged by what came of them."""
    feedback.note(
        db,
        need_id=need.id,
        vendor_id=vendor_id,
        organisation_id=need.organisation_id,
        verdict=MatchVerdict.AWARDED,
        by=by.person_id,
    )


def _check(verdict: Verdict) -> None:
    has_won = bool(verdict.vendor_id or verdict.vendor_name)
    is_complete = has_won and verdict.value and verdict.starts_on
    if verdict.kind == OutcomeKind.AWARDED and not is_complete:
        raise Invalid("An award says who won, what it is worth and when it starts.")


def winner(db: Session, outcome: Outcome | None) -> Vendor | None:
    """The vendor of the pool that won, if one did."""
    return db.get(Vendor, outcome.vendor_id) if outcome and outcome.vendor_id else None
