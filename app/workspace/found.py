"""How an organisation's listings are found: the figures of the last weeks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, func, select

from app.accounts.visitor import Visitor
from app.catalogue.models import Case, Record, Solution
from app.core.formats import today
from app.curation.applications import drafts
from app.curation.applications.models import Sighting

WEEKS = 12
MOST = 20


@dataclass(frozen=True, slots=True)
class Week:
    """One week from its Monday."""

    monday: date
    shown: int
    opened: int
    reached: int


@dataclass(frozen=True, slots=True)
class Figures:
    """Everything that the page shows, the most first.

    `listings` are (listing, shown, opened, inquiries begun).
    """

    weeks: Sequence[Week]
    listings: Sequence[tuple[Record, int, int, int]]
    questions: Sequence[tuple[str, int, int]]
    shut_out: Sequence[tuple[str, int]]
    chosen: Record | None

    @property
    def is_empty(self) -> bool:
        is_counted = any(week.shown or week.opened or week.reached for week in self.weeks)
        return not is_counted and not self.shut_out


def look(db: Session, visitor: Visitor, identifier: str = "") -> Figures:
    """Of all listings of the organisation, or of one; raises `NotFound` for one of others."""
    assert visitor.organisation_id is not None  # noqa: S101  the permission needs one
    chosen = drafts.find_own(db, visitor, identifier) if identifier else None
    own = {record.id: record for record in _own(db, visitor.organisation_id)}
    ids = [chosen.id] if chosen else list(own)
    first = _monday(today()) - timedelta(weeks=WEEKS - 1)
    mine = col(Sighting.record_id).in_(ids) & (col(Sighting.day) >= first)
    return Figures(
        weeks=_weeks(db, mine, first),
        listings=[] if chosen else _listings(db, mine, own),
        questions=_questions(db, mine),
        shut_out=_shut_out(db, mine),
        chosen=chosen,
    )


def _own(db: Session, organisation_id: UUID) -> list[Record]:
    vendor = drafts.vendor_of(db, organisation_id)
    if vendor is None:
        return []
    solutions = db.exec(select(Solution).where(Solution.vendor_id == vendor.id)).all()
    cases = db.exec(select(Case).where(Case.vendor_id == vendor.id)).all()
    return [vendor, *solutions, *cases]


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _sums() -> tuple[Any, Any, Any]:
    return func.sum(Sighting.shown), func.sum(Sighting.opened), func.sum(Sighting.reached)


def _weeks(db: Session, mine: Any, first: date) -> list[Week]:
    """Days are put into weeks here: the two databases do not agree on how."""
    chosen = select(col(Sighting.day), *_sums()).where(mine, Sighting.facet == "")
    by_week = {first + timedelta(weeks=n): [0, 0, 0] for n in range(WEEKS)}
    for day, *counted in db.exec(chosen.group_by(col(Sighting.day))):
        week = by_week.setdefault(_monday(day), [0, 0, 0])
        week[:] = [before + int(n) for before, n in zip(week, counted, strict=True)]
    return [Week(monday, *sums) for monday, sums in by_week.items()]


def _listings(
    db: Session, mine: Any, own: Mapping[UUID, Record]
) -> list[tuple[Record, int, int, int]]:
    chosen = select(Sighting.record_id, *_sums()).where(mine, Sighting.facet == "")
    rows = db.exec(chosen.group_by(col(Sighting.record_id)))
    found = {id_: (int(n), int(m), int(k)) for id_, n, m, k in rows}
    each = [(record, *found.get(id_, (0, 0, 0))) for id_, record in own.items()]
    return sorted(each, key=lambda row: (-row[1], row[0].name))[:MOST]


def _questions(db: Session, mine: Any) -> list[tuple[str, int, int]]:
    shown, opened, _reached = _sums()
    chosen = select(Sighting.query, shown, opened).where(
        mine, Sighting.facet == "", Sighting.query != ""
    )
    most = chosen.group_by(col(Sighting.query)).order_by(shown.desc(), col(Sighting.query))
    return [(text, int(n), int(m)) for text, n, m in db.exec(most.limit(MOST))]


def _shut_out(db: Session, mine: Any) -> list[tuple[str, int]]:
    shown, _opened, _reached = _sums()
    chosen = select(Sighting.facet, shown).where(mine, Sighting.facet != "")
    rows = db.exec(chosen.group_by(col(Sighting.facet)).order_by(shown.desc()))
    return [(facet, int(n)) for facet, n in rows]
