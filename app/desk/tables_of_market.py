"""Lists of the desk as they are exported: inquiries, reports, ratings; never what threads say."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlmodel import Session, col, select

from app.accounts.visitor import Visitor
from app.core.access import Can
from app.core.i18n import _, mark
from app.desk.exporting import MOST, Filters, table
from app.desk.tables import REGION, STATE
from app.desk.wording import narrowed, place
from app.desk.words import SIDES
from app.inquiries import deciding, overseeing, reporting, rings
from app.inquiries.events import stage_label
from app.inquiries.models import Inquiry, InquiryReport
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
    "reports",
    mark("Reports"),
    (
        mark("Inquiry"),
        mark("Reason"),
        mark("Vendor"),
        REGION,
        mark("Asked by"),
        mark("Reported by"),
        mark("Reported at"),
        STATE,
        mark("Decided at"),
    ),
    needs=Can.DECIDE_REPORTS,
)
def reports(db: Session, visitor: Visitor, filters: Filters) -> Iterator[Row]:  # noqa: ARG001
    for case in reporting.page(db, visitor, 1, MOST + 1).items:
        yield (
            case.row.inquiry.identifier,
            _(reporting.REASONS[case.report.reason_code]),
            case.row.vendor.name,
            place(case.row.inquiry.region),
            case.row.asker,
            _(SIDES[case.report.side]),
            case.report.at,
            _outcome(case.report),
            case.report.decided_at,
        )


def _outcome(report: InquiryReport) -> str:
    if report.decided_at is None:
        return _("Waits for a decision")
    return _("Upheld") if report.is_upheld else _("Dismissed")


@table(
    "ratings",
    mark("Ratings"),
    (
        mark("Vendor"),
        REGION,
        mark("Asked by"),
        mark("Stars"),
        mark("Rating"),
        mark("Rated at"),
        mark("What is flagged"),
        mark("Reason"),
        mark("Decided at"),
    ),
    needs=Can.DECIDE_REPORTS,
)
def ratings(db: Session, visitor: Visitor, filters: Filters) -> Iterator[Row]:
    """Those of one tab of the page, like the page itself."""
    said = filters.get("tab", "")
    which = deciding.Tab(said) if said in set(deciding.Tab) else deciding.Tab.FLAGGED
    for one in deciding.page(db, visitor, which, 1, MOST + 1).items:
        yield (
            one.row.vendor.name,
            place(one.row.inquiry.region),
            one.row.asker,
            one.rating.stars,
            one.rating.text,
            one.rating.at,
            [_(rings.FLAGS[flag]) for flag in one.rating.flags],
            one.rating.decided_why,
            one.rating.decided_at,
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
