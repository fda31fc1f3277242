"""Lists and the people who keep them, for tests."""

from sqlmodel import Session

from app.accounts.models import MemberRole
from app.accounts.visitor import Visitor
from app.catalogue.models import Organisation, Record
from app.shortlists import keeping
from app.shortlists.models import Shortlist, ShortlistItem
from search.engine import Kind
from tests.factories import a_record
from tests.people import a_member, an_organisation, visitor


def a_keeper(
    db: Session, organisation: Organisation | None = None, role: MemberRole = MemberRole.EDITOR
) -> Visitor:
    """Somebody who acts for an organisation, a new one unless one is given."""
    organisation = organisation or an_organisation(db)
    return visitor(db, a_member(db, organisation.id, role), organisation.id)


def organisation_of(db: Session, by: Visitor) -> Organisation:
    """The one that somebody acts for."""
    assert by.organisation_id
    return db.get_one(Organisation, by.organisation_id)


def a_list(db: Session, *records: Record, by: Visitor, title: str = "码垛") -> Shortlist:
    """A list of somebody with these listings on it."""
    made = keeping.begin(db, title, by=by)
    for record in records:
        keeping.put(db, made.id, record, by=by)
        db.flush()
    return made


def items(db: Session, shortlist: Shortlist) -> list[ShortlistItem]:
    db.flush()
    return list(keeping.items_of(db, shortlist.id))


def a_solution(db: Session, name: str = "码垛机器人方案", **values: object) -> Record:
    return a_record(db, Kind.SOLUTION, name=name, **values)
