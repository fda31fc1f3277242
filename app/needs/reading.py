"""Named queries of needs: one for its page, one's own, and those in the hands of whoever writes."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, func, select

from app.accounts.visitor import Visitor
from app.catalogue.models import Organisation
from app.catalogue.reading import SLUG, Page
from app.core.errors import NotFound
from app.needs.models import Need, NeedQuestion, Outcome
from app.needs.seeing import shows_identity, visible

SIZE = 20


@dataclass(frozen=True, slots=True)
class Found:
    """A need as somebody may see it; `organisation` is None where they may not know it."""

    need: Need
    organisation: Organisation | None


def find_visible(db: Session, visitor: Visitor | None, identifier: str) -> Found:
    """A need that somebody may see; raises `NotFound` for hidden and missing alike."""
    chosen = (
        select(Need, Organisation)
        .join(Organisation, col(Organisation.id) == col(Need.organisation_id))
        .where(Need.identifier == _plain(identifier), visible(visitor))
    )
    found = db.exec(chosen).first()
    if found is None:
        raise NotFound("There is no such need.")
    need, organisation = found
    return Found(need, organisation if shows_identity(need, visitor) else None)


def find_own(db: Session, visitor: Visitor, identifier: str) -> Need:
    """A need of the organisation that the visitor acts for, whatever its stage.

    Raises `NotFound` for those of others and for what does not exist alike.
    """
    return _found(db, visitor, identifier, for_change=False)


def take(db: Session, visitor: Visitor, identifier: str) -> Need:
    """The same, held until the transaction ends: nobody else changes it meanwhile."""
    return _found(db, visitor, identifier, for_change=True)


def by_ids(db: Session, visitor: Visitor | None, ids: Iterable[UUID]) -> dict[UUID, Need]:
    """Those of these needs that somebody may see."""
    chosen = select(Need).where(col(Need.id).in_(list(ids)), visible(visitor))
    return {need.id: need for need in db.exec(chosen)}


def _found(db: Session, visitor: Visitor, identifier: str, *, for_change: bool) -> Need:
    chosen = select(Need).where(
        Need.identifier == _plain(identifier), Need.organisation_id == visitor.organisation_id
    )
    if for_change:
        chosen = chosen.with_for_update().execution_options(populate_existing=True)
    need = db.exec(chosen).first()
    if need is None or visitor.organisation_id is None:
        raise NotFound("There is no such need.")
    return need


def _plain(identifier: str) -> str:
    if not SLUG.fullmatch(identifier):  # PostgreSQL would stumble over some of what may be typed
        raise NotFound("There is no such need.")
    return identifier


@dataclass(frozen=True, slots=True)
class Own:
    """One need in the list of the organisation's own."""

    need: Need
    outcome: Outcome | None
    unanswered: int


def own(db: Session, visitor: Visitor, *, page: int) -> Page:
    """The needs of the organisation, the one touched last first, with what waits there."""
    mine = Need.organisation_id == visitor.organisation_id
    total = db.exec(select(func.count()).select_from(Need).where(mine)).one()
    waiting = (
        select(func.count())
        .select_from(NeedQuestion)
        .where(col(NeedQuestion.need_id) == col(Need.id), col(NeedQuestion.answer).is_(None))
        .correlate(Need)
        .scalar_subquery()
    )
    chosen: Any = (
        select(Need, Outcome, waiting)
        .outerjoin(Outcome, col(Outcome.need_id) == col(Need.id))
        .where(mine)
        .order_by(col(Need.updated_at).desc(), col(Need.id))
    )
    rows = db.exec(chosen.offset((page - 1) * SIZE).limit(SIZE)).all()
    return Page([Own(*row) for row in rows], total, page, SIZE)
