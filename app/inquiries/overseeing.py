"""What the staff see of the inquiries to vendors of their region: who, since when, how it stands.

Never what was said in a thread. A hidden asker is named only to the staff of its own region.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_
from sqlmodel import Session, col, func, select

from app.accounts.models import Person
from app.accounts.organisations import must_not_belong
from app.accounts.scope import Scope
from app.accounts.visitor import Visitor
from app.catalogue.models import Organisation, Solution, Vendor
from app.catalogue.reading import Page
from app.core.errors import NotFound
from app.inquiries import due, naming
from app.inquiries.models import ENDED, Inquiry, InquiryStep, Message, Side
from app.needs.models import Need
from app.needs.seeing import shows_identity

SIZE = 25
ROW: Any = (Inquiry, Organisation, Need, Vendor, Solution.name)


class Tab(StrEnum):
    """Why an inquiry may need the staff."""

    WAITING = "waiting"  # for somebody who acts for the vendor
    OVERDUE = "overdue"
    ESCALATED = "escalated"


@dataclass(frozen=True, slots=True)
class Row:
    """One inquiry as the staff see it; `last` is what they did about it last."""

    inquiry: Inquiry
    asker: str
    vendor: Vendor
    about: str
    last: Message | None = None

    @property
    def days_late(self) -> int:
        return due.days_late(self.inquiry)


def in_region(visitor: Visitor) -> ColumnElement[bool]:
    """The inquiries to vendors inside somebody's region."""
    return visitor.scope.inside(Inquiry.region)


def tab(which: Tab) -> ColumnElement[bool]:
    """What stands in one of the lists."""
    if which is Tab.WAITING:
        return and_(col(Inquiry.waits_for_account), col(Inquiry.stage).not_in(ENDED))
    if which is Tab.OVERDUE:
        return due.overdue()
    open_one = col(Inquiry.escalated_at).is_not(None), col(Inquiry.escalation_closed_at).is_(None)
    return and_(*open_one, col(Inquiry.stage).not_in(ENDED))


def page(
    db: Session, visitor: Visitor, which: Tab, number: int, *, scope: Scope | None = None
) -> Page:
    """A page of one list, what waits longest first; `scope` may narrow it inside the region."""
    wanted = and_(in_region(visitor), (scope or visitor.scope).inside(Inquiry.region), tab(which))
    total = db.exec(select(func.count()).select_from(Inquiry).where(wanted)).one()
    since = col(Inquiry.due_on) if which is Tab.OVERDUE else col(Inquiry.created_at)
    chosen = joined(select(*ROW)).where(wanted).order_by(since, col(Inquiry.id))
    found = db.exec(chosen.offset((number - 1) * SIZE).limit(SIZE)).all()
    last = _last_acts(db, [row[0].id for row in found])
    items = [row_of(visitor, *row, last=last.get(row[0].id)) for row in found]
    return Page(items, total, number, SIZE)


def counts(db: Session, visitor: Visitor) -> Mapping[Tab, int]:
    """How many stand in each list."""
    counted = select(func.count()).select_from(Inquiry)
    return {which: db.exec(counted.where(in_region(visitor), tab(which))).one() for which in Tab}


def waiting(db: Session, visitor: Visitor) -> int:
    """How many need the staff for any of these reasons."""
    wanted = and_(in_region(visitor), or_(*map(tab, Tab)))
    return db.exec(select(func.count()).select_from(Inquiry).where(wanted)).one()


def find(db: Session, visitor: Visitor, inquiry_id: UUID) -> Row:
    """One inquiry inside the region; raises `NotFound` for one outside as for none at all."""
    found = db.exec(
        joined(select(*ROW)).where(Inquiry.id == inquiry_id, in_region(visitor))
    ).first()
    if found is None:
        raise NotFound("There is no such inquiry in your region.")
    last = _last_acts(db, [inquiry_id])
    return row_of(visitor, *found, last=last.get(inquiry_id))


def take(db: Session, visitor: Visitor, inquiry_id: UUID) -> Inquiry:
    """The same to act on it, held until the transaction ends.

    Raises `Forbidden` for whoever belongs to one of the two organisations.
    """
    chosen = select(Inquiry).where(Inquiry.id == inquiry_id, in_region(visitor))
    held = chosen.with_for_update().execution_options(populate_existing=True)
    inquiry = db.exec(held).first()
    if inquiry is None:
        raise NotFound("There is no such inquiry in your region.")
    must_not_belong(db, inquiry.organisation_id, by=visitor)
    must_not_belong(db, inquiry.vendor_organisation_id, by=visitor)
    return inquiry


def steps(db: Session, inquiry: Inquiry) -> Sequence[InquiryStep]:
    """The stages that an inquiry went through, with when and which side."""
    chosen = select(InquiryStep).where(InquiryStep.inquiry_id == inquiry.id)
    return db.exec(chosen.order_by(col(InquiryStep.id))).all()


def acts(db: Session, inquiry: Inquiry) -> Sequence[tuple[Message, str]]:
    """What the pool and its staff said in a thread, and who of them: all they see of it."""
    chosen = (
        select(Message, Person.name)
        .outerjoin(Person, col(Person.id) == col(Message.by))
        .where(Message.inquiry_id == inquiry.id, _by_staff())
        .order_by(col(Message.id))
    )
    return [(message, name or "") for message, name in db.exec(chosen)]


def joined(chosen: Any) -> Any:
    """A query from inquiries (`ROW`) with what a row needs beside each."""
    return (
        chosen.select_from(Inquiry)
        .join(Organisation, col(Organisation.id) == col(Inquiry.organisation_id))
        .join(Vendor, col(Vendor.id) == col(Inquiry.vendor_id))
        .outerjoin(Need, col(Need.id) == col(Inquiry.need_id))
        .outerjoin(Solution, col(Solution.id) == col(Inquiry.solution_id))
    )


def row_of(
    visitor: Visitor,
    inquiry: Inquiry,
    asker: Organisation,
    need: Need | None,
    vendor: Vendor,
    solution: str | None,
    *,
    last: Message | None = None,
) -> Row:
    """A row of such a query; what is asked about is called by its public name, not as asked."""
    name = asker_name(visitor, inquiry, asker, need)
    return Row(inquiry, name, vendor, solution or vendor.name, last)


def asker_name(visitor: Visitor, inquiry: Inquiry, asker: Organisation, need: Need | None) -> str:
    """What somebody of the staff may call who asks, by the same rule as the need's own page."""
    is_known = need is not None and shows_identity(need, visitor)
    is_shown = not inquiry.hides_asker or is_known
    return asker.name if is_shown else naming.hidden_name(need)


def _by_staff() -> ColumnElement[bool]:
    return col(Message.side).in_((Side.STAFF, Side.POOL))


def _last_acts(db: Session, ids: Sequence[UUID]) -> dict[UUID, Message]:
    newest = (
        select(func.max(Message.id))
        .where(col(Message.inquiry_id).in_(ids), _by_staff())
        .group_by(col(Message.inquiry_id))
    )
    found = db.exec(select(Message).where(col(Message.id).in_(newest)))
    return {message.inquiry_id: message for message in found}
