"""What manufacturers say of a vendor after a contract, and what the vendor replies.

Only a contract that both sides confirmed opens a rating, one for each inquiry; it cannot be
changed. An average is shown from three ratings on: fewer say more of the raters than the vendor.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, func, select

from app.accounts.visitor import Visitor
from app.catalogue.models import Organisation
from app.core import audit
from app.core.db import now
from app.core.errors import Conflict, Forbidden, Invalid
from app.core.outbox import enqueue
from app.inquiries import naming, speaking, telling
from app.inquiries.models import Inquiry, InquiryStage, InquiryStep, Rating, Side
from app.needs.models import Need

STARS = (5, 4, 3, 2, 1)
LONGEST = 1000
AVERAGE_FROM = 3
SHOWN = 10  # the newest on a vendor's page


@dataclass(frozen=True, slots=True)
class Said:
    """One rating as everybody may read it."""

    rating: Rating
    name: str


@dataclass(frozen=True, slots=True)
class Shown:
    """What a vendor's page shows: how many gave how many stars, and the newest of them."""

    stars: Mapping[int, int]
    newest: Sequence[Said]

    @property
    def total(self) -> int:
        return sum(self.stars.values())

    @property
    def average(self) -> float | None:
        """To one decimal; None while there are too few."""
        if self.total < AVERAGE_FROM:
            return None
        return round(sum(n * many for n, many in self.stars.items()) / self.total, 1)


def find(db: Session, inquiry: Inquiry) -> Rating | None:
    """The rating of an inquiry, hidden or not."""
    return db.get(Rating, inquiry.id)


def may_rate(db: Session, inquiry: Inquiry, side: Side) -> bool:
    """Whether who asks may rate the vendor now."""
    return side is Side.ASKER and _has_contract(db, inquiry) and find(db, inquiry) is None


def may_reply(db: Session, inquiry: Inquiry, side: Side) -> bool:
    """Whether the vendor may reply to a rating that everybody reads."""
    found = find(db, inquiry)
    is_shown = found is not None and not found.is_hidden
    return side is Side.VENDOR and is_shown and found is not None and found.reply is None


def rate(
    db: Session, inquiry: Inquiry, side: Side, stars: int, text: str, *, by: Visitor
) -> Rating:
    """Rate the vendor of a thread that is held, once; the staff's rules look at it afterwards.

    Raises `Forbidden` for the vendor, `Conflict` before the contract and the second time.
    """
    if side is not Side.ASKER:
        raise Forbidden("This step is not yours to take.")
    if stars not in STARS:
        raise Invalid("Choose one to five stars.")
    _check_length(text)
    if not _has_contract(db, inquiry):
        raise Conflict("A vendor can be rated once both sides have confirmed a contract.")
    if find(db, inquiry):
        raise Conflict("You have rated this vendor already for this inquiry.")
    rating = Rating(
        inquiry_id=inquiry.id,
        vendor_id=inquiry.vendor_id,
        organisation_id=inquiry.organisation_id,
        stars=stars,
        text=text,
        by=by.person_id,
    )
    db.add(rating)
    message = speaking.tell(db, inquiry, "rating.made", side=side, by=by.person_id, stars=stars)
    telling.of_step(db, inquiry, side, message)
    audit.record(db, by, "rating.made", subject(rating), after={"stars": stars})
    enqueue(db, "inquiries.look_at_ratings", vendor_id=str(inquiry.vendor_id))
    return rating


def reply(db: Session, inquiry: Inquiry, side: Side, text: str, *, by: Visitor) -> None:
    """Answer a rating as the vendor, once; everybody reads it under the rating."""
    if side is not Side.VENDOR:
        raise Forbidden("This step is not yours to take.")
    if not text:
        raise Invalid("Write a reply.")
    _check_length(text)
    rating = find(db, inquiry)
    if rating is None or not may_reply(db, inquiry, side):
        raise Conflict("There is no rating here that waits for your reply.")
    rating.reply, rating.replied_by, rating.replied_at = text, by.person_id, now()
    message = speaking.tell(db, inquiry, "rating.replied", side=side, by=by.person_id)
    telling.of_step(db, inquiry, side, message)
    audit.record(db, by, "rating.replied", subject(rating))


def of_vendor(db: Session, vendor_id: UUID) -> Shown:
    """What everybody may read of a vendor's ratings; those that staff hid are left out."""
    seen: tuple[Any, ...] = (Rating.vendor_id == vendor_id, col(Rating.is_hidden).is_(False))
    counted = select(Rating.stars, func.count()).where(*seen).group_by(col(Rating.stars))
    many = dict(db.exec(counted).all())
    chosen = (
        select(Rating, Inquiry, Organisation, Need)
        .select_from(Rating)
        .join(Inquiry, col(Inquiry.id) == col(Rating.inquiry_id))
        .join(Organisation, col(Organisation.id) == col(Rating.organisation_id))
        .outerjoin(Need, col(Need.id) == col(Inquiry.need_id))
        .where(*seen)
        .order_by(col(Rating.at).desc(), col(Rating.inquiry_id))
        .limit(SHOWN)
    )
    newest = [
        Said(rating, public_name(inquiry, organisation, need))
        for rating, inquiry, organisation, need in db.exec(chosen)
    ]
    return Shown({stars: many.get(stars, 0) for stars in STARS}, newest)


def public_name(inquiry: Inquiry, organisation: Organisation, need: Need | None) -> str:
    """What everybody may call who rated: hidden stays hidden, also once the vendor knows."""
    return naming.hidden_name(need) if inquiry.hides_asker else organisation.name


def subject(rating: Rating) -> str:
    """What the audit trail and appeals call a rating."""
    return f"rating:{rating.inquiry_id}"


def _has_contract(db: Session, inquiry: Inquiry) -> bool:
    signed = select(InquiryStep.id).where(
        InquiryStep.inquiry_id == inquiry.id, InquiryStep.after == InquiryStage.CONTRACT
    )
    return db.exec(signed).first() is not None


def _check_length(text: str) -> None:
    if len(text) > LONGEST:
        raise Invalid("Say it in at most {most} characters.", most=LONGEST)
