"""What happened in a thread, as sentences; each event that `speaking.tell` names has one."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from app.core.formats import format_date, format_money
from app.core.i18n import _, mark
from app.inquiries.models import InquiryStage

SENTENCES: Mapping[str, str] = {
    "contact.released": mark("{who} released the contact details."),
    "contract.confirmed": mark("{who} confirmed the contract of {day} over {value}."),
    "contract.dismissed": mark("{who} does not confirm the contract of {day} over {value}."),
    "contract.said": mark("{who} says: a contract over {value} was signed on {day}."),
    "contract.taken_back": mark("{who} took back what was said about a contract."),
    "file.sent": mark("{who} sent a file: {name}"),
    "step.closed": mark("{who} closed the inquiry."),
    "step.declined": mark("{who} declined the inquiry."),
    "step.meeting": mark("{who} noted that you meet."),
    "step.offer": mark("{who} noted that an offer was made."),
}

STAGES: Mapping[InquiryStage, str] = {
    InquiryStage.SENT: mark("Sent"),
    InquiryStage.READ: mark("Read"),
    InquiryStage.ANSWERED: mark("Answered"),
    InquiryStage.MEETING: mark("Meeting"),
    InquiryStage.OFFER: mark("Offer"),
    InquiryStage.CONTRACT: mark("Contract"),
    InquiryStage.DECLINED: mark("Declined"),
    InquiryStage.CLOSED: mark("Ended"),
}
TONES: Mapping[InquiryStage, str] = {
    InquiryStage.SENT: "warn",
    InquiryStage.READ: "warn",
    InquiryStage.CONTRACT: "good",
    InquiryStage.DECLINED: "bad",
    InquiryStage.CLOSED: "plain",
}


def sentence(event: str, who: str, said: Mapping[str, Any]) -> str:
    """An event in the reader's language; one that is not known is named by its code."""
    known = dict(said)
    if "value" in known:
        known["value"] = format_money(known["value"])
    if "day" in known:
        known["day"] = format_date(date.fromisoformat(known["day"]))
    return _(SENTENCES.get(event, event), **{**known, "who": who})


def stage_label(stage: str) -> str:
    """What a stage is called."""
    return _(STAGES[InquiryStage(stage)])


def stage_tone(stage: str) -> str:
    """In which tone a badge shows a stage."""
    return TONES.get(InquiryStage(stage), "brand-tone")
