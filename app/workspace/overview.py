"""What an organisation has in the pool and on its way there: named queries of the workspace."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, func, select

from app.accounts.visitor import Visitor
from app.catalogue.models import MODELS, Case, Record, Solution, Training, Vendor
from app.catalogue.reading import Page
from app.catalogue.stages import Stage
from app.curation.applications import drafts, standing
from app.curation.applications.models import Application, Question
from app.curation.applications.standing import Next
from app.curation.oversight import freshness
from search.engine import Kind

SHOWN = 10
LATEST = 5
OF_VENDORS = (Kind.SOLUTION, Kind.CASE)
OFFERED = (*OF_VENDORS, Kind.TRAINING)


@dataclass(frozen=True, slots=True)
class Waiting:
    """An application on its way, and what happens next with it."""

    application: Application
    next: Next


@dataclass(frozen=True, slots=True)
class Overview:
    """All that the first page of the workspace shows."""

    vendor: Vendor | None
    offers: dict[Kind, Page]
    waiting: Sequence[Waiting]
    ended: Sequence[Application]
    stale: Sequence[freshness.Waiting]
    open_for: dict[UUID, Application]

    @property
    def vendor_application(self) -> Application | None:
        """The one that brings the organisation into the pool, if it is on its way."""
        found = (one.application for one in self.waiting)
        return next((a for a in found if a.kind == Kind.VENDOR and a.is_new), None)


def look(db: Session, visitor: Visitor) -> Overview:
    """The workspace of the organisation that the visitor acts for."""
    assert visitor.organisation_id is not None  # noqa: S101  the permission needs one
    vendor = drafts.vendor_of(db, visitor.organisation_id)
    applications = _applications(db, visitor.organisation_id)
    open_ones = [one for one in applications if one.open_for]
    asked = _open_questions(db, [one.id for one in open_ones])
    return Overview(
        vendor=vendor,
        offers={
            kind: offers(db, visitor.organisation_id, kind, page=1, size=SHOWN) for kind in OFFERED
        },
        waiting=[Waiting(a, standing.next_of(a, asked.get(a.id, 0))) for a in open_ones],
        ended=[one for one in applications if not one.open_for][:LATEST],
        stale=freshness.waiting_of(db, visitor.organisation_id),
        open_for={one.record_id: one for one in open_ones},
    )


def offers(db: Session, organisation_id: UUID, kind: Kind, *, page: int, size: int) -> Page:
    """An organisation's solutions, cases or trainings, whatever became of them, by name."""
    model: type[Record] = MODELS[kind]
    own = _of(organisation_id, kind) & (col(model.stage) != Stage.MERGED)
    total = db.exec(select(func.count()).select_from(model).where(own)).one()
    chosen = select(model).where(own).order_by(col(model.name), col(model.identifier))
    rows = db.exec(chosen.offset((page - 1) * size).limit(size)).all()
    return Page(items=rows, total=total, number=page, size=size)


def _of(organisation_id: UUID, kind: Kind) -> ColumnElement[bool]:
    if kind is Kind.TRAINING:
        return col(Training.organisation_id) == organisation_id
    vendors = select(Vendor.id).where(Vendor.organisation_id == organisation_id)
    return col(Solution.vendor_id if kind is Kind.SOLUTION else Case.vendor_id).in_(vendors)


def waiting_for(db: Session, application: Application) -> Waiting:
    """One application with what happens next."""
    asked = _open_questions(db, [application.id])
    return Waiting(application, standing.next_of(application, asked.get(application.id, 0)))


def _applications(db: Session, organisation_id: UUID) -> Sequence[Application]:
    """Those on their way, and the last that ended."""
    of_own = select(Application).where(Application.organisation_id == organisation_id)
    newest = col(Application.updated_at).desc()
    open_ones = of_own.where(col(Application.open_for).is_not(None)).order_by(newest)
    ended = of_own.where(col(Application.open_for).is_(None)).order_by(newest).limit(LATEST)
    return [*db.exec(open_ones), *db.exec(ended)]


def _open_questions(db: Session, ids: Sequence[UUID]) -> dict[UUID, int]:
    if not ids:
        return {}
    chosen = select(Question.application_id, func.count()).where(
        col(Question.application_id).in_(ids), col(Question.answered_at).is_(None)
    )
    return dict(db.exec(chosen.group_by(col(Question.application_id))).all())


def own_solutions(db: Session, vendor_id: UUID) -> list[tuple[str, str]]:
    """The published solutions that a case may name: id and name."""
    chosen = select(Solution.id, Solution.name).where(
        Solution.vendor_id == vendor_id, Solution.stage == Stage.PUBLISHED
    )
    return [(str(id_), name) for id_, name in db.exec(chosen.order_by(col(Solution.name)))]


@dataclass(frozen=True, slots=True)
class Listings:
    """One page of an organisation's listings of a kind, with the applications that are open."""

    page: Page
    open_for: dict[UUID, Application]


def look_at_kind(db: Session, visitor: Visitor, kind: Kind, *, page: int, size: int) -> Listings:
    """All of one kind that the organisation offers that the visitor acts for."""
    assert visitor.organisation_id is not None  # noqa: S101  the permission needs one
    found = offers(db, visitor.organisation_id, kind, page=page, size=size)
    ids = [record.id for record in found.items]
    chosen = select(Application).where(col(Application.open_for).in_(ids))
    return Listings(found, {one.record_id: one for one in db.exec(chosen)} if ids else {})
