"""The steps of an inquiry: which side may take which, and when a contract counts.

A contract counts once both sides say the same: one gives value and date, the other confirms
exactly these. So no vendor adorns itself with contracts that nobody signed, and nobody rates a
vendor that they never dealt with.
"""

from sqlmodel import Session

from app.accounts.visitor import Visitor
from app.inquiries.models import Inquiry, InquiryStage, InquiryStep, Side

UNANSWERED = frozenset({InquiryStage.SENT, InquiryStage.READ})


def note(
    db: Session,
    inquiry: Inquiry,
    side: Side,
    stage: InquiryStage,
    /,
    *,
    by: Visitor | None,
    why: str = "",
) -> InquiryStep:
    """Take a step and keep who took it and when; raises `Conflict` for an unlawful one."""
    before = InquiryStage(inquiry.stage)
    inquiry.move_to(stage)
    step = InquiryStep(
        inquiry_id=inquiry.id,
        before=before,
        after=stage,
        side=side,
        by=by.person_id if by else None,
        why=why,
        value=inquiry.contract_value if stage is InquiryStage.CONTRACT else None,
        signed_on=inquiry.contract_on if stage is InquiryStage.CONTRACT else None,
    )
    db.add(step)
    return step
