"""Trainings and events: which are to come, which are past, narrowed by place and form."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Self
from urllib.parse import urlencode
from uuid import UUID

from sqlalchemy import ColumnElement, and_, case, or_
from sqlmodel import Session, col, func, select
from starlette.datastructures import QueryParams

from app.bookings import reading as bookings
from app.bookings.reading import Shown, State
from app.catalogue.index import get_vocabulary
from app.catalogue.labels import code_label, is_known
from app.catalogue.models import Training
from app.catalogue.stages import Stage
from app.core.i18n import _, mark

SIZE = 20
MOST_PAGE = 100_000
UPCOMING, PAST, UNDATED = "upcoming", "past", "undated"
WHENS: Mapping[str, str] = {
    UPCOMING: mark("To come"),
    PAST: mark("Past"),
    UNDATED: mark("Date not stated"),
}
FACETS = ("when", "city", "mode", "price", "level")
PUBLIC: Any = Training.stage == Stage.PUBLISHED

_PRICE: Any = case((col(Training.price) == 0, "free"), (col(Training.price) > 0, "paid"))

Option = tuple[str, str, int, bool]  # code, label, trainings after a click, is on


@dataclass(frozen=True, slots=True)
class Asked:
    """Which part of the list: codes by facet, and the page, counted from 1."""

    chosen: Mapping[str, tuple[str, ...]]
    page: int = 1

    @property
    def active(self) -> list[tuple[str, str]]:
        return [(facet, code) for facet, codes in self.chosen.items() for code in codes]

    @property
    def url(self) -> str:
        paged = [*self.active, ("page", str(self.page))] if self.page > 1 else self.active
        return f"/trainings?{urlencode(paged)}" if paged else "/trainings"

    def without(self, facet: str, code: str) -> Self:
        """The first page with one filter fewer."""
        left = tuple(c for c in self.chosen.get(facet, ()) if c != code)
        return replace(self, chosen={**self.chosen, facet: left}, page=1)

    def at(self, page: int) -> Self:
        return replace(self, page=page)


@dataclass(frozen=True, slots=True)
class Agenda:
    """Everything that the list shows."""

    rows: Sequence[tuple[str, Training]]  # when, training
    facets: Mapping[str, Sequence[Option]]
    total: int
    announced: int  # to come, whatever the filters
    free: Mapping[UUID, str]  # of those offered here: seats free on all dates to come

    @property
    def last(self) -> int:
        return max(1, -(-self.total // SIZE))


def read(parameters: QueryParams) -> tuple[Asked, list[str]]:
    """What an address asks for, and a sentence for each part that cannot be taken."""
    problems: list[str] = []
    chosen: dict[str, tuple[str, ...]] = {}
    for facet in FACETS:
        said = tuple(dict.fromkeys(code for code in parameters.getlist(facet) if code))
        for code in said:
            if not _is_code(facet, code):
                left_out = _(
                    "“{code}” is not a filter that exists; it was left out.", code=code[:40]
                )
                problems.append(left_out)
        chosen[facet] = tuple(code for code in said if _is_code(facet, code))
    return Asked(chosen, _page(parameters.get("page", ""), problems)), problems


def _is_code(facet: str, code: str) -> bool:
    return code in WHENS if facet == "when" else is_known(facet, code)


def _page(said: str, problems: list[str]) -> int:
    if not said:
        return 1
    if said.isascii() and said.isdecimal() and len(said) <= 6 and 1 <= int(said) <= MOST_PAGE:
        return int(said)
    problems.append(_("“{said}” is not a whole number from 1; it was left out.", said=said[:40]))
    return 1


def look(db: Session, asked: Asked, day: date) -> Agenda:
    """The trainings asked for: those to come, the next first; then past ones, the last first."""
    whens = _whens(day)
    conditions = {facet: _condition(facet, codes, whens) for facet, codes in asked.chosen.items()}
    everything = and_(PUBLIC, *conditions.values())
    rank = case((whens[UPCOMING], 0), (whens[PAST], 1), else_=2)
    soonest = case((whens[UPCOMING], col(Training.starts_on)))
    order = (rank, soonest, col(Training.starts_on).desc(), col(Training.identifier))
    chosen = select(Training).where(everything).order_by(*order)
    rows = db.exec(chosen.offset((asked.page - 1) * SIZE).limit(SIZE)).all()
    offered = bookings.of_trainings(db, [row.id for row in rows if row.organisation_id])
    counts = {facet: _count(db, facet, asked, conditions, whens) for facet in FACETS}
    return Agenda(
        rows=[(when_of(record, day), record) for record in rows],
        facets={facet: _options(facet, counts[facet], asked) for facet in FACETS},
        total=db.exec(select(func.count()).select_from(Training).where(everything)).one(),
        free={id_: text for id_, found in offered.items() if (text := _free(found))},
        announced=db.exec(
            select(func.count()).select_from(Training).where(PUBLIC, whens[UPCOMING])
        ).one(),
    )


def _free(sittings: Sequence[Shown]) -> str:
    """The free seats of all dates that can be booked; nothing where there is no such date."""
    ahead = [one for one in sittings if one.state in (State.OPEN, State.FULL)]
    return str(sum(one.free for one in ahead)) if ahead else ""


def when_of(record: Training, day: date) -> str:
    """Whether a training is to come; one with a partial date is until the month or year is over."""
    if not record.starts_on:
        return UNDATED
    return UPCOMING if record.starts_on >= day.isoformat()[: len(record.starts_on)] else PAST


def _whens(day: date) -> dict[str, ColumnElement[bool]]:
    """The same in the database."""
    starts, iso = col(Training.starts_on), day.isoformat()
    upcoming = or_(starts >= iso, starts.in_((iso[:4], iso[:7])))
    dated = and_(starts.is_not(None), starts != "")
    return {UPCOMING: and_(dated, upcoming), PAST: and_(dated, ~upcoming), UNDATED: ~dated}


def _condition(
    facet: str, codes: tuple[str, ...], whens: Mapping[str, ColumnElement[bool]]
) -> ColumnElement[bool]:
    if not codes:
        return and_(True)  # noqa: FBT003
    if facet == "when":
        return or_(*(whens[code] for code in codes))
    if facet == "mode":
        return col(Training.mode).in_(codes)
    if facet == "level":
        return col(Training.level).in_(codes)
    if facet == "price":
        return _has_price(codes)
    vocabulary = get_vocabulary()
    places = [code for code in vocabulary.regions if vocabulary.city_of(code) in codes]
    return col(Training.region).in_(places)


def _has_price(codes: Sequence[str]) -> ColumnElement[bool]:
    among: ColumnElement[bool] = _PRICE.in_(codes)
    return among


def _count(
    db: Session,
    facet: str,
    asked: Asked,
    conditions: Mapping[str, ColumnElement[bool]],
    whens: Mapping[str, ColumnElement[bool]],
) -> Counter[str]:
    """Trainings by code with every other filter applied but not this facet's own."""
    others = [condition for name, condition in conditions.items() if name != facet]
    value: Any = {
        "when": case((whens[UPCOMING], UPCOMING), (whens[PAST], PAST), else_=UNDATED),
        "mode": col(Training.mode),
        "level": col(Training.level),
        "price": _PRICE,
        "city": col(Training.region),
    }[facet]
    totals: Counter[str] = Counter(dict.fromkeys(asked.chosen[facet], 0))
    grouped = select(value, func.count()).where(PUBLIC, *others).group_by(value)
    for said, total in db.exec(grouped):
        code = get_vocabulary().city_of(said) if facet == "city" and said else said
        if code:
            totals[code] += total
    return totals


def _options(facet: str, counts: Mapping[str, int], asked: Asked) -> list[Option]:
    on = asked.chosen[facet]
    ordered = sorted(counts.items(), key=lambda pair: (pair[0] not in on, -pair[1], pair[0]))
    return [(code, label_of(facet, code), total, code in on) for code, total in ordered]


def label_of(facet: str, code: str) -> str:
    """What a code of a facet of this list is called."""
    return _(WHENS[code]) if facet == "when" else code_label(facet, code)
