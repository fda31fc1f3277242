"""Mail about threads: that there is something and a link, never what was said, nor who asks."""

from typing import Any
from uuid import UUID

from sqlmodel import Session, col, func, select

from app.accounts.models import MemberRole, Membership, Person
from app.catalogue.models import Solution, Vendor
from app.core import mail
from app.inquiries.models import Inquiry, InquiryReading, Message, Side
from app.inquiries.seeing import OTHER

WRITERS = (MemberRole.OWNER, MemberRole.EDITOR)


def writers(db: Session, organisation_id: UUID) -> list[Person]:
    """Those of an organisation who may answer and can be written to."""
    chosen = (
        select(Person)
        .join(Membership, col(Membership.person_id) == col(Person.id))
        .where(
            Membership.organisation_id == organisation_id,
            col(Membership.role).in_(WRITERS),
            col(Person.verified_at).is_not(None),
            col(Person.disabled_at).is_(None),
        )
    )
    return list(db.exec(chosen.order_by(col(Person.email))))


def of_inquiry(db: Session, inquiry: Inquiry) -> None:
    """Tell those of the vendor who may answer that somebody asks."""
    _write(db, inquiry, Side.VENDOR, "inquiry_new")


def of_message(db: Session, inquiry: Inquiry, side: Side, message: Message) -> None:
    """Tell the other side of what `side` said, once until somebody there has read it."""
    other = OTHER[side]
    if _mailed(inquiry, other) <= _read_by(db, inquiry, other):
        _write(db, inquiry, other, "inquiry_message")
        _note_mailed(inquiry, other, message)


def of_step(db: Session, inquiry: Inquiry, side: Side, message: Message) -> None:
    """Tell the other side of the step that `side` took, which `message` tells in the thread."""
    other = OTHER[side]
    _write(db, inquiry, other, "inquiry_step")
    _note_mailed(inquiry, other, message)


def to_side(db: Session, inquiry: Inquiry, side: Side, template: str, **said: Any) -> None:
    """Write `templates/mail/<template>.txt` to the writers of a side; it knows the thread."""
    _write(db, inquiry, side, template, **said)


def _write(db: Session, inquiry: Inquiry, side: Side, template: str, **said: Any) -> None:
    own = inquiry.organisation_id if side is Side.ASKER else inquiry.vendor_organisation_id
    about = _about(db, inquiry)
    for person in writers(db, own):
        known = {"inquiry": inquiry.identifier, "about": about, **said}
        mail.write(db, person.email, template, language=person.language, **known)


def _about(db: Session, inquiry: Inquiry) -> str:
    """What is asked about, by its public name: what the asker typed stays in the thread."""
    name = select(Vendor.name).where(Vendor.id == inquiry.vendor_id)
    if inquiry.solution_id:
        name = select(Solution.name).where(Solution.id == inquiry.solution_id)
    return db.exec(name).one()


def _mailed(inquiry: Inquiry, side: Side) -> int:
    return inquiry.mailed_to_asker if side is Side.ASKER else inquiry.mailed_to_vendor


def _note_mailed(inquiry: Inquiry, side: Side, message: Message) -> None:
    if side is Side.ASKER:
        inquiry.mailed_to_asker = message.id or 0
    else:
        inquiry.mailed_to_vendor = message.id or 0


def _read_by(db: Session, inquiry: Inquiry, side: Side) -> int:
    """The newest message that anybody of a side has read."""
    own = inquiry.organisation_id if side is Side.ASKER else inquiry.vendor_organisation_id
    members = select(Membership.person_id).where(Membership.organisation_id == own)
    furthest = select(func.max(InquiryReading.message_id)).where(
        InquiryReading.inquiry_id == inquiry.id, col(InquiryReading.person_id).in_(members)
    )
    return db.exec(furthest).one() or 0
