"""Making a draw from its published list, with a seed that nobody could choose; finding draws."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

from sqlalchemy import true
from sqlalchemy.orm import defer
from sqlmodel import Session, col, func, select

from app.accounts.models import Appointment, Person, StaffRole
from app.accounts.scope import Scope
from app.accounts.visitor import Visitor
from app.catalogue.models import Organisation, Vendor
from app.catalogue.reading import Page
from app.core import audit, mail
from app.core.db import now
from app.core.errors import Conflict, Invalid, NotFound
from app.core.formats import today
from app.curation.oversight import drawing
from app.curation.oversight.checklist import blank
from app.curation.oversight.drawing import Inputs, Stratum, VendorInput
from app.curation.oversight.models import CheckStage, Draw, DrawStage, SpotCheck

SIZE = 20
LIGHT: Any = [defer(column) for column in (Draw.inputs, Draw.outcome, Draw.codes)]  # type: ignore[arg-type]


def make(db: Session, draw: Draw, value: str, *, by: Visitor) -> list[SpotCheck]:
    """Draw: tell the secret, take the announced value (or fresh randomness), begin the checks."""
    is_announced = bool(draw.inputs["public_source"])
    if is_announced and not value:
        raise Invalid(
            "Say the value that was announced: {source}.", source=draw.inputs["public_source"]
        )
    draw.move_to(DrawStage.DRAWN)
    draw.value = value if is_announced else secrets.token_hex(32)
    draw.seed = drawing.seed_of(draw.inputs_hash, draw.secret, draw.value)
    outcome = drawing.draw(cast(Inputs, draw.inputs), draw.seed)
    draw.outcome = cast(dict[str, Any], outcome)
    draw.drawn_by, draw.drawn_at = by.person_id, now()
    checks = _begin(db, draw)
    after = {"seed": draw.seed, "checks": len(checks)}
    audit.record(db, by, "draw.made", draw, after=after)
    _tell_inspectors(db, draw, checks)
    return checks


def _begin(db: Session, draw: Draw) -> list[SpotCheck]:
    assigned = [one for one in (draw.outcome or {})["checks"] if one["inspector"]]
    chosen = select(Vendor.identifier, Vendor.id, Organisation.region).join(
        Organisation, col(Organisation.id) == col(Vendor.organisation_id)
    )
    found = db.exec(chosen.where(col(Vendor.identifier).in_([one["vendor"] for one in assigned])))
    vendors = {identifier: (id_, region) for identifier, id_, region in found}
    checks = [
        SpotCheck(
            draw_id=draw.id,
            vendor_id=vendors[one["vendor"]][0],
            inspector_id=UUID(draw.codes[one["inspector"]]),
            inspector_code=one["inspector"],
            region=vendors[one["vendor"]][1],
            checklist=blank(),
        )
        for one in assigned
    ]
    db.add_all(checks)
    return checks


def _tell_inspectors(db: Session, draw: Draw, checks: Sequence[SpotCheck]) -> None:
    counts: dict[UUID, int] = {}
    for check in checks:
        counts[check.inspector_id] = counts.get(check.inspector_id, 0) + 1
    for person in db.exec(select(Person).where(col(Person.id).in_(counts))):
        said = {"name": person.name, "title": draw.title, "n": counts[person.id]}
        mail.write(db, person.email, "spotcheck_drawn", language=person.language, **said)


def substitute(db: Session, check: SpotCheck, reason: str, *, by: Visitor) -> None:
    """The inspector cannot check: the next in the seed's order does, who is from elsewhere too.

    The one with the fewest checks of this draw comes first, as in the draw itself. That there
    was a change, and why, is published. Raises `Conflict` when nobody is left.
    """
    if not by.scope.covers(check.region):
        raise NotFound("There is no such page.")
    if check.stage != CheckStage.DRAWN:
        raise Conflict("The report was handed over already.")
    draw, vendor = db.get_one(Draw, check.draw_id), db.get_one(Vendor, check.vendor_id)
    gone = {check.inspector_code, *(one["code"] for one in check.substituted)}
    listed = vendors_of(draw)[vendor.identifier]
    standing = _still_inspecting(db)
    left = [
        one["id"]
        for one in drawing.in_order(draw.inputs["inspectors"], str(draw.seed))
        if one["id"] not in gone
        and UUID(draw.codes[one["id"]]) in standing
        and drawing.is_from_elsewhere(one, listed)
    ]
    if not left:
        raise Conflict("No other inspector from elsewhere was in this draw.")
    load = _load(db, draw)
    code = min(left, key=lambda one: load.get(one, 0))
    before = {"inspector": check.inspector_code}
    told = {"code": check.inspector_code, "reason": reason, "on": today().isoformat()}
    check.substituted = [*check.substituted, told]
    check.inspector_code, check.inspector_id = code, UUID(draw.codes[code])
    check.version += 1
    after = {"inspector": code}
    audit.record(db, by, "spotcheck.substituted", check, before=before, after=after, why=reason)
    _tell_inspectors(db, draw, [check])


def _still_inspecting(db: Session) -> set[UUID]:
    chosen = (
        select(Appointment.person_id)
        .join(Person, col(Person.id) == col(Appointment.person_id))
        .where(Appointment.role == StaffRole.INSPECTOR, col(Person.disabled_at).is_(None))
    )
    return set(db.exec(chosen))


def _load(db: Session, draw: Draw) -> dict[str, int]:
    chosen = select(SpotCheck.inspector_code, func.count()).where(SpotCheck.draw_id == draw.id)
    return dict(db.exec(chosen.group_by(col(SpotCheck.inspector_code))).all())


def drop(db: Session, draw: Draw, reason: str, *, by: Visitor) -> None:
    """Give a prepared draw up; that it was there, and why it was not made, stays public."""
    draw.move_to(DrawStage.DROPPED)
    draw.reason = reason
    audit.record(db, by, "draw.dropped", draw, why=reason)


def find_for(db: Session, visitor: Visitor, draw_id: UUID, *, locked: bool = False) -> Draw:
    """The draw, if it was made for a place inside the visitor's region."""
    chosen = select(Draw).where(Draw.id == draw_id, visitor.scope.inside(Draw.region))
    found = db.exec(chosen.with_for_update() if locked else chosen).first()
    if found is None:
        raise NotFound("There is no such page.")
    return found


