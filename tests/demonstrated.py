"""What the market of the demonstration must hold, whatever it was built on."""

from sqlmodel import Session, col, select

from app.accounts.models import Membership
from app.catalogue.models import Organisation, Vendor
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
from app.shortlists.models import Shortlist, ShortlistItem


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
