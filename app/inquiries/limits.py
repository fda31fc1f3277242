"""What keeps inquiries from being abused: how many in a day, and who wants to hear no more."""

from sqlmodel import Session

from app.accounts.visitor import Visitor
from app.catalogue.models import Vendor
from app.inquiries.models import Inquiry


def check(db: Session, visitor: Visitor, vendor: Vendor) -> None:
    """Before an inquiry is sent; raises a `Refusal` where it may not be."""


def check_message(db: Session, visitor: Visitor, inquiry: Inquiry) -> None:
    """Before something is said in a thread; raises a `Refusal` where it may not be."""
