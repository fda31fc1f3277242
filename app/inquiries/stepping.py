"""The steps of an inquiry: which side may take which, and when a contract counts.

A contract counts once both sides say the same: one gives value and date, the other confirms
exactly these. So no vendor adorns itself with contracts that nobody signed, and nobody rates a
vendor that they never dealt with.
"""

from collections.abc import Mapping
from datetime import date

from sqlmodel import Session

from app.accounts.visitor import Visitor
from app.core import audit
from app.core.errors import Conflict, Forbidden, Invalid
from app.core.formats import CHINA, today
from app.inquiries import moving, speaking, telling, verdicts
from app.inquiries.models import MOVES, Inquiry, InquiryStage, InquiryStep, Side
from app.inquiries.seeing import OTHER
from app.matching.models import Verdict

WHY_MOST = 500
BOTH = frozenset({Side.ASKER, Side.VENDOR})
TAKEN_BY: Mapping[InquiryStage, frozenset[Side]] = {
    InquiryStage.MEETING: BOTH,
    InquiryStage.OFFER: frozenset({Side.VENDOR}),
    InquiryStage.DECLINED: frozenset({Side.VENDOR}),
    InquiryStage.CLOSED: frozenset({Side.ASKER}),
}
"""Who takes a step by a button. Reading and answering happen by doing them, a contract by both."""


def choices(inquiry: Inquiry, side: Side) -> list[InquiryStage]:
    """The steps that a side may take from here, in their usual order."""
    lawful = MOVES[InquiryStage(inquiry.stage)]
    return [stage for stage, sides in TAKEN_BY.items() if stage in lawful and side in sides]


def step(
    db: Session,
    inquiry: Inquiry,
    side: Side,
    stage: InquiryStage,
    *,
    version: int,
    by: Visitor,
    why: str = "",
) -> None:
    """Take a step; `version` is the one that the page showed.

    Raises `Forbidden` for a step of the other side, `Conflict` for an unlawful or overtaken one,
    `Invalid` when a vendor declines without saying why.
    """
    if side not in TAKEN_BY.get(stage, ()):
        raise Forbidden("This step is not yours to take.")
    check_version(inquiry, version)
    if stage is InquiryStage.DECLINED and not why:
        raise Invalid("Say in a sentence why.")
    moving.note(db, inquiry, side, stage, by=by, why=why[:WHY_MOST])
    said = {"why": why[:WHY_MOST]} if why else {}
    message = speaking.tell(db, inquiry, f"step.{stage}", side=side, by=by.person_id, **said)
    telling.of_step(db, inquiry, side, message)


def check_version(inquiry: Inquiry, version: int) -> None:
    """Raises `Conflict` when something happened since the page was loaded."""
    if inquiry.version != version:
        raise Conflict("Somebody else changed this in the meantime. Load it again.")


def say_contract(
    db: Session,
    inquiry: Inquiry,
    side: Side,
    *,
    value: int,
    signed_on: date,
    version: int,
    by: Visitor,
) -> None:
    """One side says that a contract was signed, over `value` fen; it counts once confirmed.

    Raises `Invalid` for a day before the inquiry or in the future.
    """
    check_version(inquiry, version)
    _check_may_sign(inquiry)
    if not inquiry.created_at.astimezone(CHINA).date() <= signed_on <= today():
        raise Invalid("Give a day between the inquiry and today.")
    if value <= 0:
        raise Invalid("Give the value that was agreed.")
    inquiry.contract_value, inquiry.contract_on = value, signed_on
    inquiry.contract_said_by = side
    inquiry.version += 1
    audit.record(db, by, "inquiry.contract_said", inquiry, after=_contract(inquiry))
    _tell(db, inquiry, "contract.said", side, by)


def confirm_contract(
    db: Session, inquiry: Inquiry, side: Side, *, version: int, by: Visitor
) -> InquiryStep:
    """The other side confirms what was said: from now on the contract counts."""
    check_version(inquiry, version)
    if inquiry.contract_said_by != OTHER[side]:
        raise Conflict("There is no contract for you to confirm.")
    taken = moving.note(db, inquiry, side, InquiryStage.CONTRACT, by=by)
    verdicts.say(db, inquiry, Verdict.AWARDED, by=by)
    _tell(db, inquiry, "contract.confirmed", side, by)
    return taken


def dismiss_contract(
    db: Session, inquiry: Inquiry, side: Side, *, version: int, by: Visitor
) -> None:
    """Whoever said it takes it back, or the other side does not confirm it."""
    check_version(inquiry, version)
    _check_may_sign(inquiry)
    if inquiry.contract_said_by is None:
        raise Conflict("There is no contract for you to confirm.")
    is_own = inquiry.contract_said_by == side
    audit.record(db, by, "inquiry.contract_dismissed", inquiry, before=_contract(inquiry))
    _tell(db, inquiry, "contract.taken_back" if is_own else "contract.dismissed", side, by)
    inquiry.contract_value = inquiry.contract_on = inquiry.contract_said_by = None
    inquiry.version += 1


def may_sign(inquiry: Inquiry) -> bool:
    """Whether a contract may be said or confirmed from here."""
    return InquiryStage.CONTRACT in MOVES[InquiryStage(inquiry.stage)]


def _check_may_sign(inquiry: Inquiry) -> None:
    if not may_sign(inquiry):
        raise Conflict("A contract follows an answer, and there is one at most.")


def _contract(inquiry: Inquiry) -> dict[str, object]:
    return {"value": inquiry.contract_value, "day": str(inquiry.contract_on)}


def _tell(db: Session, inquiry: Inquiry, event: str, side: Side, by: Visitor) -> None:
    said = _contract(inquiry)
    message = speaking.tell(db, inquiry, event, side=side, by=by.person_id, **said)
    telling.of_step(db, inquiry, side, message)
