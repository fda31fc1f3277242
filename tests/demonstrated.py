"""What the market and the trainings of the demonstration hold, whatever they were built on."""

from typing import Any

from sqlmodel import Session, col, select

from app.accounts.models import Membership
from app.bookings.models import (
    Booking,
    Certificate,
    Code,
    CodeKind,
    Feedback,
    Order,
    Place,
    Sitting,
)
from app.bookings.stages import OrderStage, PlaceStage, SeatStage, SittingStage
from app.catalogue.models import Organisation, Training, Vendor
from app.core.db import now
from app.inquiries.models import Block, Inquiry, InquiryReport, InquiryStage, Rating
from app.matching.models import Match, MatchFeedback, Verdict
from app.needs.models import (
    Confidentiality,
    Need,
    NeedQuestion,
    NeedStage,
    Outcome,
    OutcomeKind,
)
from app.payments.models import Payment, Receipt, Refund
from app.payments.stages import PaymentStage, ReceiptKind, RefundStage
from app.shortlists.models import Shortlist, ShortlistItem

AT_ONCE = {RefundStage.REQUESTED, RefundStage.PENDING}
"""Where no refund of the stand-in stays: it gives money back in a moment."""
EVERY: tuple[tuple[Any, Any], ...] = (
    (Sitting.stage, SittingStage),
    (Order.stage, OrderStage),
    (Booking.stage, SeatStage),
    (Place.stage, PlaceStage),
    (Payment.stage, PaymentStage),
    (Refund.stage, set(RefundStage) - AT_ONCE),
)


def check_market(db: Session) -> None:
    """Needs, matches, lists and inquiries in every state, and none that touches a real vendor."""
    assert {*db.exec(select(Need.stage))} == set(NeedStage)
    assert {*db.exec(select(Need.confidentiality))} == set(Confidentiality)
    decided = {OutcomeKind.AWARDED, OutcomeKind.NOBODY, OutcomeKind.DECIDING}
    assert {*db.exec(select(Outcome.kind))} == decided
    assert {one is None for one in db.exec(select(NeedQuestion.answer))} == {True, False}
    published = select(Need.id).where(col(Need.published_at).is_not(None))
    assert {*db.exec(select(Match.need_id).where(col(Match.is_current)))} == {*db.exec(published)}
    assert {*db.exec(select(MatchFeedback.verdict))} == set(Verdict)
    is_frozen = col(Shortlist.frozen_at).is_not(None)
    frozen = db.exec(select(ShortlistItem.frozen).join(Shortlist).where(is_frozen)).all()
    assert frozen
    assert all(frozen)
    assert {*db.exec(select(Shortlist.is_shared))} == {True, False}
    assert {*db.exec(select(Inquiry.stage))} == set(InquiryStage)
    assert {*db.exec(select(Inquiry.waits_for_account))} == {True, False}
    assert {one is None for one in db.exec(select(Inquiry.escalated_at))} == {True, False}
    assert {one is None for one in db.exec(select(Rating.reply))} == {True, False}
    assert db.exec(select(Block)).all()
    assert db.exec(select(InquiryReport)).all()
    touched = {*db.exec(select(Inquiry.vendor_id)), *db.exec(select(Rating.vendor_id))}
    judged = select(Match.vendor_id).join(MatchFeedback)
    touched |= {*db.exec(judged)}
    names = db.exec(select(Vendor.name).where(col(Vendor.id).in_(touched))).all()
    members = select(Organisation.name).join(Membership)
    assert all(name.startswith("（演示）") for name in [*names, *db.exec(members)])


def check_trainings(db: Session) -> None:
    """Trainings with sittings past and coming; orders, payments and refunds in every state."""
    for column, stages in EVERY:
        assert {*db.exec(select(column))} == set(stages), column
    moment = now()
    for is_over in (Sitting.starts_at < moment, Sitting.starts_at > moment):
        assert len(db.exec(select(Sitting).where(is_over)).all()) >= 2
    assert {*db.exec(select(Payment.is_surplus))} == {True, False}
    assert {*db.exec(select(Receipt.kind))} == set(ReceiptKind)
    assert {*db.exec(select(Code.kind))} == set(CodeKind)
    assert {one is None for one in db.exec(select(Certificate.revoked_at))} == {True, False}
    assert db.exec(select(Feedback)).all()
    assert {price > 0 for price in db.exec(select(Sitting.price))} == {True, False}
    assert {*db.exec(select(Sitting.is_online))} == {True, False}
    assert db.exec(select(Sitting.moved_at).where(col(Sitting.moved_at).is_not(None))).all()
    assert any(db.exec(select(Sitting.by_code_only)))
    names = select(Training.name).where(col(Training.organisation_id).is_not(None))
    assert all(name.startswith("（演示）") for name in db.exec(names))
