"""Moments in China, and threads in the states that these tests begin with."""

from datetime import UTC, date, datetime, timedelta
from http import HTTPStatus
from typing import Any

from fastapi.testclient import TestClient
from sqlmodel import Session, col, select

from app.accounts.models import StaffRole
from app.accounts.visitor import Visitor
from app.core.audit import AuditEntry
from app.core.formats import CHINA
from app.core.mail import Mail
from app.inquiries import speaking, stepping
from app.inquiries.models import Inquiry, Message, Side
from tests.inquiries.makers import Sides
from tests.people import staff, visitor

GUANGZHOU, DONGGUAN, PROVINCE = "440100", "441900", "440000"
TUESDAY = date(2026, 3, 3)
FRIDAY = date(2026, 3, 6)
MONDAY = date(2026, 3, 9)


def noon(day: date, hour: int = 12) -> datetime:
    """That hour of a day in China."""
    return datetime(day.year, day.month, day.day, hour, tzinfo=CHINA).astimezone(UTC)


def official(db: Session, role: StaffRole = StaffRole.REVIEWER, region: str = GUANGZHOU) -> Visitor:
    """Somebody of the staff, of the vendor's city unless another is given."""
    return visitor(db, staff(db, role, region=region, name="审核员"))


def say(db: Session, sides: Sides, inquiry: Inquiry, side: Side, text: str = "您好") -> None:
    """One side writes."""
    by = sides.asker if side is Side.ASKER else sides.vendor
    speaking.say(db, inquiry, side, text, sent_key="", by=by)


def sign(db: Session, sides: Sides, inquiry: Inquiry, value: int = 100_000_00) -> None:
    """The vendor answers, and both sides confirm a contract of today."""
    say(db, sides, inquiry, Side.VENDOR)
    day = inquiry.created_at.astimezone(CHINA).date()
    known: dict[str, Any] = {"value": value, "signed_on": day}
    version = {"version": inquiry.version}
    stepping.say_contract(db, inquiry, Side.VENDOR, **known, **version, by=sides.vendor)
    version = {"version": inquiry.version}
    stepping.confirm_contract(db, inquiry, Side.ASKER, **version, by=sides.asker)


def mails_to(db: Session, email: str) -> list[str]:
    """The subjects of what was written to an address, oldest first."""
    db.flush()
    return list(db.exec(select(Mail.subject).where(Mail.to == email).order_by(col(Mail.id))))


def told(db: Session, inquiry: Inquiry) -> list[str]:
    """What happened in a thread, as the codes of its events."""
    db.flush()
    chosen = select(Message.event).where(Message.inquiry_id == inquiry.id)
    found = chosen.where(col(Message.event).is_not(None)).order_by(col(Message.id))
    return [str(event) for event in db.exec(found)]


def acts(db: Session, beginning: str) -> list[str]:
    """The acts of the audit trail whose names begin so."""
    db.flush()
    chosen = select(AuditEntry.action).where(col(AuditEntry.action).startswith(beginning))
    return list(db.exec(chosen.order_by(col(AuditEntry.at), col(AuditEntry.action))))


def after(day: date, days: int) -> date:
    """So many days later, free ones too."""
    return day + timedelta(days=days)


def post(client: TestClient, address: str, **said: str) -> str:
    """What is read after a form was sent that was taken."""
    answer = client.post(address, data=said, follow_redirects=False)
    assert answer.status_code == HTTPStatus.SEE_OTHER, answer.text
    return client.get(answer.headers["location"]).text
