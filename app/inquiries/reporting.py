"""Reporting a thread: the one way for staff to read one, while somebody waits for their decision.

Opening it needs a reason and is noted before anything is shown. Inside a reported thread the
staff know who hides: they decide about both sides.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, or_
from sqlmodel import Session, col, func, select

from app.accounts import responsible
from app.accounts.models import Person
from app.accounts.organisations import must_not_belong
from app.accounts.visitor import Visitor
from app.catalogue.models import Organisation
from app.catalogue.reading import Page
from app.core import audit, files
from app.core.access import Can
from app.core.db import now
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.core.files import Attachment
from app.core.formats import today
from app.core.i18n import mark
from app.inquiries import attaching, overseeing
from app.inquiries.announcing import BOTH, announce, check_sentence, tell_staff
from app.inquiries.models import Inquiry, InquiryReport, Message, Side
from app.inquiries.overseeing import Row
from app.inquiries.seeing import OTHER

SIZE = 25
MOST_DAYS = 365
REASONS: Mapping[str, str] = {
    "advertising": mark("Advertising, or the same text to many"),
    "insult": mark("Insults or threats"),
    "fraud": mark("Fraud, or a false identity"),
    "data": mark("Asks for personal data or secrets that it does not need"),
    "unlawful": mark("Something unlawful"),
    "other": mark("Another reason"),
}


class Outcome(StrEnum):
    """What staff decide about a report."""

    WARNED = "warned"
    SUSPENDED = "suspended"  # may send no inquiries for some days
    DISMISSED = "dismissed"


@dataclass(frozen=True, slots=True)
class Case:
    """A report with the inquiry that it is about, as the staff see them."""

    report: InquiryReport
    row: Row


@dataclass(frozen=True, slots=True)
class Opened:
    """A reported thread: everything that was said, and its files."""

    names: Mapping[Side, str]
    messages: Sequence[tuple[Message, str]]
    files: Sequence[Attachment]


def report(
    db: Session, inquiry: Inquiry, side: Side, code: str, text: str, *, by: Visitor
) -> InquiryReport:
    """Report a thread to the staff; the other side is told only what they decide.

    Raises `Conflict` while an earlier report of the same side waits.
    """
    if code not in REASONS:
        raise Invalid("Choose a reason.")
    check_sentence(text)
    if open_one(db, inquiry, side):
        raise Conflict("You have reported this thread already. The staff look at it.")
    is_asker = side is Side.ASKER
    made = InquiryReport(
        inquiry_id=inquiry.id,
        side=side,
        against_id=inquiry.vendor_organisation_id if is_asker else inquiry.organisation_id,
        reason_code=code,
        text=text,
        by=by.person_id,
    )
    db.add(made)
    audit.record(db, by, "report.made", made, code=code)
    people = responsible.nearest(db, inquiry.region, Can.DECIDE_REPORTS)
    tell_staff(db, people, "inquiry_reported", id=made.id)
    return made


def open_one(db: Session, inquiry: Inquiry, side: Side) -> InquiryReport | None:
    """The report of a side that waits for a decision."""
    chosen = select(InquiryReport).where(
        InquiryReport.inquiry_id == inquiry.id,
        InquiryReport.side == side,
        col(InquiryReport.decided_at).is_(None),
    )
    return db.exec(chosen).first()


def page(db: Session, visitor: Visitor, number: int, size: int = SIZE) -> Page:
    """The reports inside somebody's region, those that wait first."""
    chosen = _cases(visitor, InquiryReport, *overseeing.ROW)
    total = db.exec(_cases(visitor, func.count())).one()
    ordered = chosen.order_by(
        col(InquiryReport.decided_at).is_not(None), col(InquiryReport.at), col(InquiryReport.id)
    )
    found = db.exec(ordered.offset((number - 1) * size).limit(size))
    items = [Case(one, overseeing.row_of(visitor, *row)) for one, *row in found]
    return Page(items, total, number, size)


def waiting(db: Session, visitor: Visitor) -> int:
    """How many wait for a decision."""
    counted = _cases(visitor, func.count())
    return int(db.exec(counted.where(col(InquiryReport.decided_at).is_(None))).one())


