"""Who sees a thread: the one rule for lists, pages, counts, files, streams and mail.

Only members of its two organisations do. Staff read a thread that was reported to them through
a door of its own, which is logged. What somebody may not see looks as if it were not there.
"""

from sqlalchemy import ColumnElement, case, false, or_
from sqlmodel import Session, col, select

from app.accounts.visitor import Visitor
from app.catalogue.reading import SLUG
from app.core.access import Can
from app.core.errors import NotFound
from app.inquiries.models import Inquiry, Side

OTHER = {Side.ASKER: Side.VENDOR, Side.VENDOR: Side.ASKER}


def mine(visitor: Visitor) -> ColumnElement[bool]:
    """The inquiries of the organisation that one acts for, whether it asked or was asked."""
    if visitor.organisation_id is None or not visitor.may(Can.READ_MARKET):
        return false()
    return or_(
        col(Inquiry.organisation_id) == visitor.organisation_id,
        col(Inquiry.vendor_organisation_id) == visitor.organisation_id,
    )


def own_side(visitor: Visitor) -> ColumnElement[str]:
    """On which side of each inquiry that is theirs somebody stands."""
    is_asker = col(Inquiry.organisation_id) == visitor.organisation_id
    return case((is_asker, Side.ASKER), else_=Side.VENDOR)


def find(db: Session, visitor: Visitor, identifier: str) -> tuple[Inquiry, Side]:
    """A thread of the organisation that one acts for, and on which side of it that stands.

    Raises `NotFound` for those of others and for what does not exist alike.
    """
    return _found(db, visitor, identifier, for_change=False)


def take(db: Session, visitor: Visitor, identifier: str) -> tuple[Inquiry, Side]:
    """The same, held until the transaction ends: nobody else changes it meanwhile."""
    return _found(db, visitor, identifier, for_change=True)


def side_of(inquiry: Inquiry, visitor: Visitor) -> Side:
    """On which side of one of their threads somebody stands."""
    is_asker = inquiry.organisation_id == visitor.organisation_id
    return Side.ASKER if is_asker else Side.VENDOR


def shows_asker(inquiry: Inquiry, side: Side) -> bool:
    """Whether a side may know who asks; a hidden asker is known once the contact is released."""
    is_known = not inquiry.hides_asker or inquiry.contact_released_at is not None
    return side is Side.ASKER or is_known


def shows_contact(inquiry: Inquiry, side: Side) -> bool:
    """Whether a side may read the asker's contact details."""
    return side is Side.ASKER or inquiry.contact_released_at is not None


def _found(
    db: Session, visitor: Visitor, identifier: str, *, for_change: bool
) -> tuple[Inquiry, Side]:
    if not SLUG.fullmatch(identifier):  # PostgreSQL would stumble over some of what may be typed
        raise NotFound("There is no such inquiry.")
    chosen = select(Inquiry).where(Inquiry.identifier == identifier, mine(visitor))
    if for_change:
        chosen = chosen.with_for_update().execution_options(populate_existing=True)
    inquiry = db.exec(chosen).first()
    if inquiry is None:
        raise NotFound("There is no such inquiry.")
    return inquiry, side_of(inquiry, visitor)
