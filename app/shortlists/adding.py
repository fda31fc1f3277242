"""Putting a listing on a shortlist, from its page, from a result or from a match."""

from uuid import UUID

from sqlmodel import Session, col, select

from app.accounts.visitor import Visitor
from app.catalogue import reading
from app.catalogue.models import Record
from app.core.errors import NotFound
from app.matching import feedback
from app.matching.models import Match, Verdict
from app.needs.models import Need
from app.shortlists import keeping
from app.shortlists.models import Shortlist


def find_listing(db: Session, identifier: str) -> Record:
    """A public listing that can be put on a list. Raises `NotFound` for any other."""
    record = reading.find_by_identifier(db, identifier)
    if record.KIND not in keeping.KINDS:
        raise NotFound("There is no such page.")
    return record


def find_match(db: Session, match_id: UUID | None, *, by: Visitor) -> Match | None:
    """The match that the listing was seen in, where it is one of a need of this organisation."""
    if match_id is None:
        return None
    own = (
        select(Match)
        .join(Need, col(Need.id) == col(Match.need_id))
        .where(Match.id == match_id, Need.organisation_id == by.organisation_id)
    )
    return db.exec(own).first()


def add(
    db: Session,
    record: Record,
    shortlist_id: UUID | None,
    title: str,
    *,
    by: Visitor,
    match: Match | None = None,
) -> Shortlist:
    """Put a listing on a list, or on a new one of this title where no list is named."""
    if shortlist_id is None:
        begun = keeping.begin(db, title, by=by, need_id=match.need_id if match else None)
        shortlist_id = begun.id
    keeping.put(db, shortlist_id, record, by=by, match=match)
    if match is not None:
        feedback.say(db, by, match, Verdict.SHORTLISTED)
    return keeping.to_change(db, shortlist_id, by=by)
