"""Two at once: the second finds what the first left."""

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlmodel import col, select

from app.core import formats
from app.core.db import transaction
from app.core.errors import Conflict, Refusal
from app.core.settings import Settings
from app.curation.oversight import quarantining, removing, whitelisting
from app.curation.oversight.models import Assessment, WhitelistEntry
from app.curation.oversight.subjects import load_vendor
from tests.oversight.setting import a_publisher, a_vendor, an_assessment


def at_once(*acts: Callable[[], None]) -> list[Refusal]:
    """Run them in threads that start together; what was refused."""
    refused: list[Refusal] = []
    ready = threading.Barrier(len(acts))

    def run(act: Callable[[], None]) -> None:
        ready.wait()
        try:
            act()
        except Refusal as refusal:
            refused.append(refusal)

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return refused


@pytest.mark.usefixtures("own_database")
def test_of_two_entries_for_a_vendor_one_replaces_the_other() -> None:
    with transaction() as db:
        assessment = an_assessment(db, a_vendor(db))
        publishers = [a_publisher(db) for _ in range(2)]

    def admit(by: int) -> Callable[[], None]:
        def act() -> None:
            with transaction() as db:
                found = db.get_one(Assessment, assessment.id)
                whitelisting.admit(db, found, found.valid_until, by=publishers[by])

        return act

    assert at_once(admit(0), admit(1)) == []
    with transaction(writes=False) as db:
        live = select(WhitelistEntry).where(col(WhitelistEntry.ended_on).is_(None))
        assert len(db.exec(live).all()) == 1


def test_of_a_quarantine_and_a_removal_at_once_the_removal_stays(own_database: Settings) -> None:
    with transaction() as db:
        vendor, publisher = a_vendor(db), a_publisher(db)

    def hide() -> None:
        until = formats.today() + timedelta(days=30)
        with transaction() as db:
            found = load_vendor(db, vendor.id)
            said = {"code": "other", "reason": "核查"}
            quarantining.begin(db, found, **said, until=until, by=publisher)

    def remove() -> None:
        with transaction() as db:
            found = load_vendor(db, vendor.id)
            removing.remove(db, found, code="other", reason="清退", by=publisher)

    refused = at_once(hide, remove)
    assert all(isinstance(one, Conflict) for one in refused)
    with transaction(writes=False) as db:
        assert load_vendor(db, vendor.id).stage == "removed"
        assert quarantining.live_of(db, vendor.id) is None
