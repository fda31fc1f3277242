"""Preparing a draw: from whom it is made is fixed and published before anybody knows the seed."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import cast
from uuid import UUID

from sqlalchemy import ColumnElement, or_
from sqlalchemy.orm import load_only
from sqlmodel import Session, col, func, select

from app.accounts.models import Appointment, Person, StaffRole
from app.accounts.scope import Scope
from app.accounts.visitor import Visitor
from app.catalogue.identifiers import new_identifier
from app.catalogue.models import Organisation, Vendor
from app.catalogue.stages import Stage
from app.core import audit
from app.core.db import now
from app.core.errors import Conflict, NotFound
from app.core.formats import format_date, today
from app.curation.oversight import drawing
from app.curation.oversight.drawing import Inputs, InspectorInput, Stratum, VendorInput
from app.curation.oversight.models import CheckStage, Draw, SpotCheck

UNSTATED = "unstated"  # of vendors that do not say which kind they are
MONTH = timedelta(days=30.4375)


@dataclass(frozen=True, slots=True)
class Wish:
    """What sort of draw somebody wants; `number` 0 means `percent`, `months` 0 excludes none."""

    title: str
    region: str
    kinds: tuple[str, ...]
    number: int = 0
    percent: int = 5
    months: int = 12
    public_source: str = ""


@dataclass(frozen=True, slots=True)
class Preview:
    """What a wish would come to before anything is fixed."""

    inputs: Inputs
    codes: dict[str, str]
    strata: Sequence[Stratum]
    excluded: Sequence[dict[str, str]]
    unchecked: Sequence[VendorInput]  # nobody from elsewhere could check them

    @property
    def size(self) -> int:
        return sum(stratum["drawn"] for stratum in self.strata)


def preview(db: Session, wish: Wish, *, by: Visitor) -> Preview:
    """The list that a draw would start from; raises `NotFound` outside of the person's region."""
    if not by.scope.covers(wish.region):
        raise NotFound("There is no such page.")
    found = _vendors(db, wish, by)
    recent = _recently(db, [id_ for id_, _vendor in found], wish.months)
    vendors = [vendor for id_, vendor in found if id_ not in recent]
    inspectors, codes = _inspectors(db, wish, by)
    excluded = [
        {"id": vendor["id"], "name": vendor["name"], "reason": "checked", "on": recent[id_]}
        for id_, vendor in found
        if id_ in recent
    ]
    inputs = {
        "title": wish.title,
        "region": wish.region,
        "made_on": format_date(today()),
        "kinds": sorted(wish.kinds),
        "months": wish.months,
        "commitment": "",  # fixed with the list
        "public_source": wish.public_source,
        "number": wish.number,
        "percent": 0 if wish.number else wish.percent,
        "vendors": vendors,
        "inspectors": inspectors,
        "excluded": excluded,
    }
    strata = drawing.strata_of(vendors, wish.number, wish.percent)
    unchecked = drawing.without_inspector(vendors, inspectors)
    return Preview(cast(Inputs, inputs), codes, strata, excluded, unchecked)


def _vendors(db: Session, wish: Wish, by: Visitor) -> list[tuple[UUID, VendorInput]]:
    """The published vendors of these kinds inside the region, by identifier."""
    own, region = by.scope.inside(Organisation.region), Scope(wish.region)
    named = [kind for kind in wish.kinds if kind != UNSTATED]
    kinds: ColumnElement[bool] = col(Vendor.kind).in_(named)
    if UNSTATED in wish.kinds:
        kinds = or_(kinds, col(Vendor.kind).is_(None))
    chosen = (
        select(Vendor, Organisation.region)
        .join(Organisation, col(Organisation.id) == col(Vendor.organisation_id))
        .where(Vendor.stage == Stage.PUBLISHED, own, region.inside(Organisation.region), kinds)
        .order_by(col(Vendor.identifier))
        .options(load_only(Vendor.id, Vendor.identifier, Vendor.name, Vendor.kind))  # type: ignore[arg-type]
    )
    return [
        (
            vendor.id,
            VendorInput(
                id=vendor.identifier,
                name=vendor.name,
                region=place or "",
                city=drawing.city_of(place or ""),
                kind=vendor.kind or "",
            ),
        )
        for vendor, place in db.exec(chosen)
    ]


def _recently(db: Session, vendors: Sequence[UUID], months: int) -> dict[UUID, str]:
    """The vendors that are being checked, or were drawn within the last months, with the day."""
    since = now() - months * MONTH
    chosen = (
        select(SpotCheck.vendor_id, func.max(Draw.drawn_at))
        .join(Draw, col(Draw.id) == col(SpotCheck.draw_id))
        .where(or_(col(SpotCheck.stage) != CheckStage.CLOSED, col(Draw.drawn_at) > since))
        .group_by(col(SpotCheck.vendor_id))
    )
    wanted = set(vendors)
    return {id_: format_date(at) for id_, at in db.exec(chosen) if id_ in wanted}


def _inspectors(
    db: Session, wish: Wish, by: Visitor
) -> tuple[list[InspectorInput], dict[str, str]]:
    """Who could check, each under a new code; and whom the codes stand for.

    They are those of the person's region, and those whose own region holds that of the draw.
    """
    chosen = (
        select(Person.id, Appointment.region)
        .join(Appointment, col(Appointment.person_id) == col(Person.id))
        .where(Appointment.role == StaffRole.INSPECTOR, col(Person.disabled_at).is_(None))
    )
    inspectors, codes = [], {}
    for person_id, region in db.exec(chosen):
        if by.scope.covers(region) or Scope(region).covers(wish.region):
            code = new_identifier("i")
            codes[code] = str(person_id)
            inspectors.append(InspectorInput(id=code, region=region))
    return sorted(inspectors, key=lambda one: one["id"]), codes


def prepare(db: Session, wish: Wish, *, by: Visitor) -> Draw:
    """Fix the list and publish it with its hash, before anybody can know the seed."""
    found = preview(db, wish, by=by)
    if not found.inputs["vendors"]:
        raise Conflict("There is nobody to draw from. Choose other kinds or fewer months.")
    if not found.inputs["inspectors"]:
        raise Conflict("There is no inspector who could check. Appoint one first.")
    secret = secrets.token_hex(32)
    inputs = {**found.inputs, "commitment": drawing.digest(secret)}
    draw = Draw(
        title=wish.title,
        region=wish.region,
        inputs=inputs,
        inputs_hash=drawing.hash_of(inputs),
        secret=secret,
        codes=found.codes,
        prepared_by=by.person_id,
    )
    db.add(draw)
    after = {"inputs_hash": draw.inputs_hash, "vendors": len(found.inputs["vendors"])}
    audit.record(db, by, "draw.prepared", draw, after=after)
    return draw
