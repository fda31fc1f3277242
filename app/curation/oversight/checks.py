"""Which spot checks there are: one's own, those of a region, those of a draw, the published."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import and_, or_
from sqlalchemy.orm import defer, joinedload
from sqlmodel import Session, col, func, select

from app.accounts.models import Person
from app.accounts.visitor import Visitor
from app.catalogue.models import Vendor
from app.catalogue.reading import Page
from app.catalogue.stages import Stage
from app.core.access import Can
from app.core.errors import NotFound
from app.curation.oversight.models import CheckStage, Draw, SpotCheck

SIZE = 20
SHOWN: Any = (
    joinedload(Vendor.organisation),  # type: ignore[arg-type]
    *(defer(column, raiseload=True) for column in (Draw.inputs, Draw.outcome, Draw.codes)),  # type: ignore[arg-type]
)
"""What rows show; the whole list that a draw started from they do not."""


@dataclass(frozen=True, slots=True)
class Row:
    """A check in a list: of which vendor, from which draw, by whom."""

    check: SpotCheck
    vendor: Vendor
    draw: Draw
    inspector: str

    @property
    def is_listed(self) -> bool:
        return self.vendor.stage == Stage.PUBLISHED


def find_for(db: Session, visitor: Visitor, check_id: UUID, *, locked: bool = False) -> SpotCheck:
    """The check, if it lies inside the visitor's region or is their own to inspect.

    Inspectors come from elsewhere, so what they are drawn for may lie outside their region.
    """
    chosen = select(SpotCheck).where(SpotCheck.id == check_id, _visible(visitor))
    found = db.exec(chosen.with_for_update() if locked else chosen).first()
    if found is None:
        raise NotFound("There is no such page.")
    return found


def _visible(visitor: Visitor) -> Any:
    inside = visitor.scope.inside(SpotCheck.region)
    if not visitor.may(Can.INSPECT):
        return inside
    return or_(col(SpotCheck.inspector_id) == visitor.person_id, inside)


def own(db: Session, visitor: Visitor) -> Sequence[Row]:
    """What this person still has to inspect, the oldest first."""
    mine = and_(
        col(SpotCheck.inspector_id) == visitor.person_id, col(SpotCheck.stage) == CheckStage.DRAWN
    )
    return _rows(db, mine, (col(Draw.drawn_at), col(Vendor.name)))


def page_for(db: Session, visitor: Visitor, number: int, stage: str = "") -> Page:
    """One page of the checks that this person may see, the newest draw first."""
    which = _visible(visitor)
    if stage:
        which = and_(which, col(SpotCheck.stage) == stage)
    return _page(db, which, (col(Draw.drawn_at).desc(), col(Vendor.name)), number)


def stages(db: Session, visitor: Visitor) -> dict[str, int]:
    """How many checks that this person may see stand at each stage."""
    chosen = select(SpotCheck.stage, func.count()).where(_visible(visitor))
    return dict(db.exec(chosen.group_by(col(SpotCheck.stage))).all())


def of_draw(db: Session, draw: Draw) -> dict[str, Row]:
    """The checks of a draw by the vendor's identifier."""
    rows = _rows(db, col(SpotCheck.draw_id) == draw.id, (col(Vendor.name),))
    return {row.vendor.identifier: row for row in rows}


def published(db: Session, number: int) -> Page:
    """One page of the checks whose finding is public, the newest first."""
    closed = col(SpotCheck.stage) == CheckStage.CLOSED
    return _page(db, closed, (col(SpotCheck.decided_at).desc(), col(SpotCheck.id)), number)


def published_of(db: Session, vendor: Vendor) -> Sequence[Row]:
    """The latest checks of a vendor whose finding is public."""
    closed = and_(col(SpotCheck.vendor_id) == vendor.id, col(SpotCheck.stage) == CheckStage.CLOSED)
    return _rows(db, closed, (col(SpotCheck.decided_at).desc(), col(SpotCheck.id)), limit=SIZE)


def find_published(db: Session, check_id: UUID) -> Row:
    """A check whose finding is public; raises `NotFound` for any other."""
    which = and_(col(SpotCheck.id) == check_id, col(SpotCheck.stage) == CheckStage.CLOSED)
    rows = _rows(db, which, ())
    if not rows:
        raise NotFound("There is no such page.")
    return rows[0]


def row_of(db: Session, check: SpotCheck) -> Row:
    """The same check with what a page shows of it."""
    return _rows(db, col(SpotCheck.id) == check.id, ())[0]


def _page(db: Session, which: Any, order: Sequence[Any], number: int) -> Page:
    total = db.exec(select(func.count()).select_from(SpotCheck).where(which)).one()
    rows = _rows(db, which, order, offset=(number - 1) * SIZE, limit=SIZE)
    return Page(rows, total, number, SIZE)


def _rows(
    db: Session, which: Any, order: Sequence[Any], offset: int = 0, limit: int | None = None
) -> list[Row]:
    chosen = (
        select(SpotCheck, Vendor, Draw, Person.name)
        .join(Vendor, col(Vendor.id) == col(SpotCheck.vendor_id))
        .join(Draw, col(Draw.id) == col(SpotCheck.draw_id))
        .join(Person, col(Person.id) == col(SpotCheck.inspector_id))
        .where(which)
        .order_by(*order)
        .offset(offset)
        .limit(limit)
        .options(*SHOWN)
    )
    return [Row(*found) for found in db.exec(chosen)]
