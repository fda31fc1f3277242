"""Where an inquiry stands: each move is kept with who made it and when."""

from sqlmodel import Session

from app.accounts.visitor import Visitor
from app.core import audit
from app.inquiries import due
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
    if side is Side.VENDOR and stage is not InquiryStage.READ:  # to decline is an answer too
        due.answered(inquiry)
    is_contract = stage is InquiryStage.CONTRACT
    taken = InquiryStep(
        inquiry_id=inquiry.id,
        before=before,
        after=stage,
        side=side,
        by=by.person_id if by else None,
        why=why,
        value=inquiry.contract_value if is_contract else None,
        signed_on=inquiry.contract_on if is_contract else None,
    )
    db.add(taken)
    if by:
        audit.record(db, by, f"inquiry.{stage}", inquiry, before={"stage": str(before)})
    return taken
