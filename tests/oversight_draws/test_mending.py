"""Once the time to mend is over, the inspector and the staff of the region are told, once."""

from datetime import timedelta

import pytest
from sqlmodel import Session, select

from app.accounts.models import Person, StaffRole
from app.catalogue.stages import Stage
from app.core.audit import AuditEntry
from app.core.db import at, now
from app.core.formats import today
from app.core.mail import Mail
from app.curation.oversight import mending, spotchecks
from app.curation.oversight.models import Effect, Finding, SpotCheck
from app.curation.oversight.spotchecks import Decision
from tests.oversight_draws.pools import a_check, a_report
from tests.people import DONGGUAN, GUANGZHOU, staff

STATEMENT = "Passwords are to be changed."


@pytest.fixture
def check(db: Session) -> SpotCheck:
    """A closed check of a vendor in Dongguan that has ten days to mend what was found."""
    check, inspector, publisher = a_check(db)
    until = today() + timedelta(days=10)
    spotchecks.save(
        db, check, a_report(check, finding=Finding.MEND, mend_until=until), by=inspector
    )
    assert not spotchecks.hand_over(db, check, by=inspector)
    spotchecks.decide(db, check, Decision(check.version, Effect.NONE, STATEMENT), by=publisher)
    db.flush()
    return check


def told(db: Session, days: int) -> list[str]:
    """To whom the job writes so many days from now."""
    before = {*db.exec(select(Mail.id))}
    with at(now() + timedelta(days=days)):
        mending.tell_due(db)
    return sorted(one.to for one in db.exec(select(Mail)) if one.id not in before)


def test_who_asked_is_told_once_on_the_day_after(db: Session, check: SpotCheck) -> None:
    inside = staff(db, StaffRole.PUBLISHER, region=DONGGUAN)
    staff(db, StaffRole.PUBLISHER, region=GUANGZHOU)
    staff(db, StaffRole.REVIEWER, region=DONGGUAN)
    concerned = [check.inspector_id, check.decided_by, inside.id]
    addresses = sorted(db.get_one(Person, one).email for one in concerned)
    assert told(db, 10) == []
    assert told(db, 11) == addresses
    assert told(db, 11) == told(db, 40) == []
    entry = db.exec(select(AuditEntry).where(AuditEntry.action == mending.OVER)).one()
    assert entry.subject_id == str(check.id)


def test_a_decision_made_anew_is_told_of_anew(db: Session, check: SpotCheck) -> None:
    assert told(db, 11)
    check.decided_at = now() + timedelta(days=20)
    check.mend_until = today() + timedelta(days=30)
    assert told(db, 25) == []
    assert told(db, 31)


def test_a_vendor_that_left_the_pool_has_nothing_to_mend(db: Session, check: SpotCheck) -> None:
    spotchecks.vendor_of(db, check).stage = Stage.REMOVED
    assert told(db, 11) == []
