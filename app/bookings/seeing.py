"""Who sees a booking: whoever made it, and their organisation where it was made for that."""

from sqlalchemy import ColumnElement, and_, or_
from sqlmodel import Session, col, select

from app.accounts.visitor import Visitor
from app.bookings.models import Order
from app.catalogue.reading import SLUG
from app.core.access import Can
from app.core.errors import NotFound


def mine(visitor: Visitor) -> ColumnElement[bool]:
    """The orders of a person, and those of the organisation that they act for."""
    own = col(Order.person_id) == visitor.person_id
    if visitor.organisation_id is None or not visitor.may(Can.READ_MARKET):
        return and_(own)
    return or_(own, col(Order.organisation_id) == visitor.organisation_id)


def find(db: Session, visitor: Visitor, identifier: str) -> Order:
    """An order that is theirs; raises `NotFound` for those of others and for missing ones alike."""
    if not SLUG.fullmatch(identifier):  # PostgreSQL would stumble over some of what may be typed
        raise NotFound("There is no such booking.")
    order = db.exec(select(Order).where(Order.identifier == identifier, mine(visitor))).first()
    if order is None:
        raise NotFound("There is no such booking.")
    return order


def may_change(order: Order, visitor: Visitor) -> bool:
    """Whether somebody who sees an order may also pay, cancel and transfer."""
    if order.person_id == visitor.person_id:
        return True
    is_own = order.organisation_id and order.organisation_id == visitor.organisation_id
    return bool(is_own) and visitor.may(Can.BOOK_SEATS)


def find_to_change(db: Session, visitor: Visitor, identifier: str) -> Order:
    """The same for acts; who may only look finds nothing here."""
    order = find(db, visitor, identifier)
    if not may_change(order, visitor):
        raise NotFound("There is no such booking.")
    return order
