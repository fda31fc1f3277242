"""Named queries: each returns everything its page shows. Only published records are public."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Any
from uuid import UUID

from sqlalchemy.orm import joinedload
from sqlalchemy.sql.base import ExecutableOption
from sqlmodel import Session, col, func, select

from app.catalogue.models import MODELS, Case, Organisation, Record, Revision, Solution, Vendor
from app.catalogue.stages import Stage
from app.core.errors import NotFound
from app.core.i18n import mark
from search.engine import Kind

VENDOR = joinedload(Vendor.organisation)  # type: ignore[arg-type]
SOLUTION = joinedload(Solution.vendor).joinedload(Vendor.organisation)  # type: ignore[arg-type]
CASE = (
    joinedload(Case.vendor).joinedload(Vendor.organisation),  # type: ignore[arg-type]
    joinedload(Case.solution),  # type: ignore[arg-type]
)
OPTIONS: dict[Kind, tuple[ExecutableOption, ...]] = {
    Kind.VENDOR: (VENDOR,),
    Kind.SOLUTION: (SOLUTION,),
    Kind.CASE: CASE,
    Kind.TRAINING: (),
}

SLUG = re.compile(r"[a-z0-9-]{1,100}")  # every address and identifier is made of these


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list: `number` counts from 1, `total` counts every item."""

    items: Sequence[Any]
    total: int
    number: int
    size: int

    @property
    def last(self) -> int:
        return max(1, -(-self.total // self.size))


HIDDEN = mark("“{name}” is hidden while it is looked into.")
GONE = frozenset({Stage.QUARANTINED, Stage.WITHDRAWN, Stage.REMOVED})


class Left(NotFound):
    """It was public and is not, for good or for some time; its address says since when and why."""

    status = HTTPStatus.GONE

    def __init__(self, record: Record) -> None:
        super().__init__(mark("“{name}” is not in the pool any more."), name=record.name)
        self.record = record
        if record.stage == Stage.QUARANTINED:  # it may come back
            self.message, self.status = HIDDEN, HTTPStatus.NOT_FOUND


def find_public(db: Session, kind: Kind, slug: str) -> Record:
    """The published record at this address; one that was merged leads to where it went.

    Raises `Left` for one that was public, and `NotFound` for hidden and missing alike.
    """
    if not SLUG.fullmatch(slug):  # PostgreSQL would stumble over some of what may be typed
        raise NotFound("There is no such page.")
    model = MODELS[kind]
    record = db.exec(
        select(model).where(model.slug == slug).options(*OPTIONS.get(kind, ()))
    ).first()
    return _follow(db, record)


def find_by_identifier(db: Session, identifier: str) -> Record:
    """The published record with this permanent identifier (an organisation's leads to its vendor).

    Raises `NotFound` for hidden and missing alike.
    """
    identifier = identifier.strip().lower()
    if not SLUG.fullmatch(identifier):
        raise NotFound("There is no such page.")
    if identifier.startswith("o-"):
        of_organisation = (
            select(Vendor).join(Organisation).where(Organisation.identifier == identifier)
        )
        return _follow(db, db.exec(of_organisation.options(VENDOR)).first())
    for kind, model in MODELS.items():
        if identifier.startswith(f"{kind.value[0]}-"):
            chosen = select(model).where(model.identifier == identifier)
            return _follow(db, db.exec(chosen.options(*OPTIONS.get(kind, ()))).first())
    raise NotFound("There is no such page.")


def _follow(db: Session, record: Record | None) -> Record:
    seen: set[UUID] = set()
    while record is not None and record.merged_into and record.id not in seen:
        seen.add(record.id)
        kind = record.KIND
        chosen = select(MODELS[kind]).where(MODELS[kind].id == record.merged_into)
        record = db.exec(chosen.options(*OPTIONS.get(kind, ()))).first()
    if record is not None and record.stage in GONE and record.published_at:
        raise Left(record)
    if record is None or record.stage != Stage.PUBLISHED:
        raise NotFound("There is no such page.")
    return record


def by_identifiers(db: Session, identifiers: Iterable[str]) -> dict[str, Record]:
    """The published records among these identifiers, each with what a result row shows."""
    wanted = list(dict.fromkeys(identifiers))
    found: dict[str, Record] = {}
    for kind, model in MODELS.items():
        own = [i for i in wanted if i.startswith(f"{kind.value[0]}-")]
        if own:
            chosen = select(model).where(
                col(model.identifier).in_(own), model.stage == Stage.PUBLISHED
            )
            rows = db.exec(chosen.options(*OPTIONS.get(kind, ())))
            found.update({record.identifier: record for record in rows})
    return found


def public_among(db: Session, identifiers: Iterable[str]) -> set[str]:
    """Which of these identifiers belong to published records."""
    wanted, public = list(identifiers), set[str]()
    for kind, model in MODELS.items():
        own = [i for i in wanted if i.startswith(f"{kind.value[0]}-")]
        if own:
            chosen = select(model.identifier).where(model.stage == Stage.PUBLISHED)
            public.update(db.exec(chosen.where(col(model.identifier).in_(own))))
    return public


def newest(db: Session, kind: Kind, limit: int) -> Sequence[Record]:
    """The latest published, newest first."""
    model = MODELS[kind]
    chosen = select(model).where(model.stage == Stage.PUBLISHED)
    ordered = chosen.order_by(col(model.published_at).desc(), col(model.identifier))
    return db.exec(ordered.limit(limit).options(*OPTIONS.get(kind, ()))).all()


def page(db: Session, kind: Kind, *, number: int, size: int, order: Sequence[Any] = ()) -> Page:
    """One page of the published records of a kind, by `order` and then by identifier."""
    model = MODELS[kind]
    public = model.stage == Stage.PUBLISHED
    total = db.exec(select(func.count()).select_from(model).where(public)).one()
    chosen = select(model).where(public).order_by(*order, col(model.identifier))
    rows = db.exec(chosen.offset((number - 1) * size).limit(size).options(*OPTIONS.get(kind, ())))
    return Page(items=rows.all(), total=total, number=number, size=size)


def solutions_of(db: Session, vendor: Vendor) -> Sequence[Solution]:
    """A vendor's published solutions, by name."""
    return db.exec(
        select(Solution)
        .where(Solution.vendor_id == vendor.id, Solution.stage == Stage.PUBLISHED)
        .order_by(col(Solution.name))
        .options(SOLUTION)
    ).all()


def cases_of(
    db: Session, *, vendor: Vendor | None = None, solution: Solution | None = None
) -> Sequence[Case]:
    """The published cases of a vendor or of a solution, newest year first."""
    chosen = select(Case).where(Case.stage == Stage.PUBLISHED).options(*CASE)
    if vendor is not None:
        chosen = chosen.where(Case.vendor_id == vendor.id)
    if solution is not None:
        chosen = chosen.where(Case.solution_id == solution.id)
    return db.exec(chosen.order_by(col(Case.year).desc(), col(Case.identifier))).all()


def counts(db: Session) -> dict[Kind, int]:
    """How many records of each kind are public."""
    return {
        kind: db.exec(
            select(func.count()).select_from(model).where(model.stage == Stage.PUBLISHED)
        ).one()
        for kind, model in MODELS.items()
    }


def last_change(db: Session) -> datetime | None:
    """When anything public last changed."""
    moments = [
        db.exec(select(func.max(model.updated_at)).where(model.stage == Stage.PUBLISHED)).one()
        for model in MODELS.values()
    ]
    return max((m for m in moments if m), default=None)


def revisions(db: Session, record: Record) -> Sequence[Revision]:
    """A record's history, newest first."""
    return db.exec(
        select(Revision)
        .where(Revision.record_id == record.id)
        .order_by(col(Revision.number).desc())
    ).all()
