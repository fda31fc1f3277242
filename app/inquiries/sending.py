"""Asking a vendor: one open thread for each organisation and vendor."""

from dataclasses import dataclass, field
from uuid import UUID

from sqlmodel import Session

from app.accounts.visitor import Visitor
from app.catalogue.models import Solution, Vendor
from app.inquiries.models import Inquiry


@dataclass(frozen=True, slots=True)
class About:
    """Whom somebody asks, about what, and where they come from."""

    vendor: Vendor
    solution: Solution | None = None
    need_id: UUID | None = None
    match_id: UUID | None = None
    shortlist_id: UUID | None = None
    hides_asker: bool = False


@dataclass(frozen=True, slots=True)
class Question:
    """What somebody sends: `sent_key` comes from the form, so that a double click sends once."""

    subject: str
    text: str
    sent_key: str
    contact: dict[str, str] = field(default_factory=dict)


def send(db: Session, about: About, question: Question, *, by: Visitor) -> Inquiry:
    """Ask a vendor; the same `sent_key` gives the inquiry that was sent before.

    Raises `Conflict` where the organisation is the vendor itself, or has an open thread with it.
    """
    raise NotImplementedError
