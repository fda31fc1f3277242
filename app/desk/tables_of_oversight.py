"""Lists of the desk as they are exported: assessments, the whitelist, draws, spot checks."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy.orm import defer
from sqlmodel import Session, col, select

from app.accounts.visitor import Visitor
from app.catalogue.models import Organisation, Vendor
from app.core.i18n import mark
from app.curation.oversight.assessing import highest
from app.curation.oversight.models import Assessment, Draw, SpotCheck, WhitelistEntry
from app.desk.exporting import MOST, Filters, table
from app.desk.tables import REGION, STATE
from app.desk.wording import narrowed, place, state_name

Row = Sequence[Any]
VENDOR, FROM, UNTIL = mark("Vendor"), mark("Valid from"), mark("Valid until")
DRAWN_AT, REASON = mark("Drawn at"), mark("Reason")


@table(
    "assessments",
    mark("Assessments"),
    (
        VENDOR,
        REGION,
        STATE,
        mark("Highest level"),
        FROM,
        UNTIL,
        mark("Written at"),
        mark("Confirmed at"),
        REASON,
    ),
)
def assessments(db: Session, visitor: Visitor, filters: Filters) -> Iterator[Row]:
    for one, vendor, region in _of_vendors(db, visitor, filters, Assessment):
        yield (
            vendor,
            place(region),
            state_name(one.stage),
            highest(one),
            one.valid_from,
            one.valid_until,
            one.written_at,
            one.confirmed_at,
            one.reason,
        )


@table(
    "whitelist",
    mark("Whitelist"),
    (VENDOR, REGION, FROM, UNTIL, mark("Ended on"), REASON),
)
def whitelist(db: Session, visitor: Visitor, filters: Filters) -> Iterator[Row]:
    for one, vendor, region in _of_vendors(db, visitor, filters, WhitelistEntry):
        yield (vendor, place(region), one.valid_from, one.valid_until, one.ended_on, one.reason)


def _of_vendors(db: Session, visitor: Visitor, filters: Filters, model: Any) -> Any:
    scope = narrowed(visitor.scope, filters.get("region", ""))
    chosen = (
        select(model, Vendor.name, Organisation.region)
        .join(Vendor, col(Vendor.id) == model.vendor_id)
        .join(Organisation, col(Organisation.id) == col(Vendor.organisation_id))
        .where(scope.inside(Organisation.region))
    )
    return db.exec(chosen.order_by(model.valid_until, model.id).limit(MOST + 1))


@table(
    "draws",
    mark("Draws"),
    (
        mark("Title"),
        REGION,
        STATE,
        mark("List fixed at"),
        DRAWN_AT,
        mark("Hash of the list"),
        mark("Seed"),
        REASON,
    ),
)
def draws(db: Session, visitor: Visitor, filters: Filters) -> Iterator[Row]:
    scope = narrowed(visitor.scope, filters.get("region", ""))
    heavy: Any = [defer(column) for column in (Draw.inputs, Draw.outcome, Draw.codes)]  # type: ignore[arg-type]
    chosen = select(Draw).where(scope.inside(Draw.region)).options(*heavy)
    for one in db.exec(chosen.order_by(col(Draw.prepared_at), col(Draw.id)).limit(MOST + 1)):
        yield (
            one.title,
            place(one.region),
            state_name(one.stage),
            one.prepared_at,
            one.drawn_at,
            one.inputs_hash,
            one.seed,
            one.reason,
        )


@table(
    "spot-checks",
    mark("Spot checks"),
    (
        mark("Draw"),
        VENDOR,
        REGION,
        STATE,
        mark("Finding"),
        mark("Reported at"),
        mark("Effect"),
        mark("Decided at"),
        mark("To be mended by"),
    ),
)
def spot_checks(db: Session, visitor: Visitor, filters: Filters) -> Iterator[Row]:
    scope = narrowed(visitor.scope, filters.get("region", ""))
    chosen = (
        select(SpotCheck, Draw.title, Vendor.name)
        .join(Draw, col(Draw.id) == col(SpotCheck.draw_id))
        .join(Vendor, col(Vendor.id) == col(SpotCheck.vendor_id))
        .where(scope.inside(SpotCheck.region))
        .order_by(col(Draw.drawn_at), col(SpotCheck.id))
    )
    for one, title, vendor in db.exec(chosen.limit(MOST + 1)):
        yield (
            title,
            vendor,
            place(one.region),
            state_name(one.stage),
            state_name(one.finding),
            one.reported_at,
            state_name(one.effect),
            one.decided_at,
            one.mend_until,
        )
