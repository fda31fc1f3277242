"""Saved searches as pages show them."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlmodel import Session, col, func, select
from starlette.datastructures import QueryParams

from app.accounts.visitor import Visitor
from app.alerts.models import News, Watch
from app.discovery import browsing
from app.discovery.browsing import Browsing
from app.needs.models import Need


@dataclass(frozen=True, slots=True)
class Saved:
    """One line of the page: the watch, where it leads, how much was found for it since."""

    watch: Watch
    address: str
    found: int


def asked_by(watch: Watch) -> Browsing:
    """The search that was saved."""
    return browsing.read(QueryParams(watch.query))[0]


def all_of(db: Session, visitor: Visitor) -> list[Saved]:
    """Everything that one waits for: searches and needs, the newest first."""
    news = select(func.count()).where(News.watch_id == Watch.id).correlate(Watch).scalar_subquery()
    chosen = (
        select(Watch, Need.identifier, news)
        .outerjoin(Need, col(Need.id) == col(Watch.need_id))
        .where(Watch.person_id == visitor.person_id)
        .order_by(col(Watch.created_at).desc(), col(Watch.id))
    )
    return [Saved(watch, _address(watch, need), found) for watch, need, found in db.exec(chosen)]


def _address(watch: Watch, need: str | None) -> str:
    return f"/workspace/needs/{need}/matches" if need else asked_by(watch).url


def of_shortlist(db: Session, shortlist_id: UUID) -> list[Saved]:
    """The searches that belong to a shortlist, whoever saved them."""
    chosen = select(Watch).where(Watch.shortlist_id == shortlist_id).order_by(col(Watch.created_at))
    return [Saved(watch, _address(watch, None), 0) for watch in db.exec(chosen)]


def untied_of(db: Session, visitor: Visitor) -> Sequence[Watch]:
    """The searches of one's own that belong to no shortlist."""
    own = (Watch.person_id == visitor.person_id, col(Watch.need_id).is_(None))
    chosen = select(Watch).where(*own, col(Watch.shortlist_id).is_(None))
    return db.exec(chosen.order_by(col(Watch.title))).all()
