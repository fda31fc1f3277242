"""What follows from a finding, handed to those who carry it out."""

from datetime import date

from sqlmodel import Session

from app.accounts.visitor import Visitor
from app.catalogue.models import Vendor
from app.core.errors import Conflict
from app.core.i18n import _, mark
from app.curation.oversight import quarantining, removing, whitelisting
from app.curation.oversight.models import Effect

APPEAL = mark("An appeal was allowed")


def carry_out(
    db: Session,
    vendor: Vendor,
    effect: Effect,
    *,
    code: str,
    reason: str,
    until: date | None,
    by: Visitor,
) -> None:
    """End the whitelist entry, quarantine or remove the listing, or do nothing."""
    if effect is Effect.WHITELIST_ENDED:
        if not whitelisting.end_of(db, vendor, reason=reason, by=by):
            raise Conflict("“{name}” is not on the whitelist.", name=vendor.name)
    elif effect is Effect.QUARANTINED and until:
        quarantining.begin(db, vendor, code=code, reason=reason, until=until, by=by)
    elif effect is Effect.REMOVED:
        removing.remove(db, vendor, code=code, reason=reason, by=by)


def take_back(db: Session, vendor: Vendor, effect: Effect, *, by: Visitor) -> None:
    """After an appeal the listing comes back; a whitelist entry rests on an assessment anew."""
    if effect is Effect.QUARANTINED:
        quarantine = quarantining.live_of(db, vendor.id)
        if quarantine is not None:
            quarantining.lift(db, quarantine, reason=_(APPEAL), by=by)
    elif effect is Effect.REMOVED:
        removing.readmit_after_appeal(db, vendor.id, by)