def find_public(db: Session, draw_id: UUID) -> Draw:
    """Any draw: all are public from when their list is fixed."""
    found = db.get(Draw, draw_id)
    if found is None:
        raise NotFound("There is no such page.")
    return found


def vendors_of(draw: Draw) -> dict[str, VendorInput]:
    """The vendors of the published list by their identifiers."""
    return {vendor["id"]: vendor for vendor in draw.inputs["vendors"]}


def strata_of(draw: Draw) -> list[Stratum]:
    """How many of each city and type are drawn; that follows from the list alone."""
    return drawing.strata_of(draw.inputs["vendors"], draw.inputs["number"], draw.inputs["percent"])


@dataclass(frozen=True, slots=True)
class Summary:
    """A draw in a list, with how many of its checks are closed and what they found."""

    draw: Draw
    checks: int
    closed: int
    findings: dict[str, int]


def page(db: Session, number: int, *, scope: Scope | None = None) -> Page:
    """One page of the draws, newest first: all of them, or those inside a region."""
    inside: Any = scope.inside(Draw.region) if scope else true()
    total = db.exec(select(func.count()).select_from(Draw).where(inside)).one()
    chosen = select(Draw).where(inside).order_by(col(Draw.prepared_at).desc(), col(Draw.id))
    draws = db.exec(chosen.offset((number - 1) * SIZE).limit(SIZE).options(*LIGHT)).all()
    counted = _counted(db, [draw.id for draw in draws])
    return Page([_summary(draw, counted) for draw in draws], total, number, SIZE)


def _counted(db: Session, draws: Sequence[UUID]) -> dict[UUID, dict[tuple[str, str], int]]:
    chosen = (
        select(SpotCheck.draw_id, SpotCheck.stage, SpotCheck.finding, func.count())
        .where(col(SpotCheck.draw_id).in_(draws))
        .group_by(col(SpotCheck.draw_id), col(SpotCheck.stage), col(SpotCheck.finding))
    )
    counted: dict[UUID, dict[tuple[str, str], int]] = {}
    for draw_id, stage, finding, count in db.exec(chosen):
        counted.setdefault(draw_id, {})[stage, finding or ""] = count
    return counted


def _summary(draw: Draw, counted: dict[UUID, dict[tuple[str, str], int]]) -> Summary:
    own = counted.get(draw.id, {})
    findings = {finding: n for (stage, finding), n in own.items() if stage == CheckStage.CLOSED}
    return Summary(draw, sum(own.values()), sum(findings.values()), findings)
