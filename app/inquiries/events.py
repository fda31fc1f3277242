"""What happened in a thread, as sentences; each event that `speaking.tell` names has one."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from app.core.formats import format_date, format_money
from app.core.i18n import _, mark
from app.inquiries.models import InquiryStage

SENTENCES: Mapping[str, str] = {
    "account.invited": mark("{who} invited the vendor to the pool."),
    "account.joined": mark("The vendor has an account now and was told of the inquiry."),
    "account.missing": mark(
        "Nobody acts for this vendor in the pool yet. The inquiry waits; the staff of its region "
        "invite the vendor or pass the inquiry on, and who asks is told each step."
    ),
    "account.passed_on": mark("{who} passed the inquiry on: {means}."),
    "account.unreachable": mark("{who} could not reach the vendor. The inquiry goes on waiting."),
    "clock.left": mark("{who} takes the last message as needing no answer."),
    "contact.released": mark("{who} released the contact details."),
    "contract.confirmed": mark("{who} confirmed the contract of {day} over {value}."),
    "contract.dismissed": mark("{who} does not confirm the contract of {day} over {value}."),
    "contract.said": mark("{who} says: a contract over {value} was signed on {day}."),
    "contract.taken_back": mark("{who} took back what was said about a contract."),
    "escalation.closed": mark("{who} looked at the overdue answer and closed the matter."),
    "escalation.passed_on": mark("{who} passed the overdue answer on to the province's staff."),
    "file.sent": mark("{who} sent a file: {name}"),
    "overdue.escalated": mark("{who} called the staff: the answer is overdue."),
    "rating.hidden": mark("{who} hid the rating of this inquiry."),
    "rating.made": mark("{who} rated the vendor: {stars} of 5."),
    "rating.replied": mark("{who} replied to the rating."),
    "report.asker_suspended": mark(
        "{who} upheld a report of this thread. Who asks can send no inquiries until the end of "
        "{day}."
    ),
    "report.asker_warned": mark("{who} upheld a report of this thread and warned who asks."),
    "report.dismissed": mark("{who} looked at a report of this thread and dismissed it."),
    "report.vendor_suspended": mark(
        "{who} upheld a report of this thread. The vendor can send no inquiries until the end of "
        "{day}."
    ),
    "report.vendor_warned": mark("{who} upheld a report of this thread and warned the vendor."),
    "staff.wrote": mark("{who} wrote to both sides."),
    "step.closed": mark("{who} closed the inquiry."),
    "step.declined": mark("{who} declined the inquiry."),
    "step.meeting": mark("{who} noted that you meet."),
    "step.offer": mark("{who} noted that an offer was made."),
}

MEANS: Mapping[str, str] = {
    "telephone": mark("by telephone"),
    "email": mark("by e-mail"),
    "visit": mark("in person"),
    "other": mark("in another way"),
}
"""How staff may pass an inquiry on to a vendor that has no account."""

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
    if "means" in known:
        means = MEANS[known["means"]]
        known["means"] = _(means)
    return _(SENTENCES.get(event, event), **{**known, "who": who})


def stage_label(stage: str) -> str:
    """What a stage is called."""
    return _(STAGES[InquiryStage(stage)])


def stage_tone(stage: str) -> str:
    """In which tone a badge shows a stage."""
    return TONES.get(InquiryStage(stage), "brand-tone")
