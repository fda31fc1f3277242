"""Who sees a shortlist: the one rule that every page, count and export of them follows."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, and_, false, or_
from sqlmodel import Session, col, func, select

from app.accounts.models import Person
from app.accounts.visitor import Visitor
from app.core.access import Can
from app.core.errors import NotFound
from app.shortlists.models import Shortlist, ShortlistItem


@dataclass(frozen=True, slots=True)
class Listed:
    """One line of the page of lists: the list, how much it holds, and whose it is."""

    shortlist: Shortlist
    items: int
    owner: str


def visible(visitor: Visitor) -> ColumnElement[bool]:
    """The lists of the organisation that one acts for: one's own, and those that are shared."""
    if visitor.organisation_id is None or not visitor.may(Can.READ_MARKET):
        return false()
    own = col(Shortlist.owner_id) == visitor.person_id
    return and_(
        col(Shortlist.organisation_id) == visitor.organisation_id,
        or_(own, col(Shortlist.is_shared)),
    )


def find(
    db: Session, visitor: Visitor, shortlist_id: UUID, *, to_change: bool = False
) -> Shortlist:
    """The list, if this person sees it; with `to_change` nobody else changes it meanwhile.

    Raises `NotFound` for hidden and missing alike.
    """
    chosen = select(Shortlist).where(Shortlist.id == shortlist_id, visible(visitor))
    if to_change:
        chosen = chosen.with_for_update().execution_options(populate_existing=True)
    found = db.exec(chosen).first()
    if found is None:
        raise NotFound("There is no such list.")
    return found


def all_of(db: Session, visitor: Visitor) -> Sequence[Listed]:
    """Every list that this person sees, the last changed first."""
    items = (
        select(func.count())
        .where(ShortlistItem.shortlist_id == Shortlist.id)
        .correlate(Shortlist)
        .scalar_subquery()
    )
    chosen = (
        select(Shortlist, items, Person.name)
        .join(Person, col(Person.id) == col(Shortlist.owner_id))
        .where(visible(visitor))
        .order_by(col(Shortlist.updated_at).desc(), col(Shortlist.id))
    )
    return [Listed(*row) for row in db.exec(chosen)]


def open_to(db: Session, visitor: Visitor) -> list[Listed]:
    """The lists that something can still be put on."""
    return [one for one in all_of(db, visitor) if one.shortlist.frozen_at is None]
