"""Asking a vendor: one open thread for each organisation and vendor."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, func, select

from app.accounts.models import Membership
from app.accounts.visitor import Visitor
from app.catalogue.models import Organisation
from app.core import audit
from app.core.errors import Conflict
from app.core.formats import today
from app.core.i18n import mark
from app.curation.applications import sightings
from app.inquiries import accounts_missing, asking, due, limits, speaking, telling, verdicts
from app.inquiries.asking import About
from app.inquiries.models import Inquiry, InquiryStage, InquiryStep, Side
from app.matching.models import Verdict


@dataclass(frozen=True, slots=True)
class Question:
    """What somebody sends: `sent_key` comes from the form, so that a double click sends once."""

    text: str
    sent_key: str
    contact: dict[str, str] = field(default_factory=dict)


class AlreadyOpen(Conflict):
    """The organisation has an open thread with this vendor, in which it may go on."""

    def __init__(self, inquiry: Inquiry) -> None:
        super().__init__(mark("You have an open inquiry with this vendor. Go on in it."))
        self.inquiry = inquiry


def send(db: Session, about: About, question: Question, *, by: Visitor) -> Inquiry:
    """Ask a vendor; the same `sent_key` gives the inquiry that was sent before.

    Raises `Conflict` where the organisation is the vendor itself, `AlreadyOpen` where it has an
    open thread with it, and `Invalid` for a text that is empty or too long.
    """
    assert by.organisation_id is not None  # noqa: S101  the permission needs one
    _take_turns(db, by.organisation_id)
    if sent_before := _sent(db, question, by):
        return sent_before
    speaking.check_text(question.text)
    if about.vendor.organisation_id == by.organisation_id:
        raise Conflict("This is your own organisation.")
    if open_one := asking.open_one(db, by, about):
        raise AlreadyOpen(open_one)
    limits.check(db, by, about.vendor, hides_asker=about.hides_asker)
    inquiry = Inquiry(
        organisation_id=by.organisation_id,
        asked_by=by.person_id,
        vendor_id=about.vendor.id,
        vendor_organisation_id=about.vendor.organisation_id,
        solution_id=about.solution.id if about.solution else None,
        need_id=about.need.id if about.need else None,
        match_id=about.match_id,
        shortlist_id=about.shortlist_id,
        sent_key=_key(question, by),
        subject=about.subject,
        region=about.vendor.organisation.region,
        contact=question.contact,
        hides_asker=about.hides_asker,
        due_on=due.first_due(today()),
    )
    db.add(inquiry)
    db.flush()  # its first message refers to it
    _begin(db, inquiry, question, by)
    return inquiry


def _begin(db: Session, inquiry: Inquiry, question: Question, by: Visitor) -> None:
    sent: dict[str, Any] = {"after": InquiryStage.SENT, "side": Side.ASKER, "by": by.person_id}
    db.add(InquiryStep(inquiry_id=inquiry.id, **sent))
    message = speaking.add(db, inquiry, Side.ASKER, by=by.person_id, text=question.text)
    inquiry.mailed_to_vendor = message.id or 0
    sightings.note_reached(db, inquiry.solution_id or inquiry.vendor_id)
    if has_members(db, inquiry.vendor_organisation_id):
        telling.of_inquiry(db, inquiry)
    else:
        accounts_missing.begin(db, inquiry)
    verdicts.say(db, inquiry, Verdict.CONTACTED, by=by)
    audit.record(db, by, "inquiry.sent", inquiry, hides_asker=inquiry.hides_asker)


def _take_turns(db: Session, organisation_id: UUID) -> None:
    """Two inquiries of one organisation are sent one after the other, so that each is seen."""
    row = select(Organisation.id).where(Organisation.id == organisation_id)
    db.exec(row.with_for_update(key_share=True)).one()


def _sent(db: Session, question: Question, by: Visitor) -> Inquiry | None:
    return db.exec(select(Inquiry).where(Inquiry.sent_key == _key(question, by))).first()


def _key(question: Question, by: Visitor) -> str:
    """Nobody finds, or takes away, the key of another organisation."""
    return f"{by.organisation_id}:{question.sent_key[: speaking.KEY_MOST]}"


def has_members(db: Session, organisation_id: UUID) -> bool:
    """Whether anybody acts for an organisation."""
    counted = select(func.count()).where(col(Membership.organisation_id) == organisation_id)
    return db.exec(counted).one() > 0
