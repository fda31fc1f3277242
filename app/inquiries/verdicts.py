"""What an inquiry says of the match that it came from: it was contacted, it was awarded."""

from uuid import UUID

from sqlmodel import Session, col, select

from app.accounts.visitor import Visitor
from app.inquiries.models import Inquiry
from app.matching import feedback
from app.matching.models import Match, Verdict
from app.needs.models import Need


def say(db: Session, inquiry: Inquiry, verdict: Verdict, *, by: Visitor) -> None:
    """Keep it with the match, or with the vendor's best one for the need that is asked about.

    Who asks from a listing's own page saw it among the matches of their need all the same.
    """
    is_asker = by.organisation_id == inquiry.organisation_id
    person = by.person_id if is_asker else None  # the vendor only confirmed it
    if inquiry.match_id:
        feedback.keep(db, inquiry.match_id, inquiry.organisation_id, verdict, by=person)
    elif need_id := inquiry.need_id or _matched_need(db, inquiry):
        feedback.note(
            db,
            need_id=need_id,
            vendor_id=inquiry.vendor_id,
            organisation_id=inquiry.organisation_id,
            verdict=verdict,
            solution_id=None if inquiry.need_id else inquiry.solution_id,
            by=person,
        )


def _matched_need(db: Session, inquiry: Inquiry) -> UUID | None:
    """The asker's newest need from before the inquiry that has what is asked about as a match."""
    chosen = (
        select(Need.id)
        .join(Match, col(Match.need_id) == col(Need.id))
        .where(
            Need.organisation_id == inquiry.organisation_id,
            col(Need.published_at) <= inquiry.created_at,
            col(Match.is_current),
            Match.vendor_id == inquiry.vendor_id,
        )
        .order_by(col(Need.published_at).desc(), col(Need.id))
    )
    if inquiry.solution_id:
        chosen = chosen.where(Match.solution_id == inquiry.solution_id)
    return db.exec(chosen.limit(1)).first()
