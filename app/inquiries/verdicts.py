"""What an inquiry says of the match that it came from: it was contacted, it was awarded."""

from sqlmodel import Session

from app.accounts.visitor import Visitor
from app.inquiries.models import Inquiry
from app.matching import feedback
from app.matching.models import Verdict


def say(db: Session, inquiry: Inquiry, verdict: Verdict, *, by: Visitor) -> None:
    """Keep it with the match, or with the vendor's best one for the need that is asked about."""
    is_asker = by.organisation_id == inquiry.organisation_id
    person = by.person_id if is_asker else None  # the vendor only confirmed it
    if inquiry.match_id:
        feedback.keep(db, inquiry.match_id, inquiry.organisation_id, verdict, by=person)
    elif inquiry.need_id:
        feedback.note(
            db,
            need_id=inquiry.need_id,
            vendor_id=inquiry.vendor_id,
            organisation_id=inquiry.organisation_id,
            verdict=verdict,
            by=person,
        )
