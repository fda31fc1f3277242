"""Lists of the desk as they are exported: inquiries, without anything that was said in them."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlmodel import Session, col, select

from app.accounts.visitor import Visitor
from app.core.access import Can
from app.core.i18n import mark
from app.desk.exporting import MOST, Filters, table
from app.desk.tables import REGION, STATE
from app.desk.wording import narrowed, place
from app.inquiries import overseeing
from app.inquiries.events import stage_label
from app.inquiries.models import Inquiry
from app.inquiries.overseeing import Tab
from app.matching import pairs

Row = Sequence[Any]


@table(
    "inquiries",
    mark("Inquiries"),
    (
        mark("Inquiry"),
        mark("Vendor"),
        REGION,
        mark("Asked by"),
        mark("About"),
        mark("Sent at"),
        STATE,
        mark("Since"),
        mark("Due on"),
        mark("Working days late"),
        mark("Working days to the first answer"),
    ),
    needs=Can.OVERSEE_INQUIRIES,
)
def inquiries(db: Session, visitor: Visitor, filters: Filters) -> Iterator[Row]:
    scope = narrowed(visitor.scope, filters.get("region", ""))
    chosen = overseeing.joined(select(*overseeing.ROW)).where(scope.inside(Inquiry.region))
    if filters.get("tab") in set(Tab):
        chosen = chosen.where(overseeing.tab(Tab(filters["tab"])))
    ordered = chosen.order_by(col(Inquiry.created_at), col(Inquiry.id))
    for found in db.exec(ordered.limit(MOST + 1)):
        row = overseeing.row_of(visitor, *found)
        one = row.inquiry
        yield (
            one.identifier,
            row.vendor.name,
            place(one.region),
            row.asker,
            row.about,
            one.created_at,
            stage_label(one.stage),
            one.stage_since,
            one.due_on,
            row.days_late,
            one.answered_after,
        )


@table(
    "judged-pairs",
    mark("Judged pairs of needs and solutions, without names"),
    (
        mark("Need"),
        mark("What is needed"),
        mark("Parts"),
        mark("Scenarios"),
        mark("Industries"),
        mark("Solution"),
        mark("Name"),
        mark("Verdict"),
        mark("Reason"),
        mark("Place"),
        mark("Score"),
        mark("Week"),
    ),
    needs=Can.OVERSEE_MATCHES,
)
def judged_pairs(db: Session, visitor: Visitor, filters: Filters) -> Iterator[Row]:
    """The columns of `app.matching.pairs.COLUMNS`."""
    return pairs.judged_pairs(db, narrowed(visitor.scope, filters.get("region", "")))
