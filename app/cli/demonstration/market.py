"""A made-up market: needs, shortlists, saved searches and inquiries in every state.

Only made-up organisations ask, answer and rate each other. It follows the index, since matching
asks it.
"""

from sqlmodel import Session, col, select

from app.accounts.models import Person
from app.alerts import saving
from app.alerts.models import Rhythm
from app.catalogue import reading
from app.catalogue.models import Organisation, Record, Solution, Vendor
from app.catalogue.stages import Stage
from app.cli.demonstration import needs, threads, twins
from app.cli.demonstration.building import Story
from app.cli.demonstration.people import FACTORY, ORGANISATIONS, UNCLAIMED
from app.core.db import lock
from app.curation.admission import DECISIONS
from app.discovery.browsing import Browsing
from app.needs.models import Need
from app.shortlists import freezing, keeping
from app.shortlists.models import Shortlist


def build(db: Session) -> bool:
    """Add the market, whole or not at all; False where it is there already."""
    lock(db, DECISIONS)
    story = _story(db)
    factory = story.organisations[FACTORY]
    if db.exec(select(Need.id).where(Need.organisation_id == factory.id)).first():
        return False
    told = needs.build(db, story)
    shared = _shortlists(db, story)
    _searches(db, story)
    threads.build(db, story, told, shared)
    return True


def _story(db: Session) -> Story:
    """The same people as before, found again."""
    story = Story(db)
    people = db.exec(select(Person).where(col(Person.email).endswith("@demo.example")))
    story.people = {person.email.partition("@")[0]: person for person in people}
    names = {name: key for key, (name, _region) in ORGANISATIONS.items()}
    names[str(twins.ALONE["name"])] = UNCLAIMED
    found = db.exec(select(Organisation).where(col(Organisation.name).in_(names)))
    story.organisations = {names[one.name]: one for one in found}
    return story


def offers(db: Session) -> list[Record]:
    """The made-up solutions and vendors that are public, loaded with what they belong to."""
    found: list[Record] = []
    for model in (Solution, Vendor):
        marked = select(model.identifier).where(
            col(model.name).startswith("（演示）"), model.stage == Stage.PUBLISHED
        )
        identifiers = db.exec(marked.order_by(col(model.name))).all()
        found += [reading.find_by_identifier(db, one) for one in identifiers]
    return found


def _shortlists(db: Session, story: Story) -> Shortlist:
    """One that is still worked on, one that the organisation shares, one that is frozen."""
    who, listed = story.who("factory"), offers(db)
    with story.day(7):
        keeping.begin(db, "（演示）先看看", by=who)
        shared = keeping.begin(db, "（演示）设备联网候选", by=who)
        for record in listed[:3]:
            keeping.put(db, shared.id, record, by=who)
        keeping.share(db, shared.id, shared=True, by=who)
    with story.day(30):
        frozen = keeping.begin(db, "（演示）去年的评选", by=who)
        for record in listed[:2]:
            keeping.put(db, frozen.id, record, by=who)
        db.flush()  # what is on it is read back
        freezing.freeze(db, frozen.id, frozen.version, by=who)
    return shared


def _searches(db: Session, story: Story) -> None:
    with story.day(6):
        who = story.who("factory")
        saving.save(db, Browsing(text="注塑机联网"), "（演示）注塑机联网", Rhythm.DAILY, by=who)
        wanted = Browsing(filters={"scenario": ("energy-management",)})
        saving.save(db, wanted, "（演示）能耗管理", Rhythm.WEEKLY, by=who)
