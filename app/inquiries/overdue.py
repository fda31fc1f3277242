"""What happens by itself as time passes: reminders to the vendor, and word to the staff."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import and_, or_
from sqlmodel import Session, col, select

from app.accounts import responsible
from app.core.access import Can
from app.core.db import now
from app.core.formats import CHINA, today
from app.core.schedule import recurring
from app.curation.working_days import next_working_day
from app.inquiries import due, telling
from app.inquiries.announcing import tell_staff
from app.inquiries.models import Inquiry, Side

EVERY = timedelta(minutes=30)
OPENS = 8  # the hour in China before which nobody is mailed about a due day
CHUNK = 500  # inquiries in one run; the next run goes on


@recurring("inquiries.clock", EVERY)
def keep_time(db: Session) -> None:
    """Remind vendors, and tell the staff what is overdue; each once for each due day."""
    if now().astimezone(CHINA).hour >= OPENS:
        remind(db)
        report_overdue(db)


def remind(db: Session) -> None:
    """Write to the vendor on the working day before an answer is due, and on the day itself."""
    day = today()
    begins = datetime.combine(day, time.min, CHINA)
    last = and_(col(Inquiry.due_on) == day, col(Inquiry.reminded_at) < begins)
    is_near = col(Inquiry.due_on).between(day, next_working_day(day))
    for inquiry in _held(db, and_(is_near, or_(col(Inquiry.reminded_at).is_(None), last))):
        inquiry.reminded_at = now()
        said = {"due": inquiry.due_on, "is_today": inquiry.due_on == day}
        telling.to_side(db, inquiry, Side.VENDOR, "inquiry_reminder", **said)


def report_overdue(db: Session) -> None:
    """Tell the staff nearest to each vendor, one mail for each of them however many are late."""
    late = and_(due.overdue(), col(Inquiry.overdue_told_at).is_(None))
    regions: dict[str | None, int] = defaultdict(int)
    for inquiry in _held(db, late):
        inquiry.overdue_told_at = now()
        regions[inquiry.region] += 1
    many: dict[Any, int] = defaultdict(int)
    people = {}
    for region, n in regions.items():
        for person in responsible.nearest(db, region, Can.OVERSEE_INQUIRIES):
            people[person.id] = person
            many[person.id] += n
    for id_, person in people.items():
        tell_staff(db, [person], "inquiries_overdue", n=many[id_])


def _held(db: Session, wanted: Any) -> Sequence[Inquiry]:
    """Running inquiries of this kind, kept from others until the transaction ends."""
    chosen = select(Inquiry).where(due.running(), wanted).order_by(col(Inquiry.due_on))
    held = chosen.with_for_update(skip_locked=True).execution_options(populate_existing=True)
    return db.exec(held.limit(CHUNK)).all()
