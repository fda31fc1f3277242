"""Flagged ratings at the desk: staff look, and hide a rating or clear it; its author may appeal."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_
from sqlmodel import Session, col, func, select

from app.accounts.visitor import Visitor
from app.catalogue.models import Organisation, Vendor
from app.catalogue.reading import Page
from app.core import audit
from app.core.db import now
from app.core.errors import Conflict, NotFound
from app.curation.applications import appeals
from app.curation.applications.appeals import Decision
from app.inquiries import overseeing
from app.inquiries.announcing import BOTH, announce, check_sentence
from app.inquiries.models import Inquiry, Rating
from app.inquiries.overseeing import Row, in_region
from app.inquiries.ratings import subject

SIZE = 25
RATING = "rating"


class Tab(StrEnum):
    """Which ratings of a region's vendors."""

    FLAGGED = "flagged"  # waits for somebody to look
    HIDDEN = "hidden"
    CLEARED = "cleared"


@dataclass(frozen=True, slots=True)
class Judged:
    """A rating with the inquiry that it is of, as the staff see them."""

    rating: Rating
    row: Row


def page(db: Session, visitor: Visitor, which: Tab, number: int, size: int = SIZE) -> Page:
    """One list of ratings inside somebody's region, the oldest first."""
    total = db.exec(_joined(visitor, func.count()).where(_tab(which))).one()
    chosen = _joined(visitor, Rating, *overseeing.ROW).where(_tab(which))
    ordered = chosen.order_by(col(Rating.at), col(Rating.inquiry_id))
    found = db.exec(ordered.offset((number - 1) * size).limit(size))
    items = [Judged(one, overseeing.row_of(visitor, *row)) for one, *row in found]
    return Page(items, total, number, size)


def waiting(db: Session, visitor: Visitor) -> int:
    """How many wait for somebody to look."""
    return int(db.exec(_joined(visitor, func.count()).where(_tab(Tab.FLAGGED))).one())


def take(db: Session, visitor: Visitor, rating_id: UUID) -> tuple[Rating, Inquiry]:
    """A rating inside the region to decide about, held until the transaction ends."""
    inside = _joined(visitor, Rating.inquiry_id).where(Rating.inquiry_id == rating_id)
    if db.exec(inside).first() is None:
        raise NotFound("There is no such rating in your region.")
    inquiry = overseeing.take(db, visitor, rating_id)
    return db.get_one(Rating, rating_id, populate_existing=True), inquiry


def hide(db: Session, rating: Rating, inquiry: Inquiry, why: str, *, by: Visitor) -> None:
    """Take a rating off the vendor's page and out of its average; both sides read why."""
    _decide(rating, why, by)
    rating.is_hidden = True
    audit.record(db, by, "rating.hidden", subject(rating), why=why)
    announce(db, inquiry, "rating.hidden", to=BOTH, by=by, why=why)


def clear(db: Session, rating: Rating, why: str, *, by: Visitor) -> None:
    """Leave a flagged rating where it is: somebody looked, and found it good."""
    _decide(rating, why, by)
    audit.record(db, by, "rating.cleared", subject(rating), why=why)


def _decide(rating: Rating, why: str, by: Visitor) -> None:
    check_sentence(why)
    if not rating.is_flagged:
        raise Conflict("This was decided already.")
    rating.decided_by, rating.decided_at, rating.decided_why = by.person_id, now(), why
    rating.is_flagged = False


def _tab(which: Tab) -> ColumnElement[bool]:
    if which is Tab.FLAGGED:
        return col(Rating.is_flagged).is_(True)
    is_hidden = col(Rating.is_hidden).is_(which is Tab.HIDDEN)
    return and_(is_hidden, col(Rating.decided_at).is_not(None))


def _joined(visitor: Visitor, *columns: Any) -> Any:
    chosen = overseeing.joined(select(*columns))
    return chosen.join(Rating, col(Rating.inquiry_id) == col(Inquiry.id)).where(in_region(visitor))


@appeals.about(RATING)
def _hidden_rating(db: Session, id_: UUID) -> Decision | None:
    """Who rated may appeal; a hidden asker's appeal lies with the staff who may know them."""
    rating = db.get(Rating, id_)
    if rating is None or not rating.is_hidden:
        return None
    inquiry = db.get_one(Inquiry, id_)
    vendor = db.get_one(Vendor, rating.vendor_id)
    own = db.get_one(Organisation, rating.organisation_id)
    region = own.region if inquiry.hides_asker else inquiry.region
    said = rating.decided_why or ""
    return Decision(rating.organisation_id, region, rating.decided_by, vendor.name, said)


@appeals.on_allowed(RATING)
def _show_again(db: Session, id_: UUID, by: Visitor) -> None:
    rating = db.get_one(Rating, id_)
    rating.is_hidden = False
    audit.record(db, by, "rating.shown_again", subject(rating))
