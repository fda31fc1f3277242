"""What an inquiry says of the match that it came from: it was contacted, it was awarded."""

from sqlmodel import Session, select

from app.accounts.visitor import Visitor
from app.inquiries.models import Inquiry
from app.matching.models import MatchFeedback, Verdict


def say(db: Session, inquiry: Inquiry, verdict: Verdict, *, by: Visitor) -> None:
    """Keep it with the match, once; an inquiry that came from no match says nothing."""
    if inquiry.match_id is None:
        return
    of_asker = select(MatchFeedback.id).where(
        MatchFeedback.match_id == inquiry.match_id,
        MatchFeedback.organisation_id == inquiry.organisation_id,
        MatchFeedback.verdict == verdict,
    )
    if db.exec(of_asker).first() is None:
        is_asker = by.organisation_id == inquiry.organisation_id
        said = MatchFeedback(
            match_id=inquiry.match_id,
            organisation_id=inquiry.organisation_id,
            verdict=verdict,
            by=by.person_id if is_asker else None,  # the vendor only confirmed it
        )
        db.add(said)
