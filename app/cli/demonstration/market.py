"""The market of the demonstration: what manufacturers need, whom they compare, whom they ask.

It comes after the index was built, because the needs are matched on the way. Only made-up
organisations are judged, listed or asked; that a need is matched with real listings too is what
matching finds, and nobody is told of it.
"""

from uuid import uuid4

from sqlmodel import Session, col, select

from app.catalogue.models import Organisation, Vendor
from app.cli.demonstration import inquiries, lists, needs, twins
from app.cli.demonstration.building import Story
from app.cli.demonstration.people import ORGANISATIONS, SMALL, VENDOR, add_people
from app.cli.demonstration.wishes import QUIET
from app.core.db import lock
from app.curation.admission import DECISIONS, Proposal
from app.needs.models import Need
from search.engine import Kind

SOURCE = "（演示）未注册服务商名单.csv"


def build(db: Session) -> bool:
    """Add it, whole or not at all; False where it is there already."""
    lock(db, DECISIONS)
    ours = [name for name, _region in ORGANISATIONS.values()]
    of_ours = select(Need.id).join(Organisation).where(col(Organisation.name).in_(ours))
    if db.exec(of_ours).first():
        return False
    story = Story(db)
    with story.day(80):
        story.people, story.organisations = add_people(db)
    quiet = Proposal(Kind.VENDOR, uuid4(), is_new=True, values=dict(QUIET), row=2)
    twins.admit(db, story, SOURCE, quiet, ago=36)
    vendors = {
        "owner": _vendor_of(db, story.organisations[VENDOR]),
        "small": _vendor_of(db, story.organisations[SMALL]),
        "": db.get_one(Vendor, quiet.record_id),
    }
    written = needs.build(db, story)
    chosen = lists.build(db, story, written, vendors)
    inquiries.build(db, story, written, vendors, chosen)
    needs.tell_of_ends(db, story, written, vendors["owner"])
    return True


def _vendor_of(db: Session, organisation: Organisation) -> Vendor:
    return db.exec(select(Vendor).where(Vendor.organisation_id == organisation.id)).one()
