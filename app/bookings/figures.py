"""What is counted of sittings: seats offered, booked and attended, and who waits.

Each figure is defined in `DEFINITIONS`, in the words that stand beside it on the pages.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_
from sqlmodel import Session, col, func, select

from app.accounts.scope import Scope
from app.bookings.models import Booking, Place, Sitting
from app.bookings.stages import PlaceStage, SeatStage, SittingStage
from app.catalogue.index import get_vocabulary
from app.catalogue.models import Organisation, Training
from app.core.db import now
from app.core.formats import CHINA, today
from app.core.i18n import mark

DEFINITIONS: Mapping[str, tuple[str, str]] = {
    "sittings": (
        mark("Sittings"),
        mark("Those that begin in the year, in China's time; cancelled ones are left out."),
    ),
    "offered": (mark("Seats offered"), mark("The seats of these sittings as they are now.")),
    "booked": (
        mark("Seats booked"),
        mark("Seats that are confirmed: paid, or free. Held and released ones are left out."),
    ),
    "attended": (
        mark("Attended"),
        mark("Booked seats of sittings that are over whose participant was noted as present."),
    ),
    "expected": (
        mark("Seats booked of sittings that are over"),
        mark("What the share of those who attended is taken of."),
    ),
    "waiting": (
        mark("Seats waited for"),
        mark("Seats of places on waiting lists that wait or are offered now."),
    ),
}
MONTHS = range(1, 13)
EARLIEST, LATEST = 2000, 2999


@dataclass(slots=True)
class Sums:
    """The figures of some sittings, sums in fen."""

    sittings: int = 0
    offered: int = 0
    booked: int = 0
    attended: int = 0
    expected: int = 0
    waiting: int = 0
    paid: int = 0
    refunded: int = 0

    def add(self, line: "Line") -> None:
        self.sittings += 1
        self.offered += line.sitting.seats
        self.booked += line.booked
        self.waiting += line.waiting
        self.paid += line.paid
        self.refunded += line.refunded
        if line.is_over:
            self.attended += line.attended
            self.expected += line.booked

    @property
    def kept(self) -> int:
        return self.paid - self.refunded


@dataclass(slots=True)
class Line:
    """One sitting with its figures; `paid` and `refunded` (fen) are put in by the payments."""

    sitting: Sitting
    training: Training
    organiser: str
    booked: int = 0
    attended: int = 0
    waiting: int = 0
    paid: int = 0
    refunded: int = 0

    @property
    def is_over(self) -> bool:
        return self.sitting.ends_at <= now()


@dataclass(slots=True)
class Figures:
    """Everything that a page of figures shows of one year.

    `cities` and `industries` are by code, what is not stated under the empty text; a training of
    several industries counts in each. `months` are 1 to 12.
    """

    year: int
    all: Sums = field(default_factory=Sums)
    cities: dict[str, Sums] = field(default_factory=dict)
    industries: dict[str, Sums] = field(default_factory=dict)
    months: dict[int, Sums] = field(default_factory=lambda: {month: Sums() for month in MONTHS})


def inside(scope: Scope) -> ColumnElement[bool]:
    """The sittings that staff look after: those of their region."""
    return scope.inside(Sitting.region)


def offered_by(organisation_id: UUID | None) -> ColumnElement[bool]:
    """The sittings of an organisation; none for nobody."""
    return col(Sitting.organisation_id) == organisation_id


def in_year(year: int) -> ColumnElement[bool]:
    """Sittings that begin in a year and take place."""
    begins, ends = (datetime(one, 1, 1, tzinfo=CHINA).astimezone(UTC) for one in (year, year + 1))
    starts = col(Sitting.starts_at)
    return and_(starts >= begins, starts < ends, col(Sitting.stage) == SittingStage.PLANNED)


def read_year(text: str) -> int:
    """The year that an address asks for; this one for anything that is none."""
    is_year = text.isascii() and text.isdecimal() and len(text) == len(str(LATEST))
    return int(text) if is_year and EARLIEST <= int(text) <= LATEST else today().year


def years(db: Session, whose: ColumnElement[bool]) -> Sequence[int]:
    """The years from the first to the last sitting, and this one; the latest first."""
    ends = select(func.min(Sitting.starts_at), func.max(Sitting.starts_at)).where(whose)
    first, last = db.exec(ends).one()
    known = [moment.astimezone(CHINA).year for moment in (first, last) if moment]
    known.append(today().year)
    return range(max(known), min(known) - 1, -1)


def lines(
    db: Session,
    *wanted: ColumnElement[bool],
    order: Sequence[Any] = (),
    offset: int = 0,
    limit: int | None = None,
) -> list[Line]:
    """Sittings with what is counted of each, in as many queries however many they are."""
    chosen = (
        select(Sitting, Training, Organisation.name)
        .join(Training, col(Training.id) == col(Sitting.training_id))
        .join(Organisation, col(Organisation.id) == col(Sitting.organisation_id))
        .where(*wanted)
        .order_by(*order, col(Sitting.starts_at), col(Sitting.identifier))
        .offset(offset)
    )
    found = db.exec(chosen.limit(limit) if limit is not None else chosen).all()
    some = limit is not None
    which = col(Sitting.id).in_([one.id for one, *_rest in found]) if some else and_(*wanted)
    booked, waiting = _booked(db, which), _waiting(db, which)
    return [
        Line(
            sitting,
            training,
            organiser,
            *booked.get(sitting.id, (0, 0)),
            waiting.get(sitting.id, 0),
        )
        for sitting, training, organiser in found
    ]


def count(db: Session, *wanted: ColumnElement[bool]) -> int:
    """How many sittings there are of these."""
    return db.exec(select(func.count()).select_from(Sitting).where(*wanted)).one()


def summed(year: int, counted: Iterable[Line]) -> Figures:
    """The figures of the sittings of one year."""
    found = Figures(year)
    for line in counted:
        found.all.add(line)
        found.months[line.sitting.starts_at.astimezone(CHINA).month].add(line)
        found.cities.setdefault(_city(line), Sums()).add(line)
        for industry in line.training.industries or [""]:
            found.industries.setdefault(industry, Sums()).add(line)
    return found


def percent(part: int, whole: int) -> int | None:
    """A share in whole per cent; None of nothing."""
    return round(100 * part / whole) if whole else None


def _city(line: Line) -> str:
    region = line.sitting.region
    return (get_vocabulary().city_of(region) if region else None) or ""


def _booked(db: Session, wanted: ColumnElement[bool]) -> dict[UUID, tuple[int, int]]:
    """By sitting: confirmed seats, and how many of them were there."""
    counted = (
        select(Booking.sitting_id, func.count(), func.count(col(Booking.attended_at)))
        .join(Sitting, col(Sitting.id) == col(Booking.sitting_id))
        .where(wanted, Booking.stage == SeatStage.CONFIRMED)
        .group_by(col(Booking.sitting_id))
    )
    return {id_: (booked, attended) for id_, booked, attended in db.exec(counted)}


def _waiting(db: Session, wanted: ColumnElement[bool]) -> dict[UUID, int]:
    open_ones = (PlaceStage.WAITING, PlaceStage.OFFERED)
    counted = (
        select(Place.sitting_id, func.sum(Place.seats))
        .join(Sitting, col(Sitting.id) == col(Place.sitting_id))
        .where(wanted, col(Place.stage).in_(open_ones))
        .group_by(col(Place.sitting_id))
    )
    return {id_: int(seats) for id_, seats in db.exec(counted)}
