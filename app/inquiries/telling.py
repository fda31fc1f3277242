"""Mail about threads: what is new and a link, never what was said, nor who asks."""

from sqlmodel import Session

from app.inquiries.models import Inquiry, Side


def of_inquiry(db: Session, inquiry: Inquiry) -> None:
    """Tell those of the vendor who may answer that somebody asks."""


def of_message(db: Session, inquiry: Inquiry, side: Side) -> None:
    """Tell the other side of what `side` wrote, once until somebody there has read it."""


def of_step(db: Session, inquiry: Inquiry, side: Side) -> None:
    """Tell the other side of the step that `side` took."""
