"""Lists of the desk as they are exported: sittings with their seats, attendance and money."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlmodel import Session, col

from app.accounts.visitor import Visitor
from app.bookings.figures import in_year, inside, read_year
from app.bookings.models import Sitting
from app.core.access import Can
from app.core.i18n import _, mark
from app.desk.exporting import MOST, Filters, table
from app.desk.wording import narrowed
from app.payments import figures, pictures
from app.payments.pictures import COLUMNS

Row = Sequence[Any]


@table("sittings", mark("Sittings"), COLUMNS, needs=Can.OVERSEE_TRAININGS)
def sittings(db: Session, visitor: Visitor, filters: Filters) -> Iterator[Row]:
    scope = narrowed(visitor.scope, filters.get("region", ""))
    wanted = (inside(scope), in_year(read_year(filters.get("year", ""))))
    order = (col(Sitting.starts_at).desc(),)
    for line in figures.lines(db, *wanted, order=order, limit=MOST + 1):
        yield pictures.row(line)


@table(
    "training-figures",
    mark("Figures of trainings"),
    (mark("By"), mark("Name"), *(name for name, _what in figures.DEFINITIONS.values())),
    needs=Can.OVERSEE_TRAININGS,
)
def training_figures(db: Session, visitor: Visitor, filters: Filters) -> Iterator[Row]:
    scope = narrowed(visitor.scope, filters.get("region", ""))
    found = figures.of_year(db, inside(scope), read_year(filters.get("year", "")))
    for by, name, sums in pictures.listed(found):
        numbers = [getattr(sums, code) for code in figures.DEFINITIONS]
        money = {"paid", "refunded"}
        said = zip(figures.DEFINITIONS, numbers, strict=True)
        yield (_(by), name, *(n / 100 if code in money else n for code, n in said))