def find(db: Session, visitor: Visitor, report_id: UUID, *, holds: bool = False) -> Case:
    """A report inside the region; raises `NotFound` for one outside as for none at all."""
    chosen = _cases(visitor, InquiryReport, *overseeing.ROW).where(InquiryReport.id == report_id)
    if holds:
        held = chosen.with_for_update(of=InquiryReport)
        chosen = held.execution_options(populate_existing=True)
    found = db.exec(chosen).first()
    if found is None:
        raise NotFound("There is no such report in your region.")
    one, *row = found
    return Case(one, overseeing.row_of(visitor, *row))


def may_open(report: InquiryReport, visitor: Visitor) -> bool:
    """Whether somebody may read the thread: while the report waits, later only who decided."""
    return report.decided_at is None or report.decided_by == visitor.person_id


def open_thread(db: Session, case: Case, why: str, *, by: Visitor) -> Opened:
    """Read a reported thread; that somebody does, and why, is noted in the same transaction."""
    _check_may_read(db, case, why, by)
    inquiry = case.row.inquiry
    audit.record(db, by, "report.opened", case.report, why=why, inquiry=inquiry.identifier)
    asker = db.get_one(Organisation, inquiry.organisation_id)
    chosen = (
        select(Message, Person.name)
        .outerjoin(Person, col(Person.id) == col(Message.by))
        .where(Message.inquiry_id == inquiry.id)
        .order_by(col(Message.id))
    )
    return Opened(
        names={Side.ASKER: asker.name, Side.VENDOR: case.row.vendor.name},
        messages=[(message, name or "") for message, name in db.exec(chosen)],
        files=attaching.files_of(db, inquiry),
    )


def open_file(
    db: Session, case: Case, attachment_id: UUID, why: str, *, by: Visitor
) -> tuple[Attachment, bytes]:
    """A file of a reported thread with its bytes, noted in the same way."""
    _check_may_read(db, case, why, by)
    found = attaching.find(db, case.row.inquiry, attachment_id)
    audit.record(db, by, "report.file_opened", case.report, why=why, file=str(found.id))
    return found, files.read(found)


def decide(
    db: Session, case: Case, outcome: Outcome, answer: str, *, by: Visitor, days: int = 0
) -> None:
    """Uphold a report, with a warning or so many days without new inquiries, or dismiss it.

    Both sides read the decision and `answer` in the thread.
    """
    report, inquiry = case.report, case.row.inquiry
    _check_apart(db, inquiry, by)
    check_sentence(answer)
    if report.decided_at:
        raise Conflict("This was decided already.")
    until = _last_day(days) if outcome is Outcome.SUSPENDED else None
    report.decided_by, report.decided_at, report.answer = by.person_id, now(), answer
    report.is_upheld, report.suspended_until = outcome is not Outcome.DISMISSED, until
    said: dict[str, Any] = {"why": answer, **({"day": until.isoformat()} if until else {})}
    if report.is_upheld:
        audit.record(db, by, "report.upheld", report, after={"outcome": outcome.value}, **said)
        event = f"report.{OTHER[Side(report.side)]}_{outcome}"
    else:
        audit.record(db, by, "report.dismissed", report, **said)
        event = "report.dismissed"
    announce(db, inquiry, event, to=BOTH, by=by, **said)


def _last_day(days: int) -> date:
    if not 0 < days <= MOST_DAYS:
        raise Invalid("Choose between 1 and {most} days.", most=MOST_DAYS)
    return today() + timedelta(days=days)


def _check_may_read(db: Session, case: Case, why: str, by: Visitor) -> None:
    _check_apart(db, case.row.inquiry, by)
    if not may_open(case.report, by):
        raise Forbidden("The report is decided. Only who decided can still open the thread.")
    check_sentence(why)


def _check_apart(db: Session, inquiry: Inquiry, by: Visitor) -> None:
    must_not_belong(db, inquiry.organisation_id, by=by)
    must_not_belong(db, inquiry.vendor_organisation_id, by=by)


def _inside(visitor: Visitor) -> ColumnElement[bool]:
    """Reports of threads in which the vendor or who asks is of somebody's region."""
    return or_(visitor.scope.inside(Inquiry.region), visitor.scope.inside(Organisation.region))


def _cases(visitor: Visitor, *columns: Any) -> Any:
    chosen = overseeing.joined(select(*columns))
    about = col(InquiryReport.inquiry_id) == col(Inquiry.id)
    return chosen.join(InquiryReport, about).where(_inside(visitor))
