"""How many cases and solutions stand behind each listing of a page."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, func, select

from app.catalogue.models import Case, Record, Solution
from app.catalogue.stages import Stage
from search.engine import Kind


def count_cases(db: Session, records: Iterable[Record]) -> dict[UUID, int]:
    """Published cases of each solution and vendor among `records`; none is left out."""
    ids = _by_kind(records)
    return {
        **_count(db, Case, Case.solution_id, ids.get(Kind.SOLUTION, [])),
        **_count(db, Case, Case.vendor_id, ids.get(Kind.VENDOR, [])),
    }


def count_offers(db: Session, records: Iterable[Record]) -> dict[UUID, int]:
    """Published solutions of each vendor among `records`; none is left out."""
    return _count(db, Solution, Solution.vendor_id, _by_kind(records).get(Kind.VENDOR, []))


def _by_kind(records: Iterable[Record]) -> dict[Kind, list[UUID]]:
    ids: dict[Kind, list[UUID]] = {}
    for record in records:
        ids.setdefault(record.KIND, []).append(record.id)
    return ids


def _count(db: Session, model: type[Record], owner: Any, ids: list[UUID]) -> dict[UUID, int]:
    if not ids:
        return {}
    chosen = select(owner, func.count()).where(col(owner).in_(ids), model.stage == Stage.PUBLISHED)
    return dict(db.exec(chosen.group_by(owner)).all())
