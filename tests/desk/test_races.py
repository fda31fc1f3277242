"""Two at once over one application: one wins, the other one is told, nothing is half done."""

import threading
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import select

from app.accounts.models import Person
from app.accounts.visitor import Visitor
from app.catalogue.models import Revision, Vendor
from app.catalogue.stages import Stage
from app.core.audit import AuditEntry, verify
from app.core.db import transaction
from app.core.errors import Conflict
from app.curation.applications import appeals, deciding, drafts, handing_in, publishing
from app.curation.applications.models import Appeal, Application
from tests.desk.applications import an_application, an_owner, at_notice, city_reviewer, publisher
from tests.people import visitor

pytestmark = pytest.mark.usefixtures("own_database")


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """What each act raised, or None, all begun in the same moment."""
    ready = threading.Barrier(len(acts))
    outcomes: list[Any] = [None] * len(acts)

    def run(place: int) -> None:
        ready.wait()
        try:
            acts[place]()
        except Exception as error:
            outcomes[place] = error

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def decide(verb: Callable[..., Any], by: Visitor, id_: UUID, version: int) -> Callable[[], None]:
    """A decision in a transaction of its own, about what was read at a version."""

    def act() -> None:
        with transaction() as db:
            verb(db, deciding.find_to_decide(db, by, id_, version), by=by)

    return act


def one_conflict(outcomes: list[Any]) -> bool:
    return [type(one) for one in outcomes if one is not None] == [Conflict]


def test_two_recommendations_at_once_are_one() -> None:
    with transaction() as db:
        application = an_application(db)
        first, second, id_ = city_reviewer(db), city_reviewer(db), application.id
    acts = [decide(deciding.recommend, by, id_, 1) for by in (first, second)]
    assert one_conflict(at_once(*acts))
    with transaction(writes=False) as db:
        entries = db.exec(select(AuditEntry).where(AuditEntry.action == "application.recommended"))
        assert len(entries.all()) == 1
        assert verify(db).broken == ""


def test_two_publications_at_once_are_one() -> None:
    with transaction() as db:
        application = at_notice(db)
        first, second = publisher(db), publisher(db)
        id_, version = application.id, application.version
    acts = [decide(publishing.publish, by, id_, version) for by in (first, second)]
    assert one_conflict(at_once(*acts))
    with transaction(writes=False) as db:
        assert len(db.exec(select(Vendor)).all()) == 1
        assert len(db.exec(select(Revision)).all()) == 1


def test_returned_and_handed_in_while_somebody_recommends_an_older_version() -> None:
    """The vendor saves what was returned; who still looks at the old one cannot approve it."""
    with transaction() as db:
        application = an_application(db, stage=Stage.RETURNED)
        city, id_ = city_reviewer(db), application.id
        person = db.get_one(Person, application.proposed_by)
        vendor = visitor(db, person, application.organisation_id)

    def save() -> None:
        with transaction() as db:
            held = drafts.take(db, vendor, id_)
            drafts.save(db, held, {"name": "改名"}, seen=1, by=vendor)
            held.move_to(Stage.SUBMITTED)

    outcomes = at_once(save, decide(deciding.recommend, city, id_, 1))
    assert outcomes[0] is None
    assert isinstance(outcomes[1], Conflict)
    with transaction(writes=False) as db:
        assert db.get_one(Application, id_).stage == Stage.SUBMITTED


def test_approved_while_the_vendor_withdraws_has_one_winner() -> None:
    with transaction() as db:
        application = an_application(db)
        city, id_ = city_reviewer(db), application.id
        person = db.get_one(Person, application.proposed_by)
        vendor = visitor(db, person, application.organisation_id)

    def withdraw() -> None:
        with transaction() as db:
            held = drafts.take(db, vendor, id_)
            if held.version != 1:
                raise Conflict("overtaken")
            handing_in.withdraw(db, held, by=vendor)

    assert one_conflict(at_once(withdraw, decide(deciding.recommend, city, id_, 1)))


def test_two_appeals_at_once_are_one() -> None:
    with transaction() as db:
        application = an_application(db)
        deciding.refuse(db, application, "untrue", "不符", by=city_reviewer(db))
        owner = an_owner(db, application.organisation_id)
        subject = f"application:{application.id}"

    def lodge() -> None:
        with transaction() as db:
            appeals.lodge(db, subject, "我们不服", by=owner)

    assert one_conflict(at_once(lodge, lodge))
    with transaction(writes=False) as db:
        assert len(db.exec(select(Appeal)).all()) == 1
