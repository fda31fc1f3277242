"""What a check found was to be mended by a day: once it has passed, those who asked are told."""

from datetime import timedelta

from sqlmodel import Session, col, select

from app.accounts.models import Person, StaffRole
from app.catalogue.models import Vendor
from app.catalogue.stages import Stage
from app.core import audit, mail
from app.core.formats import today
from app.core.schedule import recurring
from app.curation.oversight.models import CheckStage, Finding, SpotCheck
from app.curation.telling import staff_of
from app.curation.trail import told_since

OVER = "spotcheck.mending_over"
EVERY = timedelta(hours=6)
PRESENT = (Stage.PUBLISHED, Stage.QUARANTINED)


@recurring("oversight.mending", EVERY)
def tell_due(db: Session) -> None:
    """Tell of each deadline that has passed, once after each decision.

    That it was told stands in the trail. A vendor that left the pool has nothing to mend.
    """
    due = (
        select(SpotCheck, Vendor.name)
        .join(Vendor, col(Vendor.id) == col(SpotCheck.vendor_id))
        .where(
            SpotCheck.stage == CheckStage.CLOSED,
            SpotCheck.finding == Finding.MEND,
            col(SpotCheck.mend_until) < today(),
            col(Vendor.stage).in_(PRESENT),
            ~told_since(OVER, SpotCheck.id, SpotCheck.decided_at),
        )
    )
    for check, vendor in db.exec(due).all():
        until = check.mend_until
        after = {"mend_until": str(until)}
        audit.record(db, "system", OVER, check, after=after)
        for person in _concerned(db, check):
            said = {"name": person.name, "vendor": vendor, "until": until, "id": check.id}
            mail.write(db, person.email, "spotcheck_mending", language=person.language, **said)


def _concerned(db: Session, check: SpotCheck) -> list[Person]:
    """The inspector, wherever they are from, and who decides about checks in the region."""
    inspector = db.get_one(Person, check.inspector_id)
    own = [] if inspector.disabled_at else [inspector]
    others = staff_of(db, StaffRole.PUBLISHER, check.region)
    return [*own, *(one for one in others if one not in own)]
