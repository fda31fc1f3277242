"""Threads of vendors that became part of another one: they follow where nobody is left in them.

Whoever acts for the vendor as it was keeps its threads, since they are the ones who talk there.
Where nobody does, as with every inquiry that waits for an account, the other's people take over.
"""

from datetime import timedelta

from sqlmodel import Session, col, select

from app.accounts.models import Membership
from app.catalogue.models import Organisation, Vendor
from app.catalogue.stages import Stage
from app.core.schedule import recurring
from app.inquiries import accounts_missing
from app.inquiries.models import ENDED, Inquiry

EVERY = timedelta(minutes=10)
CHUNK = 500  # inquiries in one run; the next run goes on


@recurring("inquiries.follow_merges", EVERY)
def follow(db: Session) -> None:
    """Lead threads to the vendor that theirs became part of, and let its people take over."""
    acts_for = select(Membership.id).where(
        col(Membership.organisation_id) == col(Inquiry.vendor_organisation_id)
    )
    left = (
        select(Inquiry)
        .join(Vendor, col(Vendor.id) == col(Inquiry.vendor_id))
        .where(
            Vendor.stage == Stage.MERGED,
            col(Inquiry.stage).not_in(ENDED),
            ~acts_for.correlate(Inquiry).exists(),
        )
        .order_by(col(Inquiry.created_at))
        .limit(CHUNK)
        .with_for_update(of=Inquiry, skip_locked=True)
    )
    for inquiry in db.exec(left.execution_options(populate_existing=True)).all():
        _lead_on(db, inquiry)


def _lead_on(db: Session, inquiry: Inquiry) -> None:
    vendor = _standing(db, db.get_one(Vendor, inquiry.vendor_id))
    if vendor is None or vendor.organisation_id == inquiry.organisation_id:
        return  # nobody talks with themselves
    organisation = db.get_one(Organisation, vendor.organisation_id)
    inquiry.vendor_id, inquiry.vendor_organisation_id = vendor.id, organisation.id
    inquiry.region = organisation.region
    db.add(inquiry)
    db.flush()  # handing over looks for what waits for the vendor
    acts_for = select(Membership.id).where(Membership.organisation_id == organisation.id)
    if inquiry.waits_for_account and db.exec(acts_for).first() is not None:
        accounts_missing.hand_over(db, organisation.id)


def _standing(db: Session, vendor: Vendor) -> Vendor | None:
    """The vendor in the pool that this one became part of."""
    seen = {vendor.id}
    found: Vendor | None = vendor
    while found is not None and found.merged_into and found.merged_into not in seen:
        seen.add(found.merged_into)
        found = db.get(Vendor, found.merged_into)
    return found if found is not None and found.stage == Stage.PUBLISHED else None
