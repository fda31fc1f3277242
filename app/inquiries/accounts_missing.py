"""Inquiries to vendors for whom nobody acts yet: they wait, and the staff help."""

from sqlmodel import Session

from app.inquiries.models import Inquiry


def begin(db: Session, inquiry: Inquiry) -> None:  # noqa: ARG001
    """An inquiry was sent to a vendor that has no member: let it wait and tell who can help."""
    inquiry.waits_for_account = True
